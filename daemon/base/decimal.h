/* Decimal numbers as thousandths in an integer: exact, and the same on every machine. */
#ifndef ASSOCD_BASE_DECIMAL_H
#define ASSOCD_BASE_DECIMAL_H

#include "bytes.h"

/* "0.45", ".45", "-6", "12": to thousandths, exactly. False on more than three decimals, other bytes, or beyond 10^12. */
bool decimal_parse(struct bytes text, int64_t *milli);

#endif
