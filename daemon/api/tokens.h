/* Bearer tokens and their roles. Tokens are kept as SHA-256 hashes; comparing takes the same time whatever is wrong. */
#ifndef ASSOCD_API_TOKENS_H
#define ASSOCD_API_TOKENS_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"
#include "daemon/base/text.h"

enum role { ROLE_INGEST = 1, ROLE_READ = 2, ROLE_ANALYST = 4, ROLE_ADMIN = 8, ROLE_TRUSTED = 16 };
#define TOKEN_NAME_MAX 64
#define TOKENS_MAX 1024
#define TOKEN_RATE_MAX 1000000

struct token_grant {
	unsigned roles;           /* with what a role includes: admin all, analyst read */
	unsigned rate;            /* requests a second; 0: as the configuration says */
	char name[TOKEN_NAME_MAX];
};

struct tokens;
/* Makes STATE/admin.token (0600) when there is none; reads STATE/tokens when there is one. Errors name file and line. */
enum err tokens_open(const char *state_dir, struct tokens **out, struct errbuf *eb) MUST_CHECK;
void tokens_free(struct tokens *t);
/* Was one of the files written since they were read? */
bool tokens_have_changed(const struct tokens *t, const char *state_dir);
/* False when the token is unknown. */
bool tokens_check(const struct tokens *t, struct bytes token, struct token_grant *out);
/* "ingest,read" to roles; 0 when a word is no role. */
unsigned role_parse(struct bytes words);
/* 32 random bytes as 64 hexadecimal digits, appended. */
enum err token_secret(struct text *out, struct errbuf *eb) MUST_CHECK;
/* "ingest,analyst": as role_parse reads it; what a role includes is left out, trusted too. */
void role_print(struct text *out, unsigned roles);
/* Name of a single role, for messages and documents. */
const char *role_name(enum role role);

#endif
