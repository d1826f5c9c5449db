/* Bits by signal and holders: log2(m N / (s + r max(0, n - 2))), tabulated for the current step of N.
 * I1: N of the table is at least accounts_min and at most 1/16 behind the population told. */
#include "weights.h"

#include <stdlib.h>

#include "daemon/base/bits.h"

struct weights {
	uint64_t population;
	int32_t prior_mb;
	unsigned columns;
	int32_t *table; /* signal-major: columns entries each, by holders */
	int32_t *rarity; /* by holders */
};

#define HOLDERS_TABULATED 257

struct weights *weights_new(const struct ruleset *rules)
{
	struct weights *w = xcalloc(1, sizeof(*w));
	w->columns = HOLDERS_TABULATED;
	w->table = xcalloc((size_t)rules->n_signals * w->columns + 1, sizeof(*w->table));
	w->rarity = xcalloc(w->columns, sizeof(*w->rarity));
	weights_set_population(w, rules, 0);
	return w;
}

void weights_free(struct weights *w)
{
	if (w == NULL)
		return;
	free(w->table);
	free(w->rarity);
	free(w);
}

static int32_t signal_bits(const struct signal_rule *signal, uint64_t population, uint32_t holders)
{
	uint64_t others = signal->strangers_milli + (holders > 2 ? (uint64_t)signal->growth_milli * (holders - 2) : 0);
	return bits_log2_ratio((uint64_t)signal->m_milli * population, others > 0 ? others : 1);
}

static int32_t rarity_mb(uint64_t population, uint32_t holders)
{
	return bits_log2_ratio(population > holders ? population : holders, holders > 0 ? holders : 1);
}

bool weights_set_population(struct weights *w, const struct ruleset *rules, uint64_t accounts)
{
	uint64_t n = accounts > rules->scoring.accounts_min ? accounts : rules->scoring.accounts_min;
	if (w->population != 0 && n * 16 < w->population * 17)
		return false;
	w->population = n;
	w->prior_mb = -bits_log2_ratio(n * 1000, rules->scoring.prior_milli);
	for (unsigned s = 0; s < rules->n_signals; s++)
		for (unsigned h = 0; h < w->columns; h++)
			w->table[s * w->columns + h] = signal_bits(&rules->signals[s], n, h);
	for (unsigned h = 0; h < w->columns; h++)
		w->rarity[h] = rarity_mb(n, h);
	return true;
}

void weights_restore_population(struct weights *w, const struct ruleset *rules, uint64_t population)
{
	w->population = 0;
	weights_set_population(w, rules, population);
}

int32_t weights_bits(const struct weights *w, unsigned signal, uint32_t holders)
{
	return w->table[signal * w->columns + (holders < w->columns ? holders : w->columns - 1)];
}

int32_t weights_rarity(const struct weights *w, uint32_t holders)
{
	return holders < w->columns ? w->rarity[holders] : rarity_mb(w->population, holders);
}

int32_t weights_prior(const struct weights *w)
{
	return w->prior_mb;
}

uint64_t weights_population(const struct weights *w)
{
	return w->population;
}

int32_t weights_decay_mb(const struct signal_rule *signal, uint32_t gap_s)
{
	if (signal->half_life_ms <= 0)
		return 0;
	int64_t lost = (int64_t)gap_s * 1000 * 1000 / signal->half_life_ms;
	return lost < signal->max_decay_mb ? (int32_t)lost : signal->max_decay_mb;
}
