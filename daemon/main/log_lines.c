/* Overwriting lines of a file that others read.
 * I1: a line keeps its length and stays a JSON object, so that offsets of readers hold and every line still parses.
 * I2: a pipe or a device is not looked into: nothing can be taken back there.
 * I3: of a line that is too long nothing is held; it is counted and named, and what stands behind it is looked into. */
#include "log_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/file.h"

#define PIECE (1u << 20)
#define LINE_LIMIT (16u << 20) /* longer ones are no alerts */
#define GONE_LINE "{\"schema\":\"assocd.erased/1\"}"

static const char *const compressed[] = { ".gz", ".xz", ".zst", ".bz2" };

static bool is_compressed(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(compressed); i++)
		if (bytes_ends(bytes_of(path), bytes_of(compressed[i])))
			return true;
	return false;
}

struct file {
	int fd;
	const char *path;
	struct text held; /* from the last newline on */
	off_t at;         /* of held in the file */
	uint64_t ended;   /* lines before it */
	bool is_passing;  /* the rest of a line that is too long */
	log_line_fn *is_gone;
	void *arg;
	struct log_lines_gone *out;
};

/* I1 */
static bool overwrite(const struct file *f, off_t at, size_t len, struct bytes instead)
{
	struct text line = { 0 };
	bool is_done;

	text_add(&line, instead.len > 0 && instead.len <= len ? instead : BYTES_LIT(GONE_LINE));
	while (line.len < len)
		text_addc(&line, ' ');
	is_done = pwrite(f->fd, line.ptr, len, at) == (ssize_t)len;
	text_free(&line);
	return is_done;
}

static bool take_lines(struct file *f)
{
	struct bytes rest = text_bytes(&f->held);
	struct text left = { 0 }, instead = { 0 };
	bool is_fine = true;
	ptrdiff_t end;

	while (is_fine && (end = bytes_find_char(rest, '\n')) >= 0) {
		struct bytes line = bytes_slice(rest, 0, (size_t)end);

		text_clear(&instead);
		if (line.len >= sizeof(GONE_LINE) && f->is_gone(f->arg, line, &instead)) {
			is_fine = overwrite(f, f->at, line.len, text_bytes(&instead));
			f->out->lines++;
		}
		f->at += end + 1;
		f->ended++;
		rest = bytes_slice(rest, (size_t)end + 1, rest.len);
	}
	text_add(&left, rest);
	text_free(&f->held);
	text_free(&instead);
	f->held = left;
	return is_fine;
}

/* I3: what stands behind the end of the line that is passed over, if it ends here. */
static struct bytes pass(struct file *f, struct bytes piece)
{
	ptrdiff_t end = bytes_find_char(piece, '\n');
	size_t n = end < 0 ? piece.len : (size_t)end + 1;

	f->at += (off_t)n;
	f->ended += end >= 0;
	f->is_passing = end < 0;
	return bytes_slice(piece, n, piece.len);
}

/* I3 */
static void give_up_if_too_long(struct file *f)
{
	if (f->held.len < LINE_LIMIT)
		return;
	if (f->out->unread++ == 0)
		snprintf(f->out->unread_at, sizeof(f->out->unread_at), "%s:%llu", f->path, (unsigned long long)f->ended + 1);
	f->at += (off_t)f->held.len;
	text_free(&f->held);
	f->is_passing = true;
}

static enum err take_file(struct file *f, struct errbuf *eb)
{
	char *piece = xmalloc(PIECE);
	bool is_fine = true;
	ssize_t n = 0;

	while (is_fine && (n = read(f->fd, piece, PIECE)) > 0) {
		struct bytes got = bytes_make(piece, (size_t)n);

		text_add(&f->held, f->is_passing ? pass(f, got) : got);
		is_fine = take_lines(f);
		give_up_if_too_long(f);
	}
	if (is_fine && n >= 0)
		is_fine = fdatasync(f->fd) == 0;
	free(piece);
	return is_fine && n >= 0 ? ERR_OK : errbuf_set(eb, ERR_IO, "log %s: %s", f->path, strerror(errno));
}

static enum err erase_in(struct file *f, struct errbuf *eb)
{
	struct stat st;
	enum err err = ERR_OK;

	if (stat(f->path, &st) != 0 || !S_ISREG(st.st_mode))
		return ERR_OK; /* I2; or rotated away meanwhile */
	f->fd = open(f->path, O_RDWR | O_CLOEXEC);
	if (f->fd < 0)
		return errbuf_set(eb, ERR_IO, "log %s: %s", f->path, strerror(errno));
	err = take_file(f, eb);
	close(f->fd);
	text_free(&f->held);
	return err;
}

enum err log_lines_erase(const char *path, log_line_fn *is_gone, void *arg, struct log_lines_gone *out, struct errbuf *eb)
{
	struct text pattern = { 0 };
	enum err err = ERR_OK;
	glob_t found;

	file_add_literal(&pattern, path);
	text_addc(&pattern, '*');
	if (glob(pattern.ptr, GLOB_NOSORT, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc && err == ERR_OK; i++) {
			struct file f = { .path = found.gl_pathv[i], .is_gone = is_gone, .arg = arg, .out = out };

			if (is_compressed(f.path))
				out->compressed++;
			else
				err = erase_in(&f, eb);
		}
	globfree(&found);
	text_free(&pattern);
	return err;
}
