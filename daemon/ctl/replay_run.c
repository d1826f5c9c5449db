/* Event lines into an engine in memory.
 * I1: seq counts accepted lines from 1, as a journal would.  I2: an id seen before is a duplicate, whatever the file. */
#include "replay.h"

#include <stdlib.h>

#include "daemon/base/utf8.h"
#include "daemon/intake/known.h"
#include "daemon/model/attr_memo.h"
#include "lines.h"

#define BATCH_EVENTS 64        /* what they take stays in the caches of one core */

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

static enum err read_event(struct replay *r, struct bytes line, struct event *ev, const char **reason, struct errbuf *eb)
{
	struct event_refusal why = { .eb = eb };
	struct json_doc doc;
	*reason = "size";
	if (line.len > EVENT_LINE_MAX)
		return errbuf_set(eb, ERR_INPUT, "the line is longer than %d KiB", EVENT_LINE_MAX / 1024);
	enum err err = json_parse(r->parser, line, &doc, eb);
	*reason = err == ERR_OK || utf8_is_valid(line) ? "json" : "utf8";
	if (err == ERR_OK && (err = event_from_json(&r->context, &doc, r->arena, ev, &why)) != ERR_OK)
		*reason = why.reason;
	if (err == ERR_OK && (err = event_check_ts(ev->ts_ms, eb)) != ERR_OK)
		*reason = "ts";
	return err;
}

struct replayed_file {
	struct replay *r;
	struct lines lines;
};

static void take_line(void *arg, struct bytes line)
{
	struct replayed_file *file = arg;
	struct replay *r = file->r;
	struct errbuf eb = { { 0 } };
	const char *reason;
	if (bytes_trim(line).len == 0)
		return;
	r->counts.lines++;
	if (r->n == 0)
		arena_reset(r->arena); /* of duplicates and refused lines */
	struct event *ev = ARENA_NEW(r->arena, struct event);
	if (read_event(r, line, ev, &reason, &eb) != ERR_OK) {
		struct line_source source = { file->lines.name, file->lines.number };
		refusals_add(&r->counts.refused, source, bytes_of(reason), bytes_of(eb.text));
		return;
	}
	r->batch[r->n++] = ev;
	if (r->n == BATCH_EVENTS)
		replay_flush(r);
}

enum err replay_file(struct replay *r, struct ctl *ctl, const char *path, struct errbuf *eb)
{
	struct replayed_file file = { .r = r };
	size_t n = 1;
	enum err err = lines_open(&file.lines, path, eb);
	if (err != ERR_OK)
		return err;
	while (err == ERR_OK && n > 0) {
		err = lines_read(&file.lines, take_line, &file, &n, eb);
		ctl_progress(ctl, "replay", file.lines.at, file.lines.size, false);
	}
	r->counts.bytes += file.lines.at;
	lines_close(&file.lines);
	return err;
}

struct engine *replay_engine(const struct replay *r)
{
	return r->engine;
}

const struct replay_counts *replay_counts(const struct replay *r)
{
	return &r->counts;
}
