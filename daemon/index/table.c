/* Slots of the index.
 * I1: tags[i] == 0 exactly when slot i is empty.  I2: between a key's home slot and its place no slot is empty. */
#include "table.h"

#include <stdlib.h>

void table_fini(struct table *t)
{
	free(t->tags);
	free(t->ids);
	*t = (struct table){ 0 };
}

uint32_t table_find(const struct table *t, const struct index_value *values, uint64_t key)
{
	if (t->tags == NULL)
		return UINT32_MAX;
	uint8_t tag = table_tag(key);
	for (size_t at = table_slot(key) & t->mask; t->tags[at] != 0; at = (at + 1) & t->mask)
		if (t->tags[at] == tag && values[t->ids[at]].key == key)
			return t->ids[at];
	return UINT32_MAX;
}

static void table_place(struct table *t, uint64_t key, uint32_t id)
{
	size_t at = table_slot(key) & t->mask;
	while (t->tags[at] != 0)
		at = (at + 1) & t->mask;
	t->tags[at] = table_tag(key);
	t->ids[at] = id;
}

static void table_grow(struct table *t, const struct index_value *values)
{
	struct table old = *t;
	size_t slots = old.tags != NULL ? (old.mask + 1) * 2 : 1024;
	t->tags = xcalloc(slots, 1);
	t->ids = xmalloc(slots * sizeof(*t->ids));
	t->mask = slots - 1;
	for (size_t i = 0; old.tags != NULL && i <= old.mask; i++)
		if (old.tags[i] != 0)
			table_place(t, values[old.ids[i]].key, old.ids[i]);
	free(old.tags);
	free(old.ids);
}

void table_insert(struct table *t, const struct index_value *values, uint32_t id)
{
	if (t->tags == NULL || (t->n + 1) * 8 > (t->mask + 1) * 7)
		table_grow(t, values);
	table_place(t, values[id].key, id);
	t->n++;
}

size_t table_memory(const struct table *t)
{
	return t->tags != NULL ? (t->mask + 1) * (1 + sizeof(*t->ids)) : 0;
}
