/* Steps for any text: case, accents, words, n-grams, sound. ASCII takes no library call. */
#include "daemon/base/err.h"
#include "daemon/vendor/unicode.h"
#include "normalise_steps.h"

/* Letters that Unicode does not take apart, but people type without their stroke. */
static const struct { int32_t from; char to[3]; } stroke_letters[] = {
	{ 0x00e6, "ae" }, { 0x00f0, "d" }, { 0x00f8, "o" }, { 0x00fe, "th" }, { 0x0111, "d" }, { 0x0127, "h" },
	{ 0x0131, "i" }, { 0x0142, "l" }, { 0x0153, "oe" }, { 0x0167, "t" },
};

#define DEGREE 0xb0
#define DELETIONS_FROM 4 /* characters; what is left of shorter words means nothing */

static bool is_ascii(struct bytes s)
{
	unsigned char seen = 0;

	for (size_t i = 0; i < s.len; i++)
		seen |= (unsigned char)s.ptr[i];
	return seen < 0x80;
}

static const char *stroke_replacement(int32_t cp)
{
	for (size_t i = 0; i < ARRAY_LEN(stroke_letters); i++)
		if (stroke_letters[i].from == cp)
			return stroke_letters[i].to;
	return NULL;
}

bool text_fold(struct arena *a, struct bytes in, struct bytes *out)
{
	struct bytes folded;
	size_t used = 0;
	char *text;

	if (unicode_fold_plain(a, in, &folded) != ERR_OK)
		return false;
	*out = folded;
	if (is_ascii(folded))
		return true;
	text = arena_alloc(a, folded.len + 1); /* a replacement is never longer than its letter's two bytes */
	for (size_t pos = 0; pos < folded.len;) {
		size_t start = pos;
		const char *to = stroke_replacement(unicode_next(folded, &pos));
		size_t n = to ? strlen(to) : pos - start;

		if (pos == start)
			return false;
		memcpy(text + used, to ? to : folded.ptr + start, n);
		used += n;
	}
	*out = bytes_make(text, used);
	return true;
}

static bool is_apostrophe(int32_t cp)
{
	return cp == '\'' || cp == '`' || cp == 0x2019 || cp == 0x2bc;
}

static void add_token(struct tokens *out, const char *text, size_t start, size_t end)
{
	if (end > start && out->n < TOKENS_MAX)
		out->at[out->n++] = bytes_make(text + start, end - start);
}

/* As split_any, in one pass. */
static void split_ascii(char *text, struct bytes s, bool keep_and, struct tokens *out)
{
	size_t used = 0, start = 0;

	for (size_t at = 0; at < s.len && out->n < TOKENS_MAX; at++) {
		char c = byte_lower(s.ptr[at]);

		if (unicode_is_letter_or_digit(c)) {
			text[used++] = c;
			continue;
		}
		if (is_apostrophe(c))
			continue;
		add_token(out, text, start, used);
		start = used;
		if (keep_and && (c == '&' || c == '+')) {
			text[used++] = '&';
			add_token(out, text, start, used);
			start = used;
		}
	}
	add_token(out, text, start, used);
}

static void split_any(char *text, struct bytes s, bool keep_and, struct tokens *out)
{
	size_t used = 0, start = 0;

	for (size_t pos = 0, at = 0; out->n < TOKENS_MAX; at = pos) {
		int32_t cp = unicode_next(s, &pos);

		if (cp >= 0 && unicode_is_letter_or_digit(cp)) {
			while (at < pos)
				text[used++] = s.ptr[at++];
			continue;
		}
		if (is_apostrophe(cp))
			continue;
		if (cp == DEGREE && used > start) { /* "n° 5" is how it comes out of keyboards without the ordinal sign */
			text[used++] = 'o';
			continue;
		}
		add_token(out, text, start, used);
		start = used;
		if (cp < 0)
			break;
		if (keep_and && (cp == '&' || cp == '+')) {
			text[used++] = '&';
			add_token(out, text, start, used);
			start = used;
		}
	}
}

void tokens_split(struct arena *a, struct bytes in, bool keep_and, struct tokens *out)
{
	struct bytes s = in;
	bool is_plain = is_ascii(in);

	out->n = 0;
	if (!is_plain && !text_fold(a, in, &s))
		return;
	if (is_plain)
		split_ascii(arena_alloc(a, s.len + 1), s, keep_and, out);
	else
		split_any(arena_alloc(a, s.len + 1), s, keep_and, out);
}

