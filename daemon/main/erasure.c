/* An erasure, stage by stage, on the loop thread.
 * I1: the tombstone is on the disk before the first row goes, so that whatever interrupts an erasure, the next start ends it.
 * I2: no snapshot is written of an engine that still knows what goes; the old one goes with the first row (store/edits.h).
 * I3: everything that waits for files, the database or a child is cut into steps; events come in all the while.
 * I4: the stages follow each other: only what the new engine said is durable can be searched for what it must not say. */
#include "erasure.h"

#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/sinks/shape.h"
#include "erasure_parts.h"
#include "jobs.h"

#define SOON_US 1000
#define WAIT_US 20000 /* for what else is under way */
#define RETRY_US 1000000
#define BY_EVENT -1

static const char *const stage_names[ERASURE_STAGES] = {
	"tombstone", "standstill", "journal", "engine", "settling", "alerts", "alerts", "log", "write-ahead log", "search", "packing", "mark",
};

enum err erasure_load(struct daemon *d, struct errbuf *eb)
{
	const char *dir = d->config->state_dir;
	uint64_t clean = 0;
	enum err err = tombstones_read(dir, &d->erased, eb);
	if (err != ERR_OK || d->erased == NULL)
		return err;
	err = store_fact(dir, TOMBSTONES_FACT, &clean, eb);
	if (err == ERR_NOTFOUND && eb->text[0] == '\0')
		err = ERR_OK;
	d->is_erasure_due = clean < erased_count(d->erased);
	d->context.erased = d->erased;
	return err;
}

bool erasure_hides(const struct daemon *d, const struct event *ev)
{
	return d->is_erasure_due && erased_names(d->erased, ev);
}

static struct erasure *erasure_new(struct daemon *d, struct bytes account)
{
	struct erasure *e = xcalloc(1, sizeof(*e));
	struct text json = { 0 }, shown = { 0 };
	e->d = d;
	e->arena = arena_new(4096);
	e->scratch = arena_new(EVENT_LINE_MAX);
	e->account = arena_bytes(e->arena, account);
	/* In the journal a length and the bytes; a length below 128 is one byte, of a longer name the end of it says enough. */
	e->coded = bytes_of(arena_printf(e->arena, "%c%.*s", (int)(account.len < 128 ? account.len : account.len >> 7),
					 BYTES_ARG(account)));
	json_string(&json, account);
	e->quoted = arena_bytes(e->arena, text_bytes(&json));
	shape_json(&shown, e->quoted);
	e->shown = arena_bytes(e->arena, text_bytes(&shown));
	text_free(&json);
	text_free(&shown);
	d->erasure = e;
	return e;
}

void erasure_resume(struct daemon *d)
{
	if (!d->is_erasure_due)
		return;
	log_info("subject", "an erasure was not finished, or the database is older than it: it is done now");
	(void)erasure_new(d, BYTES_NONE);
}

static void answer(struct erasure *e, enum err result, const char *error)
{
	struct api_erased out = {
		.result = result, .error = error, .events = e->swept.removed, .told = e->gone_alerts.n + e->gone_outbox.n,
		.log_lines = e->lines.lines, .compressed_logs = e->lines.compressed, .was_packed = e->is_packed,
		.unread_lines = e->lines.unread, .unread_at = e->lines.unread_at,
	};
	api_erased_fn *done = e->done;
	e->done = NULL;
	if (e->found != NULL) {
		out.searched_bytes = e->found->bytes;
		out.left = e->found->database + e->found->elsewhere;
		out.unsearched = e->found->barred;
		out.unsearched_at = e->found->barred_at;
		out.left_in = e->found->elsewhere > 0 ? e->found->where : e->found->database > 0 ? "assocd.db, in events of others" : "";
	}
	if (done != NULL)
		done(e->done_arg, &out);
}

void erasure_free(struct daemon *d)
{
	struct erasure *e = d->erasure;
	if (e == NULL)
		return;
	BUG_ON(erasure_is_busy(d));
	answer(e, ERR_BUSY, "the daemon is stopping; the next start goes on with it");
	d->erasure = NULL;
	turn_go_on(d, HOLD_ERASURE);
	sweep_free(e->sweep);
	erasing_found_free(e);
	erased_free(e->fresh);
	erased_free(e->whom);
	strtab_free(e->alerts);
	json_parser_free(e->parser);
	VEC_FREE(&e->gone_alerts);
	VEC_FREE(&e->gone_outbox);
	arena_free(e->arena);
	arena_free(e->scratch);
	free(e);
}

