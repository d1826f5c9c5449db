/* Reference text. In scdoc '*' and '_' mark bold and underlined words, a backslash escapes, and some characters mean
 * something at the beginning of a line only; an underscore inside a word is one. */
#include "reference.h"

#include <stdarg.h>
#include <stdio.h>

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

#define PAGE_WIDTH 120 /* of a page's source */

static bool needs_escape(const char *words, const char *at)
{
	if (*at == '\\' || *at == '*')
		return true;
	return *at == '_' && (at == words || !is_word_char(at[-1]) || !is_word_char(at[1]));
}

void reference_words(struct text *out, enum reference_form form, const char *words)
{
	for (const char *at = words; *at; at++) {
		if (form == REFERENCE_MANUAL && needs_escape(words, at))
			text_addc(out, '\\');
		text_addc(out, form == REFERENCE_MANUAL && *at == '`' ? '*' : *at);
	}
}

/* One line after the other, each from a tab on. */
static void add_page_lines(struct text *out, const char *words)
{
	size_t line = 0;

	while (*words) {
		size_t n = strcspn(words, " ");
		char word[200];

		BUG_ON(n >= sizeof(word));
		snprintf(word, sizeof(word), "%.*s", (int)n, words);
		if (line > 0 && line + 1 + n > PAGE_WIDTH) {
			text_addc(out, '\n');
			line = 0;
		}
		text_adds(out, line > 0 ? " " : "\t");
		if (line == 0 && strchr("#;-.[|]", word[0]))
			text_addc(out, '\\');
		reference_words(out, REFERENCE_MANUAL, word);
		line += n + 1;
		words += n + (words[n] == ' ');
	}
}

void reference_paragraph(struct text *out, enum reference_form form, const char *words)
{
	if (form == REFERENCE_MANUAL)
		add_page_lines(out, words);
	else
		text_addf(out, "    %s", words);
	text_adds(out, "\n\n");
}

void reference_heading(struct text *out, enum reference_form form, const char *title)
{
	text_addf(out, form == REFERENCE_MANUAL ? "# %s\n\n" : "%s\n\n", title);
}

/* A word between two marks of its style; on a terminal there are none. */
static void add_styled(struct text *out, enum reference_form form, const char *mark, const char *word)
{
	text_adds(out, form == REFERENCE_MANUAL ? mark : "");
	reference_words(out, form, word);
	text_adds(out, form == REFERENCE_MANUAL ? mark : "");
}

void reference_entry(struct text *out, enum reference_form form, const struct reference_entry *e)
{
	struct text name = { 0 };

	text_adds(&name, e->prefix ? e->prefix : "");
	text_adds(&name, e->name);
	add_styled(out, form, "*", name.ptr);
	if (e->value && *e->value) {
		text_adds(out, form == REFERENCE_MANUAL ? " " : "  ");
		add_styled(out, form, "_", e->value);
	}
	if (e->notes && *e->notes) {
		text_adds(out, form == REFERENCE_MANUAL ? " (" : "  (");
		reference_words(out, form, e->notes);
		text_addc(out, ')');
	}
	text_addc(out, '\n');
	reference_paragraph(out, form, e->help);
	text_free(&name);
}

#define OPTION_INDENT 22

static void add_option(struct text *out, const char *name, const struct reference_option *row)
{
	text_addf(out, "  %s%s%s", name, row->value ? " " : "", row->value ? row->value : "");
	if (strlen(name) + (row->value ? strlen(row->value) : 0) + 3 >= OPTION_INDENT)
		text_addf(out, "\n%*s", OPTION_INDENT, "");
	else
		text_addf(out, "%*s", (int)(OPTION_INDENT - strlen(name) - (row->value ? strlen(row->value) + 1 : 0) - 2), "");
	text_add_wrapped(out, row->help, OPTION_INDENT, REFERENCE_WIDTH);
	text_addc(out, '\n');
}

void reference_options(struct text *out, enum reference_form form, const struct reference_option *rows)
{
	for (; rows && rows->name; rows++) {
		struct text name = { 0 };

		text_addf(&name, "%s%s%s", rows->brief ? rows->brief : "", rows->brief ? ", " : "", rows->name);
		if (form == REFERENCE_MANUAL)
			reference_entry(out, form, &(struct reference_entry){ NULL, name.ptr, rows->value, NULL, rows->help });
		else
			add_option(out, name.ptr, rows);
		text_free(&name);
	}
}

void reference_note(struct text *notes, const char *fmt, ...)
{
	char note[240];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(note, sizeof(note), fmt, ap);
	va_end(ap);
	text_adds(notes, notes->len ? ", " : "");
	text_adds(notes, note);
}
