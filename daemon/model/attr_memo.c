/* The memo: direct-mapped by a hash of the text, a table for each kind, made when the kind is first asked for.
 * I1: an entry is an answer only when its whole text is equal.
 * I2: a kind is given up when of its first PROBATION texts, and ever after, fewer than one in PATIENCE were remembered. */
#include "attr_memo.h"

#include <stdlib.h>

#define SLOTS 256
#define PROBATION 512
#define PATIENCE 4

struct kind_memo {
	struct attr_memo_entry *slots;
	uint64_t seed;
	uint32_t asked, found;
	bool is_private;
};

struct attr_memo {
	uint64_t version;
	struct kind_memo kinds[KINDS_MAX];
};

struct attr_memo *attr_memo_new(void)
{
	return xcalloc(1, sizeof(struct attr_memo));
}

static void drop_slots(struct kind_memo *k)
{
	for (unsigned i = 0; k->slots && i < SLOTS; i++)
		free(k->slots[i].text);
	free(k->slots);
	k->slots = NULL;
}

static void forget(struct attr_memo *m)
{
	for (unsigned i = 0; i < KINDS_MAX; i++)
		drop_slots(&m->kinds[i]);
	memset(m, 0, sizeof(*m));
}

void attr_memo_free(struct attr_memo *m)
{
	if (m == NULL)
		return;
	forget(m);
	free(m);
}

void attr_memo_bind(struct attr_memo *m, const struct kinds *kinds)
{
	if (m->version == kinds->version)
		return;
	forget(m);
	m->version = kinds->version;
	for (unsigned i = 0; i < kinds->n; i++) {
		m->kinds[i].seed = kinds->rows[i].seed;
		m->kinds[i].is_private = kinds->rows[i].privacy != PRIVACY_PLAIN;
	}
}

static bool is_worth_it(struct kind_memo *k)
{
	if (k->is_private)
		return false;
	if (k->asked >= PROBATION && k->found < k->asked / PATIENCE) { /* I2 */
		drop_slots(k);
		return false;
	}
	if (k->slots == NULL)
		k->slots = xcalloc(SLOTS, sizeof(*k->slots));
	if (++k->asked >= UINT32_MAX / 2) {
		k->asked /= 2;
		k->found /= 2;
	}
	return true;
}

const struct attr_memo_entry *attr_memo_find(struct attr_memo *m, unsigned kind, struct bytes raw,
					     struct attr_memo_entry **slot)
{
	struct kind_memo *k = &m->kinds[kind];

	*slot = NULL;
	if (raw.len > ATTR_MEMO_TEXT / 2 + ATTR_MEMO_TEXT / 4 || !is_worth_it(k))
		return NULL;
	uint64_t hash = bytes_hash(raw, k->seed);
	struct attr_memo_entry *entry = &k->slots[hash % SLOTS];
	if (entry->is_filled && entry->hash == hash && bytes_eq(bytes_make(entry->text, entry->raw_len), raw)) { /* I1 */
		k->found++;
		return entry;
	}
	*slot = entry;
	entry->hash = hash;
	entry->is_filled = false;
	return NULL;
}

static void reserve_text(struct attr_memo_entry *slot, size_t n)
{
	if (n <= slot->room)
		return;
	slot->text = xrealloc(slot->text, n);
	slot->room = (uint16_t)n;
}

void attr_memo_put(struct attr_memo_entry *slot, struct bytes raw, const struct attr *attrs, unsigned n)
{
	size_t used = raw.len;

	for (unsigned i = 0; i < n; i++)
		used += attrs[i].shown.len;
	if (n > ATTR_MEMO_VALUES || used > ATTR_MEMO_TEXT)
		return;
	reserve_text(slot, used);
	used = raw.len;
	memcpy(slot->text, raw.ptr, raw.len);
	for (unsigned i = 0; i < n; i++) {
		slot->values[i].key = attrs[i].key;
		slot->values[i].shown_at = (uint16_t)used;
		slot->values[i].shown_len = (uint16_t)attrs[i].shown.len;
		memcpy(slot->text + used, attrs[i].shown.ptr, attrs[i].shown.len);
		used += attrs[i].shown.len;
	}
	slot->raw_len = (uint16_t)raw.len;
	slot->n = (uint8_t)n;
	slot->is_filled = true;
}
