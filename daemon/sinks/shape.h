/* What alerts look like on their way out. */
#ifndef ASSOCD_SINKS_SHAPE_H
#define ASSOCD_SINKS_SHAPE_H

#include "daemon/base/text.h"
#include "sink.h"

/* JSON that json_string made, on one line, with every character that moves a terminal's cursor or its direction spelled
 * out (\u0085, \u202e): for what is written as it came. */
void shape_json(struct text *out, struct bytes json);
/* Text for a line: the same characters as \xNN and \u{...}, at most `max` bytes, cut at a character. */
void shape_line(struct text *out, struct bytes s, size_t max);
/* One sentence: what happened to which alert. */
void shape_sentence(struct text *out, const struct sink_row *row);
/* An OCSF 1.3 Detection Finding (class 2004). */
void shape_ocsf(struct text *out, const struct sink_row *row);
/* By format. */
void shape_row(struct text *out, const struct sink_row *row, enum sink_format format);
/* The same for the same change, also after a restart. */
#define SHAPE_KEY_SIZE 48
void shape_key(const struct sink_row *rows, size_t n, char out[SHAPE_KEY_SIZE]);
/* Syslog severity: 2 critical to 6 info. */
int shape_severity(struct bytes level);

#endif
