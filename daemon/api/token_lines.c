/* The lines of STATE/tokens: reading them, and replacing the file by one with a line more or less.
 * I1: the file is always whole: it is written aside, synced, renamed.
 * I2: who edits holds a lock on the state folder, so that no edit undoes another. */
#include "token_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/file.h"
#include "daemon/base/utf8.h"

static struct bytes next_word(struct bytes *line)
{
	struct bytes word;
	size_t n = 0;

	*line = bytes_trim(*line);
	while (n < line->len && line->ptr[n] != ' ' && line->ptr[n] != '\t')
		n++;
	word = bytes_slice(*line, 0, n);
	*line = bytes_slice(*line, n, line->len);
	return word;
}

static bool parse_hash(struct bytes hex, uint8_t out[CRYPTO_HASH_SIZE])
{
	char check[2 * CRYPTO_HASH_SIZE + 1], pair[3] = "";

	if (hex.len != 2 * CRYPTO_HASH_SIZE)
		return false;
	for (size_t i = 0; i < CRYPTO_HASH_SIZE; i++) {
		memcpy(pair, hex.ptr + 2 * i, 2);
		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	crypto_hex(out, CRYPTO_HASH_SIZE, check);
	return bytes_eq_nocase(hex, bytes_of(check));
}

/* "trusted" or "rate=N". */
static bool take_mark(struct bytes mark, struct token_grant *grant)
{
	uint64_t rate;

	if (bytes_is(mark, "trusted")) {
		grant->roles |= ROLE_TRUSTED;
		return true;
	}
	if (!bytes_starts(mark, BYTES_LIT("rate=")) || !bytes_to_u64(bytes_slice(mark, 5, mark.len), &rate) || rate < 1 || rate > TOKEN_RATE_MAX)
		return false;
	grant->rate = (unsigned)rate;
	return true;
}

enum err token_line_parse(struct bytes line, const char *path, unsigned number, struct token_line *out, struct errbuf *eb)
{
	struct bytes name = next_word(&line), words = next_word(&line), hex = next_word(&line), mark;

	memset(out, 0, sizeof(*out));
	if (name.len == 0 || name.ptr[0] == '#')
		return ERR_NOTFOUND;
	if (name.len >= TOKEN_NAME_MAX)
		return errbuf_set(eb, ERR_INPUT, "%s:%u: the name is longer than %d bytes", path, number, TOKEN_NAME_MAX - 1);
	memcpy(out->grant.name, name.ptr, name.len);
	out->grant.roles = role_parse(words);
	if (out->grant.roles == 0)
		return errbuf_set(eb, ERR_INPUT, "%s:%u: \"%.*s\" are no roles; they are ingest, read, analyst, admin", path, number, BYTES_ARG(words));
	if (!parse_hash(hex, out->hash))
		return errbuf_set(eb, ERR_INPUT, "%s:%u: the third word is the token's SHA-256, 64 hexadecimal digits", path, number);
	while ((mark = next_word(&line)).len > 0)
		if (!take_mark(mark, &out->grant))
			return errbuf_set(eb, ERR_INPUT, "%s:%u: behind the hash only \"trusted\" and \"rate=N\" (requests a second) may stand", path, number);
	return ERR_OK;
}

struct reading {
	const char *path;
	token_line_fn *fn;
	void *arg;
};

static enum err read_line(const struct reading *r, struct bytes text, unsigned number, struct errbuf *eb)
{
	struct token_line line;
	enum err err = token_line_parse(text, r->path, number, &line, eb);

	if (err == ERR_NOTFOUND)
		return ERR_OK;
	if (err != ERR_OK || !r->fn)
		return err;
	err = r->fn(r->arg, &line, eb);
	if (err != ERR_OK)
		errbuf_prefix(eb, "%s:%u", r->path, number);
	return err;
}

static enum err read_lines(const struct reading *r, struct bytes file, struct errbuf *eb)
{
	enum err err = ERR_OK;

	for (unsigned number = 1; file.len > 0 && err == ERR_OK; number++) {
		ptrdiff_t feed = bytes_find_char(file, '\n');
		struct bytes line = bytes_slice(file, 0, feed < 0 ? file.len : (size_t)feed);

		err = read_line(r, line, number, eb);
		file = bytes_slice(file, line.len + 1, file.len);
	}
	return err;
}

enum err token_lines_read(const char *state_dir, token_line_fn *fn, void *arg, struct errbuf *eb)
{
	struct text path = { 0 }, file = { 0 };
	struct reading r = { NULL, fn, arg };
	enum err err;

	text_addf(&path, "%s/tokens", state_dir);
	r.path = path.ptr;
	err = file_read(path.ptr, TOKEN_FILE_MAX, &file, eb);
	if (err == ERR_OK)
		err = read_lines(&r, utf8_skip_mark(text_bytes(&file)), eb);
	text_free(&path);
	text_free(&file);
	return err;
}

bool token_name_is_fine(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'))
			return false;
	}
	return name.len > 0 && name.len < TOKEN_NAME_MAX && !bytes_is(name, "admin");
}

/* -- editing -- */

struct edit {
	const char *state_dir;
	int lock;
	struct text path, file;
};

static enum err edit_begin(struct edit *e, struct errbuf *eb)
{
	enum err err;

