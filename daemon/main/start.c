/* Bringing the daemon up, in the order in which one part needs another, and down again. */
#include "daemon.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/base/metrics.h"
#include "daemon/model/erased.h"
#include "daemon/vendor/fetch.h"
#include "daemon/vendor/sd.h"
#include "sink_acts.h"
#include "erasure.h"
#include "forgetting.h"
#include "state_folder.h"

static int64_t port_wall_ms(void *arg) { return clock_wall_ms(); }
static const struct event_context *port_context(void *arg) { return &((struct daemon *)arg)->context; }
static struct engine *port_engine(void *arg) { return ((struct daemon *)arg)->now.engine; }
static const struct ruleset *port_rules(void *arg) { return ((struct daemon *)arg)->now.rules; }

static enum err port_submit(void *arg, struct store_batch *batch)
{
	return store_submit(((struct daemon *)arg)->store, batch);
}

static void port_apply(void *arg, const struct event *const *events, size_t n, struct effects *effects)
{
	struct daemon *d = arg;
	int64_t began_us = clock_mono_us();
	engine_apply(d->now.engine, events, n, effects);
	measure_scoring(d, n, clock_mono_us() - began_us);
}

/* Values of hashed kinds in the journal and new ones match only under one key, so only a new journal gets a new key. */
static enum err load_key(struct daemon *d, struct errbuf *eb)
{
	const char *dir = d->config->state_dir;
	uint64_t before = 0;
	enum err err = store_fact(dir, KEYS_FACT, &before, eb);
	bool is_new = err == ERR_NOTFOUND && eb->text[0] == '\0';
	if (is_new)
		return keys_make(&d->keys, dir, eb);
	return err != ERR_OK ? err : keys_load(&d->keys, dir, before, eb);
}

static struct collector_host folders_of(const struct config *c)
{
	return (struct collector_host){ .state_dir = c->state_dir, .config_dir = c->dir, .patterns_dir = c->patterns_dir,
					.config_file = c->file, .prepared_fd = -1 };
}

static enum err collector_check(const struct config *c, const struct yaml_node *node, struct errbuf *eb)
{
	const struct collector_host host = folders_of(c);
	const char *names[COLLECTORS_MAX];
	unsigned n = 0;
	for (; collectors[n] != NULL && n < COLLECTORS_MAX; n++) {
		names[n] = collectors[n]->name;
		if (bytes_is(node->key, names[n]))
			return collectors[n]->check == NULL ? ERR_OK : collectors[n]->check(&host, c->doc, node, eb);
	}
	return yaml_unknown_key(c->doc, node, names, n, eb);
}

/* Is every name under `collectors:` one of the table, and does that collector understand its mapping? */
static enum err collectors_check(const struct config *c, struct errbuf *eb)
{
	const struct yaml_node *root = yaml_root(c->doc);
	const struct yaml_node *all = root != NULL && root->type == YAML_MAPPING ? yaml_get(root, "collectors") : NULL;
	enum err err = ERR_OK;
	for (const struct yaml_node *node = all != NULL ? all->child : NULL; node != NULL && err == ERR_OK; node = node->next)
		err = collector_check(c, node, eb);
	return err;
}

enum err settings_check(const struct config *c, struct errbuf *eb)
{
	enum err err = config_check(c, eb);
	if (err == ERR_OK)
		err = collectors_check(c, eb);
	if (err == ERR_OK)
		err = sinks_check(c, eb);
	return err == ERR_OK ? doors_check(c, eb) : err;
}

static void start_intake(struct daemon *d)
{
	struct store_state state;
	store_state(d->store, &state);
	d->context = (struct event_context){ .kinds = &d->now.rules->kinds, .hash_key = d->keys.now, .next_key = d->keys.next,
					     .default_site = bytes_of(d->config->default_site != NULL ? d->config->default_site : "") };
	struct intake_setup setup = {
		.ports = { d, port_wall_ms, port_context, port_submit, port_apply },
		.last_seq = state.last_seq, .applied_seq = state.applied_seq, .future_limit_ms = d->config->future_limit_ms,
		.batch_events = (size_t)d->config->batch_events, .known_ids = (uint64_t)d->config->known_ids,
	};
	d->intake = intake_new(&setup);
}

