/* Sessions of one account: spans of use without a silence longer than a gap, of one value, for one timing rule. What is kept
 * does not show in which order events came: late ones open, widen and join spans as if they had come in time. */
#ifndef ASSOCD_ENGINE_EVIDENCE_SESSIONS_H
#define ASSOCD_ENGINE_EVIDENCE_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>

#define SESSIONS_KEPT 64 /* latest of one account in one slot; beyond, the oldest goes */

struct session {
	uint32_t start_s; /* seconds since 1970 */
	uint32_t key;     /* of the value: 31 bits of its key, 0 without one */
	uint32_t length_s : 24, slot : 8;
};

/* By start, then slot and key. */
struct sessions {
	uint16_t n, cap;
	uint32_t slots;     /* bit per slot that ever had one */
	uint32_t longest_s; /* no session is longer */
	struct session at[];
};

/* Of value keys as the index has them. */
static inline uint32_t session_key(uint64_t key)
{
	return (uint32_t)(key >> 33) + 1;
}

/* A use, and the longest silence within a session. */
struct session_use {
	unsigned slot;
	uint32_t key, at_s, gap_s;
};

/* How two sessions meet. */
struct session_test {
	unsigned slot;
	bool is_same_key; /* else only different keys meet */
	uint32_t within_s;
	const uint32_t *mute; /* keys of values of which nothing counts */
	unsigned n_mute;
};

struct session_sum { uint32_t n, first_s, last_s; };

/* Widens the session that the use falls into, joining two that it lies between; false when there is none. */
bool sessions_extend(struct sessions *list, const struct session_use *use);
/* A session of that use alone; the list moves, NULL is an empty one. */
void sessions_begin(struct sessions **list, const struct session_use *use);
/* Those of the slot; with a key, of that key. NULL is empty. */
struct session_sum sessions_sum(const struct sessions *list, unsigned slot, const uint32_t *key);
#define HOUR_BINS 48
/* By half-hour of the day (UTC): sessions of the slot that begin then, and those that last or ended no longer ago than the time
 * within which one meets another. */
struct session_hours { uint16_t begin[HOUR_BINS], last[HOUR_BINS]; };
void sessions_hours(const struct sessions *list, const struct session_test *test, struct session_hours *out);
/* Is there a session that meets one of that key at that moment, before or after it? */
bool sessions_is_near(const struct sessions *list, const struct session_test *test, uint32_t key, uint32_t at_s);
/* Turns: sessions of either that begin while a session of the other that met it lasts, or within the time after its end.
 * Two that begin in one second are one turn. */
unsigned sessions_turns(const struct sessions *a, const struct sessions *b, const struct session_test *test);

#endif
