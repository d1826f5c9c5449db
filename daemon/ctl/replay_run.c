/* Event lines into an engine in memory.
 * I1: seq counts accepted lines from 1, as a journal would.  I2: an id seen before is a duplicate, whatever the file. */
#include "replay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/intake/known.h"
#include "daemon/model/attr_memo.h"

#define BATCH_EVENTS 64        /* what they take stays in the caches of one core */
#define READ_SIZE (128 * 1024)
#define REFUSALS_NAMED 10
#define TS_EARLIEST_MS 946684800000ll /* 2000-01-01 */
#define TS_LATEST_MS 4102444800000ll  /* 2100-01-01 */

struct replay {
	const struct ruleset *rules;
	struct engine *engine;
	struct json_parser *parser;
	struct event_context context;
	struct arena *arena, *scratch, *effect_arena;
	struct event *batch[BATCH_EVENTS];
	size_t n;
	struct idset ids;
	struct effects effects;
	replay_effect_fn *on_effect;
	void *arg;
	struct replay_counts counts;
};

struct replay *replay_new(const struct ruleset *rules, const struct enrich *enrich, replay_effect_fn *on_effect, void *arg)
{
	struct replay *r = xcalloc(1, sizeof(*r));
	r->rules = rules;
	r->engine = engine_new(rules, enrich);
	r->parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
	r->arena = arena_new(256 * 1024);
	r->scratch = arena_new(16 * 1024);
	r->context = (struct event_context){ .kinds = &rules->kinds, .default_site = BYTES_NONE, .scratch = r->scratch,
					     .memo = attr_memo_new(), .used_only = true };
	r->effect_arena = arena_new(64 * 1024);
	r->on_effect = on_effect;
	r->arg = arg;
	return r;
}

void replay_free(struct replay *r)
{
	if (r == NULL)
		return;
	engine_free(r->engine);
	json_parser_free(r->parser);
	arena_free(r->arena);
	arena_free(r->scratch);
	attr_memo_free(r->context.memo);
	arena_free(r->effect_arena);
	idset_fini(&r->ids);
	free(r->effects.at);
	free(r);
}

/* I2. In two steps, as all look-ups in large tables. */
static void number_events(struct replay *r)
{
	size_t kept = 0;
	for (size_t i = 0; i < r->n; i++)
		idset_prefetch(&r->ids, r->batch[i]->id_hash);
	for (size_t i = 0; i < r->n; i++) {
		if (!idset_add(&r->ids, r->batch[i]->id_hash)) {
			r->counts.duplicate++;
			continue;
		}
		r->batch[i]->seq = ++r->counts.accepted;
		r->batch[kept++] = r->batch[i];
	}
	r->n = kept;
}

void replay_flush(struct replay *r)
{
	number_events(r);
	r->effects.n = 0;
	r->effects.arena = r->effect_arena;
	engine_apply(r->engine, (const struct event *const *)r->batch, r->n, r->on_effect != NULL ? &r->effects : NULL);
	for (size_t i = 0; i < r->effects.n; i++)
		r->on_effect(r->arg, &r->effects.at[i]);
	r->n = 0;
	arena_reset(r->arena);
	arena_reset(r->effect_arena);
}

static void refuse(struct replay *r, const char *file, uint64_t number, const char *reason, const struct errbuf *eb)
{
	r->counts.refused++;
	if (r->counts.refused <= REFUSALS_NAMED)
		fprintf(stderr, "assocctl: %s:%llu: refused (%s): %s\n", file, (unsigned long long)number, reason, eb->text);
	if (r->counts.refused == REFUSALS_NAMED)
		fprintf(stderr, "assocctl: further refused lines are counted only\n");
}

static enum err read_event(struct replay *r, struct bytes line, struct event *ev, const char **reason, struct errbuf *eb)
{
	struct event_refusal why = { .eb = eb };
	struct json_doc doc;
	*reason = "size";
	if (line.len > EVENT_LINE_MAX)
		return errbuf_set(eb, ERR_INPUT, "the line has %zu bytes, at most %d are taken", line.len, EVENT_LINE_MAX);
	*reason = "json";
	enum err err = json_parse(r->parser, line, &doc, eb);
	if (err == ERR_OK && (err = event_from_json(&r->context, &doc, r->arena, ev, &why)) != ERR_OK)
		*reason = why.reason;
	if (err == ERR_OK && (ev->ts_ms < TS_EARLIEST_MS || ev->ts_ms >= TS_LATEST_MS)) {
		*reason = "ts";
		err = errbuf_set(eb, ERR_INPUT, "ts lies outside the years 2000 to 2099");
	}
	return err;
}

void replay_line(struct replay *r, const char *file, uint64_t number, struct bytes line)
{
	struct errbuf eb = { { 0 } };
	const char *reason;
	if (bytes_trim(line).len == 0)
		return;
	r->counts.lines++;
	struct event *ev = ARENA_NEW(r->arena, struct event);
	if (read_event(r, line, ev, &reason, &eb) != ERR_OK) {
		refuse(r, file, number, reason, &eb);
		return;
	}
	r->batch[r->n++] = ev;
	if (r->n == BATCH_EVENTS)
		replay_flush(r);
}

struct line_reader {
	const char *path;
	char *buffer;
	size_t n, cap;
	uint64_t number;
	uint64_t at, of;
};

/* Whole lines of the buffer; the rest moves to its front. */
static void take_lines(struct replay *r, struct line_reader *in, bool is_last)
{
	size_t at = 0;
	for (;;) {
		char *end = memchr(in->buffer + at, '\n', in->n - at);
		if (end == NULL)
			break;
		replay_line(r, in->path, ++in->number, bytes_make(in->buffer + at, (size_t)(end - in->buffer) - at));
		at = (size_t)(end - in->buffer) + 1;
	}
	if (is_last && at < in->n) {
		replay_line(r, in->path, ++in->number, bytes_make(in->buffer + at, in->n - at));
		at = in->n;
	}
	memmove(in->buffer, in->buffer + at, in->n - at);
	in->n -= at;
}

static enum err read_all(struct replay *r, struct ctl *ctl, struct line_reader *in, int fd, struct errbuf *eb)
{
	for (;;) {
		if (in->n == in->cap)
			in->buffer = xrealloc(in->buffer, in->cap *= 2);
		ssize_t got = read(fd, in->buffer + in->n, in->cap - in->n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errbuf_set(eb, ERR_IO, "cannot read %s: %m", in->path);
		in->n += (size_t)got;
		in->at += (size_t)got;
		take_lines(r, in, got == 0);
		ctl_progress(ctl, "replay", in->at, in->of, false);
		if (got == 0)
			return ERR_OK;
	}
}

enum err replay_file(struct replay *r, struct ctl *ctl, const char *path, struct errbuf *eb)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	if (fd < 0)
		return errbuf_set(eb, ERR_IO, "cannot open %s: %m", path);
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		return errbuf_set(eb, ERR_INPUT, "%s is a directory: name the event files in it", path);
	}
	struct line_reader in = { .path = is_stdin ? "standard input" : path, .cap = READ_SIZE, .of = (uint64_t)st.st_size };
	in.buffer = xmalloc(in.cap);
	enum err err = read_all(r, ctl, &in, fd, eb);
	r->counts.bytes += in.at;
	free(in.buffer);
	if (!is_stdin)
		close(fd);
	return err;
}

const struct engine *replay_engine(const struct replay *r)
{
	return r->engine;
}

void replay_counts(const struct replay *r, struct replay_counts *out)
{
	*out = r->counts;
}
