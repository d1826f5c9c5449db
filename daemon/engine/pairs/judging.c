/* Verdicts.
 *   not_same   the two are never in one cluster, whatever comes
 *   confirmed  the link counts as sure
 *   clean      the link is cleared until its strength exceeds that at the verdict by `reopen` bits; once reopened it stays
 *              so until all of what was new is gone again, so that a strength that wavers reopens once
 *   about one account: clean holds its links cleared in the same way, each from its strength now; confirmed lets it pass
 *   contagion on as if it were closed. A pair's own verdict says more than one about an account and stands.
 * I1: flags of a pair follow from its row.
 * I2: a row of a pair that is held has the strength of that moment and the words of the account's verdict. */
#include "judging.h"

#include "changes.h"
#include "contagion.h"
#include "daemon/engine/state/pair_table.h"
#include "pairs.h"
#include "rescore.h"
#include "verdicts.h"

#define PAIR_JUDGED (PAIR_CONFIRMED | PAIR_NOT_SAME | PAIR_CLEAN | PAIR_HELD | PAIR_REOPENED)

static struct verdict *row_make(struct engine *e, uint32_t a, uint32_t b)
{
	return verdicts_row(e->verdicts, &(struct verdict){ .ts_ms = e->event->ts_ms, .seq = e->seq, .a = a, .b = b, .said = change_said(e) });
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
	verdicts_release(e->verdicts, pair->a, pair->b);
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
