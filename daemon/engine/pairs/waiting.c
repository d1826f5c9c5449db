/* Accounts that wait.
 * I1: an account stands in the queue once, or not at all (account.is_waiting); the one being read, whose pairs before `at` are
 *     done, may stand there again.
 * I2: whatever is read here is read as in any event: what comes of it does not depend on how events are cut into batches. */
#include "waiting.h"

#include <stdlib.h>

#include "neighbours.h"
#include "observe.h"
#include "pairs.h"
#include "rescore.h"

#define WAIT_A_PAIR 128 /* so many that wait are one pair more an event */

struct waiting {
	struct VEC(uint32_t) queue;
	size_t first;     /* of those that wait, in the queue */
	uint32_t account; /* being read, NONE */
	uint32_t at;      /* its next pair */
};

struct waiting *waiting_new(void)
{
	struct waiting *w = xcalloc(1, sizeof(*w));
	w->account = NONE;
	return w;
}

void waiting_free(struct waiting *w)
{
	if (w == NULL)
		return;
	VEC_FREE(&w->queue);
	free(w);
}

void waiting_add(struct engine *e, uint32_t account)
{
	if (e->accounts.at[account].is_waiting)
		return;
	e->accounts.at[account].is_waiting = true;
	VEC_PUSH(&e->waiting->queue, account);
}

uint64_t waiting_count(const struct engine *e)
{
	return e->waiting->queue.n - e->waiting->first + (e->waiting->account != NONE);
}

/* The room of those that have gone is used again once they are as many as those that wait. */
static void take_next(struct engine *e, struct waiting *w)
{
	w->account = w->queue.at[w->first++];
	w->at = 0;
	e->accounts.at[w->account].is_waiting = false;
	if (w->first * 2 < w->queue.n)
		return;
	w->queue.n -= w->first;
	memmove(w->queue.at, w->queue.at + w->first, w->queue.n * sizeof(*w->queue.at));
	w->first = 0;
}

/* Its next pair; a pair that goes leaves its place to the last one. False: all are read. */
static bool read_next(struct engine *e, struct waiting *w)
{
	const struct account *account = &e->accounts.at[w->account];
	if (w->at >= account->n_pairs)
		return false;
	uint32_t at = account->pairs[w->at];
	if (pair_counts(e, &e->pairs.at[at]))
		pair_reread_stale(e, &e->pairs.at[at]);
	account = &e->accounts.at[w->account];
	w->at += w->at < account->n_pairs && account->pairs[w->at] == at;
	return true;
}

/* Neighbours of its neighbours that it has no pair with; returns how many were read. */
static unsigned meet_neighbours(struct engine *e, uint32_t account)
{
	e->stamp++;
	e->candidate_list.n = 0;
	neighbours_add_candidates(e, account);
	unsigned n = (unsigned)e->candidate_list.n;
	for (unsigned i = 0; i < n; i++)
		pair_rescore(e, account, e->candidate_list.at[i]);
	return n;
}

void waiting_read_some(struct engine *e)
{
	struct waiting *w = e->waiting;
	size_t more = (w->queue.n - w->first) / WAIT_A_PAIR;
	int left = more < WAITING_READ_MAX ? 1 + (int)more : WAITING_READ_MAX;
	while (left > 0 && waiting_count(e) > 0) {
		if (w->account == NONE)
			take_next(e, w);
		left--;
		if (read_next(e, w))
			continue;
		left -= (int)meet_neighbours(e, w->account);
		w->account = NONE;
	}
}

enum err waiting_save(const struct engine *e, engine_write_fn *write, void *arg)
{
	const struct waiting *w = e->waiting;
	const uint32_t head[3] = { (uint32_t)(w->queue.n - w->first), w->account, w->at };
	enum err err = write(arg, head, sizeof(head));
	return err == ERR_OK && head[0] > 0 ? write(arg, w->queue.at + w->first, head[0] * sizeof(*w->queue.at)) : err;
}

enum err waiting_load(struct engine *e, engine_read_fn *read, void *arg)
{
	struct waiting *w = e->waiting;
	uint32_t head[3], account;
	enum err err = read(arg, head, sizeof(head));
	if (err == ERR_OK && (head[0] > e->accounts.n || (head[1] != NONE && head[1] >= e->accounts.n)))
		err = ERR_CORRUPT;
	for (uint32_t i = 0; err == ERR_OK && i < head[0]; i++) {
		err = read(arg, &account, sizeof(account));
		if (err == ERR_OK && (account >= e->accounts.n || !e->accounts.at[account].is_waiting))
			err = ERR_CORRUPT;
		if (err == ERR_OK)
			VEC_PUSH(&w->queue, account);
	}
	if (err == ERR_OK) {
		w->account = head[1];
		w->at = head[2];
	}
	return err;
}
