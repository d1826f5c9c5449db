/* Agreement of facts. */
#include "compare.h"

#include "daemon/engine/state/marks.h"

static bool has_key(const uint64_t *keys, unsigned n, uint64_t key)
{
	for (unsigned i = 0; i < n; i++)
		if (keys[i] == key)
			return true;
	return false;
}

/* A value that people marked says nothing, as if the account had not named it. Keys that count, of those after the head. */
static unsigned leave_marked_out(const struct engine *e, const uint64_t *fact, const uint64_t **keys, uint64_t *kept)
{
	unsigned n = fact_keys(fact[0]), left = 0;
	*keys = fact + 1;
	if (mark_at(e, 0) == NULL)
		return n;
	for (unsigned i = 0; i < n && i < FACT_KEYS_MAX; i++)
		if (!mark_is_on(e, fact[1 + i]))
			kept[left++] = fact[1 + i];
	*keys = kept;
	return left;
}

/* Negative when one of them is not known. */
static int agreement_of(const struct engine *e, unsigned kind, const uint64_t *first, const uint64_t *second)
{
	uint64_t kept_x[FACT_KEYS_MAX], kept_y[FACT_KEYS_MAX];
	const uint64_t *x, *y;
	unsigned nx = leave_marked_out(e, first, &x, kept_x), ny = leave_marked_out(e, second, &y, kept_y), common = 0;
	if (nx == 0 || ny == 0)
		return -1;
	for (unsigned i = 0; i < nx; i++)
		common += has_key(y, ny, x[i]);
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
		int agreement = kind == other ? agreement_of(e, kind, x, y) : -1;
		if (agreement >= 0) {
			kind_set_add(&out->known, kind);
			out->of[kind] = (uint8_t)agreement;
		}
		x += kind <= other ? 1 + fact_keys(*x) : 0;
		y += other <= kind ? 1 + fact_keys(*y) : 0;
	}
}
