/* What a browser said of itself: one flat list of members, each checked, none believed about the account. */
#ifndef ASSOCD_COLLECTORS_BROWSER_OBSERVATION_H
#define ASSOCD_COLLECTORS_BROWSER_OBSERVATION_H

#include "daemon/base/text.h"
#include "daemon/model/session.h"
#include "daemon/vendor/json.h"

#define OBSERVATION_MEMBERS_MAX 32
#define OBSERVATION_VALUE_MAX 256
#define OBSERVATION_SESSION_MAX 256

/* Texts live in `room`. */
struct observation {
	struct bytes key, nonce, session;
	struct bytes device; /* the first-party id */
	struct session_member at[OBSERVATION_MEMBERS_MAX];
	unsigned n;
	struct text room;
};
void observation_free(struct observation *o);

/* {"key", "nonce", "session", "timezone", "screen", "device": {...}}. What else it holds is left alone: pages may be newer than
 * the daemon. ERR_INPUT with what is wrong: a member of another type, too long, with control characters, or missing. */
enum err decode_observation(const struct json_doc *doc, struct observation *out, struct errbuf *eb) MUST_CHECK;
/* Header fields of the request, where the event that it is joined to has none. */
void observation_add(struct observation *o, const char *name, struct bytes value);
/* Do they say the same, whatever the nonce? */
uint64_t observation_hash(const struct observation *o);

#endif
