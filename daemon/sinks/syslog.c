/* Syslog, RFC 5424: over a Unix socket, UDP (RFC 5426), TCP with counted octets (RFC 6587) and TLS (RFC 5425).
 *   <PRI>1 TIME HOST assocd PID RULE [alert@32473 id="..." event="..." level="..." state="..." score="..."] SENTENCE
 * 32473 is the enterprise number that is kept for those without one (RFC 5612).
 * I1: no byte below space but those that the protocol counts; parameter values escape ", \ and ] (RFC 5424, 6.3.3).
 * I2: over a stream a delivery counts when all of it was written, the peer's system has it, and the stream still stands.
 *     Syslog has no receipts: what a peer that dies later had in its buffers is gone. A stream that the peer has closed is
 *     seen before it is written to. One that is closed right after is no proof either way: a receiver may have read it all, and
 *     a relay closes just so, in good order, when what is behind it is gone. So it comes again. */
#include "sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/text.h"
#include "daemon/vendor/fetch.h"
#include "daemon/vendor/loop.h"
#include "datagram.h"
#include "outcome.h"
#include "shape.h"

#define DEFAULT_ADDRESS "unix:/dev/log"
#define MESSAGE_MAX 8000
#define WRITE_RETRY_MS 20

struct syslog {
	const struct sink_settings *settings;
	struct fetcher *fetcher;
	struct loop_timer *retry;
	const char *address;
	char *url;     /* of a stream, as fetcher_start wants it; NULL: datagrams */
	char host[65];
	int fd;        /* of datagrams, -1: to be opened */
	struct transfer *stream;
	bool is_connected;
	struct sink_call *call;
	struct text out; /* of a stream: the delivery; a datagram */
	size_t written;  /* of out; datagrams: rows of the call */
	int64_t give_up_us;
};

static void go_on(void *arg);

static enum err set_address(struct syslog *s, struct errbuf *eb)
{
	const char *a = s->address;
	struct text url = { 0 };

	if (strncmp(a, "unix:", 5) == 0 || strncmp(a, "udp:", 4) == 0)
		return ERR_OK;
	if (strncmp(a, "tcp:", 4) != 0 && strncmp(a, "tls:", 4) != 0)
		return errbuf_set(eb, ERR_INPUT, "%s: an address of syslog is unix:PATH, udp:IP:PORT, tcp:HOST:PORT or tls:HOST:PORT", a);
	text_addf(&url, "%s://%s/", a[1] == 'c' ? "http" : "https", a + 4);
	s->url = url.ptr;
	return ERR_OK;
}

static void syslog_close(void *self)
{
	struct syslog *s = self;

	if (s->fd >= 0)
		close(s->fd);
	transfer_cancel(s->stream);
	loop_timer_free(s->retry);
	text_free(&s->out);
	free(s->url);
	free(s);
}

static enum err syslog_open(const struct sink_setup *setup, void **out, struct errbuf *eb)
{
	struct syslog *s = xcalloc(1, sizeof(*s));
	enum err err;

	*s = (struct syslog){ .settings = setup->settings, .fetcher = setup->fetcher, .fd = -1 };
	s->address = s->settings->address ? s->settings->address : DEFAULT_ADDRESS;
	s->retry = setup->loop ? loop_timer_new(setup->loop, go_on, s) : NULL;
	if (gethostname(s->host, sizeof(s->host) - 1) != 0 || !s->host[0])
		strcpy(s->host, "-");
	err = set_address(s, eb);
	if (!err && strncmp(s->address, "udp:", 4) == 0)
		err = datagram_connect_udp(s->address + 4, &s->fd, eb);
	if (err == ERR_NOTFOUND) { /* of the network, and may come: sending says so */
		errbuf_clear(eb);
		err = ERR_OK;
	}
	if (err)
		syslog_close(s);
	else
		*out = s;
	return err;
}

/* Names of the header are of printable ASCII. */
static void add_word(struct text *out, struct bytes s, size_t max)
{
	size_t before = out->len;

	for (size_t i = 0; i < s.len && i < max; i++)
		text_addc(out, s.ptr[i] > 0x20 && s.ptr[i] < 0x7f ? s.ptr[i] : '_');
	if (out->len == before)
		text_addc(out, '-');
}

static void add_parameter(struct text *out, const char *name, struct bytes value) /* I1 */
{
	struct text shown = { 0 };

	if (value.len == 0)
		return;
	shape_line(&shown, value, 256);
	text_addf(out, " %s=\"", name);
	for (size_t i = 0; i < shown.len; i++) {
		if (shown.ptr[i] == '"' || shown.ptr[i] == '\\' || shown.ptr[i] == ']')
			text_addc(out, '\\');
		text_addc(out, shown.ptr[i]);
	}
	text_addc(out, '"');
	text_free(&shown);
}

static void add_message(const struct syslog *s, struct text *out, const struct sink_row *row)
{
	const struct alert_view *al = row->alert;
	char at[TIME_TEXT_SIZE], number[24];
	struct text body = { 0 };

	time_format(row->at_ms, at);
	text_addf(out, "<%d>1 %s ", (int)s->settings->facility * 8 + shape_severity(al->level), at);
	add_word(out, bytes_of(s->host), 255);
	text_addf(out, " assocd %d ", (int)getpid());
	add_word(out, al->rule, 32);
	text_adds(out, " [alert@32473");
	add_parameter(out, "id", al->id);
	add_parameter(out, "event", row->event);
	add_parameter(out, "level", al->level);
	add_parameter(out, "state", bytes_of(alert_state_names[al->state]));
	snprintf(number, sizeof(number), "%d", al->score);
	add_parameter(out, "score", bytes_of(number));
	add_parameter(out, "cluster", al->cluster);
	for (unsigned i = 0; i < al->n_accounts && i < 4; i++)
		add_parameter(out, "account", al->accounts[i]);
	text_adds(out, "] ");
	shape_row(&body, row, sink_settings_format(s->settings, SINK_FORMAT_TEXT));
	if (body.len > MESSAGE_MAX) { /* a receiver would cut JSON in two: the sentence fits */
		text_clear(&body);
		shape_sentence(&body, row);
	}
	text_add(out, text_bytes(&body));
	text_free(&body);
}

