/* assocctl why: the waterfall from the prior over every item of evidence to the score. */
#include <stdio.h>

#include "daemon/base/clock.h"
#include "print.h"

extern const struct ctl_command ctl_why;

static void add_span(struct text *out, const struct json_doc *doc, const struct json_node *item, const char *side, struct bytes name)
{
	const struct json_node *uses = json_get(doc, item, side);

	text_add_visible(out, name);
	text_addc(out, ' ');
	print_day(out, doc, uses, "first");
	text_adds(out, " to ");
	print_day(out, doc, uses, "last");
}

/* Who used it when, and how far apart: on one line. */
static void add_uses(struct text *out, const struct json_doc *doc, const struct json_node *item)
{
	const struct json_node *link = json_get(doc, doc->nodes, "link");
	int64_t gap_ms = json_get_int(doc, item, "gap_ms", 0);
	char gap[32];

	if (json_get_text(doc, json_get(doc, item, "a"), "first").len == 0)
		return;
	text_adds(out, "            ");
	add_span(out, doc, item, "a", json_get_text(doc, link, "a"));
	text_adds(out, "; ");
	add_span(out, doc, item, "b", json_get_text(doc, link, "b"));
	if (gap_ms > 0)
		text_addf(out, "; %s apart", time_duration_text(gap_ms, gap, sizeof(gap)));
	text_addc(out, '\n');
}

static void add_line(struct ctl *ctl, struct text *out, enum style style, struct bytes s)
{
	if (s.len == 0)
		return;
	text_adds(out, "            ");
	print_styled(ctl, out, style, s);
	text_addc(out, '\n');
}

static void add_worded(struct text *out, const char *word, struct bytes what)
{
	if (what.len == 0)
		return;
	text_adds(out, word);
	text_add_visible(out, what);
}

/* What people noted of a value and of ranges that it lies in. */
static void add_notes(struct ctl *ctl, struct text *out, const struct json_doc *doc, const struct json_node *value)
{
	const struct json_node *list = json_get(doc, value, "notes"), *note = list ? json_first(doc, list) : NULL;

	for (; note; note = json_after(doc, list, note)) {
		struct bytes actor = json_get_text(doc, note, "actor");

		text_adds(out, "            noted");
		add_worded(out, " of ", json_get_text(doc, note, "range"));
		add_worded(out, " by ", actor);
		text_adds(out, ", ");
		print_day(out, doc, note, "at");
		text_adds(out, ": ");
		print_styled(ctl, out, STYLE_PLAIN, json_get_text(doc, note, "text"));
		text_addc(out, '\n');
	}
}

static void add_item(struct ctl *ctl, struct text *out, const struct json_doc *doc, const struct json_node *item)
{
	struct bytes shown = json_get_text(doc, item, "shown"), network = json_get_text(doc, item, "network");
	struct bytes title = json_get_text(doc, item, json_get_int(doc, item, "holders", 0) > 0 ? "title" : "rule_title");
	int64_t holders = json_get_int(doc, item, "holders", 0);
	double bits = print_real(doc, item, "bits"), alone = print_real(doc, item, "bits_alone");

	text_adds(out, "  ");
	print_bits(out, doc, item, "bits");
	text_adds(out, "  ");
	print_styled(ctl, out, bits < 0 ? STYLE_GREEN : STYLE_BOLD, title);
	if (shown.len > 0) {
		text_addc(out, ' ');
		text_add_visible(out, shown);
	}
	if (holders > 0)
		text_addf(out, "; %lld holders", (long long)holders);
	if (network.len > 0)
		text_addf(out, "; network %.*s", BYTES_ARG(network));
	text_addf(out, "; without it: %lld\n", (long long)json_get_int(doc, item, "without", 0));
	add_line(ctl, out, STYLE_PLAIN, json_get_text(doc, item, "sentence"));
	add_uses(out, doc, item);
	if (alone - bits > 0.005 || bits - alone > 0.005)
		text_addf(out, "            alone it would count %+.2f\n", print_hundredths(alone));
	add_line(ctl, out, STYLE_DIM, json_get_text(doc, item, "note"));
	add_notes(ctl, out, doc, item);
}

static void add_reason(struct ctl *ctl, struct text *out, struct bytes reason)
{
	if (reason.len == 0)
		return;
	text_adds(out, "\n  ");
	print_styled(ctl, out, STYLE_PLAIN, reason);
}

