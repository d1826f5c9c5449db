/* assocctl alerts: the list, or one. */
#include <stdio.h>

#include "history.h"
#include "print.h"

extern const struct ctl_command ctl_alerts;

/* Of all that it stands for. */
static const struct json_node *whole_of(const struct json_doc *doc, const struct json_node *alert)
{
	const struct json_node *group = json_get(doc, alert, "group");

	return group && group->type == JSON_OBJECT ? group : alert;
}

/* What speaks for it: the gravest of what it stands for, as its summary says. */
static const struct json_node *head_of(const struct json_doc *doc, const struct json_node *alert)
{
	const struct json_node *reasons = json_get(doc, whole_of(doc, alert), "reasons"), *first = reasons ? json_first(doc, reasons) : NULL;

	return first ? first : alert;
}

/* The first of them; as CSV all. */
static struct text accounts_text(const struct ctl *ctl, const struct json_doc *doc, const struct json_node *alert)
{
	const struct json_node *list = json_get(doc, whole_of(doc, alert), "accounts"), *account = json_first(doc, list);
	struct text out = { 0 };

	for (int n = 0; account && (n < 5 || ctl->as_csv); account = json_after(doc, list, account), n++) {
		text_adds(&out, n ? ", " : "");
		text_add(&out, account->text);
	}
	if (account)
		text_adds(&out, " ...");
	return out;
}

/* Passed or to come; a resolved one has none any more. Programs want the time, whatever it is. */
static void add_deadline(const struct ctl *ctl, struct table *t, const struct json_doc *doc, const struct json_node *alert)
{
	if (json_get_true(doc, alert, "is_overdue") && !ctl->as_csv)
		table_word(t, BYTES_LIT("overdue"));
	else if (bytes_is(json_get_text(doc, alert, "state"), "resolved"))
		table_text(t, BYTES_NONE);
	else
		table_time(t, doc, alert, "deadline");
}

static void print_list(struct ctl *ctl, const struct json_doc *doc)
{
	static const char *const heads[] = { "id", "state", "level", ">score", ">alerts", "title", "accounts", "updated", "deadline", NULL };
	struct table *t = table_new(ctl, heads);
	const struct json_node *list = json_get(doc, doc->nodes, "alerts"), *alert = json_first(doc, list);
	struct bytes next = json_get_text(doc, doc->nodes, "next");

	for (; alert; alert = json_after(doc, list, alert)) {
		struct text accounts = accounts_text(ctl, doc, alert);

		table_text(t, json_get_text(doc, alert, "id"));
		table_word(t, json_get_text(doc, alert, "state"));
		table_word(t, json_get_text(doc, alert, "level"));
		table_int(t, json_get_int(doc, head_of(doc, alert), "score", 0));
		table_int(t, json_get_int(doc, whole_of(doc, alert), "alerts", 1));
		table_text(t, json_get_text(doc, head_of(doc, alert), "title"));
		table_text(t, text_bytes(&accounts));
		table_time(t, doc, alert, "updated");
		add_deadline(ctl, t, doc, alert);
		text_free(&accounts);
	}
	table_end(t, "no alerts");
	if (next.len > 0 && !ctl->as_csv)
		printf("there are more: --after %.*s\n", BYTES_ARG(next));
}

static void add_text(struct text *out, const struct json_doc *doc, const char *key, const char *label)
{
	struct bytes s = json_get_text(doc, bytes_is(bytes_of(key), "recommendation") ? head_of(doc, doc->nodes) : doc->nodes, key);

	if (s.len == 0)
		return;
	text_addf(out, "%-15s ", label);
	text_add_visible(out, s);
	text_addc(out, '\n');
}

static void add_time(struct text *out, const struct json_doc *doc, const char *key)
{
	if (json_get_text(doc, doc->nodes, key).len == 0)
		return;
	text_addf(out, "%-15s ", key);
	print_time(out, doc, doc->nodes, key);
	text_addc(out, '\n');
}

static void add_deadline_line(struct ctl *ctl, struct text *out, const struct json_doc *doc)
{
	if (!json_get_true(doc, doc->nodes, "is_overdue")) {
		add_time(out, doc, "deadline");
		return;
	}
	text_addf(out, "%-15s ", "deadline");
	print_time(out, doc, doc->nodes, "deadline");
	print_styled(ctl, out, STYLE_RED, BYTES_LIT(", overdue"));
	text_addc(out, '\n');
}

static void add_round(struct text *out, const struct json_doc *doc)
{
	int64_t round = json_get_int(doc, doc->nodes, "appeal_round", 0);

	if (round > 0)
		text_addf(out, "%-15s round %lld\n", "appeal", (long long)round);
}

/* Its summary has the score that was told. */
static void add_score_now(struct text *out, const struct json_doc *doc)
{
	const struct json_node *now = json_get(doc, head_of(doc, doc->nodes), "score_now");

	if (now)
		text_addf(out, "%-15s %lld\n", "score now", (long long)now->num);
}

