/* Steps for identifiers, and for numbers that people carry: phone (ITU-T E.164), card (ISO/IEC 7812), account numbers,
 * dates. */
#include <stdio.h>

#include "daemon/base/err.h"
#include "daemon/vendor/unicode.h"
#include "normalise_steps.h"

#define PHONE_MIN 7
#define PHONE_MAX 15 /* E.164, 6.1 */
#define CARD_MIN 12
#define CARD_MAX 19
#define TOKEN_MIN 4
#define BULLET 0x2022
#define BULLET_UTF8 "\xe2\x80\xa2"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Of folded text: the digits of every script are ASCII by then. */
static struct bytes digits_of(struct arena *a, struct bytes s)
{
	char *text = arena_alloc(a, s.len + 1);
	size_t used = 0;

	for (size_t i = 0; i < s.len; i++)
		if (is_digit(s.ptr[i]))
			text[used++] = s.ptr[i];
	return bytes_make(text, used);
}

void step_digits(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct bytes s;

	if (unicode_fold(a, in, &s) == ERR_OK)
		normalised_add(out, digits_of(a, s));
}

static bool is_letter(int32_t cp)
{
	return cp >= 0 && unicode_is_letter_or_digit(cp) && !(cp >= '0' && cp <= '9');
}

/* The number alone: listed words are passed over in front of it ("tel.") and end it behind ("ext. 12"), as '#' and ';'
 * do (RFC 3966, 3), and behind a whole number the comma at which a telephone waits. Empty when other words stand in it, or a
 * mask, or a service code. */
static struct bytes number_alone(const struct words *words, struct bytes s)
{
	size_t start = 0, pos = 0, next;
	unsigned digits = 0;

	for (size_t at = 0; at < s.len; at = pos) {
		int32_t cp = unicode_next(s, &pos);

		if (is_letter(cp)) {
			for (next = pos; is_letter(unicode_next(s, &next));)
				pos = next;
			if (words_find(words, bytes_slice(s, at, pos - at)) == NULL)
				return BYTES_NONE;
			if (digits > 0)
				return bytes_slice(s, start, at - start);
			start = pos;
		} else if (cp == '#' || cp == ';' || (cp == ',' && digits >= PHONE_MIN)) {
			return digits > 0 ? bytes_slice(s, start, at - start) : BYTES_NONE;
		} else if (cp < 0 || cp == '*' || cp == BULLET) {
			return BYTES_NONE;
		}
		digits += cp >= '0' && cp <= '9';
	}
	return bytes_slice(s, start, s.len);
}

static bool all_the_same(struct bytes s)
{
	for (size_t i = 1; i < s.len; i++)
		if (s.ptr[i] != s.ptr[0])
			return false;
	return true;
}

/* "+44 (0)20", "+49 (030)": the digit that is dialled inside the country only is no part of the international number.
 * In Italy it is, "+39 (0)6" too (ITU-T E.164, national numbering plan of country code 39). */
static struct bytes without_trunk_digit(struct arena *a, struct bytes s)
{
	ptrdiff_t at = bytes_find(s, BYTES_LIT("(0"));
	struct bytes country;

	if (at <= 0)
		return s;
	country = digits_of(a, bytes_slice(s, 0, (size_t)at));
	if (bytes_is(country, "39") || bytes_is(country, "0039"))
		return s;
	return bytes_of(arena_printf(a, "%.*s%.*s", (int)at, s.ptr, (int)(s.len - (size_t)at - 2), s.ptr + at + 2));
}

void step_phone(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct bytes s, digits;
	bool is_international;
	size_t first = 0;
	char *text;

	if (unicode_fold(a, in, &s) != ERR_OK)
		return;
	s = number_alone(words, s);
	while (first < s.len && s.ptr[first] != '+' && !is_digit(s.ptr[first]))
		first++;
	digits = digits_of(a, s);
	is_international = (first < s.len && s.ptr[first] == '+') || bytes_starts(digits, BYTES_LIT("00"));
	if (is_international)
		digits = digits_of(a, without_trunk_digit(a, s));
	if (bytes_starts(digits, BYTES_LIT("00")))
		digits = bytes_slice(digits, 2, digits.len);
	if (digits.len < PHONE_MIN || digits.len > PHONE_MAX || all_the_same(digits))
		return;
	text = arena_alloc(a, digits.len + 1);
	text[0] = '+';
	memcpy(text + 1, digits.ptr, digits.len);
	normalised_add(out, is_international ? bytes_make(text, digits.len + 1) : digits);
}

