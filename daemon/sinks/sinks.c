/* The sinks together.
 * I1: a sink has at most one thing on its way; while it is a reading, only the reader thread touches the sink.
 * I2: a row leaves the outbox when every sink is through with it. */
#include "sinks.h"

#include <stdlib.h>

#include "daemon/base/log.h"
#include "delivery.h"

static const struct sink *const always[] = { &sink_log, NULL };

enum err sinks_read_settings(const struct yaml_doc *doc, const struct yaml_node *entries, const char *config_dir,
			     struct sinks_settings *out, struct errbuf *eb)
{
	enum err err = ERR_OK;

	out->n = 0;
	for (const struct yaml_node *at = entries && entries->type == YAML_MAPPING ? entries->child : NULL; at && !err; at = at->next) {
		if (out->n == SINKS_MAX - ARRAY_LEN(always) + 1)
			err = yaml_error(doc, at, eb, "more than %u sinks", out->n);
		else
			err = sink_settings_read(doc, at, config_dir, &out->at[out->n], eb);
		out->n += !err;
	}
	while (err && out->n > 0)
		sink_settings_free(out->at[--out->n]);
	return err;
}

static enum err open_one(struct sinks *s, struct sink_settings *settings, struct errbuf *eb)
{
	struct delivery *d = &s->at[s->n];
	struct sink_setup setup = s->sink;
	enum err err = store_sink_through(setup.state_dir, bytes_of(settings->name), &d->through, eb);

	if (!err)
		err = store_count_dead(setup.state_dir, bytes_of(settings->name), &d->n_dead, eb);

	setup.settings = settings;
	if (!err)
		err = settings->type->open(&setup, &d->self, eb);
	if (err) {
		errbuf_prefix(eb, "sink %s", settings->name);
		sink_settings_free(settings);
		return err;
	}
	d->query = (struct store_query){ delivery_read, delivery_done, d };
	d->sinks = s;
	d->sink = settings->type;
	d->settings = settings;
	d->arena = arena_new(16384);
	d->parser = json_parser_new(ALERT_JSON_MAX, 16);
	s->n++;
	return ERR_OK;
}

enum err sinks_new(const struct sinks_setup *setup, struct sinks **out, struct errbuf *eb)
{
	struct sinks *s = xcalloc(1, sizeof(*s));
	enum err err = ERR_OK;
	unsigned taken = 0;

	s->ports = setup->ports;
	s->sink = setup->sink;
	s->newest = setup->newest;
	for (const struct sink *const *type = setup->types ? setup->types : always; *type && !err; type++) {
		BUG_ON(s->n == SINKS_MAX);
		err = open_one(s, sink_settings_default(*type), eb);
	}
	for (; taken < setup->n_configured && !err; taken++)
		err = open_one(s, setup->configured[taken], eb);
	for (; taken < setup->n_configured; taken++)
		sink_settings_free(setup->configured[taken]);
	if (err)
		sinks_free(s);
	else
		*out = s;
	return err;
}

void sinks_free(struct sinks *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->n; i++) {
		struct delivery *d = &s->at[i];

		BUG_ON(d->state != DELIVERY_IDLE);
		d->sink->close(d->self);
		arena_free(d->arena);
		json_parser_free(d->parser);
		sink_settings_free(d->settings);
		VEC_FREE(&d->rows);
		VEC_FREE(&d->dead_numbers);
	}
	free(s);
}

static int64_t latest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* A reading of rows, or of what stands where that is told again; microseconds until one is due. */
static int64_t turn_reading(struct sinks *s, struct delivery *d)
{
	int64_t due_us = -1, now_us = s->mono_us, not_before_us = latest(d->retry_us, d->rate_us);

	d->is_telling = false;
	if (d->through < s->newest) {
		if (d->gather_us == 0)
			d->gather_us = now_us + d->settings->group_wait_ms * 1000;
		due_us = latest(d->gather_us, not_before_us);
	}
	if (d->sink->keeps_told && (due_us < 0 || due_us > now_us)) {
		int64_t tell_us = latest(d->tell_us, not_before_us);

		d->is_telling = tell_us <= now_us;
		due_us = due_us < 0 || tell_us < due_us ? tell_us : due_us;
	}
	if (due_us < 0 || due_us > now_us)
		return due_us < 0 ? -1 : due_us - now_us;
	d->newest = s->newest;
	if (s->ports.ask(s->ports.arg, &d->query))
		return PAUSE_MIN_US; /* the reader's queue is full */
	if (d->is_telling)
		d->tell_us = now_us + d->settings->resend_ms * 1000;
	d->state = DELIVERY_READING; /* I1 */
	return -1;
}

static int64_t turn_one(struct sinks *s, struct delivery *d)
{
	/* Answers may come at once, so that the next piece is due. */
	while (d->state == DELIVERY_IDLE && delivery_has_piece(d)) {
		int64_t due_us = latest(d->retry_us, d->rate_us);

		if (due_us > s->mono_us)
			return due_us - s->mono_us;
		delivery_next_piece(d);
	}
	return d->state == DELIVERY_IDLE ? turn_reading(s, d) : -1;
}

int64_t sinks_turn(struct sinks *s, uint64_t newest, int64_t mono_us)
{
	int64_t wait = -1;

	s->mono_us = mono_us;
	if (newest > s->newest)
		s->newest = newest;
	letters_turn(s);
	for (unsigned i = 0; i < s->n && !s->is_stopped; i++) {
		int64_t one = turn_one(s, &s->at[i]);

		if (one >= 0 && (wait < 0 || one < wait))
			wait = one;
	}
	return wait;
}