/* What the service manager listens on takes the place of `listen` and `http_socket`. */
static enum err handed_over_doors(char names[API_DOORS_MAX][16], struct api_setup *setup, struct errbuf *eb)
{
	unsigned n;
	enum err err = sd_sockets(&n, eb);
	if (err == ERR_OK && n > API_DOORS_MAX)
		return errbuf_set(eb, ERR_LIMIT, "the service manager hands over %u sockets; at most %d are taken", n, API_DOORS_MAX);
	for (unsigned i = 0; i < n && err == ERR_OK; i++) {
		snprintf(names[i], sizeof(names[i]), "fd:%u", SD_FIRST_SOCKET + i);
		setup->listen[setup->n_listen++] = names[i];
	}
	return err;
}

static void own_doors(const struct daemon *d, struct api_setup *setup, char http_socket[PATH_MAX + 8])
{
	setup->listen[setup->n_listen++] = d->config->listen;
	if (d->config->http_socket == NULL)
		return;
	snprintf(http_socket, PATH_MAX + 8, "unix:%s", d->config->http_socket);
	setup->listen[setup->n_listen++] = http_socket;
}

static enum err start_api(struct daemon *d, struct errbuf *eb)
{
	struct api_setup setup = {
		.loop = d->loop, .intake = d->intake, .hash_key = d->keys.now,
		.ports = { d, port_engine, port_rules, report_status, report_metrics, remove_site, report_is_ready,
			   report_series, look_up_events, trial_begin, trial_cancel, trial_render, erase_subject,
			   report_sinks, act_on_sink, look_up_audit },
		.state_dir = d->config->state_dir, .tls = d->tls, .peers = d->peers, .n_peers = d->n_peers,
		.token_rate = (unsigned)d->config->token_rate, .address_rate = (unsigned)d->config->address_rate,
		.default_site = d->config->default_site, .n_allowed_hosts = d->config->n_allowed_hosts,
		.allowed_hosts = (const char *const *)d->config->allowed_hosts,
		.max_connections = (size_t)d->config->max_connections,
	};
	setup.rotate_key = keys_rotate;
	char handed_over[API_DOORS_MAX][16], http_socket[PATH_MAX + 8];
	enum err err = handed_over_doors(handed_over, &setup, eb);
	if (err != ERR_OK)
		return err;
	if (setup.n_listen == 0)
		own_doors(d, &setup, http_socket);
	return api_new(&setup, &d->api, eb);
}

/* What needs more than the daemon is about to keep. */
static enum err prepare_collectors(struct daemon *d, struct errbuf *eb)
{
	const struct collector_host host = folders_of(d->config);
	enum err err = ERR_OK;
	for (unsigned i = 0; i < COLLECTORS_MAX; i++)
		d->prepared_fds[i] = -1;
	for (unsigned i = 0; collectors[i] != NULL && i < COLLECTORS_MAX && err == ERR_OK; i++)
		if (collectors[i]->prepare != NULL)
			err = collectors[i]->prepare(&host, d->config->doc, config_collector(d->config, collectors[i]->name),
						     &d->prepared_fds[i], eb);
	return err;
}

static enum err start_collectors(struct daemon *d, struct errbuf *eb)
{
	struct collector_host host = folders_of(d->config);
	host.loop = d->loop;
	host.intake = d->intake;
	host.may_ingest = api_may_ingest;
	host.may_ingest_arg = d->api;
	host.tls = d->tls;
	host.serve = api_serve;
	host.serve_arg = d->api;
	for (unsigned i = 0; collectors[i] != NULL && i < COLLECTORS_MAX; i++) {
		const struct collector *row = collectors[i];
		host.prepared_fd = d->prepared_fds[i];
		enum err err = row->start(&host, d->config->doc, config_collector(d->config, row->name),
					  &d->collectors[d->n_collectors].self, eb);
		if (err != ERR_OK) {
			errbuf_prefix(eb, "collector %s", row->name);
			return err;
		}
		if (row->network != NULL && row->network(d->collectors[d->n_collectors].self) != NULL)
			d->context.network = row->network(d->collectors[d->n_collectors].self);
		if (row->sessions != NULL && row->sessions(d->collectors[d->n_collectors].self) != NULL)
			d->context.sessions = row->sessions(d->collectors[d->n_collectors].self);
		d->collectors[d->n_collectors++].row = row;
	}
	return ERR_OK;
}

