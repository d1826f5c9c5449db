/* Reads decimals. I1: no number goes through floating point. */
#include "decimal.h"

#define MILLI_MAX INT64_C(1000000000000)

bool decimal_parse(struct bytes text, int64_t *milli)
{
	bool is_negative = text.len && text.ptr[0] == '-';
	size_t i = is_negative, digits = 0;
	int64_t value = 0;
	int decimals = -1;
	for (; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '.' && decimals < 0) {
			decimals = 0;
			continue;
		}
		if (c < '0' || c > '9' || decimals == 3 || value > MILLI_MAX)
			return false;
		value = value * 10 + (c - '0');
		digits++;
		decimals += decimals >= 0;
	}
	if (!digits || decimals == 0)
		return false;
	for (int d = decimals < 0 ? 0 : decimals; d < 3; d++)
		value *= 10;
	if (value > MILLI_MAX)
		return false;
	*milli = is_negative ? -value : value;
	return true;
}
