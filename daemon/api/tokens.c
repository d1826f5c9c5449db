/* Bearer tokens and their roles.
 *
 *   STATE/admin.token   64 hexadecimal digits and a line feed, mode 0600, made at the first start
 *   STATE/tokens        token_lines.h
 */
#include "tokens.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/file.h"
#include "daemon/base/log.h"
#include "daemon/base/vec.h"
#include "token_lines.h"

#define TOKEN_BYTES 32
#define TOKEN_TEXT_MIN 32

struct tokens {
	struct VEC(struct token_line) list;
	uint64_t stamp; /* of the files, before they were read */
	bool is_made;   /* admin.token, just now */
};

static const struct {
	const char *name;
	enum role role;
	unsigned includes;
} roles[] = {
	{ "ingest", ROLE_INGEST, 0 },
	{ "read", ROLE_READ, 0 },
	{ "analyst", ROLE_ANALYST, ROLE_READ },
	{ "admin", ROLE_ADMIN, ROLE_INGEST | ROLE_READ | ROLE_ANALYST | ROLE_TRUSTED },
};

const char *role_name(enum role role)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (roles[i].role == role)
			return roles[i].name;
	return "trusted";
}

static unsigned role_of_word(struct bytes word)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (bytes_is(word, roles[i].name))
			return roles[i].role | roles[i].includes;
	return 0;
}

unsigned role_parse(struct bytes words)
{
	unsigned all = 0;

	while (words.len > 0) {
		ptrdiff_t comma = bytes_find_char(words, ',');
		struct bytes word = bytes_slice(words, 0, comma < 0 ? words.len : (size_t)comma);
		unsigned one = role_of_word(word);

		if (one == 0)
			return 0;
		all |= one;
		words = bytes_slice(words, word.len + 1, words.len);
	}
	return all;
}

enum err token_secret(struct text *out, struct errbuf *eb)
{
	uint8_t random[TOKEN_BYTES];
	char hex[2 * TOKEN_BYTES + 1];
	enum err err = crypto_random(random, sizeof(random));

	if (err != ERR_OK)
		return errbuf_set(eb, err, "the system gives no random bytes for a token");
	crypto_hex(random, sizeof(random), hex);
	text_adds(out, hex);
	explicit_bzero(random, sizeof(random));
	explicit_bzero(hex, sizeof(hex));
	return ERR_OK;
}

void role_print(struct text *out, unsigned all)
{
	const char *comma = "";
	unsigned included = 0;

	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		included |= all & roles[i].role ? roles[i].includes : 0;
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		if (!(all & ~included & roles[i].role))
			continue;
		text_addf(out, "%s%s", comma, roles[i].name);
		comma = ",";
	}
}

/* Written aside and renamed, so that a crash leaves no half token. */
static enum err write_admin_token(const char *path, struct bytes line, struct errbuf *eb)
{
	struct text aside = { 0 };
	enum err err = ERR_OK;
	int fd;

	text_addf(&aside, "%s.new", path);
	fd = open(aside.ptr, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || !file_write_all(fd, line) || fsync(fd) != 0 || rename(aside.ptr, path) != 0)
		err = errbuf_set(eb, ERR_IO, "cannot write %s: %m", path);
	if (fd >= 0)
		close(fd);
	text_free(&aside);
	return err;
}

static enum err make_admin_token(const char *path, struct text *out, struct errbuf *eb)
{
	enum err err = token_secret(out, eb);

	text_addc(out, '\n');
	if (err == ERR_OK)
		err = write_admin_token(path, text_bytes(out), eb);
	if (err == ERR_OK)
		log_info("api", "made %s: who can read this file is administrator", path);
	return err;
}

static void warn_when_open(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & 0007))
		log_warn("api", "%s can be read by everybody (mode %04o); chmod 0600 closes it", path, st.st_mode & 07777);
}

static enum err open_admin_token(struct tokens *t, const char *state_dir, struct errbuf *eb)
{
	struct text path = { 0 }, file = { 0 };
	struct token_line token = { .grant = { .roles = role_of_word(BYTES_LIT("admin")), .name = "admin" } };
	struct bytes secret;
	enum err err;

	text_addf(&path, "%s/admin.token", state_dir);
	err = file_read(path.ptr, TOKEN_FILE_MAX, &file, eb);
	if (err == ERR_NOTFOUND) {
		errbuf_clear(eb);
		err = make_admin_token(path.ptr, &file, eb);
		t->is_made = true;
	}
	secret = bytes_trim(text_bytes(&file));
	if (err == ERR_OK && secret.len < TOKEN_TEXT_MIN)
		err = errbuf_set(eb, ERR_INPUT, "%s holds no token of at least %d characters; remove it to get a new one", path.ptr, TOKEN_TEXT_MIN);
	if (err == ERR_OK) {
		warn_when_open(path.ptr);
		crypto_sha256(secret, token.hash);
		VEC_PUSH(&t->list, token);
	}
	text_free(&path);
	text_free(&file);
	return err;
}

static enum err take_line(void *arg, const struct token_line *line, struct errbuf *eb)
{
	struct tokens *t = arg;

	if (t->list.n == TOKENS_MAX)
		return errbuf_set(eb, ERR_LIMIT, "more than %d tokens", TOKENS_MAX);
	VEC_PUSH(&t->list, *line);
	return ERR_OK;
}

/* Both files as they lie there now: another write, another number. */
static uint64_t stamp_of(const char *state_dir)
{
	static const char *const names[] = { "admin.token", "tokens" };
	uint64_t stamp = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct text path = { 0 };
		struct stat st = { 0 };

		text_addf(&path, "%s/%s", state_dir, names[i]);
		if (stat(path.ptr, &st) == 0)
			stamp = stamp * 31 + ((uint64_t)st.st_mtim.tv_sec * 1000000000u + (uint64_t)st.st_mtim.tv_nsec) * 7 +
				(uint64_t)st.st_ino * 3 + (uint64_t)st.st_size;
		text_free(&path);
	}
	return stamp;
}

bool tokens_have_changed(const struct tokens *t, const char *state_dir)
{
	return stamp_of(state_dir) != t->stamp;
}

enum err tokens_open(const char *state_dir, struct tokens **out, struct errbuf *eb)
{
	struct tokens *t = xcalloc(1, sizeof(*t));
	enum err err;

	t->stamp = stamp_of(state_dir); /* before reading: what changes meanwhile is read again */
	err = open_admin_token(t, state_dir, eb);
	t->stamp = t->is_made ? stamp_of(state_dir) : t->stamp;
	if (err == ERR_OK && (err = token_lines_read(state_dir, take_line, t, eb)) == ERR_NOTFOUND) {
		errbuf_clear(eb);
		err = ERR_OK;
	}
	if (err != ERR_OK) {
		tokens_free(t);
		return err;
	}
	*out = t;
	return ERR_OK;
}

void tokens_free(struct tokens *t)
{
	if (!t)
		return;
	VEC_FREE(&t->list);
	free(t);
}

bool tokens_check(const struct tokens *t, struct bytes token, struct token_grant *out)
{
	uint8_t hash[CRYPTO_HASH_SIZE];
	bool is_known = false;

	crypto_sha256(token, hash);
	for (size_t i = 0; i < t->list.n; i++) /* all of them, so that time tells nothing */
		if (crypto_equal(hash, t->list.at[i].hash, sizeof(hash))) {
			*out = t->list.at[i].grant;
			is_known = true;
		}
	return is_known;
}
