/* Contagion in levels: level k of an account is the best product over paths of at most k links,
 *   level(v, 0) = 1 for a bad account, else 0
 *   level(v, k) = max(level(v, 0), max over links vu that carry: P(vu) * damping * level(u, k - 1))
 * in millionths, rounded down. When something changes, level 1 is made again for the accounts at it, level k for them and
 * for the neighbours of those whose level k - 1 changed: work goes as far as the change does, and what it comes to is a
 * function of links and standings alone.
 * I1: pair.carries is the probability that the levels were made with, in thousandths, 0 where it carries nothing; n_carrying
 *     counts an account's pairs that carry.  I2: account.standing is the one that the levels were made with. */
#include "contagion.h"

#include <stdlib.h>

#include "changes.h"
#include "contagion_levels.h"
#include "daemon/engine/state/pair_table.h"
#include "verdicts.h"

struct contagion {
	struct VEC(uint32_t) base;     /* where something changed: asked at every level */
	struct VEC(uint32_t) asked;    /* at this level */
	struct VEC(uint32_t) changed;  /* at the level before */
	struct VEC(uint32_t) standing; /* accounts that were closed, reinstated or judged */
	uint32_t *stamps; /* by account: number of the round that last listed it */
	size_t cap_stamps;
	uint32_t round;
};

struct contagion *contagion_new(void)
{
	return xcalloc(1, sizeof(struct contagion));
}

void contagion_free(struct contagion *c)
{
	VEC_FREE(&c->base);
	VEC_FREE(&c->asked);
	VEC_FREE(&c->changed);
	VEC_FREE(&c->standing);
	free(c->stamps);
	free(c);
}

/* A new set of accounts begins. */
static void begin_round(struct contagion *c, size_t accounts)
{
	if (accounts > c->cap_stamps) {
		size_t before = c->cap_stamps;
		c->stamps = vec_reserve(c->stamps, &c->cap_stamps, accounts, sizeof(*c->stamps));
		memset(c->stamps + before, 0, (c->cap_stamps - before) * sizeof(*c->stamps));
	}
	c->round++;
}

static bool is_first_in_round(struct contagion *c, uint32_t account)
{
	bool is_first = c->stamps[account] != c->round;
	c->stamps[account] = c->round;
	return is_first;
}

static uint16_t carried_by(const struct engine *e, const struct pair *pair)
{
	if (pair->a == NONE)
		return 0;
	if (pair->state == LINK_JOINT || pair->state == LINK_CONFIRMED)
		return 1000;
	return pair->state == LINK_SUSPECTED && pair->score >= e->rules->scoring.contagion_least ? (uint16_t)pair->score : 0;
}

static uint8_t standing_of(const struct engine *e, const struct account *account)
{
	if (account->judged == JUDGED_CLEAN)
		return STANDING_CLEAN;
	if (account->n_carrying > e->rules->scoring.contagion_hub)
		return STANDING_HUB;
	return account->is_closed || account->judged == JUDGED_CONFIRMED ? STANDING_BAD : STANDING_PLAIN;
}

void contagion_standing_changed(struct engine *e, uint32_t account)
{
	VEC_PUSH(&e->contagion->standing, account);
}

static void set_carries(struct engine *e, struct pair *pair, uint16_t carries)
{
	struct contagion *c = e->contagion;
	const uint32_t ends[2] = { pair->a, pair->b };
	for (unsigned i = 0; i < 2; i++) {
		e->accounts.at[ends[i]].n_carrying += (carries != 0) - (pair->carries != 0);
		VEC_PUSH(&c->base, ends[i]);
		VEC_PUSH(&c->standing, ends[i]); /* a hub or no longer one */
	}
	pair->carries = carries;
}

void contagion_forget_pair(struct engine *e, struct pair *pair)
{
	if (pair->carries != 0)
		set_carries(e, pair, 0);
}

