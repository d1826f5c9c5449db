/* Event lines into engines in memory.
 * I1: seq counts accepted lines from 1, as a journal would.  I2: an id seen before is a duplicate, whatever the file.
 * I3: an engine gets what it would get alone. */
#include "replay.h"

#include <stdlib.h>

#include "daemon/base/utf8.h"
#include "daemon/intake/known.h"
#include "daemon/model/attr_memo.h"
#include "lines.h"

#define BATCH_EVENTS 64        /* what they take stays in the caches of one core */

/* Events as the kinds of a rule set have them. Sets whose kinds are alike share one reading and its events. */
struct reading {
	struct event_context context;
	struct event *batch[BATCH_EVENTS];
	size_t n;
	struct idset ids;
	struct replay_counts counts;
};

struct side {
	struct replay_set set;
	struct reading *reading;
	struct engine *engine;
};

struct replay {
	struct json_parser *parser;
	struct arena *arena, *scratch, *effect_arena;
	struct effects effects;
	struct reading readings[REPLAY_SETS_MAX];
	unsigned n_readings;
	struct side sides[REPLAY_SETS_MAX];
	unsigned n_sides;
};

/* Would events become the same for both, kinds left out that no rule asks for? */
static bool kinds_are_alike(const struct kinds *a, const struct kinds *b)
{
	bool alike = a->version == b->version && a->n == b->n;
	for (unsigned i = 0; alike && i < a->n; i++)
		alike = a->rows[i].is_indexed == b->rows[i].is_indexed && a->rows[i].is_fact == b->rows[i].is_fact;
	return alike;
}

static struct reading *reading_for(struct replay *r, const struct kinds *kinds)
{
	for (unsigned i = 0; i < r->n_readings; i++)
		if (kinds_are_alike(r->readings[i].context.kinds, kinds))
			return &r->readings[i];
	struct reading *reading = &r->readings[r->n_readings++];
	reading->context = (struct event_context){ .kinds = kinds, .default_site = BYTES_NONE, .scratch = r->scratch,
						   .memo = attr_memo_new(), .used_only = true };
	return reading;
}

struct replay *replay_new(const struct replay_set *sets, unsigned n, const struct enrich *enrich)
{
	struct replay *r = xcalloc(1, sizeof(*r));
	BUG_ON(n == 0 || n > REPLAY_SETS_MAX);
	r->parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
	r->arena = arena_new(256 * 1024);
	r->scratch = arena_new(16 * 1024);
	r->effect_arena = arena_new(64 * 1024);
	for (; r->n_sides < n; r->n_sides++)
		r->sides[r->n_sides] = (struct side){ .set = sets[r->n_sides],
						      .reading = reading_for(r, &sets[r->n_sides].rules->kinds),
						      .engine = engine_new(sets[r->n_sides].rules, enrich) };
	return r;
}

void replay_free(struct replay *r)
{
	if (r == NULL)
		return;
	for (unsigned i = 0; i < r->n_sides; i++)
		engine_free(r->sides[i].engine);
	for (unsigned i = 0; i < r->n_readings; i++) {
		attr_memo_free(r->readings[i].context.memo);
		idset_fini(&r->readings[i].ids);
	}
	json_parser_free(r->parser);
	arena_free(r->arena);
	arena_free(r->scratch);
	arena_free(r->effect_arena);
	free(r->effects.at);
	free(r);
}

void replay_ask_network(struct replay *r, const struct network_source *network)
{
	for (unsigned i = 0; i < r->n_readings; i++)
		r->readings[i].context.network = network;
}

/* I2. In two steps, as all look-ups in large tables. */
static void number_events(struct reading *reading)
{
	size_t kept = 0;
	for (size_t i = 0; i < reading->n; i++)
		idset_prefetch(&reading->ids, reading->batch[i]->id_hash);
	for (size_t i = 0; i < reading->n; i++) {
		if (!idset_add(&reading->ids, reading->batch[i]->id_hash)) {
			reading->counts.duplicate++;
			continue;
		}
		reading->batch[i]->seq = ++reading->counts.accepted;
		reading->batch[kept++] = reading->batch[i];
	}
	reading->n = kept;
}