static bool is_dash(int32_t cp)
{
	return cp == '-' || (cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212;
}

static bool is_card_text(struct bytes s, bool *has_x)
{
	*has_x = false;
	for (size_t pos = 0; pos < s.len;) {
		int32_t cp = unicode_next(s, &pos);

		if (cp == 'x')
			*has_x = true;
		else if (!(cp >= '0' && cp <= '9') && cp != ' ' && cp != '.' && !is_dash(cp))
			return false;
	}
	return true;
}

/* Stars, bullets, dots or crosses stand for digits: many cards look like it. */
static bool is_masked(struct bytes s)
{
	return bytes_find_char(s, '*') >= 0 || bytes_find_char(s, '#') >= 0 || bytes_find(s, BYTES_LIT("...")) >= 0 ||
	       bytes_find(s, BYTES_LIT(BULLET_UTF8)) >= 0;
}

/* "4.11111e+15", folded: a spreadsheet has rounded a number, and many numbers become it. */
static bool is_rounded(struct bytes s)
{
	ptrdiff_t at = bytes_find(s, BYTES_LIT("e+"));
	size_t n = at < 0 ? 0 : s.len - (size_t)at - 2;

	if (at <= 0 || n < 1 || n > 2 || !is_digit(s.ptr[at - 1]))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.ptr[i]) && s.ptr[i] != '.' && s.ptr[i] != ',' && i != (size_t)at && i != (size_t)at + 1)
			return false;
	return true;
}

void step_card(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct bytes token = bytes_trim(in), s, digits;
	bool has_x;

	if (unicode_fold(a, token, &s) != ERR_OK || is_masked(s) || is_rounded(s)) /* folding makes three dots of the ellipsis */
		return;
	if (!is_card_text(s, &has_x)) {
		if (token.len >= TOKEN_MIN)
			normalised_add(out, token);
		return;
	}
	digits = digits_of(a, s);
	if (!has_x && digits.len >= CARD_MIN && digits.len <= CARD_MAX && !all_the_same(digits))
		normalised_add(out, digits);
}

/* "iban: de89 ..." without its listed words, each of which ends where something else than a digit follows. */
static struct bytes without_words_in_front(const struct words *words, struct bytes s)
{
	size_t start = 0, at = 0, pos = 0;

	while (at < s.len) {
		int32_t cp = unicode_next(s, &pos);
		size_t first = at;

		at = pos;
		if (!unicode_is_letter_or_digit(cp))
			continue;
		for (size_t next = pos; is_letter(cp) && is_letter(unicode_next(s, &next));)
			at = pos = next;
		if (!is_letter(cp) || (at < s.len && is_digit(s.ptr[at])) || words_find(words, bytes_slice(s, first, at - first)) == NULL)
			break;
		start = at;
	}
	return bytes_slice(s, start, s.len);
}

/* Words have no digit ("exempt"), and "de00 0000 ..." is a country or a kind, and no number behind it. */
static bool is_number_of_something(struct bytes s)
{
	size_t letters = 0, zeros = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] >= '1' && s.ptr[i] <= '9')
			return true;
		zeros += s.ptr[i] == '0';
		letters += s.ptr[i] != '0';
	}
	return zeros > 0 && letters > 3;
}

/* As of a card; one "#" stands in front of whole numbers, too. */
static bool is_masked_number(struct bytes s)
{
	return bytes_find_char(s, '*') >= 0 || bytes_find(s, BYTES_LIT(BULLET_UTF8)) >= 0 || bytes_find(s, BYTES_LIT("xxx")) >= 0 ||
	       bytes_find(s, BYTES_LIT("##")) >= 0 || bytes_find(s, BYTES_LIT("...")) >= 0;
}

void step_account_number(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct bytes s;
	size_t used = 0;
	char *text;

	if (unicode_fold(a, in, &s) != ERR_OK || is_masked_number(s))
		return;
	s = without_words_in_front(words, s);
	if (is_rounded(bytes_trim(s)))
		return;
	text = arena_alloc(a, s.len + 1);
	for (size_t pos = 0, at = 0;; at = pos) {
		int32_t cp = unicode_next(s, &pos);

		if (cp < 0)
			break;
		if (cp >= 'a' && cp <= 'z')
			text[used++] = (char)(cp - 'a' + 'A');
		else if (unicode_is_letter_or_digit(cp)) {
			memcpy(text + used, s.ptr + at, pos - at);
			used += pos - at;
		}
	}
	struct bytes number = bytes_make(text, used);
	if (used >= TOKEN_MIN && !all_the_same(number) && is_number_of_something(number))
		normalised_add(out, number);
}

