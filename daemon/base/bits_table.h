/* The tables behind bits.h. */
#ifndef ASSOCD_BASE_BITS_TABLE_H
#define ASSOCD_BASE_BITS_TABLE_H

#include <stdint.h>

#define BITS_LOG_STEPS 256
#define BITS_SCORES 1000

/* log2(1 + i / 256) in 1/2^31, i = 0 .. 257. */
extern const uint32_t bits_log_table[BITS_LOG_STEPS + 2];
/* The smallest strength in 1/1000 bit whose score is at least i + 1. */
extern const int32_t bits_score_table[BITS_SCORES];

#endif
