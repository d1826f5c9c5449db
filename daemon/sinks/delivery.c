/* What becomes of rows that were read: pieces, answers, failures, dead letters.
 * I1: `through` rises only after a piece that was taken or whose dead letters are durable; a crash before the rise is
 *     durable brings rows again, never less.
 * I2: rows die one by one: a group that is refused is handed over again row by row.
 * I3: for age to kill a row, both clocks must agree: it has waited for a day by the wall clock, and the sink has failed for
 *     a day by the one that does not jump. */
#include "delivery.h"

#include "daemon/base/clock.h"
#include "daemon/base/log.h"

uint64_t sinks_least_through(const struct sinks *s)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < s->n; i++)
		if (s->at[i].through < least)
			least = s->at[i].through;
	return s->n ? least : 0;
}

void delivery_mark(struct delivery *d)
{
	struct sinks *s = d->sinks;

	s->ports.mark(s->ports.arg, bytes_of(d->settings->name), d->through, sinks_least_through(s));
}

static void note_failure(struct delivery *d, const char *why, int64_t not_before_ms)
{
	int64_t max_us = d->sink->send ? PAUSE_MAX_US : PAUSE_MAX_FILE_US;
	int64_t now_us = d->sinks->mono_us;

	if (d->pause_us == 0) {
		log_warn("sinks", "sink %s takes no alerts, they wait: %s", d->settings->name, why);
		d->failing_since_us = now_us;
	}
	errbuf_clear(&d->failure);
	errbuf_set(&d->failure, ERR_IO, "%s", why);
	d->failures++;
	d->pause_us = d->pause_us ? d->pause_us * 2 : PAUSE_MIN_US;
	if (d->pause_us > max_us)
		d->pause_us = max_us;
	/* Spread by a quarter either way, so that many that failed together do not come back together. */
	uint64_t dice = bytes_hash(bytes_of(d->settings->name), (uint64_t)now_us ^ ++d->tries) % 1000;
	int64_t pause_us = d->sink->send ? d->pause_us / 4 * 3 + d->pause_us / 2 * (int64_t)dice / 1000 : d->pause_us;
	if (not_before_ms * 1000 > pause_us)
		pause_us = not_before_ms * 1000;
	d->retry_us = now_us + pause_us;
}

static void note_success(struct delivery *d, size_t n)
{
	if (d->pause_us)
		log_info("sinks", "sink %s takes alerts again", d->settings->name);
	d->pause_us = d->retry_us = 0;
	d->again_n = 0;
	errbuf_clear(&d->failure);
	if (!d->is_telling)
		d->delivered += n;
}

/* Past the last row that was read lie rows that do not concern it. */
static void advance(struct delivery *d, size_t next_row)
{
	d->next_row = next_row;
	if (d->is_telling)
		return;
	d->through = next_row == d->rows.n ? d->reached : d->rows.at[next_row - 1].number;
	delivery_mark(d);
}

void delivery_cut(struct delivery *d, size_t n)
{
	d->rows.n = d->next_row + n;
	if (d->is_telling)
		d->tell_us = 0;
	else if (d->rows.n > 0)
		d->reached = d->rows.at[d->rows.n - 1].number;
}

/* True: rows went from the outbox meanwhile, and what came back may be of them. */
static bool come_back(struct delivery *d)
{
	bool is_stale = d->is_stale;

	d->state = DELIVERY_IDLE;
	d->is_stale = false;
	return is_stale;
}

void delivery_reopen(struct delivery *d)
{
	d->wants_reopen = d->state != DELIVERY_IDLE;
	if (d->wants_reopen)
		return;
	errbuf_clear(&d->refusal);
	if (d->sink->reopen && d->sink->reopen(d->self, &d->refusal))
		log_warn("sinks", "sink %s: %s; what was read before stays in use", d->settings->name, d->refusal.text);
}

/* What came back may have sent it out again: then it waits on. */
static void reopen_if_wanted(struct delivery *d)
{
	if (d->wants_reopen)
		delivery_reopen(d);
}

static void buried(struct delivery *d, bool is_stale)
{
	if (is_stale)
		delivery_cut(d, d->dead.n);
	d->n_died += d->dead.n;
	d->sinks->letters.is_wanted = true;
	d->again_n = 0;
	advance(d, d->next_row + d->dead.n); /* I1 */
}

static void dead_letters_written(struct store_batch *batch)
{
	struct delivery *d = batch->owner;

	bool is_stale = come_back(d);
	if (batch->result) {
		note_failure(d, batch->error.text, 0);
		d->rows.n = d->next_row = 0;
	} else {
		buried(d, is_stale);
	}
	reopen_if_wanted(d);
}