static bool is_around(char first, char last)
{
	return (first == '{' && last == '}') || (first == '<' && last == '>') || (first == last && (first == '"' || first == '\''));
}

/* "00000000-0000-0000-0000-000000000000", "ff:ff:ff:ff": what is written where there is none. */
static bool is_one_character(struct bytes s)
{
	size_t n = 0;
	char only = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = byte_lower(s.ptr[i]);

		if (c == '-' || c == ':' || c == '.' || c == '_')
			continue;
		if (n++ > 0 && c != only)
			return false;
		only = c;
	}
	return n == 0 || n >= TOKEN_MIN;
}

void step_id(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct bytes s = unicode_trim(in);

	while (s.len >= 2 && is_around(s.ptr[0], s.ptr[s.len - 1]))
		s = unicode_trim(bytes_slice(s, 1, s.len - 2));
	if (!is_one_character(s))
		normalised_add(out, s);
}

struct date {
	unsigned year, month, day;
};

static bool is_date(const struct date *d)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = (d->year % 4 == 0 && d->year % 100 != 0) || d->year % 400 == 0;

	if (d->year < 1800 || d->year > 2200 || d->month < 1 || d->month > 12 || d->day < 1)
		return false;
	return d->day <= days[d->month - 1] + (unsigned)(d->month == 2 && is_leap);
}

/* Three groups of digits with one kind of separator, or eight digits; *separator is 0 for those. */
static bool date_groups(struct bytes s, unsigned group[3], size_t width[3], char *separator)
{
	size_t at = 0;

	*separator = 0;
	for (unsigned i = 0; i < 3; i++) {
		group[i] = 0;
		for (width[i] = 0; at < s.len && is_digit(s.ptr[at]) && width[i] < 8; at++, width[i]++)
			group[i] = group[i] * 10 + (unsigned)(s.ptr[at] - '0');
		if (i == 0 && width[0] == 8 && at == s.len)
			return true;
		if (width[i] == 0 || width[i] > 4)
			return false;
		if (i == 2)
			break;
		if (at == s.len || (i == 1 && s.ptr[at] != *separator) || strchr("-/.", s.ptr[at]) == NULL || s.ptr[at] == '\0')
			return false;
		*separator = s.ptr[at++];
	}
	return (width[1] <= 2 && (width[0] <= 2 || width[2] <= 2)) && (at == s.len || s.ptr[at] == 't' || s.ptr[at] == ' ');
}

static bool read_date(struct arena *a, struct bytes in, struct date *d)
{
	unsigned g[3], swap;
	size_t width[3];
	char separator;
	struct bytes s;

	if (unicode_fold(a, in, &s) != ERR_OK || !date_groups(bytes_trim(s), g, width, &separator))
		return false;
	if (separator == 0)
		*d = (struct date){ g[0] / 10000, g[0] / 100 % 100, g[0] % 100 };
	else if (width[0] == 4)
		*d = (struct date){ g[0], g[1], g[2] };
	else if (width[2] == 4 && separator == '/')
		*d = (struct date){ g[2], g[0], g[1] };
	else if (width[2] == 4)
		*d = (struct date){ g[2], g[1], g[0] };
	else
		return false;
	if (separator == '/' && d->month > 12) { /* 31/12/1980 can only be day first */
		swap = d->month;
		d->month = d->day;
		d->day = swap;
	}
	return is_date(d);
}

void step_date(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct date d;

	if (read_date(a, in, &d))
		normalised_add(out, bytes_of(arena_printf(a, "%04u-%02u-%02u", d.year, d.month, d.day)));
}

void step_date_parts(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct date d;

	if (!read_date(a, in, &d))
		return;
	normalised_add(out, bytes_of(arena_printf(a, "year %u", d.year)));
	normalised_add(out, bytes_of(arena_printf(a, "month %u", d.month)));
	normalised_add(out, bytes_of(arena_printf(a, "day %u", d.day)));
}

void step_year(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct date d;

	if (read_date(a, in, &d))
		normalised_add(out, bytes_of(arena_printf(a, "%u", d.year)));
}
