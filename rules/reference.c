/* The reference of rule files in scdoc's form: every key, field and normaliser step from the table that defines it. */
#include "builder.h"
#include "daemon/model/expression.h"
#include "daemon/model/normalise.h"
#include "rule_tests.h"

static const char *const type_words[KEY_TYPES] = {
	[KEY_TEXT] = "text", [KEY_MILLI] = "number", [KEY_BITS] = "bits", [KEY_COUNT] = "count", [KEY_DURATION] = "duration",
	[KEY_BOOL] = "true or false", [KEY_WORD] = "word", [KEY_LIST] = "list", [KEY_NODE] = "", [KEY_TABLE] = "mapping",
	[KEY_SPECIAL] = "",
};

static const char *const value_words[] = { [VALUE_MISSING] = "nothing", [VALUE_BOOL] = "true or false", [VALUE_NUMBER] = "number",
					   [VALUE_DURATION] = "duration", [VALUE_TEXT] = "text", [VALUE_LIST] = "list" };

/* scdoc gives a meaning to these. */
static void add_escaped(struct text *out, const char *s)
{
	for (; *s; s++) {
		if (strchr("\\*_<>#~", *s))
			text_addc(out, '\\');
		text_addc(out, *s);
	}
}

static void add_entry(struct text *out, const char *prefix, const char *name, const char *type)
{
	text_addc(out, '*');
	add_escaped(out, prefix);
	add_escaped(out, name);
	text_addc(out, '*');
	if (*type)
		text_addf(out, " _%s_", type);
}

static void add_range(struct text *out, const struct key_row *row)
{
	char low[KEY_RANGE_SIZE], high[KEY_RANGE_SIZE];
	bool is_ranged = row->type == KEY_MILLI || row->type == KEY_BITS || row->type == KEY_COUNT || row->type == KEY_DURATION;
	const char *comma = "";
	text_adds(out, " (");
	size_t start = out->len;
	if (row->is_required) {
		text_adds(out, "required");
		comma = ", ";
	}
	if (is_ranged) {
		key_range(row, low, high);
		text_addf(out, "%s%s to %s", comma, low, high);
		comma = ", ";
	}
	for (int i = 0; row->words && row->words[i]; i++) {
		text_addf(out, "%s%s", comma, row->words[i]);
		comma = ", ";
	}
	if (row->otherwise) {
		text_addf(out, "%sdefault ", comma);
		add_escaped(out, row->otherwise);
	}
	if (out->len == start)
		out->len -= 2;
	else
		text_addc(out, ')');
}

static void add_keys(struct text *out, const char *prefix, const struct key_row *rows)
{
	for (; rows->name; rows++) {
		add_entry(out, prefix, rows->name, type_words[rows->type]);
		add_range(out, rows);
		text_adds(out, "\n\t");
		add_escaped(out, rows->help);
		text_adds(out, "\n\n");
		if (!rows->table)
			continue;
		struct text inner = {0};
		text_addf(&inner, "%s%s.", prefix, rows->name);
		add_keys(out, inner.ptr, rows->table);
		text_free(&inner);
	}
}

static void add_fields(struct text *out)
{
	static const struct { unsigned scope; const char *word; } scopes[] = {
		{ SCOPE_ACCOUNT, "account" }, { SCOPE_LINK, "link" }, { SCOPE_CLUSTER, "cluster" } };
	for (const struct field_row *row = field_rows; row->name; row++) {
		const char *comma = " (scope ";
		add_entry(out, "", row->name, value_words[row->type]);
		for (size_t i = 0; i < ARRAY_LEN(scopes); i++) {
			if (!(row->scopes & scopes[i].scope))
				continue;
			text_addf(out, "%s%s", comma, scopes[i].word);
			comma = ", ";
		}
		text_adds(out, ")\n\t");
		add_escaped(out, row->help);
		text_adds(out, "\n\n");
	}
}

static void add_steps(struct text *out)
{
	for (const struct normaliser_step *step = normaliser_steps; step->name; step++) {
		add_entry(out, "", step->name, "");
		text_adds(out, "\n\t");
		add_escaped(out, step->help);
		text_adds(out, "\n\n");
	}
}

void reference_write(struct text *out)
{
	const struct { const char *title; const struct key_row *rows; } sections[] = {
		{ "KEYS OF A RULE", rule_keys }, { "KEYS OF A SIGNAL", signal_keys }, { "KEYS OF A COMPARISON", compare_keys },
		{ "KEYS OF A LIMIT", limit_keys }, { "KEYS OF A POLICY", policy_keys }, { "KEYS OF AN ATTRIBUTE KIND", attribute_keys },
		{ "KEYS OF SCORING.YAML", scoring_keys }, { "KEYS OF A TEST", test_keys },
	};
	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		text_addf(out, "# %s\n\n", sections[i].title);
		add_keys(out, "", sections[i].rows);
	}
	text_adds(out, "# FIELDS OF CONDITIONS\n\n");
	add_fields(out);
	text_adds(out, "# NORMALISER STEPS\n\n");
	add_steps(out);
}
