/* One loop over the ring of the kernel and the socket to the daemon.
 * I1: nothing of a packet is read before the process is confined.
 * I2: it never waits for the daemon: a fact for which the socket has no room is dropped and counted. */
#include "capture.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "confined.h"
#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/vendor/crypto.h"
#include "daemon/vendor/sandbox.h"
#include "live.h"
#include "wire.h"

#define PACKETS_A_TURN 4096
#define NUMBERS_EVERY_US 1000000
#define WORDS_WAIT_MS 1000

struct capture {
	struct live *live;
	struct flows *flows;
	unsigned link;
	int socket;
	uint64_t facts_dropped;
	int64_t numbers_due_us;
	struct wire_message message; /* interface and version stand */
};

static bool send_message(struct capture *c, enum wire_type type)
{
	ssize_t n;

	c->message.type = type;
	do
		n = send(c->socket, &c->message, sizeof(c->message), MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n >= 0;
}

/* The daemon tells it; when there is none, this does. */
static void say(struct capture *c, enum wire_type type, const char *text)
{
	struct pollfd room = { .fd = c->socket, .events = POLLOUT };

	snprintf(c->message.text, sizeof(c->message.text), "%s", text);
	if (c->socket < 0 || poll(&room, 1, WORDS_WAIT_MS) != 1 || !send_message(c, type))
		log_line(type == WIRE_FAILED ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "capture", "%s: %s", c->message.interface, text);
}

/* A SYN alone is a knock at the door, and a flood of them is cheap. */
static bool is_worth_telling(const struct flow_facts *facts)
{
	return facts->ja4[0] || facts->http_method[0];
}

static void on_flow(void *arg, const struct flow_facts *facts, enum flow_moment moment)
{
	struct capture *c = arg;

	if (!is_worth_telling(facts))
		return;
	c->message.facts = *facts;
	c->facts_dropped += !send_message(c, moment == FLOW_LEARNED ? WIRE_LEARNED : WIRE_ENDED); /* I2 */
}

static void on_packet(void *arg, struct bytes packet, size_t wire_length, int64_t at_us)
{
	struct capture *c = arg;
	const struct captured captured = { .link = c->link, .bytes = packet, .wire_length = wire_length, .at_us = at_us };

	flows_packets(c->flows, &captured, 1);
}

static void send_numbers(struct capture *c)
{
	struct live_numbers kernel;
	struct rusage usage;

	live_numbers(c->live, &kernel);
	getrusage(RUSAGE_SELF, &usage);
	c->message.numbers = (struct wire_numbers){
		.received = kernel.received, .dropped = kernel.dropped, .dropped_by_interface = kernel.dropped_by_interface,
		.facts_dropped = c->facts_dropped, .memory = (uint64_t)usage.ru_maxrss * 1024,
		.flows = *flows_counts(c->flows), .open = flows_open(c->flows),
	};
	(void)send_message(c, WIRE_NUMBERS); /* the next ones say the same */
}

static void on_second(struct capture *c)
{
	int64_t now_us = clock_mono_us();

	if (now_us < c->numbers_due_us)
		return;
	c->numbers_due_us = now_us + NUMBERS_EVERY_US;
	flows_tick(c->flows, clock_wall_ms() * 1000);
	send_numbers(c);
}

/* The daemon says nothing: what can be read is its end. */
static bool daemon_is_gone(const struct capture *c, short happened)
{
	char byte;

	return happened != 0 && recv(c->socket, &byte, 1, MSG_DONTWAIT) <= 0 && errno != EAGAIN && errno != EINTR;
}

static enum err turn(struct capture *c, bool *is_over, struct errbuf *eb)
{
	struct pollfd fds[] = { { .fd = live_fd(c->live), .events = POLLIN }, { .fd = c->socket, .events = POLLIN } };
	int64_t wait_us = c->numbers_due_us - clock_mono_us();

	errno = 0;
	if (poll(fds, ARRAY_LEN(fds), wait_us > 0 ? (int)(wait_us / 1000) + 1 : 0) < 0 && errno != EINTR)
		return errbuf_set(eb, ERR_IO, "cannot wait for packets: %s", strerror(errno));
	*is_over = daemon_is_gone(c, fds[1].revents);
	on_second(c);
	return live_read(c->live, PACKETS_A_TURN, on_packet, c, eb);
}

static enum err open_both(struct capture *c, const struct packets_settings *s, struct errbuf *eb)
{
	const struct live_setup setup = { .interface = c->message.interface, .filter = s->filter, .snaplen = (int)s->snaplen,
					  .buffer_bytes = (int)(s->buffer_mib << 20), .is_promiscuous = s->is_promiscuous };
	enum err err;

	c->socket = wire_connect(s->socket);
	if (c->socket < 0)
		return errbuf_set(eb, ERR_IO, "cannot reach the daemon at %s: %s; it is there once the daemon runs, with the same configuration",
				  s->socket, strerror(errno));
	err = live_open(&setup, &c->live, eb);
	if (err == ERR_OK)
		c->link = live_link(c->live);
	return err;
}

static enum err confine(struct capture *c, struct errbuf *eb)
{
	struct text said = { 0 };
	enum err err = confined_enter(&said, eb);

	if (err == ERR_OK && SANDBOX_IS_POSSIBLE && confined_try(NULL) > 0)
		text_adds(&said, "; some of what should fail works: `assocd --role capture-check` says what");
	if (err == ERR_OK)
		say(c, WIRE_OPENED, said.ptr);
	text_free(&said);
	return err;
}

int capture_run(const struct packets_settings *settings, const char *interface)
{
	struct flows_limits limits = { .flows = (uint32_t)settings->flows };
	struct capture *c = xcalloc(1, sizeof(*c));
	struct errbuf eb = { "" };
	bool is_over = false;
	enum err err;

	prctl(PR_SET_NAME, "assocd-capture");
	c->message.version = WIRE_VERSION;
	snprintf(c->message.interface, sizeof(c->message.interface), "%s", interface);
	err = crypto_random(&limits.seed, sizeof(limits.seed));
	if (err == ERR_OK)
		err = open_both(c, settings, &eb);
	else
		errbuf_set(&eb, err, "the system gives no random bytes");
	if (err == ERR_OK)
		err = confine(c, &eb); /* I1 */
	if (err == ERR_OK)
		c->flows = flows_new(&limits, on_flow, c);
	while (err == ERR_OK && !is_over)
		err = turn(c, &is_over, &eb);
	if (err != ERR_OK)
		say(c, WIRE_FAILED, eb.text);
	return err == ERR_OK ? 0 : 1;
}

int capture_check(void)
{
	struct text said = { 0 }, tried = { 0 };
	struct errbuf eb = { "" };
	unsigned worked;

	if (confined_enter(&said, &eb) != ERR_OK) {
		log_error("capture", "%s", eb.text);
		return 1;
	}
	worked = confined_try(&tried);
	printf("%s\n%s", said.ptr, tried.ptr);
	(void)fflush(stdout);
	text_free(&said);
	text_free(&tried);
	return worked > 0;
}
