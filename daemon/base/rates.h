/* How often somebody may come: one limit a key (a token, an address, a site), in bounded memory. */
#ifndef ASSOCD_BASE_RATES_H
#define ASSOCD_BASE_RATES_H

#include <stdbool.h>
#include <stdint.h>

struct rates;
struct rates *rates_new(void);
void rates_free(struct rates *r);
/* So many requests in such a time, all of which may come at once; 0 requests: no limit. */
struct rate {
	unsigned requests;
	int64_t period_us;
};
#define RATE_SECOND_US INT64_C(1000000)
#define RATE_MINUTE_US (60 * RATE_SECOND_US)
/* One request of key; now_us never runs backwards. False: not yet, and *wait_s is how many whole seconds from now. */
bool rates_take(struct rates *r, uint64_t key, struct rate limit, int64_t now_us, unsigned *wait_s);

#endif
