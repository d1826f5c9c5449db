/* The stream socket as seen by a sender.
 * I1: connection line L is queue line base + L - 1 - first_lines; through N drops what lies before base + N - first_lines.
 * I2: after a broken connection everything that was not acknowledged is sent again: event ids make that safe. */
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/main/config.h"
#include "send.h"

#define ANSWER_MAX (16 * 1024 * 1024)
#define ANSWER_DEPTH 8
#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 5000
#define PATIENCE_US (60 * INT64_C(1000000)) /* without any answer, unless the setup is patient */
#define SILENCE_US (5 * INT64_C(1000000))   /* then the user is told what is waited for */
#define WRITE_LINES 2000
#define STEP_MS 200

struct send_wire {
	struct send_setup setup;
	struct json_parser *parser;
	char *path;
	int fd;
	uint64_t base, first_lines; /* I1 */
	uint64_t next;              /* queue line that is written next */
	struct text out;            /* begun line or lines, not yet written */
	size_t out_at;
	struct text in;
	bool has_been_connected, is_told; /* that nothing is kept, or nothing comes back */
	bool is_answered; /* on this connection */
	int64_t answered_us;
	int64_t waiting_since_us; /* for the next acknowledgement, 0: there is nothing to acknowledge */
	unsigned backoff_ms;
};

struct send_wire *send_wire_new(const struct send_setup *setup)
{
	struct send_wire *w = xcalloc(1, sizeof(*w));

	w->setup = *setup;
	w->fd = -1;
	w->parser = json_parser_new(ANSWER_MAX, ANSWER_DEPTH);
	w->backoff_ms = BACKOFF_MIN_MS;
	if (!setup->ctl->url)
		BUG_ON(asprintf(&w->path, "%s/assocd.sock", ctl_config(setup->ctl)->state_dir) < 0);
	return w;
}

static void disconnect(struct send_wire *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	text_clear(&w->out);
	text_clear(&w->in);
	w->out_at = 0;
}

void send_wire_free(struct send_wire *w)
{
	if (!w)
		return;
	disconnect(w);
	text_free(&w->out);
	text_free(&w->in);
	json_parser_free(w->parser);
	free(w->path);
	free(w);
}

static int say_no_daemon(const struct send_wire *w, int error)
{
	struct stat st;
	struct group *group = stat(w->path, &st) ? NULL : getgrgid(st.st_gid);

	if (error == EACCES)
		return ctl_fail("%s: permission denied; members of the group %s may send here, or use --url", w->path, group ? group->gr_name : "of the daemon");
	if (error == ENOENT || error == ECONNREFUSED)
		return ctl_fail("no daemon listens at %s; start it with `./run` in the source tree, or `systemctl start assocd` where it is installed", w->path);
	return ctl_fail("%s: %s", w->path, strerror(error));
}

/* What the connection is told before the events. */
static void write_first_line(struct send_wire *w)
{
	w->base = w->next = w->setup.queue->first;
	w->first_lines = 0;
	if (!w->setup.is_backfill && !w->setup.site)
		return;
	json_open_object(&w->out);
	json_member_bool(&w->out, "backfill", w->setup.is_backfill);
	if (w->setup.site)
		json_member_string(&w->out, "site", bytes_of(w->setup.site));
	json_close_object(&w->out);
	text_addc(&w->out, '\n');
	w->first_lines = 1;
}

static void say_waiting(struct send_wire *w, struct bytes why)
{
	if (!w->is_told)
		ctl_fail("%.*s; waiting until the daemon takes lines again", BYTES_ARG(why));
	w->is_told = true;
}

static void back_off(struct send_wire *w)
{
	send_stop_wait(w->setup.stop, (int)w->backoff_ms);
	w->backoff_ms = w->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : w->backoff_ms * 2;
}

/* 0 also when it did not work but may later. */
static int try_connect(struct send_wire *w)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int error;

	if (strlen(w->path) >= sizeof(address.sun_path))
		return ctl_fail("%s: the path is too long for a socket", w->path);
	memcpy(address.sun_path, w->path, strlen(w->path) + 1);
	w->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (w->fd < 0)
		return ctl_fail("no socket: %s", strerror(errno));
	if (!connect(w->fd, (const struct sockaddr *)&address, sizeof(address))) {
		w->has_been_connected = true;
		w->is_answered = false;
		w->answered_us = clock_mono_us();
		write_first_line(w);
		return 0;
	}
	error = errno;
	disconnect(w);
	if (!w->has_been_connected && !w->setup.is_patient)
		return say_no_daemon(w, error);
	if (!w->setup.is_patient && clock_mono_us() - w->answered_us > PATIENCE_US)
		return say_no_daemon(w, error);
	say_waiting(w, BYTES_LIT("the daemon is gone"));
	back_off(w);
	return 0;
}

