/* The chain, oldest entry first.
 * I1: in front of entry 1 there may be entries of an older version, elsewhere none.
 * I2: what the first entry follows was rotated away, unless it is number 1.
 * I3: what stands behind the last newline of the newest file is not finished, and not looked at. */
#include <stdlib.h>
#include <unistd.h>

#include "parts.h"

#define PIECE (64u << 10)

struct verification {
	struct audit_check *out;
	struct bytes noted;
	const struct audit_file *file;
	struct text held; /* from the last newline on */
	uint64_t line;
	struct errbuf *eb;
};

static enum err broken(struct verification *v, const char *why)
{
	return errbuf_set(v->eb, ERR_CORRUPT, "%s:%llu: %s", v->file->path, (unsigned long long)v->line, why);
}

static enum err take_unsealed(struct verification *v)
{
	if (v->out->entries > 0) /* I1 */
		return broken(v, "no entry with a seal; somebody else wrote here, or an older version did");
	v->out->unsealed++;
	return ERR_OK;
}

static enum err check_number(struct verification *v, uint64_t n)
{
	if (v->out->entries == 0 && v->out->unsealed > 0 && n != 1) /* I1 */
		return broken(v, "what stands in front has no seal, and this is not the first entry that has");
	if (v->out->entries == 0 || n == v->out->last + 1)
		return ERR_OK;
	return errbuf_set(v->eb, ERR_CORRUPT, "%s:%llu: entry %llu follows entry %llu; entries are missing, or the log was begun anew", v->file->path,
			  (unsigned long long)v->line, (unsigned long long)n, (unsigned long long)v->out->last);
}

static enum err take_line(struct verification *v, struct bytes line)
{
	struct audit_check *out = v->out;
	char digest[AUDIT_SEAL + 1], made[AUDIT_SEAL + 1];
	struct audit_seal s;

	v->line++;
	if (!decode_audit_seal(line, &s))
		return take_unsealed(v);
	if (check_number(v, s.n) != ERR_OK)
		return ERR_CORRUPT;
	if (s.body.len > 0) {
		seal_digest(s.body, digest);
		s.digest = bytes_of(digest);
	} else {
		out->erased++;
	}
	seal_make(s.prev, s.digest, made);
	if (!bytes_is(s.seal, made))
		return broken(v, "the entry and its seal do not fit; something was changed after it was written");
	if ((out->entries > 0 || s.n == 1) && !bytes_is(s.prev, out->entries > 0 ? out->seal : AUDIT_NO_SEAL)) /* I2 */
		return broken(v, "the entry does not follow the one before it; one of them was written anew");
	if (out->entries++ == 0)
		out->first = s.n;
	out->last = s.n;
	memcpy(out->seal, s.seal.ptr, AUDIT_SEAL);
	out->has_noted = out->has_noted || bytes_eq(s.seal, v->noted);
	return ERR_OK;
}

static enum err take_lines(struct verification *v)
{
	struct bytes rest = text_bytes(&v->held);
	struct text left = { 0 };
	enum err err = ERR_OK;
	ptrdiff_t end;

	while (err == ERR_OK && (end = bytes_find_char(rest, '\n')) >= 0) {
		err = take_line(v, bytes_slice(rest, 0, (size_t)end));
		rest = bytes_slice(rest, (size_t)end + 1, rest.len);
	}
	text_add(&left, rest);
	text_free(&v->held);
	v->held = left;
	return err;
}

static enum err take_file(struct verification *v, bool is_newest)
{
	char *piece = xmalloc(PIECE);
	enum err err = ERR_OK;
	ssize_t n = 0;

	v->line = 0;
	while (err == ERR_OK && v->held.len <= AUDIT_LINE_MAX && (n = read(v->file->fd, piece, PIECE)) > 0) {
		text_add(&v->held, bytes_make(piece, (size_t)n));
		err = take_lines(v);
	}
	free(piece);
	if (err == ERR_OK && n < 0)
		err = errbuf_set(v->eb, ERR_IO, "%s: %m", v->file->path);
	v->line += v->held.len > 0 ? 1 : 0;
	if (err == ERR_OK && v->held.len > 0 && (!is_newest || v->held.len > AUDIT_LINE_MAX)) /* I3 */
		err = broken(v, "the last line is not whole");
	text_free(&v->held);
	return err;
}

enum err audit_verify(const char *state_dir, struct bytes noted, struct audit_check *out, struct errbuf *eb)
{
	struct verification v = { .out = out, .noted = noted, .eb = eb };
	struct audit_files files;
	enum err err = audit_files_open_all(state_dir, &files, eb);

	*out = (struct audit_check){ 0 };
	if (err != ERR_OK)
		return err;
	out->files = (unsigned)files.list.n;
	out->compressed = files.compressed;
	for (size_t i = files.list.n; i > 0 && err == ERR_OK; i--) {
		v.file = &files.list.at[i - 1];
		err = take_file(&v, i == 1);
	}
	audit_files_close(&files);
	if (err == ERR_OK && out->files + out->compressed == 0)
		err = errbuf_set(eb, ERR_NOTFOUND, "%s: there is no " AUDIT_FILE " here: nothing was audited yet, or somebody took it away", state_dir);
	return err;
}
