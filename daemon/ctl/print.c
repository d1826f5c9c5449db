/* What people read: styles, times, numbers. */
#include "print.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/clock.h"

static const char *const style_codes[] = {
	[STYLE_PLAIN] = "", [STYLE_BOLD] = "\033[1m", [STYLE_DIM] = "\033[2m",
	[STYLE_RED] = "\033[1;31m", [STYLE_YELLOW] = "\033[33m", [STYLE_GREEN] = "\033[32m",
};

static bool is_coloured(const struct ctl *ctl)
{
	const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return ctl->is_terminal && !(none && *none) && !(terminal && strcmp(terminal, "dumb") == 0);
}

void print_styled(struct ctl *ctl, struct text *out, enum style style, struct bytes s)
{
	bool coloured = style != STYLE_PLAIN && is_coloured(ctl);

	if (coloured)
		text_adds(out, style_codes[style]);
	text_add_visible(out, s);
	if (coloured)
		text_adds(out, "\033[0m");
}

enum style style_of_word(struct bytes word)
{
	static const struct {
		const char *word;
		enum style style;
	} styles[] = {
		{ "strong", STYLE_RED }, { "probable", STYLE_YELLOW }, { "possible", STYLE_BOLD }, { "none", STYLE_DIM },
		{ "confirmed", STYLE_RED }, { "joint", STYLE_BOLD }, { "explained", STYLE_GREEN }, { "cleared", STYLE_GREEN },
		{ "withdrawn", STYLE_DIM }, { "critical", STYLE_RED }, { "high", STYLE_RED }, { "medium", STYLE_YELLOW },
		{ "open", STYLE_BOLD }, { "appealed", STYLE_YELLOW }, { "resolved", STYLE_DIM },
		{ "overdue", STYLE_RED }, { "refused", STYLE_YELLOW },
	};

	for (size_t i = 0; i < ARRAY_LEN(styles); i++)
		if (bytes_is(word, styles[i].word))
			return styles[i].style;
	return STYLE_PLAIN;
}

void print_out(struct text *out)
{
	if (out->len > 0)
		fwrite(out->ptr, 1, out->len, stdout);
	text_clear(out);
}

static void add_age(struct text *out, int64_t ms)
{
	char age[32];
	int64_t gap = clock_wall_ms() - ms;

	if (gap >= 0)
		text_addf(out, " (%s ago)", time_duration_text(gap, age, sizeof(age)));
	else
		text_addf(out, " (in %s)", time_duration_text(-gap, age, sizeof(age)));
}

void print_time(struct text *out, const struct json_doc *doc, const struct json_node *at, const char *key)
{
	struct bytes when = json_get_text(doc, at, key);
	int64_t ms;

	if (!time_parse_rfc3339(when, &ms) || when.len < 16)
		return;
	text_addf(out, "%.10s %.5s UTC", when.ptr, when.ptr + 11);
	add_age(out, ms);
}

void print_day(struct text *out, const struct json_doc *doc, const struct json_node *at, const char *key)
{
	struct bytes when = json_get_text(doc, at, key);

	text_add_visible(out, when.len ? bytes_slice(when, 0, 10) : BYTES_LIT("?"));
}

double print_real(const struct json_doc *doc, const struct json_node *at, const char *key)
{
	const struct json_node *node = json_get(doc, at, key);

	if (!node)
		return 0;
	return node->type == JSON_DOUBLE ? node->real : (double)node->num;
}

double print_hundredths(double bits)
{
	int64_t thousandths = (int64_t)(bits * 1000 + (bits < 0 ? -0.5 : 0.5));

	return (double)((thousandths + (bits < 0 ? -5 : 5)) / 10) / 100;
}

void print_bits(struct text *out, const struct json_doc *doc, const struct json_node *at, const char *key)
{
	text_addf(out, "%+8.2f", print_hundredths(print_real(doc, at, key)));
}

void print_count(struct text *out, int64_t n)
{
	char digits[32];
	int len = snprintf(digits, sizeof(digits), "%lld", (long long)(n < 0 ? -n : n));

	if (n < 0)
		text_addc(out, '-');
	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			text_addc(out, ',');
		text_addc(out, digits[i]);
	}
}

void print_path(struct text *out, const struct json_doc *doc, const struct json_node *path)
{
	const struct json_node *link = json_first(doc, path);

	if (link)
		text_add_visible(out, json_get_text(doc, link, "a"));
	for (; link; link = json_after(doc, path, link)) {
		struct bytes state = json_get_text(doc, link, "state");

		if (bytes_is(state, "joint") || bytes_is(state, "confirmed"))
			text_addf(out, " -%.*s- ", BYTES_ARG(state));
		else
			text_addf(out, " -%lld- ", (long long)json_get_int(doc, link, "score", 0));
		text_add_visible(out, json_get_text(doc, link, "b"));
	}
}

static void add_said(struct text *out, const struct json_doc *doc, const struct json_node *value)
{
	const struct json_node *mark = json_get(doc, value, "mark"), *note = json_get(doc, value, "noted"), *notes = json_get(doc, value, "notes");
	bool is_marked = mark && mark->type == JSON_OBJECT;
	struct bytes range;

	if (!note)
		note = notes ? json_first(doc, notes) : NULL;
	if (is_marked)
		text_addf(out, "marked as %.*s", BYTES_ARG(json_get_text(doc, mark, "value")));
	else if (json_get_true(doc, value, "is_marked"))
		text_adds(out, "marked");
	if (!note || note->type != JSON_OBJECT)
		return;
	range = json_get_text(doc, note, "range");
	text_adds(out, out->len > 0 ? "; noted" : "noted");
	if (range.len > 0)
		text_addf(out, " of %.*s", BYTES_ARG(range));
	text_adds(out, ": ");
	text_add(out, json_get_text(doc, note, "text"));
}

void table_said(struct table *t, const struct json_doc *doc, const struct json_node *value)
{
	struct text said = { 0 };

	add_said(&said, doc, value);
	table_text(t, text_bytes(&said));
	text_free(&said);
}

const char *table_said_head(const struct ctl *ctl, const struct json_doc *doc, const struct json_node *values)
{
	const struct json_node *value = json_first(doc, values);
	struct text said = { 0 };

	for (; value && said.len == 0 && !ctl->as_csv; value = json_after(doc, values, value))
		add_said(&said, doc, value);
	bool is_wanted = ctl->as_csv || said.len > 0;
	text_free(&said);
	return is_wanted ? "said" : NULL;
}
