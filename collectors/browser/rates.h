/* How many requests there were of each name in this minute. A name is a hash; a minute's table is thrown away with it. */
#ifndef ASSOCD_COLLECTORS_BROWSER_RATES_H
#define ASSOCD_COLLECTORS_BROWSER_RATES_H

#include "daemon/base/bytes.h"

struct rates;

struct rates *browser_rates_new(void);
void browser_rates_free(struct rates *r);
/* Counts one more. False: that is more than `most` in its minute; it is not counted then, nor when there are too many names. */
bool browser_rates_take(struct rates *r, struct bytes name, uint32_t most, int64_t now_ms);

#endif