static void add_title(struct ctl *ctl, struct text *out, const struct json_doc *doc, const struct json_node *link)
{
	struct bytes band = json_get_text(doc, link, "band"), state = json_get_text(doc, link, "state");
	struct bytes by = json_get_text(doc, link, "explained_by");
	bool is_none = bytes_is(band, "none");

	print_styled(ctl, out, STYLE_BOLD, json_get_text(doc, link, "a"));
	text_adds(out, " and ");
	print_styled(ctl, out, STYLE_BOLD, json_get_text(doc, link, "b"));
	text_addf(out, ": score %lld", (long long)json_get_int(doc, link, "score", 0));
	text_adds(out, is_none ? "" : " ");
	print_styled(ctl, out, style_of_word(band), is_none ? BYTES_NONE : band);
	text_adds(out, ", ");
	/* What is suspected of nobody is no link. */
	print_styled(ctl, out, style_of_word(state), is_none && bytes_is(state, "suspected") ? BYTES_LIT("too little for a link") : state);
	if (by.len > 0 && !bytes_eq(by, state)) {
		text_adds(out, " by ");
		text_add_visible(out, by);
	}
	add_reason(ctl, out, json_get_text(doc, link, "reason"));
	text_adds(out, "\n\n      bits\n");
}

/* Of one family alone the sum says it all. */
static void add_families(struct text *out, const struct json_doc *doc)
{
	const struct json_node *list = json_get(doc, doc->nodes, "families"), *first = list ? json_first(doc, list) : NULL, *family = first;

	if (!first || !json_after(doc, list, first))
		return;
	for (; family; family = json_after(doc, list, family)) {
		text_adds(out, family == first ? "            " : ", ");
		text_add_visible(out, json_get_text(doc, family, "family"));
		text_addf(out, " %+.2f", print_hundredths(print_real(doc, family, "bits")));
	}
	text_addc(out, '\n');
}

/* Bits of a table that was fitted: their sum is the score's. */
static bool is_fitted(const struct json_doc *doc)
{
	return json_get_true(doc, doc->nodes, "fitted");
}

static void add_end(struct ctl *ctl, struct text *out, const struct json_doc *doc, const struct json_node *link)
{
	struct bytes blocked = json_get_text(doc, doc->nodes, "blocked");
	int64_t score = json_get_int(doc, link, "score", 0), computed = json_get_int(doc, link, "computed", 0);

	text_adds(out, "  --------\n  ");
	print_bits(out, doc, doc->nodes, "sum_bits");
	text_adds(out, "  sum");
	if (!is_fitted(doc)) {
		text_addf(out, "; calibrated %.3f x sum %+.2f = ", print_real(doc, doc->nodes, "scale"), print_hundredths(print_real(doc, doc->nodes, "shift_bits")));
		text_addf(out, "%+.2f bits", print_hundredths(print_real(doc, link, "bits")));
	}
	text_addf(out, ": score %lld\n", (long long)computed);
	add_families(out, doc);
	if (computed != score)
		text_addf(out, "            reported as %lld because of what was declared or decided\n", (long long)score);
	if (blocked.len > 0) {
		text_adds(out, "            not in one cluster: ");
		text_add_visible(out, blocked);
		text_addc(out, '\n');
	}
}

/* Other accounts' events change what values are worth; a pair is read again when one of its own two comes back. */
static void add_listed(struct text *out, const struct json_doc *doc, const struct json_node *link)
{
	int64_t listed = json_get_int(doc, doc->nodes, "listed", -1);

	if (listed < 0 || listed == json_get_int(doc, link, "score", 0))
		return;
	text_addf(out, "            listed as %lld, its score when it was last read, ", (long long)listed);
	print_day(out, doc, doc->nodes, "listed_at");
	text_adds(out, "; the next session of one of the two brings that up to date\n");
}

/* What both hold and people marked. */
static void add_ignored(struct ctl *ctl, struct text *out, const struct json_doc *doc)
{
	const struct json_node *list = json_get(doc, doc->nodes, "ignored"), *value = list ? json_first(doc, list) : NULL;

	for (; value; value = json_after(doc, list, value)) {
		text_adds(out, "      .     ");
		print_styled(ctl, out, STYLE_DIM, json_get_text(doc, value, "title"));
		text_addc(out, ' ');
		text_add_visible(out, json_get_text(doc, value, "shown"));
		text_adds(out, ": ");
		text_add_visible(out, json_get_text(doc, value, "reason"));
		text_addc(out, '\n');
		add_notes(ctl, out, doc, value);
	}
}

