/* The events that name an account, newest first. The journal has no index by account (one would cost every event a write in a
 * random place): it is read backwards, a slice at a time, and an answer may end where a slice does. Nothing here belongs to a
 * thread. */
#ifndef ASSOCD_MAIN_JOURNAL_SEARCH_H
#define ASSOCD_MAIN_JOURNAL_SEARCH_H

#include "daemon/base/arena.h"
#include "daemon/base/vec.h"
#include "daemon/store/store.h"

struct found_row { uint64_t seq; struct bytes payload; };

struct journal_search {
	/* what is wanted */
	struct bytes account;
	uint64_t before; /* only rows of a smaller sequence number, 0: all; moves with the search */
	unsigned max;    /* at least 1 */
	/* what was found */
	struct VEC(struct found_row) rows; /* their payloads are kept's */
	uint64_t n_read; /* rows that were looked at */
	bool is_over;    /* as many as wanted and another one, or the beginning of the journal */
	/* its own */
	struct arena *kept, *scratch;
	bool is_full;
	unsigned left; /* rows of the slice */
};

void journal_search_init(struct journal_search *s, struct bytes account, uint64_t before, unsigned max);
void journal_search_fini(struct journal_search *s);
/* Looks at up to n_rows further rows. After an error it is not to go on. */
enum err journal_search_slice(struct journal_search *s, const char *dir, unsigned n_rows, struct errbuf *eb) MUST_CHECK;
/* Sequence number before which another search goes on; 0: there is nothing more. */
uint64_t journal_search_next(const struct journal_search *s);

#endif
