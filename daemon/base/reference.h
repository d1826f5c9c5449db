/* Reference text of a table's rows: a name, what it takes, its bounds, a sentence. Two forms: as a manual page's source
 * (scdoc(5)), and for a terminal. */
#ifndef ASSOCD_BASE_REFERENCE_H
#define ASSOCD_BASE_REFERENCE_H

#include "text.h"

enum reference_form { REFERENCE_TERMINAL, REFERENCE_MANUAL };

struct reference_entry {
	const char *prefix; /* in front of the name ("scoring."), or NULL */
	const char *name;
	const char *value;  /* what it takes ("number", "FILE"), or NULL */
	const char *notes;  /* "required, 0 to 1", or NULL */
	const char *help;
};

/* An option of a command line. */
struct reference_option {
	const char *name;  /* "--limit" */
	const char *value; /* what it takes, or NULL; words to choose from have '|' between */
	const char *help;  /* one sentence */
	const char *brief; /* "-c", or NULL */
};
/* Ended by a NULL name; rows may be NULL. */
void reference_options(struct text *out, enum reference_form form, const struct reference_option *rows);
#define REFERENCE_WIDTH 80 /* columns of a terminal that lines are kept within */

void reference_heading(struct text *out, enum reference_form form, const char *title);
void reference_entry(struct text *out, enum reference_form form, const struct reference_entry *e);
/* Sentences as an indented paragraph, wrapped in a page. What stands between `backquotes` is bold there. */
void reference_paragraph(struct text *out, enum reference_form form, const char *words);
/* Plain words with what scdoc gives a meaning to escaped; as they are on a terminal. */
void reference_words(struct text *out, enum reference_form form, const char *words);
/* Adds to a list with ", " between. */
void reference_note(struct text *notes, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
