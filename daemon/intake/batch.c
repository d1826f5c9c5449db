/* The life of a batch: gathers, is in flight, is applied or refused, is free again.
 * I1: of BATCHES one always gathers; at most the others are in flight, and they complete in order.
 * I2: sequence numbers are given at submission; those of a failed batch are given again when nothing is in flight.
 * I3: the engine sees a batch only after its commit, in order of sequence numbers.
 * A batch that goes out with the first event after a commit leaves all other senders to the next commit, and halves what
 * senders of single events get. So it waits until as many events have come as were under way at the last commit, at most
 * an eighth of that commit's time (compare commit_delay and commit_siblings of PostgreSQL). Where half as many have come while
 * it was under way, they are a party of their own: they go out before the engine is at work, so that disk and engine are busy at
 * the same time, and the two parties take turns.
 * I4: an id becomes known with its commit; until then the set of its batch knows it, and dies with it. */
#include "internal.h"

#include "daemon/base/log.h"

/* Effects and marks wait up to EFFECTS_DELAY_US for a batch that goes anyway; the next turn knows the time. */
#define DUE_FROM_NEXT_TURN -1

void batch_reset(struct batch *b)
{
	arena_reset(b->arena);
	arena_reset(b->effects.arena);
	b->events.n = b->rows.n = b->owners.n = b->lines.n = b->groups.n = b->effects.rows.n = 0;
	idset_clear(&b->ids);
	b->store = (struct store_batch){ .owner = b };
	b->number = 0;
	b->in_flight = b->carries_effects = false;
}

void batch_add(struct intake *in, struct batch *b, struct group *g, const struct event *ev)
{
	struct store_event row = {
		.ts_ms = ev->ts_ms, .id_hash = ev->id_hash, .audience = ev->audience,
	};

	text_clear(&in->encoded);
	event_encode(ev, &in->encoded);
	row.payload = arena_bytes(b->arena, text_bytes(&in->encoded));
	VEC_PUSH(&b->events, ev);
	VEC_PUSH(&b->rows, row);
	VEC_PUSH(&b->owners, g);
	VEC_PUSH(&b->lines, group_line(g));
	idset_add(&b->ids, ev->id_hash);
}

static struct batch *take_free(struct intake *in)
{
	for (unsigned i = 0; i < BATCHES; i++) {
		struct batch *b = &in->batches[i];

		if (b->number)
			continue;
		batch_reset(b);
		b->number = ++in->batch_numbers;
		return b;
	}
	BUG_ON(true); /* I1 */
}

/* I2. Events are ours from decoding on; const only for whom they are handed to. */
static void number_events(struct intake *in, struct batch *b)
{
	uint64_t seq = in->in_flight == 0 ? in->committed_seq : in->assigned_seq;

	for (size_t i = 0; i < b->rows.n; i++) {
		((struct event *)b->events.at[i])->seq = ++seq;
		b->rows.at[i].seq = seq;
	}
	in->assigned_seq = seq;
	b->store.events = b->rows.at;
	b->store.n_events = b->rows.n;
	b->store.arrived_ms = in->setup.ports.wall_ms(in->setup.ports.arg);
}

/* Those of changed rules come without an event. */
static bool effects_wait(const struct intake *in)
{
	return in->waiting.rows.n > 0 || in->applied_durable != in->applied_seq;
}

static void load_effects(struct intake *in, struct batch *b)
{
	struct outgoing empty = b->effects;

	if (in->effects_in_flight || !effects_wait(in))
		return;
	b->effects = in->waiting;
	in->waiting = empty;
	in->effects_in_flight = b->carries_effects = true;
	in->due_us = 0;
	b->store.alerts = b->effects.rows.at;
	b->store.n_alerts = b->effects.rows.n;
	b->store.applied_seq = in->applied_seq;
}

static void load_mark(struct intake *in, struct batch *b)
{
	b->store.outbox_drop = in->outbox_drop;
	in->outbox_drop = 0;
	for (unsigned i = 0; i < in->n_marks; i++) {
		if (!in->marks[i].is_due)
			continue;
		in->marks[i].is_due = false;
		b->store.sink = in->marks[i].name;
		b->store.sink_through = in->marks[i].through;
		return;
	}
}

static void submit(struct intake *in, struct batch *b)
{
	enum err err;

	number_events(in, b);
	load_effects(in, b);
	load_mark(in, b);
	b->in_flight = true;
	in->in_flight++;
	in->stats.batches++;
	err = in->setup.ports.submit(in->setup.ports.arg, &b->store);
	if (!err)
		return; /* the batch is the writer's now, who may have its result already */
	b->store.result = errbuf_set(&b->store.error, err, "the writer's queue is full");
	intake_completed(in, &b->store);
}