static void add_neighbours(struct engine *e, uint32_t account)
{
	const struct account *acc = &e->accounts.at[account];
	for (uint32_t i = 0; i < acc->n_pairs; i++) {
		const struct pair *pair = &e->pairs.at[acc->pairs[i]];
		uint32_t other = pair_other(pair, account);
		if (pair->carries != 0 && is_first_in_round(e->contagion, other))
			VEC_PUSH(&e->contagion->asked, other);
	}
}

static void note_pairs(struct engine *e)
{
	for (size_t i = 0; i < e->touched.pairs.n; i++) {
		struct pair *pair = &e->pairs.at[e->touched.pairs.at[i]];
		uint16_t carries = carried_by(e, pair);
		if (pair->a != NONE && carries != pair->carries)
			set_carries(e, pair, carries);
	}
}

/* The accounts of a new standing and their neighbours are where something changed. */
static void note_standings(struct engine *e)
{
	struct contagion *c = e->contagion;
	begin_round(c, e->accounts.n);
	c->asked.n = 0;
	for (size_t i = 0; i < c->standing.n; i++) {
		struct account *account = &e->accounts.at[c->standing.at[i]];
		uint8_t standing = standing_of(e, account);
		if (standing == account->standing)
			continue;
		account->standing = standing;
		VEC_PUSH(&c->base, c->standing.at[i]);
		add_neighbours(e, c->standing.at[i]);
	}
	for (size_t i = 0; i < c->asked.n; i++)
		VEC_PUSH(&c->base, c->asked.at[i]);
	c->standing.n = 0;
}

static void gather_asked(struct engine *e)
{
	struct contagion *c = e->contagion;
	begin_round(c, e->accounts.n);
	c->asked.n = 0;
	for (size_t i = 0; i < c->base.n; i++)
		if (is_first_in_round(c, c->base.at[i]))
			VEC_PUSH(&c->asked, c->base.at[i]);
	for (size_t i = 0; i < c->changed.n; i++)
		add_neighbours(e, c->changed.at[i]);
}

static void settle_level(struct engine *e, unsigned k)
{
	struct contagion *c = e->contagion;
	gather_asked(e);
	c->changed.n = 0;
	for (size_t i = 0; i < c->asked.n; i++) {
		struct account *account = &e->accounts.at[c->asked.at[i]];
		uint32_t over, before = account->contagion[k - 1];
		account->contagion[k - 1] = contagion_best(e, c->asked.at[i], k, &over);
		if (account->contagion[k - 1] == before)
			continue;
		VEC_PUSH(&c->changed, c->asked.at[i]);
		if (k == e->rules->scoring.contagion_depth)
			change_of_contagion(e, c->asked.at[i], before);
	}
}

void contagion_settle(struct engine *e)
{
	struct contagion *c = e->contagion;
	note_pairs(e);
	if (c->standing.n == 0)
		return;
	note_standings(e);
	c->changed.n = 0;
	for (unsigned k = 1; k <= e->rules->scoring.contagion_depth; k++)
		settle_level(e, k);
	for (size_t i = 0; i < c->changed.n; i++)
		VEC_PUSH(&e->touched.accounts, c->changed.at[i]);
	c->base.n = c->changed.n = 0;
}

static bool account_agrees(const struct engine *e, uint32_t account)
{
	const struct account *acc = &e->accounts.at[account];
	uint32_t n = 0, over;
	for (uint32_t i = 0; i < acc->n_pairs; i++)
		n += e->pairs.at[acc->pairs[i]].carries != 0;
	if (n != acc->n_carrying || acc->standing != standing_of(e, acc)) /* I1, I2 */
		return false;
	for (unsigned k = 1; k <= e->rules->scoring.contagion_depth; k++)
		if (acc->contagion[k - 1] != contagion_best(e, account, k, &over))
			return false;
	return true;
}

bool contagion_agrees(const struct engine *e)
{
	for (uint32_t account = 0; account < e->accounts.n; account++)
		if (!account_agrees(e, account))
			return false;
	return true;
}
