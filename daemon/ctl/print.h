/* What people read: aligned tables or CSV, colours on a terminal, times with their age. */
#ifndef ASSOCD_CTL_PRINT_H
#define ASSOCD_CTL_PRINT_H

#include "ctl.h"

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_YELLOW, STYLE_GREEN };

/* Text of the server on its way to a terminal: control characters become visible. Styled only on a terminal, and not when
 * NO_COLOR is set. */
void print_styled(struct ctl *ctl, struct text *out, enum style style, struct bytes s);
/* Of a band ("strong" is red ...), a state, a level. */
enum style style_of_word(struct bytes word);
/* Writes to standard output and empties. */
void print_out(struct text *out);

/* "2026-01-02 03:04 UTC (3 d ago)"; empty when the member is absent or null. */
void print_time(struct text *out, const struct json_doc *doc, const struct json_node *at, const char *key);
/* "2026-01-02". */
void print_day(struct text *out, const struct json_doc *doc, const struct json_node *at, const char *key);
/* Bits, which have three decimals, to two: half away from zero, as in dossiers and on the page. */
double print_hundredths(double bits);
/* Signed: "+13.00". */
void print_bits(struct text *out, const struct json_doc *doc, const struct json_node *at, const char *key);
double print_real(const struct json_doc *doc, const struct json_node *at, const char *key);
/* "1,234,567". */
void print_count(struct text *out, int64_t n);

/* Links one behind the other: "anna -960- bert -joint- carl". */
void print_path(struct text *out, const struct json_doc *doc, const struct json_node *path);

#define COLUMNS_MAX 16
struct table;
/* heads: NULL-ended; a '>' in front puts the column to the right. */
struct table *table_new(struct ctl *ctl, const char *const *heads);
void table_text(struct table *t, struct bytes s);
void table_word(struct table *t, struct bytes s); /* styled by style_of_word */
void table_int(struct table *t, int64_t n);
void table_time(struct table *t, const struct json_doc *doc, const struct json_node *at, const char *key);
/* What people said of a value in an answer: "marked as shared; noted of 10.231.0.0/16: the university", the newest note. */
void table_said(struct table *t, const struct json_doc *doc, const struct json_node *value);
/* The head of that column: in CSV always, else where they said something of one of the values; else NULL. */
const char *table_said_head(const struct ctl *ctl, const struct json_doc *doc, const struct json_node *values);
/* Prints it as CSV with --csv, else aligned; `none` instead when there are no rows, where it is NULL nothing at all. Frees it. */
void table_end(struct table *t, const char *none);

#endif