bool erasure_is_busy(const struct daemon *d)
{
	const struct erasure *e = d->erasure;
	return e != NULL && (e->is_out || e->child > 0 || sweep_is_out(e->sweep));
}

/* What was begun stays begun: the tombstone refuses the account, and the next start goes on. */
static int64_t fail(struct erasure *e)
{
	struct daemon *d = e->d;
	log_error("subject", "an erasure stopped (%s): %s; %s", stage_names[e->stage], e->error.text,
		  e->stage == ERASURE_NOTES && e->fresh == NULL ? "nothing is erased yet: ask again" : "the next start goes on with it");
	answer(e, e->result, e->error.text);
	erasure_free(d);
	return BY_EVENT;
}

/* -- steps of other threads -- */

static void is_back(struct store_query *q)
{
	struct erasure *e = q->owner;
	e->is_out = false;
	if (e->result == ERR_OK)
		e->stage = e->next;
}

static int64_t ask(struct erasure *e, void (*run)(struct store_query *q, const char *dir), enum erasure_stage next)
{
	e->query = (struct store_query){ run, is_back, e };
	e->next = next;
	e->is_out = store_ask(e->d->store, &e->query) == ERR_OK;
	return e->is_out ? BY_EVENT : SOON_US;
}

static void is_committed(struct store_batch *batch)
{
	struct erasure *e = batch->owner;
	e->is_out = false;
	if (batch->result == ERR_OK) {
		e->stage = e->next;
		return;
	}
	if (batch->result != ERR_BUSY)
		log_warn("subject", "an erasure waits, it is tried again: %s", batch->error.text);
	e->due_us = clock_mono_us() + RETRY_US;
}

static int64_t submit(struct erasure *e, const struct store_edits *edits, enum erasure_stage next)
{
	int64_t left_us = e->due_us - clock_mono_us();
	if (left_us > 0)
		return left_us;
	e->edits = *edits;
	e->batch = (struct store_batch){ .edits = &e->edits, .owner = e, .done = is_committed };
	e->next = next;
	e->is_out = store_submit(e->d->store, &e->batch) == ERR_OK;
	return e->is_out ? BY_EVENT : SOON_US;
}

/* -- stages -- */

static int64_t note(struct erasure *e)
{
	return ask(e, erasing_note, ERASURE_STANDS);
}

/* From here on the door is shut for the account; what came in before is in the journal when all stands still. */
static int64_t stand(struct erasure *e)
{
	struct daemon *d = e->d;
	struct intake_stats stats;
	if (e->fresh != NULL) {
		erased_free(d->erased);
		d->context.erased = d->erased = e->fresh;
		d->is_erasure_due = true;
		e->fresh = NULL;
	}
	if (jobs_in_the_way(d, JOB_ERASURE) != 0)
		return WAIT_US;
	if (!turn_stand_still(d, HOLD_ERASURE) || d->snapshot_child != 0)
		return SOON_US;
	trial_free(d); /* what it found may name the account */
	d->is_engine_stale |= e->account.len > 0; /* I2 */
	intake_stats(d->intake, &stats);
	e->sweep = sweep_new(d, stats.last_seq, erasing_decide, e);
	turn_go_on(d, HOLD_ERASURE);
	e->stage = ERASURE_SWEEPS;
	return 0;
}

static int64_t sweep(struct erasure *e)
{
	int64_t wait_us = sweep_step(e->sweep);
	sweep_state(e->sweep, &e->swept);
	if (!e->swept.is_over)
		return wait_us;
	e->result = e->swept.result;
	if (e->result != ERR_OK) {
		errbuf_set(&e->error, e->result, "%s", e->swept.error);
		return 0;
	}
	/* After a restart the engine never saw what went. */
	e->stage = e->account.len > 0 ? ERASURE_REBUILDS : ERASURE_SETTLES;
	return 0;
}

static void rebuilt(void *arg, enum err result, const char *error)
{
	struct erasure *e = arg;
	e->is_out = false;
	e->result = result;
	e->stage = ERASURE_SETTLES;
	if (result != ERR_OK)
		errbuf_set(&e->error, result, "%s", error);
}

