/* Gathering.
 * I1: a stage reads only what the stage before it asked for.  I2: nothing of the engine changes but the memo of networks,
 *     whose answers do not depend on what it holds. */
#include "gather.h"

#include "daemon/engine/evidence/support.h"
#include "memo.h"

#define PAIRS_ASKED 32 /* of an account; few have more */

static uint32_t block_size(const struct engine *e, const struct network *network)
{
	return network->block_size != 0 ? network->block_size : e->rules->scoring.cgnat_block;
}

void gather_block(const struct engine *e, const struct gathered *g, const struct event *ev, uint32_t *first, uint32_t *last)
{
	uint32_t size = block_size(e, &g->network);
	*first = ev->port / size * size;
	*last = *first + size - 1;
}

/* A carrier gives one subscriber a block of ports at a time; every v4 address with a port has one. */
static void gather_place(struct engine *e, const struct event *ev, struct gathered *g)
{
	int kind = e->plan.port_block_kind;
	g->network = (struct network){ .kind = NET_UNKNOWN };
	g->has_block = false;
	if (!ev->has_ip)
		return;
	g->network = *memo_network(e->memo, e->enrich, &ev->ip);
	if (kind < 0 || !ev->has_port || !ip_is_v4(&ev->ip) || ip_is_placeholder(&ev->ip))
		return;
	const uint32_t block[2] = { ip_v4(&ev->ip), ev->port / block_size(e, &g->network) };
	g->has_block = true;
	g->block_key = bytes_hash(bytes_make((const char *)block, sizeof(block)), e->rules->kinds.rows[kind].seed);
	index_prefetch(e->index, g->block_key);
}

static bool is_observed(const struct engine *e, const struct event *ev, unsigned attr)
{
	return e->plan.kinds[ev->attrs[attr].kind].is_observed;
}

/* First stage: slots of the tables. */
static void ask_slots(struct engine *e, const struct event *ev, struct gathered *g)
{
	strtab_prefetch(e->names, ev->account);
	for (unsigned k = 0; k < ev->n_attrs; k++)
		if (is_observed(e, ev, k))
			index_prefetch(e->index, ev->attrs[k].key);
	gather_place(e, ev, g);
}

/* Second stage: what the slots point at. */
static void ask_records(struct engine *e, const struct event *ev, struct gathered *g)
{
	g->account = strtab_find(e->names, ev->account);
	if (g->account != NONE) {
		account_prefetch(&e->accounts.at[g->account]);
		index_prefetch_account(e->index, g->account);
	}
	for (unsigned k = 0; k < ev->n_attrs; k++)
		if (is_observed(e, ev, k))
			index_prefetch_record(e->index, ev->attrs[k].key);
	if (g->has_block)
		index_prefetch_record(e->index, g->block_key);
}

/* Third stage: the lists of the account and of the values. */
static void ask_lists(struct engine *e, const struct event *ev, struct gathered *g)
{
	if (g->account != NONE) {
		index_prefetch_postings(e->index, g->account);
		__builtin_prefetch(e->accounts.at[g->account].facts);
		__builtin_prefetch(e->accounts.at[g->account].pairs);
		__builtin_prefetch(e->accounts.at[g->account].sessions);
		support_prefetch(e, g->account);
	}
	for (unsigned k = 0; k < ev->n_attrs; k++)
		g->values[k] = is_observed(e, ev, k) ? index_find_for_use(e->index, ev->attrs[k].key) : NONE;
	g->block_value = g->has_block ? index_find_for_use(e->index, g->block_key) : NONE;
}

/* Fourth stage: the account's pairs. */
static void ask_pairs(struct engine *e, const struct event *ev, struct gathered *g)
{
	(void)ev;
	const struct account *account = g->account != NONE ? &e->accounts.at[g->account] : NULL;
	for (uint32_t i = 0; account != NULL && i < account->n_pairs && i < PAIRS_ASKED; i++)
		__builtin_prefetch(&e->pairs.at[account->pairs[i]]);
}

typedef void stage(struct engine *e, const struct event *ev, struct gathered *g);

void gather_events(struct engine *e, const struct event *const *events, size_t n)
{
	static stage *const stages[] = { ask_slots, ask_records, ask_lists, ask_pairs };
	BUG_ON(n > GATHER_EVENTS);
	for (size_t s = 0; s < ARRAY_LEN(stages); s++)
		for (size_t i = 0; i < n; i++)
			if (!events[i]->is_failed)
				stages[s](e, events[i], &e->gathered[i]);
			else
				e->gathered[i].account = NONE;
}
