/* The stream listener: NDJSON for bulk over the Unix socket STATE/assocd.sock and, where configured, over TCP. */
#include "collectors/collector.h"

#include <stdio.h>
#include <stdlib.h>

#include "connection.h"
#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/model/event.h"
#include "daemon/vendor/yaml.h"

#define CONNECTIONS_DEFAULT 256
#define CONNECTIONS_MAX 100000
#define SWEEP_MS 1000

struct stream {
	struct collector_host host;
	struct stream_shared shared;
	struct loop_listener *unix_listener, *tcp_listener;
	char *tcp;
	struct loop_timer *sweep; /* while there are connections: ends those whose time is over */
	uint64_t max_connections;
};

/* NULL: there is a place. Strangers cannot take those of everybody. */
static const char *why_not(const struct stream *s, bool is_stranger)
{
	if (s->shared.n_served >= s->max_connections)
		return "as many connections are open as `max_connections` allows";
	if (is_stranger && s->shared.n_strangers >= (s->max_connections + 1) / 2)
		return "half of `max_connections` are open and have not said their token yet";
	return NULL;
}

static void on_accepted(void *arg, struct loop_stream *connection)
{
	struct stream *s = arg;
	const char *why = why_not(s, !loop_stream_is_local(connection));

	if (!s->shared.first)
		loop_timer_set(s->sweep, SWEEP_MS);
	if (!why) {
		stream_connection_new(&s->shared, connection);
	} else if (s->shared.n_refused < STREAM_REFUSED_MAX) {
		stream_connection_refuse(&s->shared, connection, why);
	} else {
		stream_note_refusal(&s->shared, loop_stream_peer(connection), why);
		loop_stream_free(connection);
	}
}

static void sweep(void *arg)
{
	struct stream *s = arg;
	int64_t now = clock_mono_us();
	struct stream_connection *next;

	for (struct stream_connection *c = s->shared.first; c; c = next) {
		next = stream_connection_next(c);
		stream_connection_expire(c, now);
	}
	if (s->shared.first)
		loop_timer_set(s->sweep, SWEEP_MS);
}

static void step_all(void *arg)
{
	struct stream *s = arg;
	struct stream_connection *next;

	for (struct stream_connection *c = s->shared.first; c; c = next) {
		next = stream_connection_next(c);
		stream_connection_step(c);
	}
}

/* -- configuration -- */

/* What is wrong with the value, or NULL; text ends with NUL. */
typedef const char *key_fn(struct stream *s, const char *text);

static const char *take_tcp(struct stream *s, const char *text)
{
	bool is_off = strcmp(text, "off") == 0;

	s->tcp = is_off ? NULL : xstrdup(text);
	return is_off || loop_address_check(text, NULL) == ERR_OK ? NULL : "an address like 10.0.0.5:8788 is expected here, or off";
}

static const char *take_max(struct stream *s, const char *text)
{
	bool is_number = bytes_to_u64(bytes_of(text), &s->max_connections);

	return is_number && s->max_connections >= 1 && s->max_connections <= CONNECTIONS_MAX ? NULL : "a number from 1 to 100000 is expected here";
}

static const char *take_trusted(struct stream *s, const char *text)
{
	s->shared.is_unix_trusted = !strcmp(text, "true");
	return s->shared.is_unix_trusted || !strcmp(text, "false") ? NULL : "true or false is expected here";
}

static const struct collector_key keys[] = {
	{ "tcp", "ADDRESS:PORT|off", "off", "Listens there too; the first line of a connection then carries a token that may ingest." },
	{ "max_connections", "count, 1 to 100000", "256", "Connections at once; one more is told so and turned away. Half of them at most have not said their token yet." },
	{ "unix_trusted", "true|false", "true",
	  "Whoever may open the socket file may state relations, closures and ratings; false: only with a token that may." },
	{ NULL, NULL, NULL, NULL },
};
enum { KEYS = ARRAY_LEN(keys) - 1 };
static key_fn *const key_fns[KEYS] = { take_tcp, take_max, take_trusted };

static enum err unknown_key(const struct yaml_doc *doc, const struct yaml_node *node, struct errbuf *eb)
{
	const char *names[KEYS];

	for (size_t i = 0; i < KEYS; i++)
		names[i] = keys[i].name;
	return yaml_unknown_key(doc, node, names, KEYS, eb);
}

