/* One chunk at a time: read, changed, forgotten.
 * I1: either the reader thread has the chunk, or the writer thread, or the loop thread.
 * I2: a chunk is bounded by what is read and by what is changed, so that neither thread keeps others waiting. */
#include "sweep.h"

#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/base/vec.h"
#include "daemon/store/edits.h"

#define READ_MAX 5000
#define EDITS_MAX 500
#define BYTES_MAX (1u << 20)
#define RETRY_US 1000000
#define SOON_US 1000
#define BY_EVENT -1

struct sweep {
	struct daemon *d;
	sweep_fn *fn;
	bool (*may_change)(void *arg);
	void *arg;
	uint64_t through;
	/* the other thread's while it is out (I1) */
	struct store_query query;
	struct store_batch batch;
	struct store_edits edits;
	struct VEC(struct store_edit) rows;
	struct VEC(uint64_t) gone_ids;
	struct arena *arena;
	struct text changed;
	unsigned n_read;
	bool is_out, is_decided;
	int64_t due_us;
	struct errbuf error;
	struct sweep_state state;
	struct sweep_state shown; /* the loop thread's, always */
};

struct sweep *sweep_new(struct daemon *d, uint64_t through, sweep_fn *fn, void *arg)
{
	struct sweep *s = xcalloc(1, sizeof(*s));
	s->d = d;
	s->fn = fn;
	s->arg = arg;
	s->through = through;
	s->arena = arena_new(64 * 1024);
	return s;
}

void sweep_free(struct sweep *s)
{
	if (s == NULL)
		return;
	BUG_ON(s->is_out);
	VEC_FREE(&s->rows);
	VEC_FREE(&s->gone_ids);
	text_free(&s->changed);
	arena_free(s->arena);
	free(s);
}

void sweep_ask_before(struct sweep *s, bool (*may_change)(void *arg))
{
	s->may_change = may_change;
}

bool sweep_is_out(const struct sweep *s)
{
	return s != NULL && s->is_out;
}

void sweep_state(const struct sweep *s, struct sweep_state *out)
{
	*out = s->shown;
}

static enum err decide(void *arg, const struct store_event *row)
{
	struct sweep *s = arg;
	if (row->seq > s->through)
		return ERR_LIMIT;
	text_clear(&s->changed);
	enum sweep_verdict verdict = s->fn(s->arg, row, &s->changed);
	s->state.reached = row->seq;
	s->n_read++;
	if (verdict == SWEEP_REMOVES)
		VEC_PUSH(&s->gone_ids, row->id_hash);
	if (verdict != SWEEP_KEEPS) {
		struct bytes payload = verdict == SWEEP_CHANGES ? arena_bytes(s->arena, text_bytes(&s->changed)) : BYTES_NONE;
		VEC_PUSH(&s->rows, ((struct store_edit){ row->seq, payload }));
	}
	return s->rows.n == EDITS_MAX || arena_used(s->arena) > BYTES_MAX ? ERR_LIMIT : ERR_OK; /* I2 */
}

static void run_reading(struct store_query *q, const char *dir)
{
	struct sweep *s = q->owner;
	struct store_range range = { s->state.reached, READ_MAX };
	s->n_read = 0;
	s->rows.n = s->gone_ids.n = 0;
	arena_reset(s->arena);
	s->state.result = store_read(dir, range, decide, s, &s->error);
	if (s->state.result == ERR_LIMIT)
		s->state.result = ERR_OK;
}

static void reading_back(struct store_query *q)
{
	struct sweep *s = q->owner;
	bool is_end = s->n_read == 0 || s->state.reached >= s->through;
	s->is_out = false;
	s->is_decided = s->rows.n > 0 && s->state.result == ERR_OK;
	s->state.is_over = s->state.result != ERR_OK || (is_end && !s->is_decided);
	s->state.error = s->error.text;
	s->shown = s->state;
}

static void changing_back(struct store_batch *batch)
{
	struct sweep *s = batch->owner;
	s->is_out = false;
	if (batch->result != ERR_OK) {
		log_warn("journal", "events could not be taken out, it is tried again: %s", batch->error.text);
		s->due_us = clock_mono_us() + RETRY_US;
		return;
	}
	s->is_decided = false;
	s->d->snapshot_seq = 0; /* it went with the first rows */
	s->state.removed += s->edits.removed;
	s->state.changed += s->rows.n - s->edits.removed;
	for (size_t i = 0; i < s->gone_ids.n; i++)
		intake_forget(s->d->intake, s->gone_ids.at[i]);
	s->state.is_over = s->state.reached >= s->through;
	s->shown = s->state;
}

static bool submit(struct sweep *s)
{
	s->edits = (struct store_edits){ .rows = s->rows.at, .n_rows = s->rows.n };
	s->batch = (struct store_batch){ .edits = &s->edits, .owner = s, .done = changing_back };
	return store_submit(s->d->store, &s->batch) == ERR_OK;
}

static bool ask(struct sweep *s)
{
	s->query = (struct store_query){ run_reading, reading_back, s };
	return store_ask(s->d->store, &s->query) == ERR_OK;
}

int64_t sweep_step(struct sweep *s)
{
	int64_t left_us = s->due_us - clock_mono_us();
	if (s->is_out || s->shown.is_over)
		return BY_EVENT;
	if (left_us > 0)
		return left_us;
	if (s->is_decided && s->may_change != NULL && !s->may_change(s->arg))
		return SOON_US;
	s->is_out = s->is_decided ? submit(s) : ask(s);
	return s->is_out ? BY_EVENT : SOON_US; /* a queue is full */
}
