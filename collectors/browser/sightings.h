/* Sessions: what a browser said of each, and which account an event said it is. Whatever comes first waits for the other. Pure: time
 * is handed in.
 * A session belongs to the first device that speaks of it: what another device says of it is refused, so that whoever learns of a
 * session cannot put a device of its own in its place. */
#ifndef ASSOCD_COLLECTORS_BROWSER_SIGHTINGS_H
#define ASSOCD_COLLECTORS_BROWSER_SIGHTINGS_H

#include "observation.h"

struct sightings;

/* At most `max` sessions, the oldest are forgotten; each is kept for keep_ms after it was last spoken of. */
struct sightings *sightings_new(unsigned max, int64_t keep_ms);
void sightings_free(struct sightings *s);

enum sighting { SIGHTING_KEPT, SIGHTING_LATE, SIGHTING_KNOWN, SIGHTING_FOREIGN };
/* LATE: an event has named the session before, and *account (valid until the next call) is its account: it is to be told now.
 * KNOWN: nothing new. FOREIGN: the session is another device's, or another site's. site "": of any. */
enum sighting sightings_see(struct sightings *s, const struct observation *o, struct bytes site, int64_t now_ms, struct bytes *account);
/* What was said of the session that an event of the account names; 0: nothing, or by a page of another site. */
unsigned sightings_find(struct sightings *s, const struct session_ask *ask, int64_t now_ms, const struct session_member **out);
/* The event that asked last was accepted: its account is remembered. True: something was known, and is part of it. */
bool sightings_accepted(struct sightings *s, int64_t now_ms);
/* Sessions that are kept, and those that were forgotten for want of room. */
unsigned sightings_count(const struct sightings *s);
uint64_t sightings_evicted(const struct sightings *s);

#endif
