/* assocctl account, links: one account, and whom it is linked to. */
#include <stdio.h>

#include "print.h"

extern const struct ctl_command ctl_account, ctl_links;

static const struct json_doc *ask_account(struct ctl *ctl, const char *name, const char *rest, int *status)
{
	struct text path = { 0 };
	const struct json_doc *doc;

	text_adds(&path, "/v1/accounts/");
	ctl_escape(&path, bytes_of(name));
	text_adds(&path, rest);
	doc = ctl_show(ctl, path.ptr, status);
	text_free(&path);
	return doc;
}

static void print_links(struct ctl *ctl, const struct json_doc *doc)
{
	static const char *const heads[] = { ">score", "band", "state", "account", "families", "since", NULL };
	struct table *t = table_new(ctl, heads);
	const struct json_node *links = json_get(doc, doc->nodes, "links"), *link = json_first(doc, links);

	for (; link; link = json_after(doc, links, link)) {
		table_int(t, json_get_int(doc, link, "score", 0));
		table_word(t, json_get_text(doc, link, "band"));
		table_word(t, json_get_text(doc, link, "state"));
		table_text(t, json_get_text(doc, link, "b"));
		table_text(t, json_get_text(doc, link, "families"));
		table_time(t, doc, link, "first");
	}
	table_end(t, "no links");
}

static void print_values(struct ctl *ctl, const struct json_doc *doc)
{
	const struct json_node *values = json_get(doc, doc->nodes, "values"), *value = json_first(doc, values);
	const char *const heads[] = { "kind", "value", ">holders", ">times", "last", table_said_head(ctl, doc, values), NULL };
	struct table *t = table_new(ctl, heads);

	for (; value; value = json_after(doc, values, value)) {
		struct bytes shown = json_get_text(doc, value, "shown");

		table_text(t, json_get_text(doc, value, "kind"));
		/* The engine keeps the text of shared values only. */
		table_text(t, shown.len || ctl->as_csv ? shown : BYTES_LIT("(only here)"));
		table_int(t, json_get_int(doc, value, "holders", 0));
		table_int(t, json_get_int(doc, value, "count", 0));
		table_time(t, doc, value, "last");
		if (heads[5])
			table_said(t, doc, value);
	}
	table_end(t, "no values");
}

/* "relations  agency G1, ..." when there are any. */
static void add_list(struct text *out, const struct json_doc *doc, const char *key)
{
	const struct json_node *list = json_get(doc, doc->nodes, key), *item = json_first(doc, list);

	if (!item)
		return;
	text_addf(out, "%-10s ", key);
	for (const char *comma = ""; item; item = json_after(doc, list, item), comma = ", ") {
		text_adds(out, comma);
		text_add_visible(out, item->text);
	}
	text_addc(out, '\n');
}

static void add_members(struct text *out, int64_t n)
{
	text_addf(out, " (%lld account%s)", (long long)n, n == 1 ? "" : "s");
}

/* "declared   agency north (5 accounts), proof: contract 118" */
static void add_declared(struct text *out, const struct json_doc *doc)
{
	const struct json_node *list = json_get(doc, doc->nodes, "declared"), *item = json_first(doc, list);

	for (; item; item = json_after(doc, list, item)) {
		struct bytes group = json_get_text(doc, item, "group"), proof = json_get_text(doc, item, "proof");
		const struct json_node *accepted = json_get(doc, item, "is_accepted"), *known = json_get(doc, item, "is_known");

		text_adds(out, "declared   ");
		text_add_visible(out, json_get_text(doc, item, "kind"));
		text_addc(out, ' ');
		text_add_visible(out, group.len ? group : json_get_text(doc, item, "with"));
		if (group.len)
			add_members(out, json_get_int(doc, item, "members", 0));
		else if (accepted && !accepted->num)
			text_adds(out, " (the other has not declared it: explains nothing)");
		if (known && !known->num)
			text_adds(out, " (no kind of scoring.yaml: explains nothing)");
		text_adds(out, proof.len ? ", proof: " : "");
		text_add_visible(out, proof);
		text_addc(out, '\n');
	}
}

static void add_contagion(struct text *out, const struct json_doc *doc)
{
	const struct json_node *contagion = json_get(doc, doc->nodes, "contagion");

	if (!contagion || contagion->type != JSON_OBJECT)
		return;
	text_addf(out, "contagion  %lld: ", (long long)json_get_int(doc, contagion, "score", 0));
	print_path(out, doc, json_get(doc, contagion, "path"));
	text_addf(out, " (%.*s)\n", BYTES_ARG(json_get_text(doc, contagion, "because")));
}

static void print_head(struct ctl *ctl, const struct json_doc *doc)
{
	const struct json_node *root = doc->nodes;
	struct bytes band = json_get_text(doc, root, "band"), cluster = json_get_text(doc, root, "cluster");
	struct text out = { 0 };

	print_styled(ctl, &out, STYLE_BOLD, json_get_text(doc, root, "account"));
	text_addf(&out, "   risk %lld ", (long long)json_get_int(doc, root, "risk", 0));
	print_styled(ctl, &out, style_of_word(band), band);
	text_adds(&out, json_get_true(doc, root, "is_closed") ? "   closed\n" : "\n");
	text_adds(&out, "first      ");
	print_time(&out, doc, root, "first");
	text_adds(&out, "\nlast       ");
	print_time(&out, doc, root, "last");
	text_adds(&out, "\nevents     ");
	print_count(&out, json_get_int(doc, root, "events", 0));
	text_adds(&out, ", failed attempts ");
	print_count(&out, json_get_int(doc, root, "failed", 0));
	text_addc(&out, '\n');
	if (cluster.len > 0)
		text_addf(&out, "cluster    %.*s\n", BYTES_ARG(cluster));
	if (json_get_text(doc, root, "verdict").len > 0)
		text_addf(&out, "verdict    %.*s\n", BYTES_ARG(json_get_text(doc, root, "verdict")));
	add_contagion(&out, doc);
	add_declared(&out, doc);
	add_list(&out, doc, "alerts");
	text_addc(&out, '\n');
	print_out(&out);
	text_free(&out);
}

static int account_run(struct ctl *ctl, int argc, char **argv)
{
	const struct json_doc *doc;
	int status = ctl_no_more_options(&ctl_account, &argc, argv);

	if (status)
		return status;
	if (argc != 2)
		return ctl_usage(&ctl_account, "name one account");
	doc = ask_account(ctl, argv[1], "", &status);
	if (!doc)
		return status;
	if (ctl->as_csv) {
		print_values(ctl, doc);
		return 0;
	}
	print_head(ctl, doc);
	print_links(ctl, doc);
	printf("\n");
	print_values(ctl, doc);
	return 0;
}

static int links_run(struct ctl *ctl, int argc, char **argv)
{
	const struct json_doc *doc;
	int status = ctl_no_more_options(&ctl_links, &argc, argv);

	if (status)
		return status;
	if (argc != 2)
		return ctl_usage(&ctl_links, "name one account");
	doc = ask_account(ctl, argv[1], "/links", &status);
	if (doc)
		print_links(ctl, doc);
	return status;
}

const struct ctl_command ctl_account = {
	.name = "account", .arguments = "ACCOUNT", .run = account_run,
	.help = "Shows an account: risk, links, alerts, relations, and the values that it uses with their number of holders.",
	.example = "assocctl account shop/anna",
};
const struct ctl_command ctl_links = {
	.name = "links", .arguments = "ACCOUNT", .run = links_run,
	.help = "Lists whom an account is linked to, strongest first.",
	.example = "assocctl links shop/anna --csv",
};