/* "why  high, 6 x Two accounts of one operator on one site" */
static void add_reasons(struct text *out, const struct json_doc *doc)
{
	const struct json_node *group = whole_of(doc, doc->nodes), *list = json_get(doc, group, "reasons");

	for (const struct json_node *why = list ? json_first(doc, list) : NULL; why; why = json_after(doc, list, why)) {
		text_addf(out, "%-15s %.*s, %lld x ", "why", BYTES_ARG(json_get_text(doc, why, "level")), (long long)json_get_int(doc, why, "alerts", 1));
		text_add_visible(out, json_get_text(doc, why, "title"));
		text_addc(out, '\n');
	}
}

static void print_one(struct ctl *ctl, const struct json_doc *doc)
{
	const struct json_node *list = json_get(doc, whole_of(doc, doc->nodes), "accounts"), *account = json_first(doc, list);
	struct bytes state = json_get_text(doc, doc->nodes, "state"), level = json_get_text(doc, doc->nodes, "level");
	struct text out = { 0 };

	print_styled(ctl, &out, STYLE_BOLD, json_get_text(doc, head_of(doc, doc->nodes), "title"));
	text_adds(&out, ", ");
	print_styled(ctl, &out, style_of_word(level), level);
	text_adds(&out, ", ");
	print_styled(ctl, &out, style_of_word(state), state);
	text_adds(&out, "\n");
	add_text(&out, doc, "summary", "what");
	add_score_now(&out, doc);
	add_reasons(&out, doc);
	add_text(&out, doc, "lead", "merged into");
	add_text(&out, doc, "recommendation", "recommendation");
	for (; account; account = json_after(doc, list, account)) {
		text_addf(&out, "%-15s ", "account");
		text_add_visible(&out, account->text);
		text_addc(&out, '\n');
	}
	add_text(&out, doc, "cluster", "cluster");
	add_time(&out, doc, "opened");
	add_time(&out, doc, "updated");
	add_deadline_line(ctl, &out, doc);
	add_text(&out, doc, "owner", "owner");
	add_text(&out, doc, "snoozed_until", "snoozed until");
	add_round(&out, doc);
	add_text(&out, doc, "resolution", "resolution");
	add_text(&out, doc, "reason", "reason");
	add_text(&out, doc, "actor", "actor");
	add_text(&out, doc, "rule", "rule");
	add_text(&out, doc, "id", "id");
	print_out(&out);
	text_free(&out);
}

static int show_one(struct ctl *ctl, const char *id)
{
	struct text path = { 0 };
	const struct json_doc *doc;
	int status;

	text_adds(&path, "/v1/alerts/");
	ctl_escape(&path, bytes_of(id));
	doc = ctl_show(ctl, path.ptr, &status);
	text_free(&path);
	if (!doc)
		return status;
	print_one(ctl, doc);
	puts("");
	return ctl->as_csv ? status : history_show(ctl, "alerts", id);
}

static void add_query(struct text *path, const char *key, const char *value)
{
	if (!value)
		return;
	text_addf(path, "%s%s=", strchr(path->ptr, '?') ? "&" : "?", key);
	ctl_escape(path, bytes_of(value));
}

static int alerts_run(struct ctl *ctl, int argc, char **argv)
{
	const char *state = ctl_option(&argc, argv, "--state"), *limit = ctl_option(&argc, argv, "--limit");
	const char *after = ctl_option(&argc, argv, "--after"), *lead = ctl_option(&argc, argv, "--lead");
	bool with_merged = ctl_flag(&argc, argv, "--merged"), is_urgent = ctl_flag(&argc, argv, "--urgent");
	struct text path = { 0 };
	const struct json_doc *doc;
	int status = ctl_no_more_options(&ctl_alerts, &argc, argv);

	if (status)
		return status;
	if (argc > 2)
		return ctl_usage(&ctl_alerts, "one alert at a time");
	if (argc == 2)
		return show_one(ctl, argv[1]);
	text_adds(&path, "/v1/alerts");
	add_query(&path, "state", state);
	add_query(&path, "limit", limit);
	add_query(&path, "after", after);
	add_query(&path, "lead", lead);
	add_query(&path, "merged", with_merged ? "true" : NULL);
	add_query(&path, "order", is_urgent ? "urgent" : NULL);
	doc = ctl_show(ctl, path.ptr, &status);
	text_free(&path);
	if (doc)
		print_list(ctl, doc);
	return status;
}

static const struct reference_option alerts_options[] = {
	{ "--state", "open|acknowledged|appealed|standing|resolved|all", "Only alerts of that state, standing: all that are not resolved; without it all.", NULL },
	{ "--urgent", NULL, "Most urgent first, as on the page: overdue, then by level, deadline and age; without it newest change first.", NULL },
	{ "--merged", NULL, "Also those that are merged into another; without it each group is one line.", NULL },
	{ "--lead", "ALERT", "Only those that are merged into that one.", NULL },
	{ "--limit", "N", "At most so many, 1 to 1000; without it 100.", NULL },
	{ "--after", "ALERT", "Goes on behind that one: the listing says which when there are more.", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_alerts = {
	.name = "alerts", .arguments = "[OPTION]... [ALERT]", .options = alerts_options, .run = alerts_run,
	.help = "Lists alerts, newest change first, or shows one of them whole and what was done with it.",
	.example = "assocctl alerts --state open --csv",
};
