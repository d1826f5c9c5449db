/* table.yaml as it is written: a token a line in the order of the rules, with what it was fitted to behind it. No time and
 * no folder is in it: the same fit gives the same bytes. */
#ifndef ASSOCD_CTL_TABLE_FILE_H
#define ASSOCD_CTL_TABLE_FILE_H

#include "daemon/base/text.h"
#include "patterns.h"
#include "rules/ruleset.h"

struct table_source {
	const struct ruleset *rules;          /* with the bits that are written */
	const struct pattern_totals *counts;  /* by token: those without a pair or bits get no line */
	const struct bytes *fitted_on;        /* a sentence a world */
	unsigned n_fitted_on;
};
void table_write(const struct table_source *source, struct text *out);
/* In place of what is there, at once and whole; "-" is standard output. */
enum err table_save(struct bytes content, const char *path, struct errbuf *eb) MUST_CHECK;

#endif
