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

static enum agreement agreement_of(const struct engine *e, unsigned kind, const uint64_t *x, const uint64_t *y)
{
	unsigned nx = fact_keys(x[0]), ny = fact_keys(y[0]), common = 0;
	for (unsigned i = 1; i <= nx; i++)
		common += has_key(y + 1, ny, x[i]);
	if (common == 0)
		return AGREEMENT_DIFFER;
	return !e->plan.kinds[kind].is_set || (common == nx && common == ny) ? AGREEMENT_EQUAL : AGREEMENT_OVERLAP;
}

void compare_accounts(const struct engine *e, uint32_t a, uint32_t b, struct agreements *out)
{
	const struct account *first = &e->accounts.at[a], *second = &e->accounts.at[b];
	const uint64_t *x = first->facts, *x_end = x + first->n_facts, *y = second->facts, *y_end = y + second->n_facts;
	out->known = (struct kind_set){ { 0 } };
	while (x < x_end && y < y_end) {
		unsigned kind = fact_kind(*x), other = fact_kind(*y);
		if (kind == other) {
			kind_set_add(&out->known, kind);
			out->of[kind] = (uint8_t)agreement_of(e, kind, x, y);
		}
		x += kind <= other ? 1 + fact_keys(*x) : 0;
		y += other <= kind ? 1 + fact_keys(*y) : 0;
	}
}
