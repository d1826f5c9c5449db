/* Bearer tokens and their roles.
 *
 *   STATE/admin.token   64 hexadecimal digits and a line feed, mode 0600, made at the first start
 *   STATE/tokens        a line a token: name role[,role...] sha256-hex [trusted]; '#' starts a comment line
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
#include "daemon/base/utf8.h"
#include "daemon/base/vec.h"
#include "daemon/vendor/crypto.h"

#define TOKEN_BYTES 32
#define TOKEN_TEXT_MIN 32
#define TOKEN_FILE_MAX (256 * 1024)

struct token {
	uint8_t hash[CRYPTO_HASH_SIZE];
	struct token_grant grant;
};

struct tokens {
	struct VEC(struct token) list;
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

/* Written aside and renamed, so that a crash leaves no half token. */
static enum err write_admin_token(const char *path, struct bytes line, struct errbuf *eb)
{
	struct text aside = { 0 };
	enum err err = ERR_OK;
	int fd;

	text_addf(&aside, "%s.new", path);
	fd = open(aside.ptr, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || write(fd, line.ptr, line.len) != (ssize_t)line.len || fsync(fd) != 0 || rename(aside.ptr, path) != 0)
		err = errbuf_set(eb, ERR_IO, "cannot write %s: %m", path);
	if (fd >= 0)
		close(fd);
	text_free(&aside);
	return err;
}

static enum err make_admin_token(const char *path, struct text *out, struct errbuf *eb)
{
	uint8_t random[TOKEN_BYTES];
	char hex[2 * TOKEN_BYTES + 1];
	enum err err = crypto_random(random, sizeof(random));

	if (err != ERR_OK)
		return errbuf_set(eb, err, "the system gives no random bytes for %s", path);
	crypto_hex(random, sizeof(random), hex);
	text_addf(out, "%s\n", hex);
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
	struct token token = { .grant = { .roles = role_of_word(BYTES_LIT("admin")), .name = "admin" } };
	struct bytes secret;
	enum err err;

	text_addf(&path, "%s/admin.token", state_dir);
	err = file_read(path.ptr, TOKEN_FILE_MAX, &file, eb);
	if (err == ERR_NOTFOUND) {
		errbuf_clear(eb);
		err = make_admin_token(path.ptr, &file, eb);
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

static enum err parse_line(struct tokens *t, struct bytes line, const char *path, unsigned number, struct errbuf *eb)
{
	struct bytes name = next_word(&line), words = next_word(&line), hex = next_word(&line), mark = next_word(&line);
	struct token token = { 0 };

	if (name.len == 0 || name.ptr[0] == '#')
		return ERR_OK;
	if (name.len >= TOKEN_NAME_MAX)
		return errbuf_set(eb, ERR_INPUT, "%s:%u: the name is longer than %d bytes", path, number, TOKEN_NAME_MAX - 1);
	memcpy(token.grant.name, name.ptr, name.len);
	token.grant.roles = role_parse(words);
	if (token.grant.roles == 0)
		return errbuf_set(eb, ERR_INPUT, "%s:%u: \"%.*s\" are no roles; they are ingest, read, analyst, admin", path, number, BYTES_ARG(words));
	if (!parse_hash(hex, token.hash))
		return errbuf_set(eb, ERR_INPUT, "%s:%u: the third word is the token's SHA-256, 64 hexadecimal digits", path, number);
	if (bytes_is(mark, "trusted"))
		token.grant.roles |= ROLE_TRUSTED;
	else if (mark.len > 0)
		return errbuf_set(eb, ERR_INPUT, "%s:%u: the fourth word may only be \"trusted\"", path, number);
	if (t->list.n == TOKENS_MAX)
		return errbuf_set(eb, ERR_LIMIT, "%s:%u: more than %d tokens", path, number, TOKENS_MAX);
	VEC_PUSH(&t->list, token);
	return ERR_OK;
}

static enum err parse_file(struct tokens *t, struct bytes file, const char *path, struct errbuf *eb)
{
	enum err err = ERR_OK;

	for (unsigned number = 1; file.len > 0 && err == ERR_OK; number++) {
		ptrdiff_t feed = bytes_find_char(file, '\n');
		struct bytes line = bytes_slice(file, 0, feed < 0 ? file.len : (size_t)feed);

		err = parse_line(t, line, path, number, eb);
		file = bytes_slice(file, line.len + 1, file.len);
	}
	return err;
}

static enum err open_further_tokens(struct tokens *t, const char *state_dir, struct errbuf *eb)
{
	struct text path = { 0 }, file = { 0 };
	enum err err;

	text_addf(&path, "%s/tokens", state_dir);
	err = file_read(path.ptr, TOKEN_FILE_MAX, &file, eb);
	if (err == ERR_OK)
		err = parse_file(t, utf8_skip_mark(text_bytes(&file)), path.ptr, eb);
	text_free(&path);
	text_free(&file);
	if (err != ERR_NOTFOUND)
		return err;
	errbuf_clear(eb);
	return ERR_OK;
}

enum err tokens_open(const char *state_dir, struct tokens **out, struct errbuf *eb)
{
	struct tokens *t = xcalloc(1, sizeof(*t));
	enum err err = open_admin_token(t, state_dir, eb);

	if (err == ERR_OK)
		err = open_further_tokens(t, state_dir, eb);
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