static void print_why(struct ctl *ctl, const struct json_doc *doc)
{
	const struct json_node *link = json_get(doc, doc->nodes, "link");
	const struct json_node *items = json_get(doc, doc->nodes, "evidence"), *item = json_first(doc, items);
	struct text out = { 0 };

	add_title(ctl, &out, doc, link);
	text_adds(&out, "  ");
	print_bits(&out, doc, doc->nodes, "prior_bits");
	if (is_fitted(doc)) {
		text_adds(&out, "  prior: any two accounts that meet at all\n");
	} else {
		text_adds(&out, "  prior: any two of ");
		print_count(&out, json_get_int(doc, doc->nodes, "accounts", 0));
		text_adds(&out, " accounts\n");
	}
	for (; item; item = json_after(doc, items, item))
		add_item(ctl, &out, doc, item);
	add_end(ctl, &out, doc, link);
	add_listed(&out, doc, link);
	add_ignored(ctl, &out, doc);
	if (json_first(doc, json_get(doc, doc->nodes, "path"))) {
		text_adds(&out, "            strongest path: ");
		print_path(&out, doc, json_get(doc, doc->nodes, "path"));
		text_addc(&out, '\n');
	}
	print_out(&out);
	text_free(&out);
}

/* One a line: to be pasted. */
static void print_sentences(const struct json_doc *doc)
{
	const struct json_node *sentences = json_get(doc, doc->nodes, "sentences"), *sentence = json_first(doc, sentences);
	struct text out = { 0 };

	for (; sentence; sentence = json_after(doc, sentences, sentence)) {
		text_add_visible(&out, sentence->text);
		text_addc(&out, '\n');
	}
	print_out(&out);
	text_free(&out);
}

static void print_items_csv(struct ctl *ctl, const struct json_doc *doc)
{
	static const char *const heads[] = { "kind", "value", "bits_milli", "holders", "network", "without", "sentence", NULL };
	struct table *t = table_new(ctl, heads);
	const struct json_node *items = json_get(doc, doc->nodes, "evidence"), *item = json_first(doc, items);

	for (; item; item = json_after(doc, items, item)) {
		double milli = print_real(doc, item, "bits") * 1000;

		table_text(t, json_get_text(doc, item, "kind"));
		table_text(t, json_get_text(doc, item, "shown"));
		table_int(t, (int64_t)(milli < 0 ? milli - 0.5 : milli + 0.5));
		table_int(t, json_get_int(doc, item, "holders", 0));
		table_text(t, json_get_text(doc, item, "network"));
		table_int(t, json_get_int(doc, item, "without", 0));
		table_text(t, json_get_text(doc, item, "sentence"));
	}
	table_end(t, "");
}

static int why_run(struct ctl *ctl, int argc, char **argv)
{
	struct text path = { 0 };
	const struct json_doc *doc;
	bool is_text = ctl_flag(&argc, argv, "--text"), is_told = ctl_flag(&argc, argv, "--subject");
	int status = ctl_no_more_options(&ctl_why, &argc, argv);

	if (status)
		return status;
	if (argc != 3)
		return ctl_usage(&ctl_why, "name two accounts");
	text_adds(&path, "/v1/links/");
	ctl_escape(&path, bytes_of(argv[1]));
	text_addc(&path, '/');
	ctl_escape(&path, bytes_of(argv[2]));
	text_adds(&path, is_told ? "?for=subject" : "");
	doc = ctl_show(ctl, path.ptr, &status);
	text_free(&path);
	if (doc && (is_text || is_told))
		print_sentences(doc);
	else if (doc && ctl->as_csv)
		print_items_csv(ctl, doc);
	else if (doc)
		print_why(ctl, doc);
	return status;
}

static const struct reference_option why_options[] = {
	{ "--text", NULL, "The same in sentences, one a line, to be pasted.", NULL },
	{ "--subject", NULL, "Only what the owner of the first account may be told, as the rules' 'subject' says: no other account, value, "
			     "score or rule.", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_why = {
	.name = "why", .arguments = "ACCOUNT ACCOUNT [OPTION]...", .options = why_options, .run = why_run,
	.help = "Says why two accounts are linked: the prior, every item of evidence with its bits, the sum, the score.",
	.more = "Each item has its holders, times and kind of network, and the score that the link would have without it, and below it what people "
		"noted of its value. Below the sum stands what each family of evidence comes to: items of one family are read together, as one "
		"may take back what another says of the same thing; values that both hold and people marked follow. As CSV the items alone, "
		"their bits in thousandths (bits_milli).",
	.example = "assocctl why shop/anna shop/bela",
};