const struct word *tokens_listed(const struct words *words, const struct tokens *t, unsigned i, unsigned n)
{
	char text[WORD_BYTES_MAX];
	const struct word *found;
	size_t used = 0;

	for (unsigned k = i; k < i + n; k++) {
		if (used + 1 + t->at[k].len > sizeof text)
			return NULL;
		if (k > i)
			text[used++] = ' ';
		memcpy(text + used, t->at[k].ptr, t->at[k].len);
		used += t->at[k].len;
	}
	found = words_find(words, bytes_make(text, used));
	return found && found->is_listed ? found : NULL;
}

/* The longest listed phrase that begins at token i; *n is its number of words. */
static const struct word *phrase_at(const struct words *words, const struct tokens *t, unsigned i, unsigned *n)
{
	const struct word *first = words_find(words, t->at[i]);
	unsigned most = t->n - i < WORD_PHRASE_MAX ? t->n - i : WORD_PHRASE_MAX;

	for (*n = most; first && first->begins_phrase && *n > 1; (*n)--) {
		const struct word *phrase = tokens_listed(words, t, i, *n);

		if (phrase)
			return phrase;
	}
	*n = 1;
	return first && first->is_listed ? first : NULL;
}

/* Where an end is taken off, another may come to light. */
struct bytes token_replace_part(struct arena *a, const struct words *words, struct bytes word)
{
	for (int i; (i = words_part(words, word)) >= 0;) {
		struct bytes from = words->parts[i].from, to = words->parts[i].to;
		bool is_prefix = words->is_prefix[i];
		struct bytes rest = bytes_slice(word, is_prefix ? from.len : 0, word.len - from.len);

		const char *between = words->parts[i].is_apart ? " " : "";

		if (to.len > 0)
			return bytes_of(is_prefix ? arena_printf(a, "%.*s%s%.*s", BYTES_ARG(to), between, BYTES_ARG(rest))
						  : arena_printf(a, "%.*s%s%.*s", BYTES_ARG(rest), between, BYTES_ARG(to)));
		word = rest;
	}
	return word;
}

/* What became of one word may be two. */
static void add_words(struct tokens *t, struct bytes text)
{
	ptrdiff_t blank = bytes_find_char(text, ' ');

	if (blank > 0) {
		add_token(t, text.ptr, 0, (size_t)blank);
		text = bytes_slice(text, (size_t)blank + 1, text.len);
	}
	add_token(t, text.ptr, 0, text.len);
}

void tokens_replace(struct arena *a, const struct words *words, struct tokens *t)
{
	struct tokens made = { .n = 0 };
	unsigned step;

	if (words == NULL)
		return;
	for (unsigned i = 0; i < t->n; i += step) {
		const struct word *word = phrase_at(words, t, i, &step);

		if (word == NULL)
			add_words(&made, token_replace_part(a, words, t->at[i]));
		else
			add_token(&made, word->to.ptr, 0, word->to.len);
	}
	if (made.n > 0)
		*t = made;
}

void tokens_sort(struct tokens *t)
{
	unsigned n = 0;

	for (unsigned i = 0; i < t->n; i++) {
		struct bytes token = t->at[i];
		unsigned at = n;
		int order = 1;

		while (at > 0 && (order = bytes_cmp(t->at[at - 1], token)) > 0)
			at--;
		if (at > 0 && order == 0)
			continue;
		memmove(&t->at[at + 1], &t->at[at], (n - at) * sizeof t->at[0]);
		t->at[at] = token;
		n++;
	}
	t->n = n;
}

struct bytes tokens_join(struct arena *a, const struct tokens *t, char separator)
{
	size_t len = 0, used = 0;
	char *out;

	for (unsigned i = 0; i < t->n; i++)
		len += t->at[i].len + 1;
	out = arena_alloc(a, len + 1);
	for (unsigned i = 0; i < t->n; i++) {
		if (i > 0 && separator != '\0')
			out[used++] = separator;
		memcpy(out + used, t->at[i].ptr, t->at[i].len);
		used += t->at[i].len;
	}
	return bytes_make(out, used);
}

size_t count_characters(struct bytes s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
	return n;
}

struct bytes form_lower(struct arena *a, struct bytes text)
{
	struct bytes s;

	return unicode_fold(a, text, &s) == ERR_OK ? s : BYTES_NONE;
}

struct bytes form_tokens(struct arena *a, struct bytes text)
{
	struct tokens t;

	tokens_split(a, text, false, &t);
	return tokens_join(a, &t, ' ');
}

void step_trim(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	normalised_add(out, unicode_trim(in));
}

