/* assocctl history: what changed for an account; cluster --history is the same of a cluster. */
#include "history.h"

#include <stdio.h>

#include "print.h"

extern const struct ctl_command ctl_history;

static void print_score(struct text *out, const struct json_doc *doc, const struct json_node *change)
{
	int64_t score = json_get_int(doc, change, "score", -1);

	text_clear(out);
	if (score >= 0)
		text_addf(out, "%lld to %lld", (long long)json_get_int(doc, change, "score_before", 0), (long long)score);
}

/* "jo: false_positive: two passports seen" */
static void print_why(struct text *out, const struct json_doc *doc, const struct json_node *change)
{
	static const char *const keys[] = { "actor", "value", "reason" };

	text_clear(out);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct bytes part = json_get_text(doc, change, keys[i]);

		if (part.len > 0)
			text_addf(out, "%s%.*s", out->len > 0 ? ": " : "", BYTES_ARG(part));
	}
}

/* The one thing that the change is about, whichever it is. */
static struct bytes about(const struct json_doc *doc, const struct json_node *change)
{
	static const char *const keys[] = { "account", "relation", "rule", "cluster" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct bytes text = json_get_text(doc, change, keys[i]);

		if (text.len > 0)
			return text;
	}
	return BYTES_NONE;
}

static void history_print(struct ctl *ctl, const struct json_doc *doc)
{
	static const char *const heads[] = { "time", "change", "about", "score", "reason", NULL };
	struct table *t = table_new(ctl, heads);
	const struct json_node *list = json_get(doc, doc->nodes, "changes"), *change = json_first(doc, list);
	struct text score = { 0 }, why = { 0 };
	int64_t shown = 0, total = json_get_int(doc, doc->nodes, "total", 0);

	for (; change; change = json_after(doc, list, change)) {
		print_score(&score, doc, change);
		table_time(t, doc, change, "at");
		table_word(t, json_get_text(doc, change, "change"));
		table_text(t, about(doc, change));
		table_text(t, text_bytes(&score));
		print_why(&why, doc, change);
		table_text(t, text_bytes(&why));
		shown++;
	}
	table_end(t, "nothing changed yet");
	text_free(&score);
	text_free(&why);
	if (shown < total && !ctl->as_csv)
		printf("\n%lld older changes are no longer kept\n", (long long)(total - shown));
}

int history_show(struct ctl *ctl, const char *kind, const char *name)
{
	struct text path = { 0 };
	const struct json_doc *doc;
	int status = 0;

	text_addf(&path, "/v1/%s/", kind);
	ctl_escape(&path, bytes_of(name));
	text_adds(&path, "/history");
	doc = ctl_show(ctl, path.ptr, &status);
	text_free(&path);
	if (doc)
		history_print(ctl, doc);
	return status;
}

static int history_run(struct ctl *ctl, int argc, char **argv)
{
	int status = ctl_no_more_options(&ctl_history, &argc, argv);

	if (status)
		return status;
	if (argc != 2)
		return ctl_usage(&ctl_history, "name one account; `assocctl cluster C --history` tells a cluster's");
	return history_show(ctl, "accounts", argv[1]);
}

const struct ctl_command ctl_history = {
	.name = "history", .arguments = "ACCOUNT", .run = history_run,
	.help = "Lists what changed for an account, newest first: links with their scores, clusters, alerts, verdicts, relations, closures.",
	.more = "Each change has its reason: a value that more accounts hold now, a verdict, a declared relation, other rules or networks, "
		"events that were taken out. The latest 64 changes are kept; what a reload changed is one of them until the state is made "
		"anew from the journal, whose history is that of the rules in force.",
	.example = "assocctl history shop/anna",
};
