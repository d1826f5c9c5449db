/* Verdicts.
 *   not_same   the two are never in one cluster, whatever comes
 *   confirmed  the link counts as sure
 *   clean      the link is cleared until its strength exceeds that at the verdict by `reopen` bits; once reopened it stays
 *              so until all of what was new is gone again, so that a strength that wavers reopens once
 *   about one account: clean holds its links cleared in the same way, each from its strength now; confirmed lets it pass
 *   contagion on as if it were closed. A pair's own verdict says more than one about an account and stands.
 * I1: rows has one row for each subject, its last verdict; `of` finds it.  I2: flags of a pair follow from its row.
 * I3: a row of a pair that is held has the strength of that moment and the words of the account's verdict. */
#include "verdicts.h"

#include <stdlib.h>

#include "changes.h"
#include "contagion.h"
#include "pairs.h"
#include "rescore.h"

struct verdicts {
	struct VEC(struct verdict) rows;
	struct u64map *of;
};

#define PAIR_JUDGED (PAIR_CONFIRMED | PAIR_NOT_SAME | PAIR_CLEAN | PAIR_HELD | PAIR_REOPENED)

struct verdicts *verdicts_new(void)
{
	struct verdicts *v = xcalloc(1, sizeof(*v));
	v->of = u64map_new();
	return v;
}

void verdicts_free(struct verdicts *v)
{
	VEC_FREE(&v->rows);
	u64map_free(v->of);
	free(v);
}

static uint64_t subject_key(uint32_t a, uint32_t b)
{
	return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

static struct verdict *row_of(const struct verdicts *v, uint32_t a, uint32_t b)
{
	uint32_t at = u64map_get(v->of, subject_key(a, b));
	return at == U64MAP_NONE ? NULL : &v->rows.at[at];
}

const struct verdict *verdict_of(const struct engine *e, uint32_t a, uint32_t b)
{
	const struct verdict *row = row_of(e->verdicts, a, b);
	return row != NULL && row->judged != JUDGED_NOTHING ? row : NULL;
}

void verdicts_restore(struct verdicts *v, const struct verdict *row)
{
	u64map_put(v->of, subject_key(row->a, row->b), (uint32_t)v->rows.n);
	VEC_PUSH(&v->rows, *row);
}

void verdicts_save(const struct verdicts *v, const struct verdict **at, uint64_t *n)
{
	*at = v->rows.at;
	*n = v->rows.n;
}

static struct verdict *row_make(struct engine *e, uint32_t a, uint32_t b)
{
	struct verdict fresh = { .ts_ms = e->event->ts_ms, .seq = e->seq, .a = a, .b = b, .said = change_said(e) };
	struct verdict *known = row_of(e->verdicts, a, b);
	if (known == NULL) {
		verdicts_restore(e->verdicts, &fresh);
		return row_of(e->verdicts, a, b);
	}
	*known = fresh;
	return known;
}

static uint8_t judged_by(const struct event *ev)
{
	if (bytes_is(ev->value, "confirmed"))
		return JUDGED_CONFIRMED;
	return bytes_is(ev->value, "clean") ? JUDGED_CLEAN : JUDGED_NOT_SAME;
}

static uint8_t flag_of(uint8_t judged)
{
	static const uint8_t flags[JUDGED_VALUES] = {
		[JUDGED_CLEAN] = PAIR_CLEAN, [JUDGED_CONFIRMED] = PAIR_CONFIRMED, [JUDGED_NOT_SAME] = PAIR_NOT_SAME,
	};
	return flags[judged];
}

void verdict_on_pair(struct engine *e, uint32_t a, uint32_t b)
{
	if (a == b)
		return;
	struct verdict *row = row_make(e, a, b);
	row->judged = judged_by(e->event);
	struct pair *pair = pair_make(e, a, b);
	/* The strength at the verdict is what the evidence says now; the flag keeps the pair whatever it is. */
	pair->flags = (pair->flags & (uint8_t)~PAIR_JUDGED) | flag_of(row->judged);
	row->strength_mb = INT32_MAX / 2;
	pair_rescore(e, a, b);
	pair = pair_find(e, a, b);
	row->strength_mb = pair->strength_mb;
	pair_refresh_state(e, pair);
	pair_touch(e, pair);
	change_of_verdict(e, a, b);
}

static void hold_pair(struct engine *e, struct pair *pair)
{
	if (pair->flags & (PAIR_CONFIRMED | PAIR_NOT_SAME | PAIR_CLEAN))
		return;
	struct verdict *row = row_make(e, pair->a, pair->b);
	row->judged = JUDGED_CLEAN;
	row->strength_mb = pair->strength_mb;
	pair->flags = (pair->flags & (uint8_t)~PAIR_REOPENED) | PAIR_HELD;
}

/* The other account's own verdict goes on holding it. */
static void release_pair(struct engine *e, struct pair *pair, uint32_t account)
{
	if (!(pair->flags & PAIR_HELD) || e->accounts.at[pair_other(pair, account)].judged == JUDGED_CLEAN)
		return;
	row_of(e->verdicts, pair->a, pair->b)->judged = JUDGED_NOTHING;
	pair->flags &= (uint8_t)~(PAIR_HELD | PAIR_REOPENED);
}

void verdict_on_account(struct engine *e, uint32_t account)
{
	struct verdict *row = row_make(e, account, NONE);
	uint8_t judged = row->judged = judged_by(e->event);
	struct account *acc = &e->accounts.at[account];
	acc->judged = judged;
	contagion_standing_changed(e, account);
	for (uint32_t i = 0; i < acc->n_pairs; i++) {
		struct pair *pair = &e->pairs.at[acc->pairs[i]];
		if (judged == JUDGED_CLEAN)
			hold_pair(e, pair);
		else
			release_pair(e, pair, account);
		pair_refresh_state(e, pair);
		pair_touch(e, pair);
	}
	change_of_verdict(e, account, NONE);
}

bool verdict_clears(const struct engine *e, struct pair *pair)
{
	if (!(pair->flags & (PAIR_CLEAN | PAIR_HELD)))
		return false;
	const struct verdict *row = verdict_of(e, pair->a, pair->b);
	int64_t gained_mb = (int64_t)pair->strength_mb - row->strength_mb;
	if (gained_mb > e->rules->scoring.verdict_reopen_mb)
		pair->flags |= PAIR_REOPENED;
	else if (gained_mb <= 0)
		pair->flags &= (uint8_t)~PAIR_REOPENED;
	return !(pair->flags & PAIR_REOPENED);
}
