/* The key of hashed kinds: STATE/hash.key. After a change of keys STATE/hash.key.old stays in use beside it: values are hashed under
 * both, and match by the old one, until every value that was hashed under it alone has had its time (`retain_hash`). */
#ifndef ASSOCD_MAIN_KEYS_H
#define ASSOCD_MAIN_KEYS_H

#include <stdint.h>

#include "daemon/api/api.h"
#include "daemon/base/err.h"
#include "daemon/vendor/crypto.h"

struct daemon;

struct keys {
	struct hmac_key *now;  /* that values match by */
	struct hmac_key *next; /* NULL: there is but one */
	uint64_t fingerprint, next_fingerprint;
	int64_t changed_ms;    /* wall clock: since when there are two */
	struct key_change *change; /* under way */
};

/* Of a journal without values. */
enum err keys_make(struct keys *k, const char *dir, struct errbuf *eb) MUST_CHECK;
/* Of one whose values match by the key with that fingerprint; ends what a crash interrupted. */
enum err keys_load(struct keys *k, const char *dir, uint64_t identity, struct errbuf *eb) MUST_CHECK;
void keys_fini(struct keys *k);
/* Fits api_setup.rotate_key. */
void keys_rotate(void *arg, api_rotated_fn *done, void *done_arg);
bool keys_are_changing(const struct daemon *d);
/* Nothing needs the old key any more, or will. */
bool keys_old_has_had_its_time(const struct daemon *d);
/* On the reader thread, at a standstill: from the event behind `through` on values are hashed under the new key alone. */
enum err keys_note_retired(const struct daemon *d, const char *dir, uint64_t through, struct errbuf *eb) MUST_CHECK;
/* On the loop thread, with the engine that was made under it: the new key takes the old one's place. */
void keys_retire(struct daemon *d);
void report_keys(const struct daemon *d, struct text *json);

/* Facts beside the journal. */
#define KEYS_FACT "hash_key"              /* fingerprint of the key that values match by */
#define KEYS_FACT_CHANGED "hash_key_changed"
#define KEYS_FACT_THROUGH "hash_key_seq"  /* up to here a value counts by its second key */

#endif
