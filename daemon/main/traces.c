/* A search through files, in pieces that overlap.
 * I1: what lies across two pieces is found once: a piece counts what begins in it, and reads on by a pattern's length. */
#include "traces.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/file.h"

#define PIECE (4u << 20)
#define OVERLAP 4096 /* longer than a pattern */

static bool is_of_name(char c)
{
	return c != '\0' && ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("_-./@", c) != NULL);
}

/* A full stop ends a sentence, too. */
static bool is_word(struct bytes piece, size_t at, size_t len)
{
	bool begins = at == 0 || !is_of_name(piece.ptr[at - 1]);
	size_t end = at + len;

	if (end < piece.len && piece.ptr[end] == '.')
		end++;
	return begins && (end >= piece.len || !is_of_name(piece.ptr[end]));
}

static uint64_t count_in(struct bytes piece, size_t begins, struct bytes pattern, bool is_whole)
{
	const char *at = piece.ptr, *end = piece.ptr + piece.len;
	uint64_t n = 0;

	if (pattern.len < TRACES_SHORTEST || pattern.len > OVERLAP)
		return 0;
	while ((at = memmem(at, (size_t)(end - at), pattern.ptr, pattern.len)) != NULL && (size_t)(at - piece.ptr) < begins) {
		n += !is_whole || is_word(piece, (size_t)(at - piece.ptr), pattern.len);
		at++;
	}
	return n;
}

static bool is_first(const struct traces_wanted *wanted, unsigned at)
{
	for (unsigned i = 0; i < at; i++)
		if (bytes_eq(wanted->words[i], wanted->words[at]))
			return false;
	return true;
}

/* False: it cannot be read to its end. */
static bool look_in(int fd, const struct traces_wanted *wanted, uint64_t *bytes, uint64_t *found)
{
	char *piece = xmalloc(PIECE + OVERLAP);
	off_t at = 0;
	ssize_t got;

	while ((got = pread(fd, piece, PIECE + OVERLAP, at)) > 0) {
		size_t begins = (size_t)got < PIECE ? (size_t)got : PIECE; /* I1 */

		*found += count_in(bytes_make(piece, (size_t)got), begins, wanted->exact, false);
		for (unsigned i = 0; i < TRACES_WORDS; i++)
			if (is_first(wanted, i))
				*found += count_in(bytes_make(piece, (size_t)got), begins, wanted->words[i], true);
		*bytes += begins;
		at += PIECE;
	}
	free(piece);
	return got == 0;
}

static bool is_database(const char *path)
{
	struct bytes name = bytes_of(path);

	return bytes_ends(name, BYTES_LIT("/assocd.db")) || bytes_ends(name, BYTES_LIT("/assocd.db-wal"));
}

static void note_barred(const char *path, struct traces *out)
{
	if (out->barred++ == 0)
		text_addf(&out->barred_at, "%s: %s", path, strerror(errno));
}

static void look_at(const char *path, const struct traces_wanted *wanted, struct traces *out)
{
	uint64_t n = 0;
	struct stat st;
	int fd;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) /* it went meanwhile */
		return;
	if (fd < 0 || !look_in(fd, wanted, &out->bytes, &n))
		note_barred(path, out);
	if (fd >= 0)
		close(fd);
	if (is_database(path)) {
		out->database += n;
	} else if (n > 0) {
		out->elsewhere += n;
		text_addf(&out->where, "%s%s", out->where.len > 0 ? ", " : "", path);
	}
}

static void look_at_all(const char *pattern, const struct traces_wanted *wanted, struct traces *out)
{
	glob_t found;
	int code = glob(pattern, GLOB_ERR, NULL, &found);

	if (code == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			look_at(found.gl_pathv[i], wanted, out);
	else if (code != GLOB_NOMATCH)
		note_barred(pattern, out);
	globfree(&found);
}

void traces_look(const char *dir, const char *alert_log, const struct traces_wanted *wanted, struct traces *out)
{
	struct text pattern = { 0 };
	size_t dir_len = strlen(dir);
	bool is_inside = strncmp(alert_log, dir, dir_len) == 0 && alert_log[dir_len] == '/';

	*out = (struct traces){ 0 };
	if (wanted->exact.len < TRACES_SHORTEST && wanted->words[0].len < TRACES_SHORTEST)
		return;
	file_add_literal(&pattern, dir);
	text_adds(&pattern, "/*");
	look_at_all(pattern.ptr, wanted, out);
	text_clear(&pattern);
	file_add_literal(&pattern, alert_log);
	text_addc(&pattern, '*');
	if (!is_inside)
		look_at_all(pattern.ptr, wanted, out);
	text_free(&pattern);
}
