/* The memo: direct-mapped by a hash of the text, a table for each kind, made when the kind is first asked for.
 * I1: an entry is an answer only when its whole text is equal.
 * I2: a kind is given up when of its first PROBATION texts, and ever after, fewer than one in PATIENCE were remembered.
 * I3: a table grows only when its texts put one another out as often as it has slots: a kind with few texts stays small. */
#include "attr_memo.h"

#include <stdlib.h>

#define SLOTS_MIN 256
#define SLOTS_MAX 1024
#define PROBATION 2048
#define PATIENCE 4

struct kind_memo {
	struct attr_memo_entry **slots;
	uint64_t seed;
	uint32_t n_slots, put_out; /* put_out: since the table grew */
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
	for (unsigned i = 0; i < k->n_slots; i++)
		free(k->slots[i]);
	free(k->slots);
	k->slots = NULL;
	k->n_slots = 0;
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

/* What shared a slot with nobody in the smaller table does not in the larger one either. */
static void grow(struct kind_memo *k)
{
	uint32_t n = k->n_slots ? k->n_slots * 2 : SLOTS_MIN;
	struct attr_memo_entry **slots = xcalloc(n, sizeof(struct attr_memo_entry *));

	for (unsigned i = 0; i < k->n_slots; i++)
		if (k->slots[i])
			slots[k->slots[i]->hash % n] = k->slots[i];
	free(k->slots);
	k->slots = slots;
	k->n_slots = n;
	k->put_out = 0;
}

static bool is_worth_it(struct kind_memo *k)
{
	if (k->is_private)
		return false;
	if (k->asked >= PROBATION && k->found < k->asked / PATIENCE) { /* I2 */
		drop_slots(k);
		return false;
	}
	if (k->n_slots == 0 || (k->put_out >= k->n_slots && k->n_slots < SLOTS_MAX)) /* I3 */
		grow(k);
	if (++k->asked >= UINT32_MAX / 2) {
		k->asked /= 2;
		k->found /= 2;
	}
	return true;
}

const struct attr_memo_entry *attr_memo_find(struct attr_memo *m, unsigned kind, struct bytes raw,
					     struct attr_memo_place *place)
{
	struct kind_memo *k = &m->kinds[kind];

	place->slot = NULL;
	if (raw.len > ATTR_MEMO_TEXT / 2 || !is_worth_it(k))
		return NULL;
	uint64_t hash = bytes_hash(raw, k->seed);
	struct attr_memo_entry **slot = &k->slots[hash % k->n_slots];
	struct attr_memo_entry *entry = *slot;
	if (entry && entry->hash == hash && bytes_eq(bytes_make(entry->text, entry->raw_len), raw)) { /* I1 */
		k->found++;
		return entry;
	}
	k->put_out += entry != NULL;
	*place = (struct attr_memo_place){ slot, hash };
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

void attr_memo_put(const struct attr_memo_place *place, struct bytes raw, const struct attr *attrs, unsigned n)
{
	struct attr_memo_entry *entry;
	size_t used = raw.len;
	char *text;

	for (unsigned i = 0; i < n; i++)
		used += attrs[i].shown.len;
	if (n > ATTR_MEMO_VALUES || used > ATTR_MEMO_TEXT)
		return;
	entry = entry_with_room(place->slot, n * sizeof(entry->values[0]) + used);
	text = (char *)&entry->values[n];
	entry->hash = place->hash;
	entry->text = text;
	entry->raw_len = (uint16_t)raw.len;
	entry->n = (uint8_t)n;
	memcpy(text, raw.ptr, raw.len);
	used = raw.len;
	for (unsigned i = 0; i < n; i++) {
		entry->values[i] = (struct attr_memo_value){ attrs[i].key, (uint16_t)used, (uint16_t)attrs[i].shown.len };
		memcpy(text + used, attrs[i].shown.ptr, attrs[i].shown.len);
		used += attrs[i].shown.len;
	}
}
