/* Declarative patterns of log lines (config/patterns/NAME.yaml): which lines are events, and what they say. A line is
 * text matched by regular expressions, a JSON object, a form body or a record of CSV; rules are tried in order and the first match wins. */
#ifndef ASSOCD_COLLECTORS_TAIL_PATTERN_H
#define ASSOCD_COLLECTORS_TAIL_PATTERN_H

#include "daemon/base/text.h"
#include "fields.h"
#include "line_counts.h"
#include "log_time.h"

#define PATTERN_LINE_MAX (64 * 1024)
#define PATTERN_REPEAT_MAX 100 /* events that one line ("message repeated N times") may stand for */

struct pattern;

/* Strict: unknown keys, references to groups that no expression names and wrong values are errors with
 * file:line:column. name is a name in patterns_dir, or a path when it holds a slash. */
enum err pattern_load(const char *patterns_dir, const char *name, struct pattern **out, struct errbuf *eb) MUST_CHECK;
void pattern_free(struct pattern *p);

/* Where a line comes from. */
struct pattern_place {
	int64_t file_ms;            /* modification time of the file */
	struct bytes site;          /* over the pattern's own; may be empty */
	struct line_counts *counts; /* of the file, or of the files that follow each other */
	struct csv_header *header;  /* csv without columns of its own: filled by the first line of the file. NULL: none is read */
};
/* Are its lines CSV, and named by the first line of each file? Such a file is read from its beginning only. */
bool pattern_wants_header(const struct pattern *p);
/* "account=user_id,ts=created": what the pattern calls account is called user_id in the lines. ERR_INPUT names a reference that the
 * pattern does not have, and the nearest. */
enum err pattern_map(struct pattern *p, struct bytes map, struct errbuf *eb) MUST_CHECK;
/* ERR_INPUT: a column that the map names is not in the header. */
enum err pattern_check_header(const struct pattern *p, const struct csv_header *header, struct errbuf *eb) MUST_CHECK;

/* Appends the JSON event lines (each with its newline) that the line stands for to out and returns how many: 0 when no
 * rule matches, or -1 when a rule does but the time cannot be read or the account is empty, and when an expression gave up on
 * the line (vendor/regex.h). */
int decode_pattern_line(struct pattern *p, const struct pattern_place *place, struct bytes line, struct text *out);

#endif
