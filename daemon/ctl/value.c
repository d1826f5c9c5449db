/* assocctl value mark, note, list: what people say of values and of ranges of addresses. */
#include <stdio.h>

#include "print.h"
#include "statements.h"

extern const struct ctl_command ctl_value_mark, ctl_value_note, ctl_value_list;

#define MARKS "shared|generic|none"

/* What it is on, from the arguments. */
struct on { const char *kind, *value, *key, *range; };

/* KIND VALUE in front of the rest, unless an option says otherwise; false: neither. argv[0] stays. */
static bool take_on(struct on *on, int *argc, char **argv, int rest)
{
	int given = *argc - 1 - rest;

	if (on->range ? given != 0 || on->key : given != (on->key ? 1 : 2))
		return false;
	if (!on->range)
		on->kind = argv[1];
	if (!on->range && !on->key)
		on->value = argv[2];
	*argc -= given;
	for (int i = 1; i < *argc; i++)
		argv[i] = argv[i + given];
	return true;
}

static void add_on(struct text *body, const struct on *on)
{
	json_key(body, "mark");
	json_open_object(body);
	statement_member(body, "kind", on->kind);
	statement_member(body, "value", on->value);
	statement_member(body, "key", on->key);
	statement_member(body, "range", on->range);
	json_close_object(body);
}

static void add_query(struct text *path, const struct on *on)
{
	const char *const rows[][2] = { { "kind", on->kind }, { "value", on->value }, { "key", on->key }, { "range", on->range } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!rows[i][1])
			continue;
		text_addf(path, "%s%s=", bytes_find_char(text_bytes(path), '?') < 0 ? "?" : "&", rows[i][0]);
		ctl_escape(path, bytes_of(rows[i][1]));
	}
}

static void print_effect(const struct json_doc *doc)
{
	const struct json_node *list = json_get(doc, doc->nodes, "strongest"), *link = json_first(doc, list);
	int64_t links = json_get_int(doc, doc->nodes, "links", 0), read = json_get_int(doc, doc->nodes, "read", 0);
	struct text out = { 0 };

	print_count(&out, links);
	text_adds(&out, links == 1 ? " link of 500 and more is of accounts that hold it" : " links of 500 and more are of accounts that hold it");
	if (read < links && read > 0) {
		text_adds(&out, ", of which the strongest ");
		print_count(&out, read);
		text_adds(&out, " were read");
	}
	text_adds(&out, "; without it ");
	print_count(&out, json_get_int(doc, doc->nodes, "ending", 0));
	text_adds(&out, " would fall below 500, and ");
	print_count(&out, json_get_int(doc, doc->nodes, "alerts", 0));
	text_adds(&out, " of those have an alert that stands\n");
	for (; link; link = json_after(doc, list, link)) {
		text_addf(&out, " %4lld to %4lld  ", (long long)json_get_int(doc, link, "before", 0), (long long)json_get_int(doc, link, "after", 0));
		text_add_visible(&out, json_get_text(doc, link, "a"));
		text_adds(&out, " = ");
		text_add_visible(&out, json_get_text(doc, link, "b"));
		text_addc(&out, '\n');
	}
	print_out(&out);
	text_free(&out);
}

static int show_effect(struct ctl *ctl, const struct on *on)
{
	struct text path = { 0 };
	const struct json_doc *doc;
	int status = 0;

	text_adds(&path, "/v1/marks/effect");
	add_query(&path, on);
	doc = ctl_show(ctl, path.ptr, &status);
	text_free(&path);
	if (doc)
		print_effect(doc);
	return status;
}

struct said { const char *word, *reason, *actor; };

static int state(struct ctl *ctl, const struct on *on, const struct said *said)
{
	struct text body = { 0 };
	int status;

	json_open_object(&body);
	add_on(&body, on);
	json_member_string(&body, "value", bytes_of(said->word));
	json_member_string(&body, "reason", bytes_of(said->reason));
	statement_member(&body, "actor", said->actor ? said->actor : statement_user());
	status = statement_send(ctl, "/v1/marks", &body);
	text_free(&body);
	return status;
}

static int mark_run(struct ctl *ctl, int argc, char **argv)
{
	struct said said = { .reason = ctl_option(&argc, argv, "--reason"), .actor = ctl_option(&argc, argv, "--actor") };
	struct on on = { .key = ctl_option(&argc, argv, "--key"), .range = ctl_option(&argc, argv, "--range") };
	bool is_trial = ctl_flag(&argc, argv, "--dry-run");
	int status = ctl_no_more_options(&ctl_value_mark, &argc, argv);

	if (status)
		return status;
	if (!take_on(&on, &argc, argv, 1))
		return ctl_usage(&ctl_value_mark, "name the kind and the value (or --key, or --range), and say shared, generic or none");
	said.word = argv[1];
	if (!ctl_is_choice(MARKS, said.word))
		return ctl_usage(&ctl_value_mark, "a mark is shared, generic or none, not '%s'", said.word);
	if (is_trial)
		return show_effect(ctl, &on);
	if (!said.reason)
		return ctl_usage(&ctl_value_mark, "give a reason");
	return state(ctl, &on, &said);
}

static int note_run(struct ctl *ctl, int argc, char **argv)
{
	struct said said = { .word = "note", .reason = ctl_option(&argc, argv, "--text"), .actor = ctl_option(&argc, argv, "--actor") };
	struct on on = { .key = ctl_option(&argc, argv, "--key"), .range = ctl_option(&argc, argv, "--range") };
	int status = ctl_no_more_options(&ctl_value_note, &argc, argv);

	if (status)
		return status;
	if (!take_on(&on, &argc, argv, 0) || !said.reason)
		return ctl_usage(&ctl_value_note, "name the kind and the value (or --key, or --range), and give the text");
	return state(ctl, &on, &said);
}