static int64_t rebuild(struct erasure *e)
{
	const struct rebuild_cause cause = { .reason = "an account was erased", .over = rebuilt, .arg = e };
	e->is_out = rebuild_because(e->d, &cause) == ERR_OK;
	return e->is_out ? 0 : WAIT_US; /* a reload is under way */
}

static int64_t settle(struct erasure *e)
{
	turn_hold(e->d, HOLD_ERASURE, true);
	if (!intake_is_settled(e->d->intake))
		return SOON_US;
	turn_hold(e->d, HOLD_ERASURE, false);
	e->stage = ERASURE_READS;
	return 0;
}

static int64_t read_told(struct erasure *e)
{
	return ask(e, erasing_read, ERASURE_FORGETS);
}

static int64_t forget_told(struct erasure *e)
{
	const struct store_edits edits = {
		.alerts = e->gone_alerts.at, .n_alerts = e->gone_alerts.n, .outbox = e->gone_outbox.at, .n_outbox = e->gone_outbox.n,
	};
	return submit(e, &edits, ERASURE_LOGS);
}

static int64_t erase_lines(struct erasure *e)
{
	sinks_read_anew(e->d->sinks);
	return ask(e, erasing_logs, ERASURE_EMPTIES);
}

static int64_t empty_log(struct erasure *e)
{
	const struct store_edits edits = { .empties_log = true };
	return submit(e, &edits, e->account.len > 0 ? ERASURE_LOOKS : ERASURE_MARKS);
}

/* Free space that an earlier version did not overwrite, or a page that was balanced. */
static int64_t pack(struct erasure *e)
{
	const struct store_edits edits = { .packs = true };
	e->is_packed = true;
	return submit(e, &edits, ERASURE_EMPTIES);
}

static int64_t mark(struct erasure *e)
{
	return ask(e, erasing_mark, ERASURE_STAGES);
}

static int64_t end(struct erasure *e)
{
	struct daemon *d = e->d;
	d->is_erasure_due = false;
	log_info("subject", "an account is erased: %llu events, %zu alerts and messages, %llu lines of logs",
		 (unsigned long long)e->swept.removed, e->gone_alerts.n + e->gone_outbox.n, (unsigned long long)e->lines.lines);
	if (e->lines.unread > 0)
		log_warn("subject", "lines of logs are too long to be read (%llu, the first is %s): where one names the account, take it "
			 "out by hand",
			 (unsigned long long)e->lines.unread, e->lines.unread_at);
	answer(e, ERR_OK, "");
	erasure_free(d);
	return BY_EVENT;
}

int64_t step_erasure(struct daemon *d)
{
	static int64_t (*const stages[])(struct erasure *e) = {
		note, stand, sweep, rebuild, settle, read_told, forget_told, erase_lines, empty_log, erasing_look, pack, mark, end,
	};
	struct erasure *e = d->erasure;
	if (e == NULL || e->is_out)
		return BY_EVENT;
	if (d->wants_stop) {
		erasing_look_end(e);
		if (!erasure_is_busy(d))
			erasure_free(d);
		return BY_EVENT;
	}
	if (e->result != ERR_OK)
		return fail(e);
	return stages[e->stage](e);
}

void erase_subject(void *arg, struct bytes account, api_erased_fn *done, void *done_arg)
{
	struct daemon *d = arg;
	struct api_erased busy = { .result = ERR_BUSY, .error = "another erasure is under way; try again in a moment" };
	if (d->erasure != NULL || d->wants_stop) {
		done(done_arg, &busy);
		return;
	}
	struct erasure *e = erasure_new(d, account);
	e->done = done;
	e->done_arg = done_arg;
	loop_timer_set(d->timer, 0);
}

void report_erasure(const struct daemon *d, struct text *json)
{
	struct sweep_state at = { 0 };
	json_key(json, "erasure");
	if (d->erasure == NULL) {
		json_null(json);
		return;
	}
	if (d->erasure->sweep != NULL)
		sweep_state(d->erasure->sweep, &at);
	json_open_object(json);
	json_member_string(json, "stage", bytes_of(d->erasure->stage < ERASURE_STAGES ? stage_names[d->erasure->stage] : "end"));
	json_member_int(json, "reached_seq", (int64_t)at.reached);
	json_member_int(json, "events", (int64_t)at.removed);
	json_close_object(json);
}
