/* Strengths are integers in 1/1000 bit (millibits, mb), so that a replay gives the same bytes on every machine. */
#ifndef ASSOCD_BASE_BITS_H
#define ASSOCD_BASE_BITS_H

#include <stdint.h>

/* 1000 * log2(num / den), rounded to nearest, by integer arithmetic only. num and den at least 1. */
int32_t bits_log2_ratio(uint64_t num, uint64_t den);
/* 1000 / (1 + 2^(-mb / 1000)), rounded to nearest, 0..1000, from an integer table. */
int bits_score(int32_t mb);

#endif
