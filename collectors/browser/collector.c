/* Browsers: what pages say of the machine that they run on, bound to the session of an event that the site's own server sends. */
#include "collectors/collector.h"

#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/base/rates.h"
#include "daemon/vendor/json.h"
#include "door.h"

#define JSON_DEPTH_MAX 4

struct browser {
	struct collector_host host;
	struct browser_settings settings;
	struct browser_door door;
	struct session_source source;
	struct collector_stats stats;
	struct text line;
	bool is_late; /* the event that is being offered is one of our own */
};

static unsigned find_session(void *arg, const struct session_ask *ask, const struct session_member **out)
{
	struct browser *b = arg;

	return sightings_find(b->door.sightings, ask, clock_wall_ms(), out);
}

static void session_accepted(void *arg)
{
	struct browser *b = arg;

	if (sightings_accepted(b->door.sightings, clock_wall_ms()))
		metrics_add(b->door.metrics, BROWSER_JOINED, b->is_late, 1);
}

static void on_answer(struct intake_group *g, void *arg)
{
	struct browser *b = arg;

	b->stats.accepted += g->accepted;
	b->stats.duplicate += g->duplicate;
	b->stats.refused += g->refused;
	b->stats.errors += g->result != ERR_OK;
}

/* An event of that account, which is joined like any other that names the session. */
static void tell_late(void *arg, struct bytes account, struct bytes session, int64_t now_ms)
{
	struct browser *b = arg;
	const struct intake_group setup = { .source = SOURCE_INTERNAL, .default_site = BYTES_NONE, .done = on_answer, .arg = b };
	struct intake_group *g = intake_open(b->host.intake, &setup);
	struct bytes site = event_account_site(account);

	text_clear(&b->line);
	json_open_object(&b->line);
	json_member_int(&b->line, "ts", now_ms);
	json_member_string(&b->line, "type", BYTES_LIT("session"));
	if (site.len > 0)
		json_member_string(&b->line, "site", site);
	json_member_string(&b->line, "account", site.len > 0 ? bytes_slice(account, site.len + 1, account.len) : account);
	json_member_string(&b->line, "session", session);
	json_close_object(&b->line);
	b->stats.lines++;
	b->is_late = true;
	intake_offer(b->host.intake, g, text_bytes(&b->line));
	b->is_late = false;
	intake_seal(b->host.intake, g);
}

static void browser_free(struct browser *b)
{
	if (b->host.serve) {
		b->host.serve(b->host.serve_arg, "/collect.js", NULL, NULL);
		b->host.serve(b->host.serve_arg, "/v1/collect", NULL, NULL);
	}
	sightings_free(b->door.sightings);
	nonces_free(b->door.nonces);
	rates_free(b->door.rates);
	json_parser_free(b->door.parser);
	metrics_free(b->door.metrics);
	observation_free(&b->door.observation);
	browser_settings_free(&b->settings);
	text_free(&b->line);
	free(b);
}

static enum err browser_check(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config,
			      struct errbuf *eb)
{
	struct browser_settings settings;
	enum err err = browser_settings_read(doc, config, &settings, eb);

	if (err == ERR_OK)
		browser_settings_free(&settings);
	return err;
}

static enum err browser_start(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config, void **out,
			      struct errbuf *eb)
{
	struct browser *b = xcalloc(1, sizeof(*b));
	enum err err = browser_settings_read(doc, config, &b->settings, eb);

	if (err == ERR_OK && !(b->door.nonces = nonces_new()))
		err = errbuf_set(eb, ERR_IO, "the system has no random bytes");
	if (err != ERR_OK) {
		browser_free(b);
		return err;
	}
	b->host = *host;
	b->door.settings = &b->settings;
	b->door.sightings = sightings_new(b->settings.sessions, b->settings.keep_ms);
	b->door.rates = rates_new();
	b->door.parser = json_parser_new(BROWSER_BODY_MAX, JSON_DEPTH_MAX);
	b->door.metrics = metrics_new(browser_metric_rows, BROWSER_METRICS);
	b->door.late = tell_late;
	b->door.arg = b;
	b->source = (struct session_source){ b, find_session, session_accepted };
	if (host->serve) {
		host->serve(host->serve_arg, "/collect.js", browser_door_script, &b->door);
		host->serve(host->serve_arg, "/v1/collect", browser_door_collect, &b->door);
	}
	*out = b;
	return ERR_OK;
}

/* Pages are few and small: what they say is taken while others wait. */
static void browser_pause(void *self)
{
}

static void browser_resume(void *self)
{
}

static void browser_stop(void *self)
{
	browser_free(self);
}

static void browser_stats(const void *self, struct collector_stats *out)
{
	*out = ((const struct browser *)self)->stats;
}

/* Where no site is configured no session is asked for. */
static const struct session_source *browser_sessions(const void *self)
{
	const struct browser *b = self;

	return b->settings.n_sites > 0 ? &b->source : NULL;
}

static void browser_metrics(const void *self, struct text *out)
{
	const struct browser *b = self;

	if (b->settings.n_sites == 0)
		return;
	metrics_set(b->door.metrics, BROWSER_SESSIONS, 0, sightings_count(b->door.sightings));
	metrics_set(b->door.metrics, BROWSER_FORGOTTEN, 0, (int64_t)sightings_evicted(b->door.sightings));
	metrics_print(b->door.metrics, out);
}

COLLECTOR(browser) = {
	.name = "browser",
	.help = "What pages say of the machine they run on: the script /collect.js, bound to the sessions that events name; shut without sites.",
	.keys = browser_keys,
	.check = browser_check,
	.start = browser_start,
	.pause = browser_pause,
	.resume = browser_resume,
	.stop = browser_stop,
	.stats = browser_stats,
	.sessions = browser_sessions,
	.metrics = browser_metrics,
};
