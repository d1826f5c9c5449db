/* Retention by class.
 * I1: the journal is the truth: what went out of it is not in the engine either, so an engine is made anew from what is left,
 *     and none is written of the old one from the first change on, with which the last one goes (store/edits.h).
 * I2: a kind that today's rules do not know belongs to the class that is kept for the shorter time.
 * I3: the rules may be swapped meanwhile: what is needed of them is copied before the first chunk. */
#include "forgetting.h"

#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/base/map.h"
#include "daemon/base/vec.h"
#include "daemon/store/edits.h"
#include "daemon/store/names.h"
#include "jobs.h"
#include "rebuild.h"
#include "sweep.h"

#define DAY_US INT64_C(86400000000)
#define WAIT_US 20000
#define RETRY_US 1000000
#define BY_EVENT -1

enum stage { READS_NAMES, SWEEPS, REBUILDS, EMPTIES_LOG, IS_OVER };

/* Of a kind, as an index of the journal has it at a time. */
struct fate { bool is_hash, is_unknown, is_address; };
struct names { uint64_t from_seq; unsigned n; struct fate fates[KINDS_MAX]; };

struct forgetting {
	struct daemon *d;
	enum stage stage;
	bool is_out;
	/* before which time of the event; INT64_MIN: never */
	int64_t events_ms, plain_ms, hash_ms, address_ms;
	struct strtab *known;  /* today's names of kinds, I3 */
	struct VEC(struct fate) fates; /* of them */
	struct VEC(struct names) names; /* by sequence number */
	struct arena *arena;
	struct sweep *sweep;
	struct sweep_state swept;
	struct store_query query;
	struct store_batch batch;
	struct store_edits edits;
	enum err result;
	struct errbuf error;
	int64_t due_us;
};

static int64_t before(int64_t now_ms, int64_t retained_ms)
{
	return retained_ms > 0 ? now_ms - retained_ms : INT64_MIN;
}

static void copy_kinds(struct forgetting *f, const struct kinds *kinds)
{
	for (unsigned i = 0; i < kinds->n; i++) {
		const struct kind *kind = &kinds->rows[i];
		strtab_intern(f->known, kind->name);
		VEC_PUSH(&f->fates, ((struct fate){ kind->privacy == PRIVACY_HASH, false, kind->is_network }));
	}
}

static void begin(struct daemon *d)
{
	struct forgetting *f = xcalloc(1, sizeof(*f));
	int64_t now_ms = clock_wall_ms();
	f->d = d;
	f->events_ms = before(now_ms, d->config->retain_events_ms);
	f->plain_ms = before(now_ms, d->config->retain_plain_ms);
	f->hash_ms = before(now_ms, d->config->retain_hash_ms);
	f->address_ms = before(now_ms, d->config->truncate_addresses_ms);
	f->known = strtab_new();
	f->arena = arena_new(EVENT_LINE_MAX);
	copy_kinds(f, &d->now.rules->kinds);
	d->forgetting = f;
}

bool forgetting_is_busy(const struct daemon *d)
{
	const struct forgetting *f = d->forgetting;
	return f != NULL && (f->is_out || sweep_is_out(f->sweep));
}

void forgetting_free(struct daemon *d)
{
	struct forgetting *f = d->forgetting;
	if (f == NULL)
		return;
	BUG_ON(forgetting_is_busy(d));
	d->forgetting = NULL;
	sweep_free(f->sweep);
	strtab_free(f->known);
	VEC_FREE(&f->fates);
	VEC_FREE(&f->names);
	arena_free(f->arena);
	free(f);
}

/* -- on the reader thread -- */

static enum err note_names(void *arg, uint64_t from_seq, struct bytes names)
{
	struct forgetting *f = arg;
	struct names row = { .from_seq = from_seq };
	while (names.len > 0 && row.n < KINDS_MAX) {
		ptrdiff_t end = bytes_find_char(names, '\n');
		size_t len = end < 0 ? names.len : (size_t)end;
		uint32_t at = strtab_find(f->known, bytes_slice(names, 0, len));
		row.fates[row.n++] = at != STRTAB_NONE ? f->fates.at[at] : (struct fate){ .is_unknown = true };
		names = bytes_slice(names, len + 1, names.len);
	}
	VEC_PUSH(&f->names, row);
	return ERR_OK;
}