void step_lower(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct bytes s;

	if (unicode_fold(a, in, &s) == ERR_OK)
		normalised_add(out, s);
}

void step_fold(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct bytes s;
	size_t used = 0;
	char *text;

	if (!text_fold(a, in, &s))
		return;
	text = arena_alloc(a, s.len + 1);
	for (size_t i = 0; i < s.len; i++) {
		bool space = s.ptr[i] == ' ' || (s.ptr[i] >= '\t' && s.ptr[i] <= '\r');

		if (!space)
			text[used++] = s.ptr[i];
		else if (used > 0 && text[used - 1] != ' ')
			text[used++] = ' ';
	}
	normalised_add(out, bytes_trim(bytes_make(text, used)));
}

void step_tokens(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct tokens t;

	tokens_split(a, in, false, &t);
	tokens_sort(&t);
	for (unsigned i = 0; i < t.n; i++)
		normalised_add(out, t.at[i]);
}

void step_squash(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct tokens t;

	tokens_split(a, in, false, &t);
	normalised_add(out, tokens_join(a, &t, '\0'));
}

/* Bytes of the first n characters; 0 when there are fewer. */
static size_t prefix_length(struct bytes s, unsigned n)
{
	size_t pos = 0;

	for (unsigned i = 0; i < n; i++)
		if (unicode_next(s, &pos) < 0)
			return 0;
	return pos;
}

void step_prefix3(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	normalised_add(out, bytes_slice(in, 0, prefix_length(in, 3)));
}

void step_prefix5(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	normalised_add(out, bytes_slice(in, 0, prefix_length(in, 5)));
}

static bool has_text(const struct normalised *out, struct bytes text)
{
	for (unsigned i = 0; i < out->n; i++)
		if (bytes_eq(out->text[i], text))
			return true;
	return false;
}

void step_ngrams3(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	size_t start = 0;

	if (prefix_length(in, 3) == 0) {
		normalised_add(out, in);
		return;
	}
	while (start < in.len && out->n < NORMALISE_OUT_MAX) {
		struct bytes rest = bytes_slice(in, start, in.len);
		size_t n = prefix_length(rest, 3);

		if (n == 0)
			return;
		if (!has_text(out, bytes_slice(rest, 0, n)))
			normalised_add(out, bytes_slice(rest, 0, n));
		start += prefix_length(rest, 1);
	}
}

/* The text without its bytes from start to end. */
static struct bytes without_part(struct arena *a, struct bytes in, size_t start, size_t end)
{
	char *text = arena_alloc(a, in.len);

	memcpy(text, in.ptr, start);
	memcpy(text + start, in.ptr + end, in.len - end);
	return bytes_make(text, in.len - (end - start));
}

/* As SymSpell does it: two texts that differ by one character, written wrong, left out, added or swapped with its
 * neighbour, have one of these in common. */
void step_deletions(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	size_t end = 0;

	normalised_add(out, in);
	if (prefix_length(in, DELETIONS_FROM) == 0)
		return;
	for (size_t start = 0; out->n < NORMALISE_OUT_MAX && unicode_next(in, &end) >= 0; start = end) {
		struct bytes shorter = without_part(a, in, start, end);

		if (!has_text(out, shorter))
			normalised_add(out, shorter);
	}
}

/* American Soundex: vowels separate equal codes, h and w do not. Letters outside a..z are passed over. */
static struct bytes soundex(struct arena *a, struct bytes word)
{
	static const char codes[] = "01230120022455012623010202"; /* a..z */
	char *out = arena_alloc(a, 4);
	char last = '0';
	size_t n = 0;

	for (size_t i = 0; i < word.len && n < 4; i++) {
		char c = word.ptr[i], code;

		if (c < 'a' || c > 'z')
			continue;
		code = codes[c - 'a'];
		if (n == 0)
			out[n++] = c;
		else if (code != '0' && code != last)
			out[n++] = code;
		if (c != 'h' && c != 'w')
			last = code;
	}
	if (n == 0)
		return BYTES_NONE;
	while (n < 4)
		out[n++] = '0';
	return bytes_make(out, 4);
}

void step_phonetic(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct tokens t, codes = { .n = 0 };

	tokens_split(a, in, false, &t);
	for (unsigned i = 0; i < t.n; i++) {
		struct bytes code = soundex(a, t.at[i]);

		if (code.len > 0)
			codes.at[codes.n++] = code;
	}
	normalised_add(out, tokens_join(a, &codes, ' '));
}
