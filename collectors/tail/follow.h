/* Following one log file by its path: across renames without loss, across restarts without repeats, across truncation
 * with at most what was unread lost (and often found again in the copy). It polls: inotify reports nothing on network
 * and some overlay file systems, drops events when its queue overflows, and would need the same look at the directory
 * after each of these; a look every 200 ms costs one stat a log. */
#ifndef ASSOCD_COLLECTORS_TAIL_FOLLOW_H
#define ASSOCD_COLLECTORS_TAIL_FOLLOW_H

#include <sys/types.h>

#include "daemon/base/text.h"
#include "daemon/vendor/json.h"

#define FOLLOW_LINE_MAX (64 * 1024)
#define FOLLOW_PATIENCE_US (2 * INT64_C(1000000))
#define FOLLOW_BUFFER (256 * 1024) /* bytes of one reading; more than a line */

struct follow;
struct follow_counts {
	uint64_t lines, truncations, too_long, half_lines, rotations;
};

/* from_end: what the file holds when it is first seen is not read. Nothing is opened yet. */
struct follow *follow_new(const char *path, bool from_end);
void follow_free(struct follow *f);
const char *follow_path(const struct follow *f);

/* A line without its newline, or a last line that has none for FOLLOW_PATIENCE_US (again, whole, if it then grows after
 * all); of one that is too long the first FOLLOW_LINE_MAX + 1 bytes. file_ms: when its file was last modified. */
typedef void follow_line_fn(void *arg, struct bytes line, int64_t file_ms);
/* One reading into buffer (FOLLOW_BUFFER bytes), oldest unread file first. True when it is worth calling again at once. */
bool follow_read(struct follow *f, char *buffer, follow_line_fn *line, void *arg);
/* Number of the line that is being given out, in its file, from 1; 0 when its file was not read from its beginning. */
uint64_t follow_line_number(const struct follow *f);
/* Why the file cannot be read ("...: Permission denied, trying again"), once per trouble; NULL when there is nothing new. */
const char *follow_trouble(struct follow *f);
const struct follow_counts *follow_counts(const struct follow *f);
bool follow_has(const struct follow *f, dev_t dev, ino_t ino);

/* Members of a JSON object: what has been read, as of the last follow_read. */
void follow_save(const struct follow *f, struct text *out);
void follow_restore(struct follow *f, const struct json_doc *doc, const struct json_node *saved);

#endif