static enum err take_key(struct stream *s, const struct yaml_doc *doc, const struct yaml_node *node, struct errbuf *eb)
{
	const char *wrong;
	char text[256];
	size_t key = 0;

	while (key < KEYS && !bytes_is(node->key, keys[key].name))
		key++;
	if (key == KEYS)
		return unknown_key(doc, node, eb);
	if (node->type != YAML_SCALAR || !node->text.len || node->text.len >= sizeof(text))
		return yaml_error(doc, node, eb, "a text is expected here");
	memcpy(text, node->text.ptr, node->text.len);
	text[node->text.len] = '\0';
	wrong = key_fns[key](s, text);
	return wrong ? yaml_error(doc, node, eb, "%s", wrong) : ERR_OK;
}

static enum err take_config(struct stream *s, const struct yaml_doc *doc, const struct yaml_node *config, struct errbuf *eb)
{
	enum err e = ERR_OK;

	if (!config || (config->type == YAML_SCALAR && !config->text.len))
		return ERR_OK;
	if (config->type != YAML_MAPPING)
		return yaml_error(doc, config, eb, "'stream' is {tcp: ADDRESS:PORT, max_connections: N, unix_trusted: true}");
	for (const struct yaml_node *c = config->child; c && !e; c = c->next)
		e = take_key(s, doc, c, eb);
	return e;
}

static enum err listen_all(struct stream *s, struct errbuf *eb)
{
	const struct loop_stream_events events = { on_accepted, s, s->shared.host->tls };
	struct loop *loop = s->shared.host->loop;
	char *address = NULL;
	enum err e;

	BUG_ON(asprintf(&address, "unix:%s/assocd.sock", s->shared.host->state_dir) < 0);
	e = loop_listen(loop, address, &events, &s->unix_listener, eb);
	free(address);
	if (!e && s->tcp)
		e = loop_listen(loop, s->tcp, &events, &s->tcp_listener, eb);
	if (!e && s->tcp)
		log_info("stream", "listening on %s; the first line of a connection carries its token", s->tcp);
	return e;
}

static void stream_free(struct stream *s)
{
	while (s->shared.first)
		stream_connection_end(s->shared.first);
	loop_listener_free(s->unix_listener);
	loop_listener_free(s->tcp_listener);
	loop_timer_free(s->shared.retry);
	loop_timer_free(s->sweep);
	json_parser_free(s->shared.parser);
	free(s->tcp);
	free(s);
}

static enum err stream_check(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config,
			     struct errbuf *eb)
{
	struct stream s = { 0 };
	enum err e = take_config(&s, doc, config, eb);

	free(s.tcp);
	return e;
}

static enum err stream_start(const struct collector_host *host, const struct yaml_doc *doc, const struct yaml_node *config, void **out,
			     struct errbuf *eb)
{
	struct stream *s = xcalloc(1, sizeof(*s));
	enum err e;

	s->host = *host;
	s->shared.host = &s->host;
	s->shared.parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
	s->shared.retry = loop_timer_new(host->loop, step_all, s);
	s->sweep = loop_timer_new(host->loop, sweep, s);
	s->shared.is_unix_trusted = true;
	s->max_connections = CONNECTIONS_DEFAULT;
	e = take_config(s, doc, config, eb);
	if (!e)
		e = listen_all(s, eb);
	if (e) {
		stream_free(s);
		return e;
	}
	*out = s;
	return ERR_OK;
}

static void stream_pause(void *self)
{
	struct stream *s = self;

	s->shared.is_paused = true;
	step_all(s);
}

static void stream_resume(void *self)
{
	struct stream *s = self;

	s->shared.is_paused = false;
	step_all(s);
}

static void stream_stop(void *self)
{
	stream_free(self);
}

static void stream_stats(const void *self, struct collector_stats *out)
{
	*out = ((const struct stream *)self)->shared.stats;
}

COLLECTOR(stream) = {
	.name = "stream",
	.help = "Event lines in bulk over the Unix socket assocd.sock in the state folder, and over TCP; it is always open.",
	.keys = keys,
	.check = stream_check,
	.start = stream_start,
	.pause = stream_pause,
	.resume = stream_resume,
	.stop = stream_stop,
	.stats = stream_stats,
};
