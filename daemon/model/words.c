/* The table of listed words.
 * I1: at least half of the slots are empty, so that every chain ends.
 * I2: the first word of a listed phrase has a slot with begins_phrase.
 * I3: the order of the lines changes nothing: contradictions are refused, parts are sorted. */
#include "words.h"

#include "text_hash.h"

#include <stdlib.h>

#define HASH_SEED 0x776f726473

struct maker {
	struct arena *arena;
	word_form_fn *form;
	struct word *slots;
	struct words *out;
	struct errbuf *eb;
};

static size_t slot_of(const struct word *slots, size_t mask, struct bytes from)
{
	size_t at = text_hash(from, HASH_SEED) & mask;

	while (slots[at].from.len > 0 && !bytes_eq(slots[at].from, from))
		at = (at + 1) & mask;
	return at;
}

const struct word *words_find(const struct words *w, struct bytes from)
{
	const struct word *found;

	if (w == NULL || from.len == 0 || from.len > WORD_BYTES_MAX)
		return NULL;
	found = &w->slots[slot_of(w->slots, w->mask, from)];
	return found->from.len > 0 ? found : NULL;
}

int words_part(const struct words *w, struct bytes word)
{
	if (w == NULL || word.len == 0)
		return -1;
	for (unsigned i = 0; i < w->n_parts; i++) {
		struct bytes part = w->parts[i].from;

		if (word.len <= part.len)
			continue;
		if (w->is_prefix[i] ? bytes_starts(word, part)
				    : word.ptr[word.len - 1] == part.ptr[part.len - 1] && bytes_ends(word, part))
			return (int)i;
	}
	return -1;
}

static enum err contradiction(struct maker *m, struct bytes from, struct bytes one, struct bytes other)
{
	return errbuf_set(m->eb, ERR_INPUT, "'%.*s' is to become both '%.*s' and '%.*s'", BYTES_ARG(from), BYTES_ARG(one), BYTES_ARG(other));
}

static enum err add_word(struct maker *m, struct bytes from, struct bytes to)
{
	struct word *word = &m->slots[slot_of(m->slots, m->out->mask, from)];
	ptrdiff_t blank = bytes_find_char(from, ' ');

	if (word->is_listed && !bytes_eq(word->to, to))
		return contradiction(m, from, word->to, to);
	word->from = from;
	word->to = to;
	word->is_listed = true;
	if (blank > 0) { /* I2 */
		struct bytes first = bytes_slice(from, 0, (size_t)blank);

		word = &m->slots[slot_of(m->slots, m->out->mask, first)];
		word->from = first;
		word->begins_phrase = true;
	}
	return ERR_OK;
}

static enum err add_part(struct maker *m, struct word part, bool is_prefix)
{
	struct words *w = m->out;
	unsigned at = w->n_parts;

	for (unsigned i = 0; i < w->n_parts; i++)
		if (w->is_prefix[i] == is_prefix && bytes_eq(w->parts[i].from, part.from) &&
		    (!bytes_eq(w->parts[i].to, part.to) || w->parts[i].is_apart != part.is_apart))
			return contradiction(m, part.from, w->parts[i].to, part.to);
	if (w->n_parts == WORD_PARTS_MAX)
		return errbuf_set(m->eb, ERR_LIMIT, "more than %d words with '*'", WORD_PARTS_MAX);
	for (; at > 0 && w->parts[at - 1].from.len < part.from.len; at--) {
		w->parts[at] = w->parts[at - 1];
		w->is_prefix[at] = w->is_prefix[at - 1];
	}
	w->parts[at] = part;
	w->is_prefix[at] = is_prefix;
	w->n_parts++;
	return ERR_OK;
}

/* The star in front or behind taken off; -1, 0 or 1 says where it was. */
static int take_star(struct bytes *text)
{
	if (text->len > 1 && text->ptr[0] == '*') {
		*text = bytes_slice(*text, 1, text->len);
		return -1;
	}
	if (text->len > 1 && text->ptr[text->len - 1] == '*') {
		text->len--;
		return 1;
	}
	return 0;
}

static enum err add_line(struct maker *m, struct bytes line)
{
	ptrdiff_t equals = bytes_find_char(line, '=');
	struct bytes from = bytes_trim(equals < 0 ? line : bytes_slice(line, 0, (size_t)equals));
	struct bytes to = equals < 0 ? BYTES_NONE : bytes_trim(bytes_slice(line, (size_t)equals + 1, line.len));
	int star = take_star(&from);

	if (equals >= 0 && to.len == 0)
		return errbuf_set(m->eb, ERR_INPUT, "nothing stands behind '=' in '%.*s'", BYTES_ARG(line));
	if (take_star(&to) != star && to.len > 0)
		return errbuf_set(m->eb, ERR_INPUT, "'*' stands on one side only of '%.*s'", BYTES_ARG(line));
	bool is_apart = star != 0 && bytes_trim(to).len < to.len;
	from = m->form(m->arena, from);
	to = to.len > 0 ? m->form(m->arena, to) : BYTES_NONE;
	if (from.len == 0 || (equals >= 0 && to.len == 0))
		return errbuf_set(m->eb, ERR_INPUT, "no word in '%.*s'", BYTES_ARG(line));
	if (from.len > WORD_BYTES_MAX || to.len > WORD_BYTES_MAX)
		return errbuf_set(m->eb, ERR_INPUT, "more than %d bytes in '%.*s'", WORD_BYTES_MAX, BYTES_ARG(line));
	if (star != 0)
		return add_part(m, (struct word){ .from = from, .to = to, .is_listed = true, .is_apart = is_apart }, star > 0);
	return add_word(m, from, to);
}

const struct words *words_make(struct arena *a, word_form_fn *form, const struct bytes *lines, size_t n, struct errbuf *eb)
{
	struct maker m = { .arena = a, .form = form, .out = ARENA_NEW(a, struct words), .eb = eb };
	size_t size = 8;

	while (size < 4 * n) /* I1: a line takes two slots at most */
		size *= 2;
	m.slots = ARENA_ARRAY(a, struct word, size);
	m.out->slots = m.slots;
	m.out->mask = size - 1;
	for (size_t i = 0; i < n; i++) {
		m.out->version += bytes_hash(lines[i], HASH_SEED); /* I3 */
		if (add_line(&m, lines[i]) != ERR_OK)
			return NULL;
	}
	return m.out;
}
