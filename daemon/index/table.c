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
	for (size_t at = table_home(t, key); t->tags[at] != 0; at = table_after(t, at))
		if (t->tags[at] == tag && values[t->ids[at]].key == key)
			return t->ids[at];
	return UINT32_MAX;
}

static void table_place(struct table *t, uint64_t key, uint32_t id)
{
	size_t at = table_home(t, key);
	while (t->tags[at] != 0)
		at = table_after(t, at);
	t->tags[at] = table_tag(key);
	t->ids[at] = id;
}

static void table_grow(struct table *t, const struct index_value *values)
{
	struct table old = *t;
	t->slots = old.slots > 0 ? old.slots + old.slots / 4 : 1024;
	t->tags = xcalloc(t->slots, 1);
	t->ids = xmalloc(t->slots * sizeof(*t->ids));
	for (size_t i = 0; i < old.slots; i++)
		if (old.tags[i] != 0)
			table_place(t, values[old.ids[i]].key, old.ids[i]);
	free(old.tags);
	free(old.ids);
}

void table_insert(struct table *t, const struct index_value *values, uint32_t id)
{
	if ((t->n + 1) * 8 > t->slots * 7)
		table_grow(t, values);
	table_place(t, values[id].key, id);
	t->n++;
}

size_t table_memory(const struct table *t)
{
	return t->slots * (1 + sizeof(*t->ids));
}