	e->lock = open(e->state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (e->lock < 0)
		return errbuf_set(eb, errno == EACCES ? ERR_DENIED : ERR_NOTFOUND,
				  "the state folder %s cannot be opened: %m; run this as the daemon's user or as root, once the daemon has been started", e->state_dir);
	if (flock(e->lock, LOCK_EX) != 0) /* I2 */
		return errbuf_set(eb, ERR_IO, "cannot lock the state folder %s: %m", e->state_dir);
	text_addf(&e->path, "%s/tokens", e->state_dir);
	err = file_read(e->path.ptr, TOKEN_FILE_MAX, &e->file, eb);
	if (err != ERR_NOTFOUND)
		return err;
	errbuf_clear(eb);
	return ERR_OK;
}

/* The folder's owner is the daemon's user: root may have called, and the daemon must be able to read it. */
static bool write_whole(const struct edit *e, int fd)
{
	struct stat st;

	if (fstat(e->lock, &st) != 0 || (geteuid() == 0 && fchown(fd, st.st_uid, st.st_gid) != 0))
		return false;
	return file_write_all(fd, text_bytes(&e->file)) && fsync(fd) == 0;
}

static enum err edit_write(const struct edit *e, struct errbuf *eb)
{
	struct text aside = { 0 };
	enum err err = ERR_OK;
	int fd;

	text_addf(&aside, "%s.new", e->path.ptr);
	fd = open(aside.ptr, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || !write_whole(e, fd) || rename(aside.ptr, e->path.ptr) != 0 || fsync(e->lock) != 0) { /* I1 */
		err = errbuf_set(eb, errno == EACCES ? ERR_DENIED : ERR_IO, "cannot write %s: %m; what was there before stays", aside.ptr);
		if (fd >= 0)
			unlink(aside.ptr);
	}
	if (fd >= 0)
		close(fd);
	text_free(&aside);
	return err;
}

static void edit_end(struct edit *e)
{
	if (e->lock >= 0)
		close(e->lock);
	text_free(&e->path);
	text_free(&e->file);
}

static enum err refuse_same_name(void *arg, const struct token_line *line, struct errbuf *eb)
{
	const struct token_grant *grant = arg;

	if (strcmp(line->grant.name, grant->name) != 0)
		return ERR_OK;
	return errbuf_set(eb, ERR_EXISTS, "there is a token \"%s\" already; revoke it first, or take another name", grant->name);
}

static void add_line(struct text *file, const struct token_grant *grant, struct bytes secret)
{
	uint8_t hash[CRYPTO_HASH_SIZE];
	char hex[2 * CRYPTO_HASH_SIZE + 1];

	crypto_sha256(secret, hash);
	crypto_hex(hash, sizeof(hash), hex);
	if (file->len > 0 && file->ptr[file->len - 1] != '\n')
		text_addc(file, '\n');
	text_addf(file, "%s ", grant->name);
	role_print(file, grant->roles);
	text_addf(file, " %s%s", hex, grant->roles & ROLE_TRUSTED && !(grant->roles & ROLE_ADMIN) ? " trusted" : "");
	if (grant->rate > 0)
		text_addf(file, " rate=%u", grant->rate);
	text_addc(file, '\n');
}

enum err token_add(const char *state_dir, const struct token_grant *grant, struct text *secret, struct errbuf *eb)
{
	struct edit e = { .state_dir = state_dir, .lock = -1 };
	size_t from = secret->len;
	enum err err = edit_begin(&e, eb);

	if (err == ERR_OK)
		err = token_lines_read(state_dir, refuse_same_name, (void *)(uintptr_t)grant, eb);
	if (err == ERR_NOTFOUND && e.lock >= 0) {
		errbuf_clear(eb);
		err = ERR_OK;
	}
	if (err == ERR_OK)
		err = token_secret(secret, eb);
	if (err == ERR_OK) {
		add_line(&e.file, grant, bytes_make(secret->ptr + from, secret->len - from));
		err = edit_write(&e, eb);
	}
	edit_end(&e);
	return err;
}

/* Takes the lines of that name out; false when there is none. */
static bool cut_lines(struct text *file, struct bytes name)
{
	struct text kept = { 0 };
	bool is_cut = false;

	for (struct bytes rest = text_bytes(file); rest.len > 0;) {
		ptrdiff_t feed = bytes_find_char(rest, '\n');
		struct bytes line = bytes_slice(rest, 0, feed < 0 ? rest.len : (size_t)feed + 1), words = line;
		struct bytes first = next_word(&words);

		rest = bytes_slice(rest, line.len, rest.len);
		if (bytes_eq(bytes_trim(first), name))
			is_cut = true;
		else
			text_add(&kept, line);
	}
	text_free(file);
	*file = kept;
	return is_cut;
}

enum err token_revoke(const char *state_dir, struct bytes name, struct errbuf *eb)
{
	struct edit e = { .state_dir = state_dir, .lock = -1 };
	enum err err = edit_begin(&e, eb);

	if (err == ERR_OK && !cut_lines(&e.file, name))
		err = errbuf_set(eb, ERR_NOTFOUND, "there is no token \"%.*s\"; `assocctl token list` names them", BYTES_ARG(name));
	if (err == ERR_OK)
		err = edit_write(&e, eb);
	edit_end(&e);
	return err;
}
