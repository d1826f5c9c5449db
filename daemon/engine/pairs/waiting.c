/* I1: an account stands in the queue once, or not at all (account.is_waiting); the one whose turn it is may stand there again. */
#include "waiting.h"

#include <stdlib.h>

struct waiting {
	struct VEC(uint32_t) queue;
	size_t first;     /* of those that wait, in the queue */
	struct waiting_turn turn;
};

struct waiting *waiting_new(void)
{
	struct waiting *w = xcalloc(1, sizeof(*w));
	w->turn.account = NONE;
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
	return e->waiting->queue.n - e->waiting->first + (e->waiting->turn.account != NONE);
}

/* The room of those that have gone is used again once they are as many as those that wait. */
static void take_next(struct engine *e, struct waiting *w)
{
	w->turn.account = w->queue.at[w->first++];
	w->turn.at = 0;
	e->accounts.at[w->turn.account].is_waiting = false;
	if (w->first * 2 < w->queue.n)
		return;
	w->queue.n -= w->first;
	memmove(w->queue.at, w->queue.at + w->first, w->queue.n * sizeof(*w->queue.at));
	w->first = 0;
}

struct waiting_turn *waiting_turn(struct engine *e)
{
	struct waiting *w = e->waiting;
	if (w->turn.account == NONE && w->first < w->queue.n)
		take_next(e, w);
	return w->turn.account != NONE ? &w->turn : NULL;
}

uint64_t waiting_behind(const struct engine *e)
{
	return e->waiting->queue.n - e->waiting->first;
}

enum err waiting_save(const struct engine *e, engine_write_fn *write, void *arg)
{
	const struct waiting *w = e->waiting;
	const uint32_t head[3] = { (uint32_t)(w->queue.n - w->first), w->turn.account, w->turn.at };
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
		w->turn.account = head[1];
		w->turn.at = head[2];
	}
	return err;
}
