/* Items of evidence, and sets of rules.
 * I1: a set is kept as the bytes of its words up to the last that is not 0. */
#include "evidence.h"

const struct rule_head *evidence_head(const struct evidence *item)
{
	if (item->signal != NULL)
		return &item->signal->head;
	if (item->compare != NULL)
		return &item->compare->head;
	if (item->timing != NULL)
		return &item->timing->head;
	return item->interaction != NULL ? &item->interaction->head : &item->limit->head;
}

static unsigned set_words(const struct rule_set *set)
{
	unsigned n = ARRAY_LEN(set->bits);
	while (n > 0 && set->bits[n - 1] == 0)
		n--;
	return n;
}

uint32_t rule_set_keep(struct engine *e, const struct rule_set *set, uint32_t before)
{
	struct bytes bytes = bytes_make((const char *)set->bits, set_words(set) * sizeof(*set->bits));
	if (before < strtab_count(e->rule_sets) && bytes_eq(strtab_text(e->rule_sets, before), bytes))
		return before;
	return strtab_intern(e->rule_sets, bytes);
}

void rule_set_read(const struct engine *e, uint32_t number, struct rule_set *out)
{
	struct bytes kept = strtab_text(e->rule_sets, number);
	*out = (struct rule_set){ { 0 } };
	memcpy(out->bits, kept.ptr, kept.len);
}

unsigned rule_set_ids(const struct engine *e, uint32_t number, struct bytes *out)
{
	struct rule_set set;
	unsigned n = 0;
	rule_set_read(e, number, &set);
	for (unsigned word = 0; word < ARRAY_LEN(set.bits); word++)
		for (uint64_t left = set.bits[word]; left != 0; left &= left - 1)
			out[n++] = e->plan.rule_at[word * 64 + (unsigned)__builtin_ctzll(left)]->id;
	return n;
}
