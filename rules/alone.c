/* One signal by itself. */
#include "alone.h"

#include "daemon/base/bits.h"

uint64_t alone_population(const struct scoring *scoring, uint64_t accounts)
{
	return accounts > scoring->accounts_min ? accounts : scoring->accounts_min;
}

int32_t alone_bits(const struct signal_rule *signal, unsigned holders, uint64_t population)
{
	uint64_t strangers = signal->strangers_milli + (holders > 2 ? holders - 2 : 0) * (uint64_t)signal->growth_milli;
	int32_t mb = bits_log2_ratio(signal->m_milli * population, strangers);
	return mb < signal->max_mb ? mb : signal->max_mb;
}

int alone_score(const struct scoring *scoring, int32_t mb, uint64_t population)
{
	int64_t sum = (int64_t)mb - bits_log2_ratio(population * 1000, scoring->prior_milli);
	return bits_score((int32_t)(sum * scoring->scale_a_milli / 1000 + scoring->shift_b_mb));
}
