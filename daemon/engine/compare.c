/* Agreement of facts. */
#include "compare.h"

#include "accounts.h"

static bool has_key(const uint64_t *keys, unsigned n, uint64_t key)
{
	for (unsigned i = 0; i < n; i++)
		if (keys[i] == key)
			return true;
	return false;
}

int compare_accounts(const struct engine *e, uint32_t a, uint32_t b, unsigned kind)
{
	unsigned na, nb, common = 0;
	const uint64_t *x = account_fact(&e->accounts.at[a], kind, &na);
	const uint64_t *y = account_fact(&e->accounts.at[b], kind, &nb);
	if (na == 0 || nb == 0)
		return -1;
	for (unsigned i = 0; i < na; i++)
		common += has_key(y, nb, x[i]);
	if (common == 0)
		return AGREEMENT_DIFFER;
	return !e->plan.kinds[kind].is_set || (common == na && common == nb) ? AGREEMENT_EQUAL : AGREEMENT_OVERLAP;
}
