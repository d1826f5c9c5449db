/* assocctl rules status: how often the rules of the running daemon speak. */
#include <stdio.h>

#include "print.h"

extern const struct ctl_command ctl_rules_status;

static void add_rule(struct table *t, const struct json_doc *doc, const struct json_node *rule)
{
	const struct json_node *tried = json_get(doc, rule, "tried");
	table_text(t, json_get_text(doc, rule, "rule"));
	table_text(t, json_get_text(doc, rule, "form"));
	table_text(t, json_get_text(doc, rule, "status"));
	table_word(t, json_get_text(doc, rule, "level"));
	table_int(t, tried ? json_get_int(doc, tried, "counts", 0) : json_get_int(doc, rule, "links", 0));
	table_int(t, json_get_int(doc, tried, "raised", 0));
	table_int(t, json_get_int(doc, tried, "lowered", 0));
	table_int(t, json_get_int(doc, rule, "opened", 0));
	table_int(t, json_get_int(doc, rule, "standing", 0));
	table_text(t, json_get_text(doc, rule, "title"));
}

/* What the column of links is of, where it is not all of them. */
static void print_read(struct ctl *ctl, const struct json_doc *doc)
{
	int64_t read = json_get_int(doc, doc->nodes, "links_read", 0), all = json_get_int(doc, doc->nodes, "links", 0);
	if (read < all && !ctl->as_csv)
		printf("links: of the %lld strongest; there are %lld\n", (long long)read, (long long)all);
}

static int status_run(struct ctl *ctl, int argc, char **argv)
{
	static const char *const heads[] = { "rule", "form", "status", "level", ">links", ">raised", ">lowered", ">alerts", ">standing", "title", NULL };
	int status = ctl_no_arguments(&ctl_rules_status, argc, argv);
	if (status != 0)
		return status;
	const struct json_doc *doc = ctl_show(ctl, "/v1/rules", &status);
	if (doc == NULL)
		return status;
	const struct json_node *list = json_get(doc, doc->nodes, "rules");
	struct table *t = table_new(ctl, heads);
	for (const struct json_node *rule = json_first(doc, list); rule != NULL; rule = json_after(doc, list, rule))
		add_rule(t, doc, rule);
	table_end(t, "no rules");
	print_read(ctl, doc);
	return status;
}

const struct ctl_command ctl_rules_status = {
	.name = "rules status", .arguments = "", .run = status_run,
	.help = "Lists the rules of the running daemon: in how many links each counts now, and how many alerts it raised.",
	.more = "The 200 strongest links are read. The alerts of an experimental rule are those that it would have raised: it is "
		"asked beside the others, and nobody is told. An experimental rule of evidence is weighed beside the others each time a pair is "
		"read: links are then the readings since the start in which it says something, raised and lowered those that it would "
		"bring to another band.",
};
