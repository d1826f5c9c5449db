/* One connection of the stream listener.
 * I1: lines are offered straight from the read buffer and consumed only then; while groups fill their places, or intake
 *     is congested, the stream is paused, so that a fast sender waits in its own send.
 * I2: groups are answered in the order of their lines, so "through" never goes back; intake may be done with a later one
 * first (one whose lines were all refused waits for no commit), whose answer then waits.
 * I3: a line that is too long is offered as its first bytes, refused for its size, and skipped to its end unbuffered.
 * I4: when the sender has closed, what is left is offered as a line: a half line is no JSON and refused by that reason.
 * I5: an error is the last thing that is written; what still comes is read and thrown away for a while, because closing
 *     with unread bytes would make the sender lose it. */
#include "connection.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/base/text.h"
#include "daemon/model/event.h"
#include "hello.h"

/* Paths of this machine are for who is on it. */
#define FAILED_ELSEWHERE "the daemon cannot keep events at the moment; its disk may be full"

struct stream_group;

struct stream_connection {
	struct stream_shared *shared;
	struct loop_stream *stream;
	struct stream_connection *next, **link;
	uint64_t lines; /* taken so far, the first line among them */
	struct stream_group *groups, *last_group; /* on their way, oldest first */
	unsigned n_groups;
	unsigned *place; /* the count of `shared` that it stands in */
	bool is_stranger, is_begun, is_ending, is_backfill, is_skipping, is_closed;
	enum event_voice voice;
	int64_t since_us; /* its first line is waited for, or it is ending */
	char site[EVENT_ACCOUNT_MAX + 1];
};

/* Outlives the connection if need be: intake answers it then, too. Unless the process ends: what intake drops with itself is
 * not answered, and goes with the process. */
struct stream_group {
	struct stream_connection *connection;
	struct stream_group *next; /* the lines behind */
	uint64_t through;
	bool is_done, is_failed;
	struct text answer; /* or what the failure was */
};

static void group_free(struct stream_group *g)
{
	text_free(&g->answer);
	free(g);
}

static void be_known(struct stream_connection *c)
{
	c->shared->n_strangers -= c->is_stranger;
	c->is_stranger = false;
}

static void connection_free(struct stream_connection *c)
{
	be_known(c);
	for (struct stream_group *g = c->groups, *next; g; g = next) {
		next = g->next;
		g->connection = NULL;
		if (g->is_done)
			group_free(g);
	}
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	--*c->place;
	loop_stream_free(c->stream);
	free(c);
}

static void write_answer(struct text *t, const struct intake_group *g, uint64_t through)
{
	json_open_object(t);
	json_member_int(t, "through", (int64_t)through);
	json_member_int(t, "accepted", (int64_t)g->accepted);
	json_member_int(t, "duplicate", (int64_t)g->duplicate);
	intake_group_json(t, g);
	json_close_object(t);
	text_addc(t, '\n');
}

/* Says why the connection ends. */
static void write_error(struct text *t, const char *error, const char *detail)
{
	json_open_object(t);
	json_member_string(t, "error", bytes_of(error));
	json_member_string(t, "detail", bytes_of(detail));
	json_close_object(t);
	text_addc(t, '\n');
}

/* I2. False when the connection has to end: nothing behind a failure is acknowledged; the sender comes back with it. */
static bool give_answers(struct stream_connection *c)
{
	bool is_failed = false;

	while (c->groups && c->groups->is_done && !is_failed) {
		struct stream_group *g = c->groups;
		loop_stream_write(c->stream, text_bytes(&g->answer));
		is_failed = g->is_failed;
		c->groups = g->next;
		c->n_groups--;
		group_free(g);
	}
	if (!c->groups)
		c->last_group = NULL;
	return !is_failed;
}

static void note_answer(struct stream_group *group, const struct intake_group *g)
{
	struct collector_stats *stats = &group->connection->shared->stats;

	group->is_done = true;
	group->is_failed = g->result != ERR_OK;
	if (group->is_failed) {
		stats->errors++;
		write_error(&group->answer, err_word(g->result), loop_stream_is_local(group->connection->stream) ? g->error.text : FAILED_ELSEWHERE);
		return;
	}
	stats->accepted += g->accepted;
	stats->duplicate += g->duplicate;
	stats->refused += g->refused;
	write_answer(&group->answer, g, group->through);
}

