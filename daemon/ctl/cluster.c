/* assocctl cluster: members, links inside, and what the guard holds apart. */
#include <stdio.h>

#include "history.h"
#include "print.h"

extern const struct ctl_command ctl_cluster;

static void print_members(struct ctl *ctl, const struct json_doc *doc)
{
	static const char *const heads[] = { "account", "joined", "", NULL };
	struct table *t = table_new(ctl, heads);
	const struct json_node *list = json_get(doc, doc->nodes, "members"), *member = json_first(doc, list);

	for (; member; member = json_after(doc, list, member)) {
		table_text(t, json_get_text(doc, member, "account"));
		table_time(t, doc, member, "joined");
		table_text(t, json_get_true(doc, member, "is_closed") ? BYTES_LIT("closed") : BYTES_NONE);
	}
	table_end(t, "no members");
}

static void print_pairs(struct ctl *ctl, const struct json_doc *doc, const char *key)
{
	static const char *const heads[] = { ">score", "state", "account", "account", "families", "", NULL };
	struct table *t = table_new(ctl, heads);
	const struct json_node *links = json_get(doc, doc->nodes, key), *link = json_first(doc, links);

	for (; link; link = json_after(doc, links, link)) {
		table_int(t, json_get_int(doc, link, "score", 0));
		table_word(t, json_get_text(doc, link, "state"));
		table_text(t, json_get_text(doc, link, "a"));
		table_text(t, json_get_text(doc, link, "b"));
		table_text(t, json_get_text(doc, link, "families"));
		table_text(t, json_get(doc, link, "is_bridge") ? BYTES_LIT("bridge") : BYTES_NONE);
	}
	table_end(t, "none");
}

static int cluster_run(struct ctl *ctl, int argc, char **argv)
{
	struct text path = { 0 }, title = { 0 };
	const struct json_doc *doc;
	bool wants_history = ctl_flag(&argc, argv, "--history");
	int status = ctl_no_more_options(&ctl_cluster, &argc, argv);

	if (status)
		return status;
	if (argc != 2)
		return ctl_usage(&ctl_cluster, "name one cluster; `assocctl account A` tells an account's");
	if (wants_history)
		return history_show(ctl, "clusters", argv[1]);
	text_adds(&path, "/v1/clusters/");
	ctl_escape(&path, bytes_of(argv[1]));
	doc = ctl_show(ctl, path.ptr, &status);
	text_free(&path);
	if (!doc)
		return status;
	if (ctl->as_csv) {
		print_members(ctl, doc);
		return 0;
	}
	text_adds(&title, "cluster ");
	print_styled(ctl, &title, STYLE_BOLD, json_get_text(doc, doc->nodes, "cluster"));
	text_adds(&title, "\n\n");
	print_out(&title);
	text_free(&title);
	print_members(ctl, doc);
	printf("\nlinks inside\n");
	print_pairs(ctl, doc, "links");
	if (json_first(doc, json_get(doc, doc->nodes, "held_apart"))) {
		printf("\nheld apart: too weak a bridge to carry a sanction\n");
		print_pairs(ctl, doc, "held_apart");
	}
	return 0;
}

static const struct reference_option options[] = {
	{ "--history", NULL, "How it formed, merged and split instead, newest first, with the reasons.", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_cluster = {
	.name = "cluster", .arguments = "CLUSTER [OPTION]...", .options = options, .run = cluster_run,
	.help = "Shows a cluster: its members, the links inside, and the links that the guard holds apart.",
	.more = "A bridge is a link without which the cluster would fall apart. `assocctl account` and `assocctl alerts` name clusters.",
	.example = "assocctl cluster c1",
};