static void read_names(struct store_query *q, const char *dir)
{
	struct forgetting *f = q->owner;
	f->result = store_read_names(dir, note_names, f, &f->error);
}

static const struct names *names_of(const struct forgetting *f, uint64_t seq)
{
	for (size_t i = f->names.n; i-- > 0;)
		if (f->names.at[i].from_seq <= seq)
			return &f->names.at[i];
	return NULL;
}

static bool is_over(const struct forgetting *f, const struct fate *fate, int64_t ts_ms)
{
	bool is_plain_over = ts_ms < f->plain_ms, is_hash_over = ts_ms < f->hash_ms;
	if (fate->is_address && ts_ms < f->address_ms)
		return true;
	if (fate->is_unknown)
		return is_plain_over || is_hash_over; /* I2 */
	return fate->is_hash ? is_hash_over : is_plain_over;
}

/* True when something went. Attributes are the arena's. */
static bool drop_values(const struct forgetting *f, const struct names *names, struct event *ev)
{
	struct attr *kept = (struct attr *)ev->attrs;
	unsigned n = 0;
	for (unsigned i = 0; i < ev->n_attrs; i++) {
		struct fate unknown = { .is_unknown = true };
		const struct fate *fate = names != NULL && ev->attrs[i].kind < names->n ? &names->fates[ev->attrs[i].kind] : &unknown;
		if (!is_over(f, fate, ev->ts_ms))
			kept[n++] = ev->attrs[i];
	}
	bool has_changed = n < ev->n_attrs;
	ev->n_attrs = n;
	return has_changed;
}

static enum sweep_verdict decide(void *arg, const struct store_event *row, struct text *changed)
{
	struct forgetting *f = arg;
	struct event ev;
	if (row->ts_ms < f->events_ms)
		return SWEEP_REMOVES;
	if (row->ts_ms >= f->plain_ms && row->ts_ms >= f->hash_ms && row->ts_ms >= f->address_ms)
		return SWEEP_KEEPS;
	arena_reset(f->arena);
	if (decode_event(row->payload, f->arena, &ev) != ERR_OK)
		return SWEEP_KEEPS; /* the start-up says so of a row that does not decode */
	bool has_changed = drop_values(f, names_of(f, row->seq), &ev);
	if (ev.has_ip && ev.ts_ms < f->address_ms) {
		event_cut_ip(&ev);
		has_changed = true;
	}
	if (ev.ts_ms < f->address_ms && event_has_narrow_range(&ev))
		return SWEEP_REMOVES; /* nothing is left of such a mark */
	if (ev.type == EVENT_MARK && has_changed && ev.n_attrs == 0)
		return SWEEP_REMOVES;
	if (!has_changed)
		return SWEEP_KEEPS;
	event_encode(&ev, changed);
	return SWEEP_CHANGES;
}

/* -- on the loop thread -- */

/* I1. A child that writes a snapshot is waited for: it would put the old engine in place again. */
static bool may_change(void *arg)
{
	struct daemon *d = ((struct forgetting *)arg)->d;
	if (d->snapshot_child == 0)
		d->is_engine_stale = true;
	return d->snapshot_child == 0;
}

static void names_back(struct store_query *q)
{
	struct forgetting *f = q->owner;
	struct intake_stats stats;
	f->is_out = false;
	if (f->result != ERR_OK) { /* without them every kind would have the shorter time (I2) */
		log_error("journal", "what has had its time cannot be taken out: %s; it is tried again in a day", f->error.text);
		f->stage = IS_OVER;
		return;
	}
	intake_stats(f->d->intake, &stats);
	f->sweep = sweep_new(f->d, stats.last_seq, decide, f);
	sweep_ask_before(f->sweep, may_change);
	f->stage = SWEEPS;
}