/* The first n rows of the piece will not be taken. */
static void bury(struct delivery *d, size_t n, const char *why)
{
	struct sinks *s = d->sinks;

	d->dead_numbers.n = 0;
	for (size_t i = 0; i < n; i++)
		VEC_PUSH(&d->dead_numbers, d->call.rows[i].number);
	log_warn("sinks", "sink %s: %zu %s a dead letter (`assocctl sink dead` shows it): %s", d->settings->name, n,
		 n == 1 ? "alert is" : "alerts are", why);
	errbuf_clear(&d->error);
	errbuf_set(&d->error, ERR_DENIED, "%s", why);
	d->dead = (struct store_dead){ d->dead_numbers.at, n, s->ports.wall_ms(s->ports.arg), bytes_of(d->error.text) };
	d->dead_batch = (struct store_batch){ .sink = bytes_of(d->settings->name), .sink_through = d->call.rows[n - 1].number,
					      .dead = &d->dead, .owner = d, .done = dead_letters_written };
	if (s->ports.submit(s->ports.arg, &d->dead_batch) == ERR_OK)
		d->state = DELIVERY_BURYING;
	else
		note_failure(d, why, 0); /* the queue of the writer is full: the piece comes again */
}

/* I3 */
static size_t count_too_old(const struct delivery *d)
{
	struct sinks *s = d->sinks;
	int64_t now_ms = s->ports.wall_ms(s->ports.arg);
	size_t n = 0;

	if (d->is_telling || d->pause_us == 0 || s->mono_us - d->failing_since_us < GIVE_UP_MS * INT64_C(1000))
		return 0;
	while (n < d->call.n && now_ms - d->call.rows[n].at_ms >= GIVE_UP_MS)
		n++;
	return n;
}

static void refused(struct delivery *d, const struct sink_outcome *outcome)
{
	if (d->is_telling) {
		note_failure(d, outcome->why, outcome->not_before_ms);
		d->rows.n = d->next_row = 0;
	} else if (d->call.n > 1) {
		d->single_until = d->call.rows[d->call.n - 1].number; /* I2 */
		d->again_n = 0;
	} else {
		bury(d, 1, outcome->why);
	}
}

/* It goes on where it stopped, and soon: the other side takes rows, only not so many. */
static void failed_behind(struct delivery *d, size_t n_taken)
{
	d->call.rows += n_taken;
	d->call.n -= n_taken;
	if (!d->is_telling)
		d->delivered += n_taken;
	advance(d, d->next_row + n_taken);
	d->pause_us = PAUSE_MIN_US;
	d->failing_since_us = d->sinks->mono_us;
	d->retry_us = d->sinks->mono_us + PAUSE_MIN_US;
}

static void failed(struct delivery *d, const struct sink_outcome *outcome)
{
	note_failure(d, outcome->why, outcome->not_before_ms);
	if (outcome->n_taken > 0)
		failed_behind(d, outcome->n_taken);
	size_t n = count_too_old(d);
	if (d->is_telling)
		d->tell_us = 0;
	else
		d->again_n = d->call.n;
	if (n > 0)
		bury(d, n, outcome->why);
	else
		d->rows.n = d->next_row = 0; /* read again: it may be long */
}

static void answered(struct sink_call *call, const struct sink_outcome *outcome)
{
	struct delivery *d = call->owner;

	d->state = DELIVERY_IDLE;
	if (outcome->result == SINK_TAKEN) {
		note_success(d, call->n);
		advance(d, d->next_row + call->n);
	} else if (outcome->result == SINK_REFUSED) {
		d->failures++;
		refused(d, outcome);
	} else {
		failed(d, outcome);
	}
	reopen_if_wanted(d);
}

bool delivery_has_piece(const struct delivery *d)
{
	return d->sink->send && d->next_row < d->rows.n;
}

void delivery_next_piece(struct delivery *d)
{
	struct sinks *s = d->sinks;
	size_t left = d->rows.n - d->next_row, n = (size_t)d->settings->group;

	if (d->again_n > 0)
		n = d->again_n;
	if (!d->is_telling && d->rows.at[d->next_row].number <= d->single_until)
		n = 1;
	d->call = (struct sink_call){ d->rows.at + d->next_row, n < left ? n : left, s->ports.wall_ms(s->ports.arg), answered, d };
	if (d->settings->rate > 0)
		d->rate_us = s->mono_us + 60000000 / d->settings->rate;
	d->state = DELIVERY_SENDING;
	d->sink->send(d->self, &d->call);
}

/* A sink with deliver has had the rows. */
static void delivered(struct delivery *d)
{
	note_success(d, d->rows.n);
	d->next_row = d->rows.n;
	if (d->reached == d->through) {
		d->through = d->newest; /* rows that were removed from the outbox */
		return;
	}
	d->through = d->reached;
	delivery_mark(d);
}

void delivery_done(struct store_query *q)
{
	struct delivery *d = q->owner;

	bool is_stale = come_back(d) && d->sink->send;
	d->gather_us = d->rows.n == ROWS_MAX ? d->sinks->mono_us : 0;
	reopen_if_wanted(d);
	if (is_stale) {
		delivery_cut(d, 0);
	} else if (d->result) {
		d->rows.n = d->next_row = 0;
		note_failure(d, d->error.text, 0);
	} else if (d->sink->deliver || (d->rows.n == 0 && !d->is_telling)) {
		delivered(d);
	}
}