/* I5 */
static void end_gently(struct stream_connection *c)
{
	c->is_ending = true;
	c->since_us = clock_mono_us();
	loop_stream_end(c->stream);
}

static void on_done(struct intake_group *g, void *arg)
{
	struct stream_group *group = arg;
	struct stream_connection *c = group->connection;

	if (!c) {
		group_free(group);
		return;
	}
	note_answer(group, g);
	if (!c->is_ending && !give_answers(c))
		end_gently(c);
	stream_connection_step(c);
}

/* -- lines -- */

static struct intake_group *open_group(struct stream_connection *c)
{
	struct stream_group *group = xcalloc(1, sizeof(*group));
	struct intake_group setup = { .source = SOURCE_STREAM, .default_site = bytes_of(c->site), .voice = c->voice,
				      .audience = c->is_backfill ? AUDIENCE_NONE : AUDIENCE_ALL, .first_line = c->lines + 1, .done = on_done, .arg = group };

	group->connection = c;
	if (c->last_group)
		c->last_group->next = group;
	else
		c->groups = group;
	c->last_group = group;
	c->n_groups++;
	return intake_open(c->shared->host->intake, &setup);
}

/* The next line of chunk from `at` and, in *end, where the one behind it begins; false when there is none yet. */
static bool next_line(const struct stream_connection *c, struct bytes chunk, size_t at, struct bytes *line, size_t *end)
{
	struct bytes rest = bytes_slice(chunk, at, chunk.len);
	ptrdiff_t newline = bytes_find_char(rest, '\n');

	*line = newline < 0 ? rest : bytes_slice(rest, 0, (size_t)newline);
	*end = at + line->len + (newline >= 0);
	if (newline >= 0)
		return true;
	if (rest.len > EVENT_LINE_MAX) /* I3 */
		*line = bytes_slice(rest, 0, EVENT_LINE_MAX + 1);
	return rest.len > EVENT_LINE_MAX || (c->is_closed && rest.len > 0);
}

/* I3: what is left of a line that was refused; true while its end is not there. */
static bool skip_line(struct stream_connection *c)
{
	struct bytes chunk = loop_stream_peek(c->stream);
	ptrdiff_t end = bytes_find_char(chunk, '\n');

	if (!c->is_skipping)
		return false;
	c->is_skipping = end < 0;
	loop_stream_consume(c->stream, end < 0 ? chunk.len : (size_t)end + 1);
	return c->is_skipping;
}

/* One group of lines; false when no whole line is there. */
static bool take_group(struct stream_connection *c)
{
	struct bytes chunk = loop_stream_peek(c->stream), line;
	struct intake_group *g = NULL;
	unsigned n = 0;
	size_t at = 0, end;

	while (n < STREAM_GROUP_LINES && !c->is_skipping && next_line(c, chunk, at, &line, &end)) {
		if (!g)
			g = open_group(c);
		intake_offer(c->shared->host->intake, g, line);
		c->is_skipping = end == chunk.len && chunk.ptr[end - 1] != '\n' && line.len > EVENT_LINE_MAX;
		at = end;
		n++;
	}
	if (!g)
		return false;
	c->lines += n;
	c->shared->stats.lines += n;
	c->last_group->through = c->lines;
	loop_stream_consume(c->stream, at);
	intake_seal(c->shared->host->intake, g);
	return true;
}

/* -- the first line -- */

static enum err admit(struct stream_connection *c, const struct hello *hello, struct errbuf *eb)
{
	const struct collector_host *host = c->shared->host;
	bool is_local = loop_stream_is_local(c->stream);

	c->voice = is_local && c->shared->is_unix_trusted ? VOICE_TRUSTED : VOICE_PLAIN;
	if (!hello->token.len && !is_local)
		return errbuf_set(eb, ERR_DENIED, "the first line over TCP is {\"token\": \"...\"}, of a token with the role ingest");
	if (hello->token.len && !host->may_ingest(host->may_ingest_arg, hello->token, &c->voice))
		return errbuf_set(eb, ERR_DENIED, "the token is unknown or has not the role ingest");
	c->is_backfill = hello->is_backfill;
	snprintf(c->site, sizeof(c->site), "%s", hello->site);
	return ERR_OK;
}

