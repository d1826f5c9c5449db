/* Neighbours.
 * I1: a list is sorted, strongest first, by account id among equals.
 * I2: whoever stands in a list is the other account of a stored pair. */
#include "support.h"

#include <stdlib.h>

#include "observe.h"
#include "pairs.h"

static bool comes_before(const struct near *x, const struct near *y)
{
	return x->direct_mb != y->direct_mb ? x->direct_mb > y->direct_mb : x->other < y->other;
}

static void near_remove(struct account *account, uint32_t other)
{
	unsigned at = 0;
	while (at < account->n_near && account->near[at].other != other)
		at++;
	if (at == account->n_near)
		return;
	account->n_near--;
	memmove(&account->near[at], &account->near[at + 1], (account->n_near - at) * sizeof(*account->near));
}

static void near_insert(struct account *account, const struct near *entry)
{
	unsigned at = 0;
	while (at < account->n_near && comes_before(&account->near[at], entry))
		at++;
	if (at == NEAR_KEPT)
		return;
	unsigned kept = account->n_near < NEAR_KEPT ? account->n_near : NEAR_KEPT - 1;
	if (account->n_near < NEAR_KEPT && (account->n_near & (account->n_near - 1)) == 0)
		account->near = xrealloc(account->near, (account->n_near == 0 ? 1u : account->n_near * 2u) * sizeof(*account->near));
	memmove(&account->near[at + 1], &account->near[at], (kept - at) * sizeof(*account->near));
	account->near[at] = *entry;
	account->n_near = (uint8_t)(kept + 1);
}

static void near_set(struct engine *e, uint32_t account, uint32_t other, int32_t direct_mb)
{
	struct account *acc = &e->accounts.at[account];
	const struct near entry = { other, direct_mb };
	if (acc->n_near > 0)
		near_remove(acc, other);
	if (direct_mb >= e->rules->scoring.neighbour_from_mb)
		near_insert(acc, &entry);
}

void support_set(struct engine *e, uint32_t a, uint32_t b, int32_t direct_mb)
{
	near_set(e, a, b, direct_mb);
	near_set(e, b, a, direct_mb);
}

static const struct near *near_find(const struct account *account, uint32_t other)
{
	for (unsigned i = 0; i < account->n_near; i++)
		if (account->near[i].other == other)
			return &account->near[i];
	return NULL;
}

static unsigned degree(const struct account *account, uint32_t without)
{
	return account->n_near - (near_find(account, without) != NULL);
}

void support_read(const struct engine *e, uint32_t a, uint32_t b, int32_t direct_mb, struct support_facts *out)
{
	const struct account *x = &e->accounts.at[a], *y = &e->accounts.at[b];
	unsigned dx = degree(x, b), dy = degree(y, a);
	*out = (struct support_facts){ .direct_mb = direct_mb, .degree_low = dx < dy ? dx : dy, .degree_high = dx > dy ? dx : dy };
	if (dx == 0 || dy == 0)
		return;
	for (unsigned i = 0; i < x->n_near; i++) {
		const struct near *other = near_find(y, x->near[i].other);
		if (other == NULL)
			continue;
		int32_t weaker = other->direct_mb < x->near[i].direct_mb ? other->direct_mb : x->near[i].direct_mb;
		if (!out->has_path || weaker > out->best_mb)
			out->best_mb = weaker;
		out->has_path = true;
		out->common += weaker > 0;
	}
}

void support_add_candidates(struct engine *e, uint32_t account)
{
	unsigned left = NEAR_KEPT;
	const struct account *acc = &e->accounts.at[account];
	for (unsigned i = 0; i < acc->n_near && acc->near[i].direct_mb > 0; i++) {
		const struct account *middle = &e->accounts.at[acc->near[i].other];
		for (unsigned k = 0; k < middle->n_near && middle->near[k].direct_mb > 0 && left > 0; k++) {
			uint32_t other = middle->near[k].other;
			if (other == account || near_find(acc, other) != NULL || pair_find(e, account, other) != NULL)
				continue;
			observe_candidate(e, other);
			left--;
		}
	}
}

unsigned support_common(const struct engine *e, uint32_t a, uint32_t b, uint32_t *out, unsigned max)
{
	const struct account *x = &e->accounts.at[a], *y = &e->accounts.at[b];
	unsigned n = 0;
	for (unsigned i = 0; i < x->n_near && n < max && x->near[i].direct_mb > 0; i++) {
		const struct near *other = near_find(y, x->near[i].other);
		if (other != NULL && other->direct_mb > 0)
			out[n++] = x->near[i].other;
	}
	return n;
}

int32_t support_direct_mb(const struct engine *e, uint32_t account, uint32_t other)
{
	const struct near *near = near_find(&e->accounts.at[account], other);
	return near != NULL ? near->direct_mb : e->rules->scoring.neighbour_from_mb;
}