void sinks_reopen(struct sinks *s)
{
	for (unsigned i = 0; i < s->n; i++)
		delivery_reopen(&s->at[i]);
}

void sinks_refusals(const struct sinks *s, struct text *out)
{
	const char *between = "";

	for (unsigned i = 0; i < s->n; i++) {
		if (s->at[i].refusal.text[0] == '\0')
			continue;
		text_addf(out, "%ssink %s: %s", between, s->at[i].settings->name, s->at[i].refusal.text);
		between = "; ";
	}
}

void sinks_stop(struct sinks *s)
{
	s->is_stopped = true;
	trials_stop(s);
	for (unsigned i = 0; i < s->n; i++) {
		struct delivery *d = &s->at[i];

		if (d->state != DELIVERY_SENDING)
			continue;
		d->sink->cancel(d->self);
		d->state = DELIVERY_IDLE;
	}
}

static bool is_with_store(const struct delivery *d)
{
	return d->state == DELIVERY_READING || d->state == DELIVERY_BURYING;
}

void sinks_read_anew(struct sinks *s)
{
	s->letters.is_wanted = true;
	for (unsigned i = 0; i < s->n; i++) {
		struct delivery *d = &s->at[i];

		d->is_stale = is_with_store(d);
		if (!d->is_stale && delivery_has_piece(d))
			delivery_cut(d, d->state == DELIVERY_SENDING ? d->call.n : 0);
	}
}

bool sinks_is_idle(const struct sinks *s)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->at[i].state != DELIVERY_IDLE)
			return false;
	return s->n_trials == 0 && !s->letters.is_out;
}

bool sinks_are_reading(const struct sinks *s)
{
	for (unsigned i = 0; i < s->n; i++)
		if (is_with_store(&s->at[i]))
			return true;
	return s->letters.is_out;
}

bool sinks_is_done(const struct sinks *s)
{
	for (unsigned i = 0; i < s->n; i++) {
		const struct delivery *d = &s->at[i];

		if (d->pause_us > 0)
			continue;
		if (is_with_store(d) || (d->state == DELIVERY_SENDING && !d->is_telling) || d->through < s->newest)
			return false;
	}
	return true;
}

unsigned sinks_stats(const struct sinks *s, struct sink_stats *out, unsigned max)
{
	unsigned n = s->n < max ? s->n : max;

	for (unsigned i = 0; i < n; i++) {
		const struct delivery *d = &s->at[i];

		out[i] = (struct sink_stats){
			.name = d->settings->name, .type = d->sink->name, .delivered = d->delivered, .failures = d->failures,
			.died = d->n_died, .dead = d->n_dead, .through = d->through, .waiting = s->newest > d->through ? s->newest - d->through : 0,
			.is_failing = d->pause_us > 0, .why = d->pause_us > 0 ? d->failure.text : "",
			.retry_in_us = d->pause_us > 0 && d->retry_us > s->mono_us ? d->retry_us - s->mono_us : 0,
		};
	}
	return n;
}

void sink_stats_members(struct text *json, const struct sink_stats *stats)
{
	json_member_string(json, "type", bytes_of(stats->type));
	json_member_int(json, "delivered", (int64_t)stats->delivered);
	json_member_int(json, "waiting", (int64_t)stats->waiting);
	json_member_int(json, "failures", (int64_t)stats->failures);
	json_member_int(json, "dead", (int64_t)stats->dead);
	json_member_bool(json, "is_failing", stats->is_failing);
	json_key(json, "why");
	if (stats->is_failing)
		json_string(json, bytes_of(stats->why));
	else
		json_null(json);
	if (stats->is_failing)
		json_member_int(json, "retry_in_seconds", stats->retry_in_us / 1000000);
}

struct delivery *sinks_find(const struct sinks *s, struct bytes name)
{
	for (unsigned i = 0; i < s->n; i++)
		if (bytes_is(name, s->at[i].settings->name))
			return (struct delivery *)&s->at[i];
	return NULL;
}

bool sinks_has(const struct sinks *s, struct bytes name)
{
	return sinks_find(s, name) != NULL;
}

/* -- by hand -- */

struct revival {
	struct store_batch batch;
	struct sinks *sinks;
	sinks_done_fn *done;
	void *arg;
};

static void revived(struct store_batch *batch)
{
	struct revival *r = batch->owner;

	if (batch->outbox_last > r->sinks->newest)
		r->sinks->newest = batch->outbox_last;
	r->sinks->letters.is_wanted = true;
	r->done(r->arg, batch->result, batch->error.text);
	free(r);
}

enum err sinks_revive(struct sinks *s, struct bytes name, sinks_done_fn *done, void *arg)
{
	struct delivery *d = sinks_find(s, name);
	struct revival *r;
	enum err err;

	if (!d)
		return ERR_NOTFOUND;
	r = xcalloc(1, sizeof(*r));
	*r = (struct revival){ .sinks = s, .done = done, .arg = arg };
	r->batch = (struct store_batch){ .revived = bytes_of(d->settings->name), .owner = r, .done = revived };
	err = s->ports.submit(s->ports.arg, &r->batch);
	if (err)
		free(r);
	return err;
}
