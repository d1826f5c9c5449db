/* `assocctl sink test`: one alert that says what it is, through an instance of its own, so that neither the queue nor a
 * delivery that hangs is in its way. It is in no outbox and comes once.
 * I1: the instance is closed when nothing of it runs any more: after the call that answered. */
#include "delivery.h"

#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/model/alert_json.h"
#include "daemon/vendor/loop.h"

struct trial {
	struct store_query query;
	struct sink_call call;
	struct sinks *sinks;
	const struct sink *sink;
	void *self;
	struct arena *arena;
	struct alert_view alert;
	struct sink_row row;
	enum err result;
	struct errbuf error;
	sinks_done_fn *done;
	void *arg;
};

static void trial_close(void *arg)
{
	struct trial *t = arg;

	t->sink->close(t->self);
	arena_free(t->arena);
	free(t);
}

static void forget(struct trial *t)
{
	struct sinks *s = t->sinks;
	unsigned i = 0;

	while (s->trials[i] != t)
		i++;
	s->trials[i] = s->trials[--s->n_trials];
}

static void trial_end(struct trial *t)
{
	forget(t);
	t->done(t->arg, t->result, t->error.text);
	if (t->sinks->sink.loop)
		loop_defer(t->sinks->sink.loop, trial_close, t); /* I1 */
	else
		trial_close(t);
}

static void answered(struct sink_call *call, const struct sink_outcome *outcome)
{
	struct trial *t = call->owner;

	if (outcome->result != SINK_TAKEN)
		t->result = errbuf_set(&t->error, ERR_IO, "%s", outcome->why);
	trial_end(t);
}

static void run_query(struct store_query *q, const char *dir)
{
	struct trial *t = q->owner;

	t->result = t->sink->deliver(t->self, &t->row, 1, &t->error);
}

static void query_done(struct store_query *q)
{
	trial_end(q->owner);
}

static void make_row(struct trial *t)
{
	struct text json = { 0 };
	int64_t now_ms = t->sinks->ports.wall_ms(t->sinks->ports.arg);
	struct bytes *account = ARENA_NEW(t->arena, struct bytes);

	*account = BYTES_LIT("assocd/test");
	t->alert = (struct alert_view){
		.id = BYTES_LIT("0000000000000000"), .rule = BYTES_LIT("test"), .title = BYTES_LIT("A test of this sink"),
		.level = BYTES_LIT("info"), .subject_kind = BYTES_LIT("account"), .accounts = account, .n_accounts = 1,
		.state = ALERT_RESOLVED, .resolution = BYTES_LIT("withdrawn"), .reason = BYTES_LIT("it was a test"),
		.summary = BYTES_LIT("somebody asked assocd whether alerts arrive here; nothing is wrong"),
		.opened_ms = now_ms, .updated_ms = now_ms,
	};
	alert_json(&json, &t->alert, "test");
	t->row = (struct sink_row){ .json = arena_bytes(t->arena, text_bytes(&json)), .event = BYTES_LIT("test"), .alert = &t->alert,
				    .at_ms = now_ms };
	text_free(&json);
}

static enum err trial_begin(struct trial *t)
{
	const struct sink *sink = t->sink;

	make_row(t);
	t->call = (struct sink_call){ &t->row, 1, t->row.at_ms, answered, t };
	t->query = (struct store_query){ run_query, query_done, t };
	t->sinks->trials[t->sinks->n_trials++] = t;
	if (sink->deliver && t->sinks->ports.ask(t->sinks->ports.arg, &t->query)) {
		forget(t);
		return ERR_BUSY;
	}
	if (!sink->deliver)
		sink->send(t->self, &t->call);
	return ERR_OK;
}

enum err sinks_test(struct sinks *s, struct bytes name, sinks_done_fn *done, void *arg)
{
	const struct delivery *d = sinks_find(s, name);
	struct sink_setup setup = s->sink;
	struct trial *t;
	enum err err;

	if (!d)
		return ERR_NOTFOUND;
	if (s->is_stopped || s->n_trials == TRIALS_MAX)
		return ERR_BUSY;
	setup.settings = d->settings;
	t = xcalloc(1, sizeof(*t));
	*t = (struct trial){ .sinks = s, .sink = d->sink, .done = done, .arg = arg };
	err = d->sink->open(&setup, &t->self, &t->error);
	if (err) {
		done(arg, err, t->error.text);
		free(t);
		return ERR_OK;
	}
	t->arena = arena_new(4096);
	err = trial_begin(t);
	if (err)
		trial_close(t);
	return err;
}

void trials_stop(struct sinks *s)
{
	for (unsigned i = s->n_trials; i-- > 0;) {
		struct trial *t = s->trials[i];

		if (!t->sink->send)
			continue; /* a file: it ends by itself */
		t->sink->cancel(t->self);
		t->result = errbuf_set(&t->error, ERR_BUSY, "assocd stops");
		trial_end(t);
	}
}