/* The mark, or the latest note of what has none. */
static void add_row(struct table *t, const struct json_doc *doc, const struct json_node *row)
{
	const struct json_node *mark = json_get(doc, row, "mark"), *note = json_first(doc, json_get(doc, row, "notes"));
	bool is_marked = mark && mark->type == JSON_OBJECT;
	const struct json_node *said = is_marked ? mark : note;

	table_text(t, json_get_text(doc, row, "kind").len > 0 ? json_get_text(doc, row, "kind") : BYTES_LIT("range"));
	table_text(t, json_get_text(doc, row, "shown").len > 0 ? json_get_text(doc, row, "shown") : json_get_text(doc, row, "key"));
	table_int(t, json_get_int(doc, row, "holders", 0));
	table_word(t, is_marked ? json_get_text(doc, mark, "value") : BYTES_LIT("note"));
	table_text(t, said ? json_get_text(doc, said, "actor") : BYTES_NONE);
	table_time(t, doc, said ? said : row, "at");
	table_text(t, said ? json_get_text(doc, said, is_marked ? "reason" : "text") : BYTES_NONE);
}

static void print_marks(struct ctl *ctl, const struct json_doc *doc)
{
	static const char *const heads[] = { "kind", "value", ">holders", "mark", "by", "at", "reason", NULL };
	struct table *t = table_new(ctl, heads);
	const struct json_node *list = json_get(doc, doc->nodes, "marks"), *row = json_first(doc, list);

	for (; row; row = json_after(doc, list, row)) {
		const struct json_node *notes = json_get(doc, row, "notes"), *mark = json_get(doc, row, "mark");
		const struct json_node *note = json_first(doc, notes);

		add_row(t, doc, row);
		if (!mark || mark->type != JSON_OBJECT) /* the first is told already */
			note = note ? json_after(doc, notes, note) : NULL;
		for (; note; note = json_after(doc, notes, note)) {
			table_text(t, BYTES_NONE);
			table_text(t, BYTES_NONE);
			table_text(t, BYTES_NONE);
			table_word(t, BYTES_LIT("note"));
			table_text(t, json_get_text(doc, note, "actor"));
			table_time(t, doc, note, "at");
			table_text(t, json_get_text(doc, note, "text"));
		}
	}
	table_end(t, "nothing is marked");
}

static int list_run(struct ctl *ctl, int argc, char **argv)
{
	const char *limit = ctl_option(&argc, argv, "--limit");
	struct text path = { 0 };
	const struct json_doc *doc;
	int status = ctl_no_arguments(&ctl_value_list, argc, argv);

	if (status)
		return status;
	text_adds(&path, "/v1/marks?limit=");
	ctl_escape(&path, bytes_of(limit ? limit : "100"));
	doc = ctl_show(ctl, path.ptr, &status);
	text_free(&path);
	if (doc)
		print_marks(ctl, doc);
	return status;
}

#define KEY { "--key", "KEY", "The key that answers name the value by, instead of the value.", NULL }
#define RANGE { "--range", "CIDR", "A range of addresses, instead of kind and value: every kind whose values are addresses.", NULL }
#define NO_MORE { NULL, NULL, NULL, NULL }
static const struct reference_option mark_options[] = {
	KEY, RANGE, { "--dry-run", NULL, "Says what it would change, and changes nothing.", NULL }, STATEMENT_REASON, STATEMENT_ACTOR, NO_MORE,
};
static const struct reference_option note_options[] = {
	KEY, RANGE, { "--text", "TEXT", "What is to be remembered.", NULL }, STATEMENT_ACTOR, NO_MORE,
};
static const struct reference_option list_options[] = {
	{ "--limit", "N", "At most so many, 1 to 1000; without it 100.", NULL }, NO_MORE,
};

const struct ctl_command ctl_value_mark = {
	.name = "value mark", .arguments = "ATTRIBUTE VALUE " MARKS " --reason=TEXT [OPTION]...", .options = mark_options, .run = mark_run,
	.help = "Says that many share a value by right, or that it says nothing; what is marked is evidence for nothing.",
	.more = "shared: an office, a school, a family's router. generic: a placeholder, the default of a device. none takes the mark back. Links "
		"lose the value at once, clusters split and alerts resolve with that reason; at most 10,000 stored pairs are read anew "
		"at once, the strongest first, the others when one of their accounts comes back. A range also marks the addresses that come "
		"later. A mark lives as long as what it is on would be kept: retain_hash for a value of a hashed kind.",
	.example = "assocctl value mark ip 10.231.0.50 shared --reason 'the library'",
};
const struct ctl_command ctl_value_note = {
	.name = "value note", .arguments = "ATTRIBUTE VALUE --text=TEXT [OPTION]...", .options = note_options, .run = note_run,
	.help = "Writes something down beside a value or a range of addresses.",
	.more = "It is shown wherever the value is; what is noted of a range, at every address in it: by why, account and search, on "
		"the dashboard, and in an analyst's dossier.",
	.example = "assocctl value note --range 10.231.0.0/16 --text 'belongs to the university'",
};
const struct ctl_command ctl_value_list = {
	.name = "value list", .arguments = "[OPTION]...", .options = list_options, .run = list_run,
	.help = "Lists values and ranges with a mark or notes, the latest first.",
};
