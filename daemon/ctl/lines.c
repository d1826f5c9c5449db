/* A buffer of one reading behind what was left of the one before.
 * I1: held is at most EVENT_LINE_MAX between readings: a longer begun line is given cut and its rest skipped. */
#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/clock.h"

#define READING (128 * 1024) /* stays in the caches */

enum err lines_open(struct lines *l, const char *path, struct errbuf *eb)
{
	bool is_input = !strcmp(path, "-");
	struct stat st;

	*l = (struct lines){ .name = is_input ? "standard input" : path, .modified_ms = clock_wall_ms() };
	l->fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (l->fd < 0)
		return errbuf_set(eb, ERR_IO, "%s: %s", l->name, strerror(errno));
	if (!fstat(l->fd, &st) && S_ISDIR(st.st_mode)) {
		lines_close(l);
		return errbuf_set(eb, ERR_INPUT, "%s: is a directory, a file is expected here", l->name);
	}
	if (S_ISREG(st.st_mode) && !is_input) {
		l->size = (uint64_t)st.st_size;
		l->modified_ms = (int64_t)st.st_mtim.tv_sec * 1000;
	}
	l->buffer = xmalloc(READING + EVENT_LINE_MAX);
	return ERR_OK;
}

void lines_close(struct lines *l)
{
	if (l->fd > STDIN_FILENO)
		close(l->fd);
	free(l->buffer);
	l->buffer = NULL;
	l->fd = -1;
}

static void give(struct lines *l, lines_fn *fn, void *arg, bool is_end)
{
	struct bytes rest = bytes_make(l->buffer, l->held);

	while (rest.len) {
		ptrdiff_t end = bytes_find_char(rest, '\n');
		struct bytes line = end < 0 ? rest : bytes_slice(rest, 0, (size_t)end);

		if (end < 0 && !is_end && line.len <= EVENT_LINE_MAX)
			break;
		if (!l->is_skipping) {
			l->number++;
			fn(arg, bytes_slice(line, 0, LINES_LONGEST));
		}
		l->is_skipping = end < 0;
		rest = bytes_slice(rest, line.len + (end >= 0), rest.len);
	}
	memmove(l->buffer, rest.ptr, rest.len);
	l->held = rest.len;
}

/* What no line of text begins with: its parser would only say that a string ends, or a character is none. */
static enum err check_form(const struct lines *l, struct errbuf *eb)
{
	static const struct { struct bytes magic; const char *what, *remedy; } forms[] = {
		{ BYTES_LIT("\x1f\x8b"), "is compressed (gzip)", "zcat FILE" },
		{ BYTES_LIT("\xfd" "7zXZ"), "is compressed (xz)", "xzcat FILE" },
		{ BYTES_LIT("\x28\xb5\x2f\xfd"), "is compressed (zstd)", "zstdcat FILE" },
		{ BYTES_LIT("PK\x03\x04"), "is an archive (zip)", "unzip -p FILE" },
		{ BYTES_LIT("\xff\xfe"), "is UTF-16", "iconv -f UTF-16 -t UTF-8 FILE" },
		{ BYTES_LIT("\xfe\xff"), "is UTF-16", "iconv -f UTF-16 -t UTF-8 FILE" },
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (bytes_starts(bytes_make(l->buffer, l->held), forms[i].magic))
			return errbuf_set(eb, ERR_INPUT, "%s: %s, lines of text are expected; `%s | assocctl ... -` hands them over", l->name,
					  forms[i].what, forms[i].remedy);
	return ERR_OK;
}

enum err lines_read(struct lines *l, lines_fn *fn, void *arg, size_t *n, struct errbuf *eb)
{
	ssize_t got;

	do
		got = read(l->fd, l->buffer + l->held, READING);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errbuf_set(eb, ERR_IO, "%s: %s", l->name, errno == EBADF ? "is closed" : strerror(errno));
	l->held += (size_t)got;
	if (l->at == 0 && check_form(l, eb) != ERR_OK)
		return ERR_INPUT;
	l->at += (uint64_t)got;
	*n = (size_t)got;
	give(l, fn, arg, got == 0);
	return ERR_OK;
}
