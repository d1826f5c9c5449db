/* The lines of a file or of standard input, a reading at a time: numbered, and bounded whatever is in it. */
#ifndef ASSOCD_CTL_LINES_H
#define ASSOCD_CTL_LINES_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"
#include "daemon/model/event.h"

#define LINES_LONGEST (EVENT_LINE_MAX + 1) /* as much as it takes to be refused for its size */

struct lines {
	const char *name;    /* the path, or "standard input"; the caller's */
	uint64_t number;     /* of the line that was given last, from 1 */
	uint64_t at, size;   /* bytes read, and of all: 0 when that is not known */
	int64_t modified_ms; /* now, for what is no file */
	int fd;
	char *buffer;
	size_t held;
	bool is_skipping; /* inside a line that was given cut */
};
typedef void lines_fn(void *arg, struct bytes line);

/* path "-": standard input. The error names what cannot be opened; a directory as such. */
enum err lines_open(struct lines *l, const char *path, struct errbuf *eb) MUST_CHECK;
/* One reading of *n bytes, 0 at the end. fn gets each line that is whole, without its newline, at the end a last one that
 * has none too; one that is longer as its first LINES_LONGEST bytes. ERR_INPUT: it is compressed, or in another
 * encoding. */
enum err lines_read(struct lines *l, lines_fn *fn, void *arg, size_t *n, struct errbuf *eb) MUST_CHECK;
void lines_close(struct lines *l);

#endif
