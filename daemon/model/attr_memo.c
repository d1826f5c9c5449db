/* The memo: a table for each source, made when the source is first asked for; a text's hash chooses two slots.
 * I1: an entry is an answer only when its whole text is equal.
 * I2: a source is given up when of its first PROBATION texts, and ever after, fewer than one in PATIENCE were remembered.
 * I3: a table grows only when its texts put one another out as often as it has slots: a source with few texts stays small.
 * I4: of the two slots the first was asked for last; a new text puts out the other, and is first then. */
#include "attr_memo.h"

#include <stdlib.h>

#define SLOTS_MIN 256 /* powers of two */
#define SLOTS_MAX 1024
#define PROBATION 2048
#define PATIENCE 2

struct source_memo {
	struct attr_memo_entry **slots;
	uint32_t n_slots, put_out; /* put_out: since the table grew */
	uint32_t asked, found;
	bool is_private;
};

struct attr_memo {
	uint64_t version;
	struct attr_asked asked;
	struct source_memo sources[KINDS_MAX];
};

struct attr_memo *attr_memo_new(void)
{
	return xcalloc(1, sizeof(struct attr_memo));
}

static void drop_slots(struct source_memo *s)
{
	for (unsigned i = 0; i < s->n_slots; i++)
		free(s->slots[i]);
	free(s->slots);
	s->slots = NULL;
	s->n_slots = 0;
}

static void forget(struct attr_memo *m)
{
	for (unsigned i = 0; i < KINDS_MAX; i++)
		drop_slots(&m->sources[i]);
	memset(m, 0, sizeof(*m));
}

void attr_memo_free(struct attr_memo *m)
{
	if (m == NULL)
		return;
	forget(m);
	free(m);
}

static bool has_private_kind(const struct kinds *kinds, unsigned source)
{
	for (unsigned i = kinds->sources[source].first + 1u; i != 0; i = kinds->rows[i - 1].next_alike)
		if (kinds->rows[i - 1].privacy != PRIVACY_PLAIN)
			return true;
	return false;
}

const struct attr_asked *attr_memo_bind(struct attr_memo *m, const struct kinds *kinds, bool used_only)
{
	if (m->version == kinds->version && m->asked.used_only == used_only)
		return &m->asked;
	forget(m);
	m->version = kinds->version;
	attr_asked_for(kinds, used_only, &m->asked);
	for (unsigned i = 0; i < kinds->n_sources; i++)
		m->sources[i].is_private = has_private_kind(kinds, i);
	return &m->asked;
}

static struct attr_memo_entry **pair_of(struct attr_memo_entry **slots, uint32_t n, uint64_t hash)
{
	return &slots[(hash & (n / 2 - 1)) * 2];
}

/* Those that shared two slots are the only ones that may share two of the larger table. */
static void grow(struct source_memo *s)
{
	uint32_t n = s->n_slots ? s->n_slots * 2 : SLOTS_MIN;
	struct attr_memo_entry **slots = xcalloc(n, sizeof(struct attr_memo_entry *));

	for (unsigned i = 0; i < s->n_slots; i++)
		if (s->slots[i]) {
			struct attr_memo_entry **pair = pair_of(slots, n, s->slots[i]->hash);

			pair[pair[0] != NULL] = s->slots[i];
		}
	free(s->slots);
	s->slots = slots;
	s->n_slots = n;
	s->put_out = 0;
}

static bool is_worth_it(struct source_memo *s)
{
	if (s->is_private)
		return false;
	if (s->asked >= PROBATION && s->found < s->asked / PATIENCE) { /* I2 */
		drop_slots(s);
		return false;
	}
	if (s->n_slots == 0 || (s->put_out >= s->n_slots && s->n_slots < SLOTS_MAX)) /* I3 */
		grow(s);
	if (++s->asked >= UINT32_MAX / 2) {
		s->asked /= 2;
		s->found /= 2;
	}
	return true;
}

static size_t joined_length(const struct attr_memo_text *text)
{
	size_t len = text->n - 1;

	for (unsigned i = 0; i < text->n; i++)
		len += text->parts[i].len;
	return len;
}

/* Of equal length they are. */
static bool is_joined_text(const char *s, const struct attr_memo_text *text)
{
	for (unsigned i = 0; i < text->n; i++) {
		struct bytes part = text->parts[i];

		if ((i > 0 && *s++ != '|') || memcmp(s, part.ptr, part.len) != 0)
			return false;
		s += part.len;
	}
	return true;
}

/* I1 */
static bool holds(const struct attr_memo_entry *entry, const struct attr_memo_text *text, size_t len)
{
	return entry && entry->hash == text->hash && entry->raw_len == len && is_joined_text(entry->text, text);
}

const struct attr_memo_entry *attr_memo_find(struct attr_memo *m, unsigned source, const struct attr_memo_text *text,
					     struct attr_memo_place *place)
{
	struct source_memo *s = &m->sources[source];
	size_t len = joined_length(text);

	place->slot = NULL;
	if (len > ATTR_MEMO_TEXT / 2 || !is_worth_it(s))
		return NULL;
	struct attr_memo_entry **pair = pair_of(s->slots, s->n_slots, text->hash), *second = pair[1];
	if (holds(pair[0], text, len)) {
		s->found++;
		return pair[0];
	}
	pair[1] = pair[0]; /* I4 */
	pair[0] = second;
	if (holds(second, text, len)) {
		s->found++;
		return second;
	}
	s->put_out += second != NULL;
	*place = (struct attr_memo_place){ pair, text->hash };
	return NULL;
}

static struct attr_memo_entry *entry_with_room(struct attr_memo_entry **slot, size_t n)
{
	if (*slot == NULL || (*slot)->room < n) {
		*slot = xrealloc(*slot, sizeof(**slot) + n);
		(*slot)->room = (uint16_t)n;
	}
	return *slot;
}

const struct attr_memo_entry *attr_memo_put(const struct attr_memo_place *place, struct bytes raw, const struct attr *attrs, unsigned n)
{
	struct attr_memo_entry *entry;
	size_t used = raw.len;
	char *text;

	for (unsigned i = 0; i < n; i++)
		used += attrs[i].shown.len;
	if (n > ATTR_MEMO_VALUES || used > ATTR_MEMO_TEXT)
		return NULL;
	entry = entry_with_room(place->slot, n * sizeof(entry->values[0]) + used);
	text = (char *)&entry->values[n];
	entry->hash = place->hash;
	entry->text = text;
	entry->raw_len = (uint16_t)raw.len;
	entry->n = (uint8_t)n;
	memcpy(text, raw.ptr, raw.len);
	used = raw.len;
	for (unsigned i = 0; i < n; i++) {
		entry->values[i] = (struct attr_memo_value){ attrs[i].key, attrs[i].kind, (uint16_t)used, (uint16_t)attrs[i].shown.len };
		memcpy(text + used, attrs[i].shown.ptr, attrs[i].shown.len);
		used += attrs[i].shown.len;
	}
	return entry;
}
