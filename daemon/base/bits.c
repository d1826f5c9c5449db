/* Strengths in 1/1000 bit, by integers only.
 * The logarithm: x = 2^k * (1 + f); log2(1 + f) from a table of 257 points with second-order interpolation (Newton),
 * off by at most 2e-8 bit. The score: the number of thresholds that the strength has reached. */
#include "bits.h"

#include "bits_table.h"
#include "err.h"

/* log2(x) in 1/2^31. */
static int64_t log2_fixed(uint64_t x)
{
	unsigned k = 63 - (unsigned)__builtin_clzll(x);
	uint64_t mantissa = x << (63 - k); /* 1.63, the top bit set */
	unsigned i = (unsigned)(mantissa >> 55) & (BITS_LOG_STEPS - 1);
	int64_t d = (int64_t)(mantissa >> 24) & 0x7fffffff; /* place between point i and i + 1, in 1/2^31 */
	int64_t a = bits_log_table[i], b = bits_log_table[i + 1], c = bits_log_table[i + 2];
	int64_t slope = b - a, bend = c - b - slope;
	int64_t curve = (d * (d - ((int64_t)1 << 31)) >> 32) * bend >> 31;
	return ((int64_t)k << 31) + a + ((d * slope + ((int64_t)1 << 30)) >> 31) + curve;
}

int32_t bits_log2_ratio(uint64_t num, uint64_t den)
{
	BUG_ON(num == 0 || den == 0);
	int64_t bits = log2_fixed(num) - log2_fixed(den);
	uint64_t magnitude = bits < 0 ? 0 - (uint64_t)bits : (uint64_t)bits;
	int32_t mb = (int32_t)((magnitude * 1000 + ((uint64_t)1 << 30)) >> 31);
	return bits < 0 ? -mb : mb;
}

int bits_score(int32_t mb)
{
	int low = 0, high = BITS_SCORES;
	while (low < high) {
		int middle = (low + high) / 2;
		if (bits_score_table[middle] <= mb)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
