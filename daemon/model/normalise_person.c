/* Names of people and companies, and postal addresses: words folded, unified and sorted, so that order, case, accents,
 * punctuation and the usual abbreviations do not matter. Which words are titles, legal forms and abbreviations is in the
 * lists of the kind. A text of nothing but such words keeps them: a family may be called Prof. */
#include "daemon/base/err.h"
#include "daemon/vendor/unicode.h"
#include "normalise_steps.h"

/* Scripts whose names are written without spaces and in one order, the family first. */
static bool is_east_asian(int32_t cp)
{
	return (cp >= 0x3005 && cp <= 0x30ff) || (cp >= 0x3400 && cp <= 0x9fff) || (cp >= 0xac00 && cp <= 0xd7a3) ||
	       (cp >= 0xf900 && cp <= 0xfaff) || (cp >= 0x20000 && cp <= 0x3ffff);
}

static bool all_east_asian(const struct tokens *t)
{
	for (unsigned i = 0; i < t->n; i++)
		for (size_t pos = 0; pos < t->at[i].len;)
			if (!is_east_asian(unicode_next(t->at[i], &pos)))
				return false;
	return t->n > 0;
}

static void name_words(struct arena *a, const struct words *words, struct bytes in, struct tokens *t)
{
	tokens_split(a, in, false, t);
	if (t->n > 1 && all_east_asian(t)) {
		t->at[0] = tokens_join(a, t, '\0');
		t->n = 1;
	}
	tokens_replace(a, words, t);
	tokens_sort(t);
}

void step_name(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct tokens t;

	name_words(a, words, in, &t);
	normalised_add(out, tokens_join(a, &t, ' '));
}

void step_name_tokens(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct tokens t;

	name_words(a, words, in, &t);
	for (unsigned i = 0; i < t.n; i++)
		if (count_characters(t.at[i]) >= 2)
			normalised_add(out, t.at[i]);
}

static bool is_initial(struct bytes token)
{
	return count_characters(token) == 1 && token.ptr[0] != '&' && !(token.ptr[0] >= '0' && token.ptr[0] <= '9');
}

/* "s p a" to "spa": words stand one behind the other in memory, so that a longer slice is the word of several. */
static void join_initials(struct tokens *t)
{
	unsigned n = 0;
	bool was_initial = false;

	for (unsigned i = 0; i < t->n; i++) {
		bool initial = is_initial(t->at[i]);

		if (initial && was_initial)
			t->at[n - 1].len += t->at[i].len;
		else
			t->at[n++] = t->at[i];
		was_initial = initial;
	}
	t->n = n;
}

static void company_words(struct arena *a, struct bytes in, struct tokens *t)
{
	tokens_split(a, in, true, t);
	join_initials(t);
}

struct bytes form_company(struct arena *a, struct bytes text)
{
	struct tokens t;

	company_words(a, text, &t);
	return tokens_join(a, &t, ' ');
}

/* "&" and the words for it: they have kept initials apart, and say nothing more. */
static void drop_and(const struct words *words, struct tokens *t)
{
	unsigned n = 0;

	for (unsigned i = 0; i < t->n; i++) {
		const struct word *word = words_find(words, t->at[i]);

		if (t->at[i].ptr[0] != '&' && !(word && bytes_is(word->to, "&")))
			t->at[n++] = t->at[i];
	}
	t->n = n;
}

/* Number of words of the longest legal form at the end of the name. */
static unsigned form_behind(const struct words *words, const struct tokens *t)
{
	unsigned n = t->n < WORD_PHRASE_MAX ? t->n : WORD_PHRASE_MAX;

	while (n > 0 && tokens_listed(words, t, t->n - n, n) == NULL)
		n--;
	return n;
}

static unsigned form_in_front(const struct words *words, const struct tokens *t)
{
	for (unsigned n = t->n < WORD_PHRASE_MAX ? t->n : WORD_PHRASE_MAX; n > 0; n--) {
		const struct word *word = tokens_listed(words, t, 0, n);

		if (word && bytes_is(word->to, "in front"))
			return n;
	}
	return 0;
}

