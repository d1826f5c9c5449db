/* Settling.
 * I1: an account stands in the queue once, or not at all (account.is_waiting); the one being read, whose pairs before `at` are
 *     done, may stand there again.
 * I2: whatever is read here is read as in any event: what comes of it does not depend on how events are cut into batches. */
#include "settling.h"

#include <stdlib.h>

#include "observe.h"
#include "pairs.h"
#include "rescore.h"
#include "support.h"

#define QUEUE_A_PAIR 128 /* so many that wait are one pair more an event */

struct settling {
	struct VEC(uint32_t) queue;
	size_t first;     /* of those that wait, in the queue */
	uint32_t account; /* being read, NONE */
	uint32_t at;      /* its next pair */
};

struct settling *settling_new(void)
{
	struct settling *s = xcalloc(1, sizeof(*s));
	s->account = NONE;
	return s;
}

void settling_free(struct settling *s)
{
	if (s == NULL)
		return;
	VEC_FREE(&s->queue);
	free(s);
}

void settling_add(struct engine *e, uint32_t account)
{
	if (e->accounts.at[account].is_waiting)
		return;
	e->accounts.at[account].is_waiting = true;
	VEC_PUSH(&e->settling->queue, account);
}

uint64_t settling_count(const struct engine *e)
{
	return e->settling->queue.n - e->settling->first + (e->settling->account != NONE);
}

/* The room of those that have gone is used again once they are as many as those that wait. */
static void take_next(struct engine *e, struct settling *s)
{
	s->account = s->queue.at[s->first++];
	s->at = 0;
	e->accounts.at[s->account].is_waiting = false;
	if (s->first * 2 < s->queue.n)
		return;
	s->queue.n -= s->first;
	memmove(s->queue.at, s->queue.at + s->first, s->queue.n * sizeof(*s->queue.at));
	s->first = 0;
}

/* Its next pair; a pair that goes leaves its place to the last one. False: all are read. */
static bool read_next(struct engine *e, struct settling *s)
{
	const struct account *account = &e->accounts.at[s->account];
	if (s->at >= account->n_pairs)
		return false;
	uint32_t at = account->pairs[s->at];
	if (pair_counts(e, &e->pairs.at[at]))
		pair_reread_stale(e, &e->pairs.at[at]);
	account = &e->accounts.at[s->account];
	s->at += s->at < account->n_pairs && account->pairs[s->at] == at;
	return true;
}

/* Neighbours of its neighbours that it has no pair with; returns how many were read. */
static unsigned meet_neighbours(struct engine *e, uint32_t account)
{
	e->stamp++;
	e->candidate_list.n = 0;
	support_add_candidates(e, account);
	unsigned n = (unsigned)e->candidate_list.n;
	for (unsigned i = 0; i < n; i++)
		pair_rescore(e, account, e->candidate_list.at[i]);
	return n;
}

void settling_run(struct engine *e)
{
	struct settling *s = e->settling;
	size_t waiting = s->queue.n - s->first;
	int left = waiting / QUEUE_A_PAIR < SETTLED_MAX ? 1 + (int)(waiting / QUEUE_A_PAIR) : SETTLED_MAX;
	while (left > 0 && settling_count(e) > 0) {
		if (s->account == NONE)
			take_next(e, s);
		left--;
		if (read_next(e, s))
			continue;
		left -= (int)meet_neighbours(e, s->account);
		s->account = NONE;
	}
}

enum err settling_save(const struct engine *e, engine_write_fn *write, void *arg)
{
	const struct settling *s = e->settling;
	const uint32_t head[3] = { (uint32_t)(s->queue.n - s->first), s->account, s->at };
	enum err err = write(arg, head, sizeof(head));
	return err == ERR_OK && head[0] > 0 ? write(arg, s->queue.at + s->first, head[0] * sizeof(*s->queue.at)) : err;
}

enum err settling_load(struct engine *e, engine_read_fn *read, void *arg)
{
	struct settling *s = e->settling;
	uint32_t head[3], account;
	enum err err = read(arg, head, sizeof(head));
	if (err == ERR_OK && (head[0] > e->accounts.n || (head[1] != NONE && head[1] >= e->accounts.n)))
		err = ERR_CORRUPT;
	for (uint32_t i = 0; err == ERR_OK && i < head[0]; i++) {
		err = read(arg, &account, sizeof(account));
		if (err == ERR_OK && (account >= e->accounts.n || !e->accounts.at[account].is_waiting))
			err = ERR_CORRUPT;
		if (err == ERR_OK)
			VEC_PUSH(&s->queue, account);
	}
	if (err == ERR_OK) {
		s->account = head[1];
		s->at = head[2];
	}
	return err;
}
