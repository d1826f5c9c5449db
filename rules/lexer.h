/* Words of the expression language. */
#ifndef ASSOCD_RULES_LEXER_H
#define ASSOCD_RULES_LEXER_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

#define DURATION_MAX_MS INT64_C(3155760000000) /* 100 years */

enum token_type { TOKEN_END, TOKEN_NUMBER, TOKEN_DURATION, TOKEN_TEXT, TOKEN_WORD, TOKEN_SIGN, TOKEN_BAD };

struct token {
	enum token_type type;
	struct bytes text; /* without quotes */
	unsigned offset;   /* of its first byte in the expression */
	int64_t num;       /* thousandths, or ms */
	const char *bad;   /* TOKEN_BAD: what is wrong */
};

struct lexer {
	struct bytes input;
	size_t at;
};

struct token decode_token(struct lexer *l);
bool token_is(const struct token *t, const char *sign_or_word);

#endif