static void submit_gathered(struct intake *in)
{
	struct batch *b = in->gathering;

	in->gathering = take_free(in);
	submit(in, b);
}

bool batch_has_due_mark(const struct intake *in)
{
	for (unsigned i = 0; i < in->n_marks; i++)
		if (in->marks[i].is_due)
			return true;
	return false;
}

static bool senders_are_awaited(const struct intake *in, int64_t mono_us)
{
	return in->patience_us > 0 && in->gathering->events.n < in->awaited &&
	       (in->awaited_until_us == DUE_FROM_NEXT_TURN || mono_us < in->awaited_until_us);
}

static bool events_are_due(const struct intake *in, int64_t mono_us)
{
	size_t n = in->gathering->events.n;

	if (n == 0 || in->is_held)
		return false;
	return n >= in->setup.batch_events || (in->in_flight == 0 && !senders_are_awaited(in, mono_us));
}

static bool rest_is_due(const struct intake *in, int64_t mono_us)
{
	if (in->in_flight > 0)
		return false;
	if (in->is_held && (effects_wait(in) || batch_has_due_mark(in)))
		return true;
	return in->failure || (in->due_us > 0 && mono_us >= in->due_us);
}

bool batch_submit_due(struct intake *in, int64_t mono_us)
{
	bool is_too_soon = in->retry_us == DUE_FROM_NEXT_TURN || mono_us < in->retry_us || in->in_flight > 0;

	if (in->in_flight == BATCHES - 1 || (in->failure && is_too_soon))
		return false;
	if (events_are_due(in, mono_us)) {
		submit_gathered(in);
		return true;
	}
	if (!rest_is_due(in, mono_us))
		return false;
	in->due_us = 0;
	submit(in, take_free(in));
	return true;
}

static void collect_effects(struct intake *in, const struct effects *effects)
{
	for (size_t i = 0; i < effects->n; i++)
		outgoing_add(&in->waiting, &effects->at[i]);
	if (in->waiting.rows.n > 0 && in->due_us == 0)
		in->due_us = DUE_FROM_NEXT_TURN;
}

/* The disk does not wait for the engine. */
static void submit_early(struct intake *in, const struct batch *committed)
{
	size_t n = in->gathering->events.n;

	if (in->in_flight == 0 && !in->is_held && n >= EARLY_EVENTS && n >= committed->events.n / 2)
		submit_gathered(in);
}

/* Sequence numbers of a batch follow each other. */
static void note_ignored(struct intake *in, const struct batch *b, const struct effect *effect)
{
	uint64_t at = effect->seq - b->rows.at[0].seq;

	in->stats.ignored[effect->ignored]++;
	BUG_ON(at >= b->rows.n);
	group_note_ignored(b->owners.at[at], b->lines.at[at], effect);
}

static void apply(struct intake *in, struct batch *b)
{
	size_t n = b->events.n;

	in->effects.n = 0;
	in->effects.arena = b->arena;
	in->setup.ports.apply(in->setup.ports.arg, b->events.at, n, &in->effects);
	in->applied_seq = b->rows.at[n - 1].seq;
	collect_effects(in, &in->effects);
	for (size_t i = 0; i < in->effects.n; i++)
		if (in->effects.at[i].type == EFFECT_STATEMENT_IGNORED)
			note_ignored(in, b, &in->effects.at[i]);
	for (size_t i = 0; i < n; i++) {
		known_add(in->known, b->rows.at[i].id_hash, b->store.arrived_ms); /* I4 */
		b->owners.at[i]->pub.last_seq = b->rows.at[i].seq;
		tick_note_arrival(in, b->events.at[i], b->store.arrived_ms);
	}
}

/* The senders of the batch are about to be answered, those of the gathering one go on waiting. */
static void await_senders(struct intake *in, const struct batch *b)
{
	size_t under_way = b->events.n + in->gathering->events.n;
	int64_t patience_us = b->store.commit_us / PATIENCE_PART;

	if (b->events.n == 0)
		return;
	in->awaited = under_way < SENDERS_AWAITED_MAX ? under_way : SENDERS_AWAITED_MAX;
	in->patience_us = patience_us < PATIENCE_MAX_US ? patience_us : PATIENCE_MAX_US;
	in->awaited_until_us = DUE_FROM_NEXT_TURN;
}