static void drop_forms(struct arena *a, const struct words *words, struct tokens *t)
{
	struct tokens left = *t;
	unsigned n;

	while ((n = form_behind(words, &left)) > 0)
		left.n -= n;
	while ((n = form_in_front(words, &left)) > 0) {
		left.n -= n;
		memmove(left.at, left.at + n, left.n * sizeof left.at[0]);
	}
	if (left.n == 0)
		return;
	*t = left;
	for (unsigned i = 0; i < t->n; i++)
		t->at[i] = token_replace_part(a, words, t->at[i]);
}

/* Words of the kind: "gmbh" is left out at the end, "ooo = in front" at the beginning too, "and = &" everywhere. */
void step_company(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct tokens t;

	company_words(a, in, &t);
	drop_and(words, &t);
	drop_forms(a, words, &t);
	tokens_sort(&t);
	normalised_add(out, tokens_join(a, &t, ' '));
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_number(struct bytes token)
{
	for (size_t i = 0; i < token.len; i++)
		if (!is_digit(token.ptr[i]))
			return false;
	return true;
}

/* What may follow a house number: a letter that no list gives a meaning (as n for north), or a second, third, fourth. */
static bool is_number_letter(const struct words *words, struct bytes token)
{
	if (bytes_is(token, "bis") || bytes_is(token, "ter") || bytes_is(token, "quater"))
		return true;
	return token.len == 1 && token.ptr[0] >= 'a' && token.ptr[0] <= 'z' && words_find(words, token) == NULL;
}

/* "12 a" to "12a". */
static void join_number_letters(const struct words *words, struct tokens *t)
{
	unsigned n = 0;

	for (unsigned i = 0; i < t->n; i++) {
		if (n > 0 && is_number_letter(words, t->at[i]) && t->at[n - 1].len <= 5 && is_number(t->at[n - 1]) &&
		    t->at[n - 1].ptr + t->at[n - 1].len == t->at[i].ptr)
			t->at[n - 1].len += t->at[i].len;
		else
			t->at[n++] = t->at[i];
	}
	t->n = n;
}

static void address_words(struct arena *a, const struct words *words, struct tokens *t)
{
	join_number_letters(words, t);
	tokens_replace(a, words, t);
	tokens_sort(t);
}

/* In east Asian script and digits alone. */
static bool is_east_asian_address(const struct tokens *t)
{
	bool has_letter = false;

	for (unsigned i = 0; i < t->n; i++)
		for (size_t pos = 0; pos < t->at[i].len;) {
			int32_t cp = unicode_next(t->at[i], &pos);

			if (!(cp >= '0' && cp <= '9') && !is_east_asian(cp))
				return false;
			has_letter |= cp > '9';
		}
	return has_letter;
}

/* Such an address is written from the province to the door, with spaces or without. Two numbers stay apart. */
static void join_east_asian_address(struct arena *a, struct tokens *t)
{
	struct bytes whole = BYTES_NONE;

	for (unsigned i = 0; i < t->n; i++) {
		bool is_apart = whole.len && is_digit(whole.ptr[whole.len - 1]) && is_digit(t->at[i].ptr[0]);

		whole = bytes_of(arena_printf(a, "%.*s%s%.*s", BYTES_ARG(whole), is_apart ? "-" : "", BYTES_ARG(t->at[i])));
	}
	t->at[0] = whole;
	t->n = 1;
}

static bool has_digit(struct bytes s)
{
	size_t at = 0;

	while (at < s.len && !is_digit(s.ptr[at]))
		at++;
	return at < s.len;
}

/* One word alone is a country or a town, not where somebody lives. */
void step_address(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct tokens t;
	bool is_east_asian_text;

	tokens_split(a, in, false, &t);
	is_east_asian_text = is_east_asian_address(&t);
	if (is_east_asian_text)
		join_east_asian_address(a, &t);
	address_words(a, words, &t);
	if (t.n >= 2 || (is_east_asian_text && has_digit(t.at[0])))
		normalised_add(out, tokens_join(a, &t, ' '));
}

void step_address_tokens(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct tokens t;

	tokens_split(a, in, false, &t);
	address_words(a, words, &t);
	for (unsigned i = 0; i < t.n; i++)
		normalised_add(out, t.at[i]);
}
