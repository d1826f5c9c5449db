/* Drives the sinks.
 * I1: a sink has at most one delivery on its way; while it has, only the reader thread touches the sink.
 * I2: `through` rises only after a delivery that succeeded; a crash before it is durable brings rows again, never less.
 * I3: a row leaves the outbox when every sink is through with it. */
#include "sinks.h"

#include "daemon/base/arena.h"
#include "daemon/base/log.h"
#include "daemon/base/vec.h"

#include <stdlib.h>

#define SINKS_MAX 8
#define ROWS_MAX 1000
#define GATHER_US 100000 /* a reading opens the database (half a million instructions): rows of this long go out together */
#define PAUSE_MIN_US 1000000
#define PAUSE_MAX_US 60000000

struct delivery {
	struct store_query query;
	struct sinks *sinks;
	const struct sink *sink;
	void *self;
	uint64_t through; /* durable or on its way to be */
	/* of the delivery on its way */
	bool is_out, wants_reopen;
	uint64_t reached;
	struct VEC(struct sink_row) rows;
	struct arena *arena;
	enum err result;
	struct errbuf error;
	/* failure */
	int64_t pause_us, retry_us;
	uint64_t delivered, failures;
};

struct sinks {
	struct sinks_ports ports;
	struct delivery at[SINKS_MAX];
	unsigned n;
	uint64_t newest;
};

static const struct sink *const default_rows[] = { &sink_log, NULL };

static enum err note_row(void *arg, const struct store_outgoing *from)
{
	struct delivery *d = arg;
	struct sink_row row = { from->number, BYTES_NONE };

	d->reached = from->number;
	if (from->audience > d->sink->audience)
		return ERR_OK; /* not meant for it: passed over */
	row.json = arena_bytes(d->arena, from->json);
	VEC_PUSH(&d->rows, row);
	/* The rest comes with the next delivery. */
	return d->rows.n < ROWS_MAX ? ERR_OK : ERR_LIMIT;
}

/* On the reader thread. */
static void run_delivery(struct store_query *q, const char *dir)
{
	struct delivery *d = q->owner;

	errbuf_clear(&d->error);
	d->rows.n = 0;
	arena_reset(d->arena);
	d->reached = d->through;
	d->result = store_read_outbox(dir, d->through, note_row, d, &d->error);
	if (d->result == ERR_LIMIT)
		d->result = ERR_OK;
	if (!d->result && d->rows.n > 0)
		d->result = d->sink->deliver(d->self, d->rows.at, d->rows.n, &d->error);
}

static uint64_t least_through(const struct sinks *s)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < s->n; i++)
		if (s->at[i].through < least)
			least = s->at[i].through;
	return s->n ? least : 0;
}

static void note_failure(struct delivery *d)
{
	if (d->pause_us == 0)
		log_warn("sinks", "sink %s takes no alerts, they wait: %s", d->sink->name, d->error.text);
	d->failures++;
	d->pause_us = d->pause_us ? d->pause_us * 2 : PAUSE_MIN_US;
	if (d->pause_us > PAUSE_MAX_US)
		d->pause_us = PAUSE_MAX_US;
	d->retry_us = -1; /* from the next turn */
}

static void delivery_done(struct store_query *q)
{
	struct delivery *d = q->owner;
	struct sinks *s = d->sinks;

	d->is_out = false;
	if (d->wants_reopen)
		d->sink->reopen(d->self);
	d->wants_reopen = false;
	if (d->result) {
		note_failure(d);
		return;
	}
	if (d->pause_us)
		log_info("sinks", "sink %s takes alerts again", d->sink->name);
	d->pause_us = d->retry_us = 0;
	d->delivered += d->rows.n;
	if (d->reached == d->through) {
		d->through = s->newest; /* rows that were removed from the outbox */
		return;
	}
	d->through = d->reached;
	if (d->rows.n < ROWS_MAX)
		d->retry_us = -1;
	s->ports.mark(s->ports.arg, bytes_of(d->sink->name), d->through, least_through(s));
}

static enum err open_one(struct sinks *s, const struct sink *sink, const struct sink_setup *setup, struct errbuf *eb)
{
	struct delivery *d = &s->at[s->n];
	enum err err = store_sink_through(setup->state_dir, bytes_of(sink->name), &d->through, eb);

	if (!err)
		err = sink->open(setup, &d->self, eb);
	if (err)
		return err;
	d->query = (struct store_query){ run_delivery, delivery_done, d };
	d->sinks = s;
	d->sink = sink;
	d->arena = arena_new(16384);
	s->n++;
	return ERR_OK;
}

enum err sinks_new(const struct sinks_setup *setup, struct sinks **out, struct errbuf *eb)
{
	struct sinks *s = xcalloc(1, sizeof(*s));

	s->ports = setup->ports;
	s->newest = setup->newest;
	for (const struct sink *const *rows = setup->rows ? setup->rows : default_rows; *rows; rows++) {
		enum err err;

		BUG_ON(s->n == SINKS_MAX);
		err = open_one(s, *rows, &setup->sink, eb);
		if (err) {
			sinks_free(s);
			return err;
		}
	}
	*out = s;
	return ERR_OK;
}

void sinks_free(struct sinks *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->n; i++) {
		struct delivery *d = &s->at[i];

		BUG_ON(d->is_out);
		d->sink->close(d->self);
		arena_free(d->arena);
		VEC_FREE(&d->rows);
	}
	free(s);
}

static int64_t turn_one(struct sinks *s, struct delivery *d, int64_t mono_us)
{
	if (d->retry_us == -1)
		d->retry_us = mono_us + (d->pause_us ? d->pause_us : GATHER_US);
	if (d->is_out || d->through >= s->newest)
		return -1;
	if (d->retry_us > mono_us)
		return d->retry_us - mono_us;
	if (s->ports.ask(s->ports.arg, &d->query))
		return PAUSE_MIN_US; /* the reader's queue is full */
	d->is_out = true; /* I1 */
	return -1;
}

int64_t sinks_turn(struct sinks *s, uint64_t newest, int64_t mono_us)
{
	int64_t wait = -1;

	if (newest > s->newest)
		s->newest = newest;
	for (unsigned i = 0; i < s->n; i++) {
		int64_t one = turn_one(s, &s->at[i], mono_us);

		if (one >= 0 && (wait < 0 || one < wait))
			wait = one;
	}
	return wait;
}

void sinks_reopen(struct sinks *s)
{
	for (unsigned i = 0; i < s->n; i++) {
		struct delivery *d = &s->at[i];

		if (d->is_out)
			d->wants_reopen = true;
		else
			d->sink->reopen(d->self);
	}
}

bool sinks_is_idle(const struct sinks *s)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->at[i].is_out)
			return false;
	return true;
}

bool sinks_is_done(const struct sinks *s)
{
	return sinks_is_idle(s) && least_through(s) >= s->newest;
}

unsigned sinks_stats(const struct sinks *s, struct sink_stats *out, unsigned max)
{
	unsigned n = s->n < max ? s->n : max;

	for (unsigned i = 0; i < n; i++) {
		const struct delivery *d = &s->at[i];

		out[i] = (struct sink_stats){ d->sink->name, d->delivered, d->failures, d->through, d->pause_us > 0 };
	}
	return n;
}