static int64_t ask_names(struct forgetting *f)
{
	f->query = (struct store_query){ read_names, names_back, f };
	f->is_out = store_ask(f->d->store, &f->query) == ERR_OK;
	return f->is_out ? BY_EVENT : WAIT_US;
}

static int64_t end(struct forgetting *f)
{
	struct daemon *d = f->d;
	if (f->swept.removed + f->swept.changed > 0)
		log_info("journal", "%llu events have had their time and are gone, %llu lost values or the end of an address",
			 (unsigned long long)f->swept.removed, (unsigned long long)f->swept.changed);
	forgetting_free(d);
	return BY_EVENT;
}

static int64_t sweep(struct forgetting *f)
{
	int64_t wait_us = sweep_step(f->sweep);
	sweep_state(f->sweep, &f->swept);
	if (!f->swept.is_over)
		return wait_us;
	if (f->swept.result != ERR_OK)
		log_error("journal", "what has had its time cannot be taken out: %s; it is tried again in a day", f->swept.error);
	if (f->swept.removed + f->swept.changed == 0 && !keys_old_has_had_its_time(f->d))
		return end(f);
	f->stage = REBUILDS;
	return 0;
}

static void rebuilt(void *arg, enum err result, const char *error)
{
	struct forgetting *f = arg;
	f->is_out = false;
	f->stage = EMPTIES_LOG;
	if (result != ERR_OK)
		log_error("journal", "no engine could be made of what is left of the journal: %s; the next start makes one", error);
}

static int64_t rebuild(struct forgetting *f)
{
	const struct rebuild_cause cause = {
		.reason = "what it rested on has had its time and was forgotten", .over = rebuilt, .arg = f,
		.retires_key = keys_old_has_had_its_time(f->d) && f->swept.result == ERR_OK,
	};
	f->is_out = rebuild_because(f->d, &cause) == ERR_OK;
	return f->is_out ? 0 : WAIT_US;
}

static void log_emptied(struct store_batch *batch)
{
	struct forgetting *f = batch->owner;
	f->is_out = false;
	f->due_us = batch->result == ERR_OK ? -1 : clock_mono_us() + RETRY_US;
}

static int64_t empty_log(struct forgetting *f)
{
	if (f->due_us < 0)
		return end(f);
	int64_t left_us = f->due_us - clock_mono_us();
	if (left_us > 0)
		return left_us;
	f->edits = (struct store_edits){ .empties_log = true };
	f->batch = (struct store_batch){ .edits = &f->edits, .owner = f, .done = log_emptied };
	f->is_out = store_submit(f->d->store, &f->batch) == ERR_OK;
	return f->is_out ? BY_EVENT : WAIT_US;
}

static bool is_wanted(const struct config *c)
{
	return c->retain_events_ms > 0 || c->retain_plain_ms > 0 || c->retain_hash_ms > 0 || c->truncate_addresses_ms > 0;
}

int64_t step_forgetting(struct daemon *d, int64_t mono_us)
{
	static int64_t (*const stages[])(struct forgetting *f) = {
		[READS_NAMES] = ask_names, [SWEEPS] = sweep, [REBUILDS] = rebuild, [EMPTIES_LOG] = empty_log, [IS_OVER] = end,
	};
	struct forgetting *f = d->forgetting;
	if (f == NULL && (!is_wanted(d->config) || jobs_in_the_way(d, JOB_RETENTION) != 0))
		return BY_EVENT;
	if (f == NULL && mono_us < d->forget_due_us)
		return d->forget_due_us - mono_us;
	if (f == NULL) {
		d->forget_due_us = mono_us + DAY_US;
		begin(d);
		return 0;
	}
	if (f->is_out)
		return BY_EVENT;
	if (d->wants_stop) {
		if (!forgetting_is_busy(d))
			forgetting_free(d);
		return BY_EVENT;
	}
	return stages[f->stage](f);
}
