/* I1: a connection belongs to the interface that its first message names; before that to none.
 * I2: one turn takes at most MESSAGES_A_TURN of a connection: the loop has other work.
 * I3: what is wrong is said once, until it changes: processes are started again and again. */
#include "sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/base/log.h"

#define CONNECTIONS_MAX (INTERFACES_MAX * 2)
#define MESSAGES_A_TURN 512

struct connection {
	struct sources *sources;
	int fd;
	struct loop_watch *watch;
	struct source *source; /* I1 */
};

struct sources {
	struct sources_setup setup;
	int listening;
	struct loop_acceptor *acceptor;
	struct connection *connections[CONNECTIONS_MAX];
	unsigned n_connections;
	struct source known[INTERFACES_MAX];
	unsigned n_known;
	struct wire_message message;
};

static struct source *source_of(struct sources *s, const char *interface)
{
	for (unsigned i = 0; i < s->n_known; i++)
		if (strcmp(s->known[i].interface, interface) == 0)
			return &s->known[i];
	if (s->n_known == INTERFACES_MAX)
		return NULL;
	memcpy(s->known[s->n_known].interface, interface, WIRE_NAME_SIZE);
	return &s->known[s->n_known++];
}

uint64_t source_sum(const struct source *source, size_t at)
{
	uint64_t before, now;

	memcpy(&before, (const char *)&source->before + at, sizeof(before));
	memcpy(&now, (const char *)&source->now + at, sizeof(now));
	return before + now;
}

/* Counters only grow: what a process counted stays when it has ended. */
static void keep_numbers(struct source *source)
{
	for (size_t at = 0; at + sizeof(uint64_t) <= sizeof(source->now); at += sizeof(uint64_t)) {
		uint64_t sum = source_sum(source, at);

		memcpy((char *)&source->before + at, &sum, sizeof(sum));
	}
	source->before.memory = source->before.open = 0;
	memset(&source->now, 0, sizeof(source->now));
}

static void say(struct source *source, bool is_open, const char *text)
{
	bool is_news = source->is_open != is_open || strcmp(source->said, text) != 0;

	source->is_open = is_open;
	memcpy(source->said, text, strlen(text) + 1);
	if (!is_news) /* I3 */
		return;
	if (is_open)
		log_info("capture", "%s is open; its process is %s", source->interface, text);
	else
		log_warn("capture", "%s is not captured: %s; tried again", source->interface, text);
}

static unsigned place_of(const struct connection *c)
{
	return (unsigned)(c->source - c->sources->known);
}

static void on_message(struct connection *c)
{
	struct sources *s = c->sources;
	const struct wire_message *m = &s->message;

	if (!c->source && (c->source = source_of(s, m->interface)) == NULL)
		return;
	switch ((enum wire_type)m->type) {
	case WIRE_OPENED:
		c->source->starts++;
		say(c->source, true, m->text);
		break;
	case WIRE_FAILED:
		say(c->source, false, m->text);
		break;
	case WIRE_NUMBERS:
		c->source->now = m->numbers;
		break;
	default:
		s->setup.facts(s->setup.arg, place_of(c), &m->facts, m->type == WIRE_LEARNED ? FLOW_LEARNED : FLOW_ENDED);
	}
}

static void forget(struct connection *c)
{
	struct sources *s = c->sources;
	unsigned i = 0;

	while (s->connections[i] != c)
		i++;
	s->connections[i] = s->connections[--s->n_connections];
	loop_watch_free(c->watch);
	close(c->fd);
	if (c->source) {
		keep_numbers(c->source);
		if (c->source->is_open)
			say(c->source, false, "its process ended");
		s->setup.stopped(s->setup.arg, place_of(c));
	}
	free(c);
}

/* False: the other end is gone. */
static bool read_message(struct connection *c, bool *is_empty)
{
	struct sources *s = c->sources;
	char bytes[sizeof(s->message) + 1];
	ssize_t n = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	*is_empty = n < 0 && (errno == EAGAIN || errno == EINTR);
	if (n <= 0)
		return *is_empty;
	if (decode_wire(bytes_make(bytes, (size_t)n), &s->message) == ERR_OK)
		on_message(c);
	else if (c->source)
		c->source->malformed++;
	return true;
}

static void on_readable(void *arg)
{
	struct connection *c = arg;
	struct sources *s = c->sources;
	bool is_there = true, is_empty = false;

	for (unsigned i = 0; i < MESSAGES_A_TURN && is_there && !is_empty; i++) /* I2 */
		is_there = read_message(c, &is_empty);
	if (!is_there)
		forget(c);
	s->setup.idle(s->setup.arg);
}

static void on_connection(void *arg, int fd, const struct sockaddr_storage *peer)
{
	struct sources *s = arg;
	struct connection *c;

	if (s->n_connections == CONNECTIONS_MAX) {
		close(fd);
		return;
	}
	c = xcalloc(1, sizeof(*c));
	c->sources = s;
	c->fd = fd;
	c->watch = loop_watch_new(s->setup.loop, fd, on_readable, c);
	s->connections[s->n_connections++] = c;
}

/* Nothing captures an interface until somebody says so: a service that is not started, or may not connect, never says anything. */
static void expect(struct sources *s, const struct packets_settings *settings)
{
	for (unsigned i = 0; i < settings->n_interfaces; i++)
		strcpy(source_of(s, settings->interfaces[i])->said, settings->starter == CAPTURE_SERVICE
			       ? "no process has come to the socket yet; is assocd-capture.service running?"
			       : "its process has not come yet");
}

enum err sources_new(const struct sources_setup *setup, struct sources **out, struct errbuf *eb)
{
	struct sources *s = xcalloc(1, sizeof(*s));

	s->setup = *setup;
	s->listening = wire_listen(setup->settings->socket);
	if (s->listening < 0) {
		free(s);
		return errbuf_set(eb, ERR_IO, "cannot listen for facts at %s: %s%s", setup->settings->socket, strerror(errno),
				  errno == ENOENT ? "; its folder does not exist: under systemd the unit makes it, elsewhere `socket` names another place" : "");
	}
	expect(s, setup->settings);
	s->acceptor = loop_acceptor_new(setup->loop, s->listening, on_connection, s);
	*out = s;
	return ERR_OK;
}

void sources_free(struct sources *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < s->n_connections; i++) {
		loop_watch_free(s->connections[i]->watch);
		close(s->connections[i]->fd);
		free(s->connections[i]);
	}
	loop_acceptor_free(s->acceptor);
	close(s->listening);
	(void)unlink(s->setup.settings->socket);
	free(s);
}

const struct source *sources_at(const struct sources *s, unsigned i)
{
	return i < s->n_known ? &s->known[i] : NULL;
}
