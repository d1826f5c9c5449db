/* Sinks as the configuration has them, and what people ask of them: a list, a test, dead letters.
 * I1: what is asked and read off the loop thread counts as a lookup: the daemon stops when all of them are back. */
#include "sink_acts.h"

#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/vendor/fetch.h"

#define LETTERS_SHOWN 1000

static enum err port_ask(void *arg, struct store_query *q) { return store_ask(((struct daemon *)arg)->store, q); }
static enum err port_submit(void *arg, struct store_batch *b) { return store_submit(((struct daemon *)arg)->store, b); }
static int64_t port_wall_ms(void *arg) { return clock_wall_ms(); }

static void port_mark(void *arg, struct bytes name, uint64_t through, uint64_t drop)
{
	intake_mark_sink(((struct daemon *)arg)->intake, name, through, drop);
}

enum err sinks_check(const struct config *c, struct errbuf *eb)
{
	struct sinks_settings settings;
	enum err err = sinks_read_settings(c->doc, config_mapping(c, "sinks"), c->dir, &settings, eb);

	while (settings.n > 0)
		sink_settings_free(settings.at[--settings.n]);
	return err;
}

enum err start_sinks(struct daemon *d, struct errbuf *eb)
{
	struct sinks_settings settings;
	struct store_state state;
	struct sinks_setup setup = { .ports = { d, port_ask, port_mark, port_submit, port_wall_ms }, .configured = settings.at };
	enum err err = sinks_read_settings(d->config->doc, config_mapping(d->config, "sinks"), d->config->dir, &settings, eb);

	if (err != ERR_OK)
		return err;
	setup.n_configured = settings.n;
	d->fetcher = fetcher_new(d->loop);
	setup.sink = (struct sink_setup){ .state_dir = d->config->state_dir, .alert_log = d->config->alert_log, .loop = d->loop,
					  .fetcher = d->fetcher };
	store_state(d->store, &state);
	setup.newest = state.outbox_through;
	return sinks_new(&setup, &d->sinks, eb);
}

void report_sinks(void *arg, struct text *json)
{
	const struct daemon *d = arg;
	struct sink_stats stats[SINKS_MAX];
	unsigned n = sinks_stats(d->sinks, stats, SINKS_MAX);

	json_open_array(json);
	for (unsigned i = 0; i < n; i++) {
		json_open_object(json);
		json_member_string(json, "sink", bytes_of(stats[i].name));
		sink_stats_members(json, &stats[i]);
		json_close_object(json);
	}
	json_close_array(json);
}

/* -- what is asked -- */

struct asked {
	struct store_query query;
	struct daemon *d;
	char name[SINK_NAME_MAX + 1];
	struct text json;
	unsigned n;
	enum err result;
	struct errbuf error;
	api_json_fn *done;
	void *done_arg;
};

static void answer(struct asked *a, enum err result, const char *error)
{
	a->done(a->done_arg, result, text_bytes(&a->json), error);
	a->d->lookups_out--;
	text_free(&a->json);
	free(a);
}

static void tested(void *arg, enum err result, const char *text)
{
	struct asked *a = arg;

	json_open_object(&a->json);
	json_member_bool(&a->json, "delivered", result == ERR_OK);
	json_key(&a->json, "why");
	if (result == ERR_OK)
		json_null(&a->json);
	else
		json_string(&a->json, bytes_of(text));
	json_close_object(&a->json);
	answer(a, ERR_OK, NULL);
}

static void revived(void *arg, enum err result, const char *text)
{
	struct asked *a = arg;

	text_adds(&a->json, "{}");
	answer(a, result, text);
}

static enum err note_letter(void *arg, const struct store_letter *letter)
{
	struct asked *a = arg;

	json_open_object(&a->json);
	json_member_int(&a->json, "number", (int64_t)letter->number);
	json_member_string(&a->json, "alert", letter->alert);
	json_member_time(&a->json, "at", letter->at_ms);
	json_member_time(&a->json, "died", letter->died_ms);
	json_member_string(&a->json, "reason", letter->reason);
	json_key(&a->json, "change");
	json_raw(&a->json, letter->json);
	json_close_object(&a->json);
	return ++a->n < LETTERS_SHOWN ? ERR_OK : ERR_LIMIT;
}

static void read_letters(struct store_query *q, const char *dir)
{
	struct asked *a = q->owner;

	json_open_object(&a->json);
	json_member_string(&a->json, "sink", bytes_of(a->name));
	json_key(&a->json, "letters");
	json_open_array(&a->json);
	a->result = store_read_dead(dir, bytes_of(a->name), note_letter, a, &a->error);
	json_close_array(&a->json);
	json_close_object(&a->json);
	if (a->result == ERR_LIMIT)
		a->result = ERR_OK;
}

static void letters_read(struct store_query *q)
{
	struct asked *a = q->owner;

	answer(a, a->result, a->error.text);
}

static enum err begin(struct asked *a, enum api_sink_act act)
{
	if (act == SINK_ACT_TEST)
		return sinks_test(a->d->sinks, bytes_of(a->name), tested, a);
	if (act == SINK_ACT_RETRY)
		return sinks_revive(a->d->sinks, bytes_of(a->name), revived, a);
	a->query = (struct store_query){ read_letters, letters_read, a };
	return store_ask(a->d->store, &a->query);
}

enum err act_on_sink(void *arg, enum api_sink_act act, struct bytes name, api_json_fn *done, void *done_arg)
{
	struct daemon *d = arg;
	struct asked *a;
	enum err err;

	if (!sinks_has(d->sinks, name))
		return ERR_NOTFOUND;
	if (!lookup_may_begin(d))
		return ERR_BUSY;
	a = xcalloc(1, sizeof(*a));
	*a = (struct asked){ .d = d, .done = done, .done_arg = done_arg };
	memcpy(a->name, name.ptr, name.len); /* it is the name of a sink */
	d->lookups_out++; /* I1 */
	err = begin(a, act);
	if (err == ERR_OK)
		return ERR_OK;
	d->lookups_out--;
	free(a);
	return err;
}
