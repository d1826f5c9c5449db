/* Cuts an expression into tokens: numbers, durations, quoted texts, words and signs.
 * I1: every call moves on by at least one byte, or gives TOKEN_END or TOKEN_BAD. */
#include "lexer.h"

#include "daemon/base/clock.h"
#include "keys.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static struct token token_bad(struct token t, const char *what)
{
	t.type = TOKEN_BAD;
	t.bad = what;
	return t;
}

/* A number, or with a unit right behind it a duration. */
static struct token lex_number(struct lexer *l, struct token t)
{
	size_t end = l->at;
	bool has_unit = false;
	while (end < l->input.len && (is_digit(l->input.ptr[end]) || l->input.ptr[end] == '.' || is_letter(l->input.ptr[end])))
		has_unit |= is_letter(l->input.ptr[end++]);
	t.text = bytes_slice(l->input, l->at, end - l->at);
	l->at = end;
	if (has_unit) {
		t.type = TOKEN_DURATION;
		if (!time_parse_duration(t.text, &t.num))
			return token_bad(t, "is neither a number nor a duration such as 72h or 7d");
		return t.num <= DURATION_MAX_MS ? t : token_bad(t, "is longer than 100 years (36525d)");
	}
	t.type = TOKEN_NUMBER;
	return decimal_parse(t.text, &t.num) ? t : token_bad(t, "is not a number with at most three decimals");
}

static struct token lex_text(struct lexer *l, struct token t)
{
	char quote = l->input.ptr[l->at];
	struct bytes rest = bytes_slice(l->input, l->at + 1, l->input.len);
	ptrdiff_t end = bytes_find_char(rest, quote);
	t.type = TOKEN_TEXT;
	t.text = bytes_slice(rest, 0, end < 0 ? rest.len : (size_t)end);
	l->at += t.text.len + 2;
	return end < 0 ? token_bad(t, "is a text whose quote is not closed") : t;
}

static struct token lex_word(struct lexer *l, struct token t)
{
	size_t end = l->at;
	while (end < l->input.len && (is_letter(l->input.ptr[end]) || is_digit(l->input.ptr[end]) || l->input.ptr[end] == '.'))
		end++;
	t.type = TOKEN_WORD;
	t.text = bytes_slice(l->input, l->at, end - l->at);
	l->at = end;
	return t;
}

static struct token lex_sign(struct lexer *l, struct token t)
{
	static const char *const signs[] = { "==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", "+", "-", "*", "/" };
	struct bytes rest = bytes_slice(l->input, l->at, l->input.len);
	t.type = TOKEN_SIGN;
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		if (!bytes_starts(rest, bytes_of(signs[i])))
			continue;
		t.text = bytes_of(signs[i]);
		l->at += t.text.len;
		return t;
	}
	t.text = bytes_slice(rest, 0, 1);
	l->at++;
	return token_bad(t, rest.ptr[0] == '=' ? "compares nothing; equality is written ==" : "has no meaning here");
}

struct token decode_token(struct lexer *l)
{
	while (l->at < l->input.len && strchr(" \t\r\n", l->input.ptr[l->at]) && l->input.ptr[l->at])
		l->at++;
	struct token t = { .type = TOKEN_END, .offset = (unsigned)l->at, .text = BYTES_NONE };
	if (l->at >= l->input.len)
		return t;
	char c = l->input.ptr[l->at];
	if (is_digit(c))
		return lex_number(l, t);
	if (c == '"' || c == '\'')
		return lex_text(l, t);
	return is_letter(c) ? lex_word(l, t) : lex_sign(l, t);
}

bool token_is(const struct token *t, const char *sign_or_word)
{
	return (t->type == TOKEN_SIGN || t->type == TOKEN_WORD) && bytes_is(t->text, sign_or_word);
}