static void nothing(void *arg) { (void)arg; }
static void on_stop(void *arg) { ((struct daemon *)arg)->wants_stop = true; }
static void on_reload(void *arg) { ((struct daemon *)arg)->wants_reload = true; }

static void start_watches(struct daemon *d)
{
	d->timer = loop_timer_new(d->loop, nothing, d);
	d->watches[d->n_watches++] = loop_watch_new(d->loop, store_wake_fd(d->store), nothing, d);
	d->watches[d->n_watches++] = loop_signal_new(d->loop, SIGTERM, on_stop, d);
	d->watches[d->n_watches++] = loop_signal_new(d->loop, SIGINT, on_stop, d);
	d->watches[d->n_watches++] = loop_signal_new(d->loop, SIGHUP, on_reload, d);
	d->watches[d->n_watches++] = loop_signal_new(d->loop, SIGCHLD, nothing, d);
	loop_timer_set(d->timer, 0);
}

enum err daemon_start(struct daemon *d, struct errbuf *eb)
{
	const char *dir = d->config->state_dir;
	d->started_us = clock_mono_us();
	d->measures = measures_new();
	d->snapshot_due_us = d->started_us + d->config->snapshot_every_ms * 1000;
	setenv("SQLITE_TMPDIR", dir, 1); /* elsewhere it may write nothing */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit of file size is then an error like a full disk */
	umask(0027);
	enum err err = settings_check(d->config, eb);
	if (err == ERR_OK)
		err = state_folder_make(dir, eb);
	if (err == ERR_OK)
		err = prepare_collectors(d, eb);
	if (err == ERR_OK)
		err = confine_daemon(d->config, &d->confinement, eb);
	if (err == ERR_OK)
		err = judgement_load(d->config, &d->now, eb);
	if (err == ERR_OK)
		err = store_open(dir, &d->store, eb);
	if (err == ERR_OK)
		err = load_key(d, eb);
	if (err != ERR_OK)
		return err;
	start_intake(d);
	d->loop = loop_new();
	err = erasure_load(d, eb);
	if (err == ERR_OK)
		err = restore(d, eb);
	if (err == ERR_OK)
		err = start_sinks(d, eb);
	if (err == ERR_OK)
		err = doors_open(d, eb);
	if (err == ERR_OK)
		err = start_api(d, eb);
	if (err == ERR_OK)
		err = start_collectors(d, eb);
	if (err == ERR_OK) {
		start_watches(d);
		erasure_resume(d);
	}
	return err;
}

void daemon_close(struct daemon *d)
{
	for (unsigned i = 0; i < d->n_collectors; i++)
		d->collectors[i].row->stop(d->collectors[i].self);
	for (unsigned i = 0; i < COLLECTORS_MAX; i++)
		if (d->prepared_fds[i] > 0)
			close(d->prepared_fds[i]);
	if (d->api != NULL)
		api_free(d->api);
	doors_close(d);
	if (d->sinks != NULL)
		sinks_free(d->sinks);
	fetcher_free(d->fetcher);
	rebuild_free(d);
	trial_free(d);
	erasure_free(d);
	forgetting_free(d);
	if (d->intake != NULL)
		intake_free(d->intake);
	for (unsigned i = 0; i < d->n_watches; i++)
		loop_watch_free(d->watches[i]);
	if (d->timer != NULL)
		loop_timer_free(d->timer);
	if (d->store != NULL)
		store_close(d->store);
	if (d->loop != NULL)
		loop_free(d->loop);
	journal_map_free(d->journal);
	judgement_free(&d->now);
	keys_fini(&d->keys);
	erased_free(d->erased);
	metrics_free(d->measures);
	config_free(d->config);
}