static int take_answer(struct send_wire *w, struct bytes line)
{
	struct errbuf eb = { "" };
	struct json_doc doc;
	struct bytes error;

	if (json_parse(w->parser, line, &doc, &eb) || doc.nodes->type != JSON_OBJECT)
		return ctl_fail("the daemon's answer is no JSON: %s", eb.text);
	error = json_get_text(&doc, doc.nodes, "error");
	if (bytes_is(error, "denied"))
		return ctl_fail("the daemon refuses: %.*s", BYTES_ARG(json_get_text(&doc, doc.nodes, "detail")));
	if (error.len) {
		say_waiting(w, json_get_text(&doc, doc.nodes, "detail"));
		disconnect(w);
		back_off(w);
		return 0;
	}
	uint64_t through = (uint64_t)json_get_int(&doc, doc.nodes, "through", -1);
	if (through > w->first_lines + (w->next - w->base))
		return ctl_fail("%s answers, and not as assocd does: it takes no line that was sent", w->path);
	if (w->is_told)
		ctl_fail("the daemon takes lines again");
	w->is_told = false;
	send_take_refusals(w->setup.counts, w->setup.queue, w->base - w->first_lines, &doc);
	w->setup.counts->accepted += (uint64_t)json_get_int(&doc, doc.nodes, "accepted", 0);
	w->setup.counts->duplicate += (uint64_t)json_get_int(&doc, doc.nodes, "duplicate", 0);
	w->answered_us = clock_mono_us();
	w->backoff_ms = BACKOFF_MIN_MS;
	w->is_answered = true;
	send_queue_drop(w->setup.queue, w->base + (through > w->first_lines ? through - w->first_lines : 0));
	w->waiting_since_us = send_queue_count(w->setup.queue) ? w->answered_us : 0;
	return 0;
}

static int take_answers(struct send_wire *w)
{
	struct bytes rest = text_bytes(&w->in);
	size_t left;
	int status = 0;

	while (!status && w->fd >= 0) {
		ptrdiff_t end = bytes_find_char(rest, '\n');
		if (end < 0)
			break;
		status = take_answer(w, bytes_slice(rest, 0, (size_t)end));
		if (w->fd >= 0)
			rest = bytes_slice(rest, (size_t)end + 1, rest.len);
	}
	if (w->fd < 0)
		return status;
	left = rest.len;
	memmove(w->in.ptr, rest.ptr, left);
	w->in.len = left;
	return status;
}

/* I2. Whoever closes without a word would do so again at once. */
static void lose_connection(struct send_wire *w)
{
	disconnect(w);
	if (!w->is_answered)
		back_off(w);
}

static int read_answers(struct send_wire *w)
{
	char chunk[65536];
	ssize_t n = recv(w->fd, chunk, sizeof(chunk), MSG_DONTWAIT);

	if (n > 0) {
		text_add(&w->in, bytes_make(chunk, (size_t)n));
		return take_answers(w);
	}
	if (n == 0 || (errno != EAGAIN && errno != EINTR))
		lose_connection(w);
	return 0;
}

static void write_lines(struct send_wire *w)
{
	struct send_queue *q = w->setup.queue;
	ssize_t n;

	if (w->out_at == w->out.len) {
		struct bytes lines = send_queue_bytes(q, w->next, WRITE_LINES);
		text_clear(&w->out);
		w->out_at = 0;
		text_add(&w->out, lines);
		w->next += send_queue_count(q) - (w->next - q->first) < WRITE_LINES ? send_queue_count(q) - (w->next - q->first) : WRITE_LINES;
	}
	n = send(w->fd, w->out.ptr + w->out_at, w->out.len - w->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n > 0)
		w->out_at += (size_t)n;
	else if (errno != EAGAIN && errno != EINTR)
		lose_connection(w);
}

static bool has_unwritten(const struct send_wire *w)
{
	return w->out_at < w->out.len || w->next < w->setup.queue->first + send_queue_count(w->setup.queue);
}

static void watch_silence(struct send_wire *w)
{
	int64_t now = clock_mono_us();

	if (!send_queue_count(w->setup.queue))
		return;
	if (!w->waiting_since_us)
		w->waiting_since_us = now;
	if (now - w->waiting_since_us > SILENCE_US)
		say_waiting(w, BYTES_LIT("nothing was acknowledged for 5 s (`assocctl status` may say why)"));
}

static int step(struct send_wire *w, int timeout_ms)
{
	struct pollfd p = { .events = POLLIN };
	int status = 0;

	watch_silence(w);

	if (w->fd < 0 && (status = try_connect(w)))
		return status;
	if (w->fd < 0)
		return 0;
	p.fd = w->fd;
	if (has_unwritten(w))
		p.events |= POLLOUT;
	if (poll(&p, 1, timeout_ms) <= 0)
		return 0;
	if (p.revents & (POLLIN | POLLHUP | POLLERR))
		status = read_answers(w);
	if (!status && w->fd >= 0 && (p.revents & POLLOUT))
		write_lines(w);
	return status;
}

int send_wire_pump(struct send_wire *w, size_t keep)
{
	int status = 0;

	if (w->setup.ctl->url)
		return send_http_pump(&w->setup, w->parser, keep);
	while (!status && (send_queue_count(w->setup.queue) > keep || w->fd < 0 || has_unwritten(w)) &&
	       !send_stop_is_over(w->setup.stop))
		status = step(w, STEP_MS);
	return status;
}

int send_wire_listen(struct send_wire *w)
{
	if (w->setup.ctl->url)
		return send_http_pump(&w->setup, w->parser, 0);
	return send_queue_count(w->setup.queue) ? step(w, 0) : 0;
}
