/* What was read part by part must agree: pairs with the lists of their accounts, the chain of free pairs with the pairs, levels
 * of contagion with the links that they were made of. What does not is refused here rather than met as an impossible state
 * while events are applied. */
#include "snapshot_parts.h"

#include "daemon/engine/pairs/contagion.h"

/* Each is in the chain once: one that leads back, or leaves somebody out, has another length. */
static bool free_pairs_agree(const struct engine *e)
{
	uint64_t n_free = 0, n_chained = 0;
	for (size_t i = 0; i < e->pairs.n; i++)
		n_free += e->pairs.at[i].a == NONE;
	for (uint32_t at = e->free_pair; at != NONE && n_chained <= n_free; at = e->pairs.at[at].b, n_chained++)
		if (at >= e->pairs.n || e->pairs.at[at].a != NONE)
			return false;
	return n_chained == n_free && e->n_pairs + n_free == e->pairs.n && u64map_count(e->pair_of) == e->n_pairs;
}

/* Notes that the pair is in the account's list; false: it is of others, or was there already. */
static bool note_listed(const struct engine *e, uint8_t *listed, uint32_t account, uint32_t at)
{
	const struct pair *pair = &e->pairs.at[at];
	uint8_t side = pair->b == account ? 2 : 1;
	if (pair->a == NONE || (pair->a != account && pair->b != account) || listed[at] & side)
		return false;
	listed[at] |= side;
	return true;
}

static bool lists_agree(const struct engine *e)
{
	uint8_t *listed = xcalloc(e->pairs.n + 1, 1);
	uint64_t n = 0;
	bool agrees = true;
	for (uint32_t account = 0; agrees && account < e->accounts.n; account++) {
		const struct account *acc = &e->accounts.at[account];
		for (uint32_t i = 0; agrees && i < acc->n_pairs; i++)
			agrees = note_listed(e, listed, account, acc->pairs[i]);
		n += acc->n_pairs;
	}
	free(listed);
	return agrees && n == 2 * e->n_pairs;
}

static bool values_are_possible(const struct engine *e)
{
	struct index_counts counts;
	index_counts(e->index, &counts);
	for (uint32_t id = 0; id < counts.values; id++) {
		const struct index_value *value = index_value(e->index, id);
		if (value->kind >= e->rules->kinds.n || value->network >= NET_KINDS)
			return false;
	}
	return true;
}

enum err snapshot_check(const struct engine *e)
{
	return values_are_possible(e) && free_pairs_agree(e) && lists_agree(e) && contagion_agrees(e) ? ERR_OK : ERR_CORRUPT;
}
