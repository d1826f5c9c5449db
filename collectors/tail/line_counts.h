/* How many times an identical line was seen in its second: the n that keeps apart lines that really happened twice,
 * while reading a file again gives the same ids. Seconds further than a few behind the newest are forgotten. */
#ifndef ASSOCD_COLLECTORS_TAIL_LINE_COUNTS_H
#define ASSOCD_COLLECTORS_TAIL_LINE_COUNTS_H

#include "daemon/base/text.h"

struct line_counts;

struct line_counts *line_counts_new(void);
void line_counts_free(struct line_counts *c);
/* 1 for the first line of that hash in the second of at_ms, 2 for the next ... */
uint32_t line_counts_next(struct line_counts *c, int64_t at_ms, uint64_t line_hash);
/* Kept across a restart: a text of hexadecimal words, and back. */
void line_counts_save(const struct line_counts *c, struct text *out);
void line_counts_restore(struct line_counts *c, struct bytes saved);

#endif
