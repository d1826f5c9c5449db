/* How often somebody may come, in requests a second: one limit a key (a token, an address), in bounded memory. */
#ifndef ASSOCD_API_RATES_H
#define ASSOCD_API_RATES_H

#include <stdbool.h>
#include <stdint.h>

struct rates;
struct rates *rates_new(void);
void rates_free(struct rates *r);
/* One request of key at a limit of per_second (0: none), of which a second's worth may come at once. False: not yet, and
 * *wait_s is how many whole seconds from now. */
bool rates_take(struct rates *r, uint64_t key, unsigned per_second, int64_t now_us, unsigned *wait_s);

#endif