void stream_note_refusal(struct stream_shared *shared, const char *peer, const char *why)
{
	uint64_t n;

	shared->stats.errors++;
	if (!log_is_due(&shared->refusals, clock_mono_us(), 1, &n))
		return;
	if (n == 1)
		log_warn("stream", "%s is turned away: %s", peer, why);
	else
		log_warn("stream", "%llu connections were turned away, the last %s: %s", (unsigned long long)n, peer, why);
}

static void turn_away(struct stream_connection *c, enum err e, const char *why)
{
	struct text answer = { 0 };

	stream_note_refusal(c->shared, loop_stream_peer(c->stream), why);
	write_error(&answer, err_word(e), why);
	loop_stream_write(c->stream, text_bytes(&answer));
	text_free(&answer);
	end_gently(c);
}

void stream_connection_expire(struct stream_connection *c, int64_t mono_us)
{
	int64_t waited_us = mono_us - c->since_us;

	if (c->is_ending && waited_us >= STREAM_ENDING_US)
		connection_free(c);
	else if (!c->is_begun && !loop_stream_is_local(c->stream) && waited_us >= STREAM_HELLO_US)
		turn_away(c, ERR_DENIED, "the first line, with the token, did not come within 10 s");
}

static void begin(struct stream_connection *c)
{
	struct bytes line;
	struct errbuf eb = { "" };
	struct hello hello;
	size_t end;

	if (!next_line(c, loop_stream_peek(c->stream), 0, &line, &end))
		return;
	if (decode_hello(c->shared->parser, line, &hello, &eb) || admit(c, &hello, &eb)) {
		turn_away(c, ERR_DENIED, eb.text);
		return;
	}
	c->is_begun = true;
	be_known(c);
	if (!hello.is_hello)
		return;
	loop_stream_consume(c->stream, end);
	c->lines++;
}

static bool is_held(const struct stream_connection *c)
{
	return c->shared->is_paused || intake_is_congested(c->shared->host->intake);
}

static bool is_finished(const struct stream_connection *c)
{
	return c->is_closed && (c->is_ending || (!c->n_groups && !loop_stream_peek(c->stream).len));
}

void stream_connection_step(struct stream_connection *c)
{
	bool held = !c->is_ending && is_held(c);

	if (!held && !c->is_begun && !c->is_ending)
		begin(c);
	if (c->is_ending)
		loop_stream_consume(c->stream, loop_stream_peek(c->stream).len);
	while (!held && c->is_begun && !c->is_ending && c->n_groups < STREAM_GROUPS) {
		if (skip_line(c) || !take_group(c))
			break;
		held = is_held(c);
	}
	if (held) {
		c->since_us = clock_mono_us(); /* its first line may be there, unread */
		loop_timer_set(c->shared->retry, STREAM_RETRY_MS);
	}
	if (is_finished(c))
		connection_free(c);
	else
		loop_stream_pause(c->stream, held || (!c->is_ending && c->n_groups == STREAM_GROUPS));
}

static void on_readable(void *arg)
{
	stream_connection_step(arg);
}

static void on_closed(void *arg)
{
	struct stream_connection *c = arg;

	c->is_closed = true;
	stream_connection_step(c);
}

static struct stream_connection *connection_new(struct stream_shared *shared, struct loop_stream *stream, unsigned *place)
{
	struct stream_connection *c = xcalloc(1, sizeof(*c));

	c->shared = shared;
	c->place = place;
	c->stream = stream;
	c->since_us = clock_mono_us();
	c->next = shared->first;
	c->link = &shared->first;
	if (c->next)
		c->next->link = &c->next;
	shared->first = c;
	++*place;
	loop_stream_handlers(stream, on_readable, on_closed, c, STREAM_BUFFER_MAX);
	return c;
}

void stream_connection_new(struct stream_shared *shared, struct loop_stream *stream)
{
	struct stream_connection *c = connection_new(shared, stream, &shared->n_served);

	c->is_stranger = !loop_stream_is_local(stream);
	shared->n_strangers += c->is_stranger;
}

void stream_connection_refuse(struct stream_shared *shared, struct loop_stream *stream, const char *why)
{
	turn_away(connection_new(shared, stream, &shared->n_refused), ERR_BUSY, why);
}

struct stream_connection *stream_connection_next(const struct stream_connection *c)
{
	return c->next;
}

void stream_connection_end(struct stream_connection *c)
{
	connection_free(c);
}