static void apply_batch(struct replay *r, const struct side *side)
{
	const struct reading *reading = side->reading;
	replay_effect_fn *on_effect = side->set.on_effect;
	r->effects.n = 0;
	r->effects.arena = r->effect_arena;
	engine_apply(side->engine, (const struct event *const *)reading->batch, reading->n,
		     on_effect != NULL ? &r->effects : NULL);
	for (size_t i = 0; i < r->effects.n; i++)
		on_effect(side->set.arg, &r->effects.at[i]);
	arena_reset(r->effect_arena);
}

void replay_flush(struct replay *r)
{
	for (unsigned i = 0; i < r->n_readings; i++)
		number_events(&r->readings[i]);
	for (unsigned i = 0; i < r->n_sides; i++)
		apply_batch(r, &r->sides[i]);
	for (unsigned i = 0; i < r->n_readings; i++)
		r->readings[i].n = 0;
	arena_reset(r->arena);
}

struct line_refusal {
	const char *reason;
	struct errbuf eb;
};

static enum err parse_line(struct replay *r, struct bytes line, struct json_doc *doc, struct line_refusal *why)
{
	why->reason = "size";
	if (line.len > EVENT_LINE_MAX)
		return errbuf_set(&why->eb, ERR_INPUT, "the line is longer than %d KiB", EVENT_LINE_MAX / 1024);
	enum err err = json_parse(r->parser, line, doc, &why->eb);
	why->reason = err == ERR_OK || utf8_is_valid(line) ? "json" : "utf8";
	return err;
}

static enum err read_event(struct replay *r, const struct reading *reading, const struct json_doc *doc, struct event *ev,
			   struct line_refusal *why)
{
	struct event_refusal refusal = { .eb = &why->eb };
	enum err err = event_from_json(&reading->context, doc, r->arena, ev, &refusal);
	why->reason = err == ERR_OK ? "ts" : refusal.reason;
	return err == ERR_OK ? event_check_ts(ev->ts_ms, &why->eb) : err;
}

struct replayed_file {
	struct replay *r;
	struct lines lines;
};

static void refuse(const struct replayed_file *file, struct reading *reading, const struct line_refusal *why)
{
	struct line_source source = { file->lines.name, file->lines.number };
	refusals_add(&reading->counts.refused, source, bytes_of(why->reason), bytes_of(why->eb.text));
}

/* Is the batch full? */
static bool take_event(const struct replayed_file *file, struct reading *reading, const struct json_doc *doc)
{
	struct line_refusal why = { .reason = NULL };
	struct event *ev = ARENA_NEW(file->r->arena, struct event);
	if (read_event(file->r, reading, doc, ev, &why) != ERR_OK)
		refuse(file, reading, &why);
	else
		reading->batch[reading->n++] = ev;
	return reading->n == BATCH_EVENTS;
}

static bool is_gathered(const struct replay *r)
{
	for (unsigned i = 0; i < r->n_readings; i++)
		if (r->readings[i].n > 0)
			return true;
	return false;
}

static void take_line(void *arg, struct bytes line)
{
	struct replayed_file *file = arg;
	struct replay *r = file->r;
	struct line_refusal why = { .reason = NULL };
	struct json_doc doc;
	bool is_full = false;
	if (bytes_trim(line).len == 0)
		return;
	if (!is_gathered(r))
		arena_reset(r->arena); /* of duplicates and refused lines */
	enum err err = parse_line(r, line, &doc, &why);
	for (unsigned i = 0; i < r->n_readings; i++) {
		r->readings[i].counts.lines++;
		if (err == ERR_OK)
			is_full |= take_event(file, &r->readings[i], &doc);
		else
			refuse(file, &r->readings[i], &why);
	}
	if (is_full)
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
		if (file.lines.size > 0)
			ctl_progress(ctl, "replay", file.lines.at, file.lines.size, false);
		else
			ctl_progress(ctl, "lines replayed", file.lines.number, 0, false);
	}
	for (unsigned i = 0; i < r->n_readings; i++)
		r->readings[i].counts.bytes += file.lines.at;
	lines_close(&file.lines);
	return err;
}

struct engine *replay_engine(const struct replay *r, unsigned set)
{
	return r->sides[set].engine;
}

const struct replay_counts *replay_counts(const struct replay *r, unsigned set)
{
	return &r->sides[set].reading->counts;
}