static enum err datagram_open(struct syslog *s, struct errbuf *eb)
{
	if (s->fd >= 0)
		return ERR_OK;
	return s->address[1] == 'n' ? datagram_connect_unix(s->address + 5, &s->fd, eb) : datagram_connect_udp(s->address + 4, &s->fd, eb);
}

/* From `written` on, here a number of rows. */
static void send_datagrams(struct syslog *s)
{
	struct sink_call *call = s->call;
	struct errbuf eb = { "" };
	enum err err = datagram_open(s, &eb);

	while (s->written < call->n && !err) {
		text_clear(&s->out);
		add_message(s, &s->out, &call->rows[s->written]);
		err = datagram_send(s->fd, text_bytes(&s->out), &eb);
		s->written += !err;
	}
	if (err == ERR_BUSY && s->retry && clock_mono_us() < s->give_up_us) {
		loop_timer_set(s->retry, WRITE_RETRY_MS);
		return;
	}
	s->call = NULL;
	if (!err) {
		outcome_taken(call);
		return;
	}
	if (s->fd >= 0 && err != ERR_BUSY) {
		close(s->fd); /* a restarted peer has another socket */
		s->fd = -1;
	}
	outcome_failed_behind(call, s->written, "%s: %s", s->address, eb.text);
}

static void stream_drop(struct syslog *s)
{
	transfer_cancel(s->stream);
	s->stream = NULL;
	s->is_connected = false;
}

static void stream_fail(struct syslog *s, const char *why)
{
	struct sink_call *call = s->call;

	stream_drop(s);
	s->call = NULL;
	outcome_failed(call, "%s: %s", s->address, why);
}

static void stream_wait(struct syslog *s)
{
	if (clock_mono_us() < s->give_up_us)
		loop_timer_set(s->retry, WRITE_RETRY_MS);
	else
		stream_fail(s, "it takes nothing; its queue is full, or a firewall swallows it");
}

static void stream_confirm(struct syslog *s) /* I2 */
{
	struct sink_call *call = s->call;

	if (!transfer_is_received(s->stream)) {
		stream_wait(s);
	} else if (transfer_is_over(s->stream)) {
		stream_fail(s, "it closed the connection right after the alerts were written, so that they may not have been read; a "
			       "receiver keeps it open");
	} else {
		s->call = NULL;
		outcome_taken(call);
	}
}

static void stream_write(struct syslog *s)
{
	size_t n = 0;

	while (s->written < s->out.len) {
		if (transfer_write(s->stream, bytes_slice(text_bytes(&s->out), s->written, s->out.len), &n)) {
			stream_fail(s, "the connection broke");
			return;
		}
		if (n == 0) {
			stream_wait(s);
			return;
		}
		s->written += n;
	}
	stream_confirm(s);
}

static void connected(void *arg, const struct transfer_answer *answer)
{
	struct syslog *s = arg;
	struct sink_call *call = s->call;

	s->is_connected = answer->result == ERR_OK;
	if (s->is_connected) {
		stream_write(s);
		return;
	}
	s->stream = NULL;
	s->call = NULL;
	outcome_failed(call, "%s: %s", s->address, answer->error);
}

static void send_stream(struct syslog *s, struct sink_call *call)
{
	struct transfer_request rq = {
		.url = s->url, .ca_file = s->settings->ca_file, .cert_file = s->settings->cert_file, .key_file = s->settings->key_file,
		.timeout_ms = (int)s->settings->timeout_ms, .is_stream = true,
	};
	struct text message = { 0 };

	text_clear(&s->out);
	for (size_t i = 0; i < call->n; i++) {
		text_clear(&message);
		add_message(s, &message, &call->rows[i]);
		text_addf(&s->out, "%zu ", message.len);
		text_add(&s->out, text_bytes(&message));
	}
	text_free(&message);
	if (s->is_connected && transfer_is_over(s->stream)) /* I2 */
		stream_drop(s);
	if (s->is_connected)
		stream_write(s);
	else
		s->stream = fetcher_start(s->fetcher, &rq, connected, s);
}

static void go_on(void *arg)
{
	struct syslog *s = arg;

	if (s->url)
		stream_write(s);
	else
		send_datagrams(s);
}

static void syslog_send(void *self, struct sink_call *call)
{
	struct syslog *s = self;

	s->call = call;
	s->written = 0;
	s->give_up_us = clock_mono_us() + s->settings->timeout_ms * 1000;
	if (s->url)
		send_stream(s, call);
	else
		send_datagrams(s);
}

static void syslog_cancel(void *self)
{
	struct syslog *s = self;

	if (s->call)
		stream_drop(s);
	if (s->retry)
		loop_timer_set(s->retry, -1);
	s->call = NULL;
}

/* A stream shakes hands anew: certificates may have changed. */
static enum err syslog_reopen(void *self, struct errbuf *eb)
{
	stream_drop(self);
	return ERR_OK;
}

const struct sink sink_syslog = {
	.name = "syslog", .help = "Writes alerts to syslog (RFC 5424) over a Unix socket, UDP, TCP or TLS.", .audience = AUDIENCE_ALL,
	.open = syslog_open, .reopen = syslog_reopen, .close = syslog_close, .send = syslog_send, .cancel = syslog_cancel, .group = 100,
};
