/* The reference of rule files, part by part, from the tables of keys, fields and normaliser steps. */
#include "reference.h"

#include "builder.h"
#include "daemon/model/expression.h"
#include "daemon/model/normalise.h"
#include "rule_tests.h"

static const char *const type_words[KEY_TYPES] = {
	[KEY_TEXT] = "text", [KEY_MILLI] = "number", [KEY_BITS] = "bits", [KEY_COUNT] = "count", [KEY_DURATION] = "duration",
	[KEY_BOOL] = "true|false", [KEY_LIST] = "list", [KEY_TABLE] = "mapping",
};

static const char *const value_words[] = { [VALUE_MISSING] = "nothing", [VALUE_BOOL] = "true|false", [VALUE_NUMBER] = "number",
					   [VALUE_DURATION] = "duration", [VALUE_TEXT] = "text", [VALUE_LIST] = "list" };

static void note_range(struct text *notes, const struct key_row *row)
{
	char low[KEY_RANGE_SIZE], high[KEY_RANGE_SIZE];
	if (row->type == KEY_TEXT && row->max)
		reference_note(notes, "at most %lld bytes", (long long)row->max);
	if (row->type != KEY_MILLI && row->type != KEY_BITS && row->type != KEY_COUNT && row->type != KEY_DURATION)
		return;
	key_range(row, low, high);
	reference_note(notes, row->type == KEY_DURATION && row->min > 0 && row->otherwise && strcmp(row->otherwise, "0") == 0 ? "0, or %s to %s" : "%s to %s", low, high);
}

/* "stable|experimental|disabled" of a KEY_WORD. */
static void add_value(struct text *value, const struct key_row *row)
{
	for (int i = 0; row->words && row->words[i]; i++)
		text_addf(value, "%s%s", i ? "|" : "", row->words[i]);
	if (!row->words)
		text_adds(value, row->takes ? row->takes : type_words[row->type]);
}

static void add_keys(struct text *out, enum reference_form form, const char *prefix, const struct key_row *rows)
{
	for (const struct key_row *row = rows; row->name; row++) {
		struct text value = {0}, notes = {0}, inner = {0};
		add_value(&value, row);
		if (row->is_required)
			reference_note(&notes, "required");
		note_range(&notes, row);
		if (row->otherwise || row->type == KEY_BOOL)
			reference_note(&notes, "default %s", row->otherwise ? row->otherwise : "false");
		reference_entry(out, form, &(struct reference_entry){ prefix, row->name, value.ptr, notes.ptr, row->help });
		text_addf(&inner, "%s%s%s", prefix, row->name, row->inside ? row->inside : ".");
		if (row->table)
			add_keys(out, form, inner.ptr, row->table);
		text_free(&value);
		text_free(&notes);
		text_free(&inner);
	}
}

static const struct { unsigned scope; const char *word; } scope_words[] = {
	{ SCOPE_ACCOUNT, "account" }, { SCOPE_LINK, "link" }, { SCOPE_CLUSTER, "cluster" }, { SCOPE_PAIR, "pair" },
	{ SCOPE_VALUE, "value" }, { SCOPE_SUPPORT, "support" },
};

static void note_scopes(struct text *notes, unsigned scopes)
{
	for (size_t i = 0; i < ARRAY_LEN(scope_words); i++)
		if (scopes & scope_words[i].scope)
			reference_note(notes, notes->len ? "%s" : "scope %s", scope_words[i].word);
}

static void write_fields(struct text *out, enum reference_form form)
{
	for (const struct field_row *row = field_rows; row->name; row++) {
		struct text notes = {0};
		note_scopes(&notes, row->scopes);
		reference_entry(out, form, &(struct reference_entry){ NULL, row->name, value_words[row->type], notes.ptr, row->help });
		text_free(&notes);
	}
}

static void write_calls(struct text *out, enum reference_form form)
{
	static const char *const arguments[] = { [CALL_KIND] = "KIND", [CALL_COUNTED] = "KIND", [CALL_FAMILY] = "FAMILY", [CALL_TIMING] = "\"RULE\"" };
	for (const struct call_row *row = call_rows; row->name; row++) {
		struct text notes = {0}, name = {0};
		text_addf(&name, "%s(%s)", row->name, arguments[row->argument]);
		if (row->scopes & SCOPE_EVENT)
			reference_note(&notes, "scope event");
		note_scopes(&notes, row->scopes);
		reference_entry(out, form, &(struct reference_entry){ NULL, name.ptr, value_words[row->type], notes.ptr, row->help });
		text_free(&notes);
		text_free(&name);
	}
}

static void write_steps(struct text *out, enum reference_form form)
{
	for (const struct normaliser_step *step = normaliser_steps; step->name; step++)
		reference_entry(out, form, &(struct reference_entry){ NULL, step->name, NULL, NULL, step->help });
}

const struct rules_part rules_parts[] = {
	{ "rule keys", "KEYS OF A RULE", rule_keys, NULL },
	{ "signal keys", "KEYS OF A SIGNAL", signal_keys, NULL },
	{ "compare keys", "KEYS OF A COMPARISON", compare_keys, NULL },
	{ "limit keys", "KEYS OF A LIMIT", limit_keys, NULL },
	{ "timing keys", "KEYS OF A TIMING RULE", timing_keys, NULL },
	{ "interaction keys", "KEYS OF INTERACTIONS AND SUPPORT", interaction_keys, NULL },
	{ "table keys", "KEYS OF TABLE.YAML", table_keys, NULL },
	{ "policy keys", "KEYS OF A POLICY", policy_keys, NULL },
	{ "window keys", "KEYS OF A WINDOW", window_keys, NULL },
	{ "fields", "FIELDS OF CONDITIONS", NULL, write_fields },
	{ "functions", "FUNCTIONS OF KINDS, FAMILIES AND TIMING RULES", NULL, write_calls },
	{ "attribute keys", "KEYS OF AN ATTRIBUTE KIND", attribute_keys, NULL },
	{ "normaliser steps", "NORMALISER STEPS", NULL, write_steps },
	{ "scoring keys", "KEYS OF SCORING.YAML", scoring_keys, NULL },
	{ "list keys", "KEYS OF A LIST", list_keys, NULL },
	{ "test keys", "KEYS OF A TEST", test_keys, NULL },
	{ NULL, NULL, NULL, NULL },
};

void rules_part_write(struct text *out, enum reference_form form, const struct rules_part *part)
{
	if (part->rows)
		add_keys(out, form, "", part->rows);
	else
		part->write(out, form);
}
