/* Any bytes as an expression's tokens: each moves on, and points into the input. */
#include <stdint.h>

#include "rules/lexer.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct lexer lexer = { .input = bytes_make((const char *)in, n) };

	for (;;) {
		size_t before = lexer.at;
		struct token t = decode_token(&lexer);
		if (t.type == TOKEN_END || t.type == TOKEN_BAD)
			return 0;
		BUG_ON(lexer.at <= before || lexer.at > n || t.offset > n || t.text.len > n);
	}
}
