/* The file STATE/tokens: a line a token. Read by the daemon, edited by `assocctl token`.
 *
 *   name role[,role...] sha256-hex [trusted] [rate=N]        '#' starts a comment line
 *
 * The token itself is nowhere kept: only its hash. */
#ifndef ASSOCD_API_TOKEN_LINES_H
#define ASSOCD_API_TOKEN_LINES_H

#include "daemon/base/text.h"
#include "daemon/vendor/crypto.h"
#include "tokens.h"

#define TOKEN_FILE_MAX (256 * 1024)

struct token_line {
	struct token_grant grant;
	uint8_t hash[CRYPTO_HASH_SIZE];
};

/* ERR_OK; ERR_NOTFOUND: a comment or empty, no text in eb; else the error names path and line. */
enum err token_line_parse(struct bytes line, const char *path, unsigned number, struct token_line *out, struct errbuf *eb) MUST_CHECK;
/* Every token of the file, in its order. ERR_NOTFOUND: there is no such file. fn may be NULL: the file is only checked. */
typedef enum err token_line_fn(void *arg, const struct token_line *line, struct errbuf *eb);
enum err token_lines_read(const char *state_dir, token_line_fn *fn, void *arg, struct errbuf *eb) MUST_CHECK;

/* For `assocctl token`. The file is replaced whole, with the owner of the state folder; two at once wait for each other. */
/* A new token for grant (name, roles, rate): appended to secret. ERR_EXISTS: there is one of that name. */
enum err token_add(const char *state_dir, const struct token_grant *grant, struct text *secret, struct errbuf *eb) MUST_CHECK;
/* ERR_NOTFOUND: there is none of that name. */
enum err token_revoke(const char *state_dir, struct bytes name, struct errbuf *eb) MUST_CHECK;
/* A name is 1 to 63 of A-Z a-z 0-9 . _ -, and not "admin", which is the one in admin.token. */
bool token_name_is_fine(struct bytes name);

#endif