static void succeed(struct intake *in, struct batch *b)
{
	if (in->failure)
		log_info("intake", "writing works again");
	in->failure = ERR_OK;
	in->stats.last_commit_us = b->store.commit_us;
	if (b->carries_effects) {
		in->applied_durable = b->store.applied_seq;
		in->stats.alerts_written += b->store.n_alerts;
	}
	if (b->store.outbox_last > in->stats.outbox_last)
		in->stats.outbox_last = b->store.outbox_last;
	await_senders(in, b);
	if (b->events.n == 0)
		return;
	in->committed_seq = b->rows.at[b->rows.n - 1].seq;
	submit_early(in, b);
	apply(in, b); /* I3 */
}

static void take_back(struct intake *in, struct batch *b)
{
	if (b->carries_effects) {
		outgoing_return(&in->waiting, &b->effects);
		in->due_us = DUE_FROM_NEXT_TURN;
	}
	for (unsigned i = 0; i < in->n_marks; i++)
		if (b->store.sink.len > 0 && bytes_eq(in->marks[i].name, b->store.sink))
			in->marks[i].is_due = true;
	if (b->store.outbox_drop > in->outbox_drop)
		in->outbox_drop = b->store.outbox_drop;
}

static void refuse_all(struct intake *in, struct batch *b)
{
	if (!in->failure)
		log_error("intake", "nothing is accepted until writing works again (tried every second): %s", b->store.error.text);
	in->failure = b->store.result;
	in->failure_text = b->store.error;
	in->stats.failed_batches++;
	in->retry_us = DUE_FROM_NEXT_TURN;
	take_back(in, b);
	for (size_t i = 0; i < b->groups.n; i++) {
		struct intake_group *g = &b->groups.at[i]->pub;

		g->result = b->store.result;
		g->error = b->store.error;
		g->accepted = 0;
	}
}

void intake_completed(struct intake *in, struct store_batch *done)
{
	struct batch *b = done->owner;

	BUG_ON(!b->in_flight);
	in->in_flight--;
	if (b->carries_effects)
		in->effects_in_flight = false;
	if (done->result)
		refuse_all(in, b);
	else
		succeed(in, b);
	for (size_t i = 0; i < b->groups.n; i++) {
		b->groups.at[i]->pending--;
		group_finish_if_done(in, b->groups.at[i]);
	}
	batch_reset(b);
}

void intake_take_effects(struct intake *in, const struct effects *effects, uint64_t applied_seq)
{
	collect_effects(in, effects);
	in->applied_seq = applied_seq;
}

void intake_mark_sink(struct intake *in, struct bytes name, uint64_t through, uint64_t drop)
{
	unsigned i = 0;

	while (i < in->n_marks && !bytes_eq(in->marks[i].name, name))
		i++;
	BUG_ON(i == SINK_MARKS_MAX);
	if (i == in->n_marks)
		in->marks[in->n_marks++].name = name;
	in->marks[i].through = through;
	in->marks[i].is_due = true;
	if (drop > in->outbox_drop)
		in->outbox_drop = drop;
	if (in->due_us == 0)
		in->due_us = DUE_FROM_NEXT_TURN;
}

static int64_t wait_us(const struct intake *in, int64_t mono_us)
{
	int64_t at = in->failure && in->in_flight == 0 ? in->retry_us : in->due_us;
	int64_t shrink_us = burst_due_us(in);

	if (in->answered.n > 0)
		return 0;
	if (in->in_flight == 0 && in->gathering->events.n > 0 && senders_are_awaited(in, mono_us) &&
	    (at <= 0 || in->awaited_until_us < at))
		at = in->awaited_until_us;
	if (shrink_us > 0 && (at <= 0 || shrink_us < at))
		at = shrink_us;
	if (at <= 0)
		return -1;
	return at > mono_us ? at - mono_us : 0;
}

int64_t intake_turn(struct intake *in, int64_t mono_us)
{
	if (in->due_us == DUE_FROM_NEXT_TURN)
		in->due_us = mono_us + EFFECTS_DELAY_US;
	if (in->retry_us == DUE_FROM_NEXT_TURN)
		in->retry_us = mono_us + RETRY_US;
	if (in->awaited_until_us == DUE_FROM_NEXT_TURN)
		in->awaited_until_us = mono_us + in->patience_us;
	while (batch_submit_due(in, mono_us))
		;
	burst_shrink(in, mono_us);
	groups_answer(in);
	/* What the answered senders offered at once goes out in this turn too. */
	while (batch_submit_due(in, mono_us))
		;
	if (in->due_us == 0 && batch_has_due_mark(in))
		in->due_us = mono_us + EFFECTS_DELAY_US;
	return wait_us(in, mono_us);
}
