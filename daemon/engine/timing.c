/* Sessions and cohorts, as uses come.
 * I1: whom a use makes a candidate depends on what had come before it, the account's sessions do not.
 * I2: a cohort's ring is sorted by time. */
#include "timing.h"

#include "daemon/engine/evidence/turns.h"
#include "daemon/engine/fields/event_condition.h"
#include "daemon/engine/pairs/candidates.h"
#include "daemon/engine/pairs/gather.h"
#include "daemon/engine/pairs/observe.h"

/* ---- cohorts ---- */

static struct cohort_use *cohort_at(struct cohort *c, uint32_t i)
{
	return &c->at[(c->begin + i) % COHORT_KEPT];
}

/* Returns its place, or COHORT_KEPT when all that are kept are younger. */
static uint32_t cohort_add(struct cohort *c, struct cohort_use use)
{
	if (c->n == COHORT_KEPT && use.at_s < cohort_at(c, 0)->at_s)
		return COHORT_KEPT;
	if (c->n == COHORT_KEPT)
		c->begin = (c->begin + 1) % COHORT_KEPT;
	else
		c->n++;
	uint32_t at = c->n - 1;
	for (; at > 0 && cohort_at(c, at - 1)->at_s > use.at_s; at--)
		*cohort_at(c, at) = *cohort_at(c, at - 1);
	*cohort_at(c, at) = use;
	return at;
}

/* Customers of one exit at one hour are many: only those at different addresses take turns here. */
static bool may_take_turns(const struct cohort_use *x, const struct cohort_use *y)
{
	return x->account != y->account && x->key != y->key;
}

/* Uses at most `within` before the one at that place (step -1) or after it (1). */
static void meet_cohort(struct engine *e, struct cohort *c, uint32_t from, int step, uint32_t within_s)
{
	const struct cohort_use *use = cohort_at(c, from);
	unsigned looked = 0, met = 0;
	for (int64_t i = (int64_t)from + step; i >= 0 && i < c->n; i += step) {
		const struct cohort_use *other = cohort_at(c, (uint32_t)i);
		uint32_t apart_s = step < 0 ? use->at_s - other->at_s : other->at_s - use->at_s;
		if (apart_s > within_s)
			return;
		if (looked++ == COHORT_LOOK || met == TURNS_LOOK) {
			e->limits_hit++;
			return;
		}
		if (may_take_turns(use, other)) {
			candidate_add(e, other->account);
			met++;
		}
	}
}

/* ---- uses ---- */

struct use {
	struct engine *e;
	const struct event *ev;
	const struct gathered *gathered;
	uint32_t account;
	bool is_late;
};

/* A session begins, goes on, or is none of the rule's. */
enum course { NOT_AMONG, GOES_ON, BEGINS };

static enum course take_down(const struct use *u, const struct timing_rule *rule, uint32_t key)
{
	struct account *acc = &u->e->accounts.at[u->account];
	struct field_subject subject = { u->e, u->account, NONE, NONE, NULL };
	const struct session_use use = { .slot = (unsigned)rule->slot, .key = key, .at_s = (uint32_t)(u->ev->ts_ms / 1000),
					 .gap_s = (uint32_t)(u->e->rules->scoring.session_gap_ms / 1000) };
	if (!event_condition_holds(u->e->among[rule - u->e->rules->timings], &subject)) /* first: else the order would show */
		return NOT_AMONG;
	if (sessions_extend(acc->sessions, &use))
		return GOES_ON;
	sessions_begin(&acc->sessions, &use);
	return BEGINS;
}

/* Of the latest holders of the value, those with a session on it about then. */
static void meet_holders(const struct use *u, const struct timing_rule *rule, uint32_t value, uint32_t key)
{
	struct engine *e = u->e;
	const struct session_test test = turns_test(rule);
	const uint32_t *holders;
	unsigned n = index_holders(e->index, value, &holders);
	for (unsigned k = n > TURNS_LOOK ? n - TURNS_LOOK : 0; k < n; k++)
		if (holders[k] != u->account &&
		    sessions_is_near(e->accounts.at[holders[k]].sessions, &test, key, (uint32_t)(u->ev->ts_ms / 1000)))
			candidate_add(e, holders[k]);
}

static void use_on_kind(const struct use *u, const struct timing_rule *rule)
{
	for (unsigned i = 0; i < u->ev->n_attrs; i++) {
		uint32_t value = u->gathered->values[i], key = session_key(u->ev->attrs[i].key);
		if (u->ev->attrs[i].kind != rule->on_kind || (value != NONE && index_value_is_mute(index_value(u->e->index, value))))
			continue;
		enum course course = take_down(u, rule, key);
		if (value != NONE && (course == BEGINS || (course == GOES_ON && u->is_late)))
			meet_holders(u, rule, value, key);
	}
}

static void use_in_cohort(const struct use *u, const struct timing_rule *rule)
{
	struct cohort *cohort = &u->e->cohorts[rule->slot];
	uint32_t key = observe_address(u->e, u->ev), within_s = turns_test(rule).within_s;
	enum course course = take_down(u, rule, key);
	if (course == NOT_AMONG)
		return;
	uint32_t at = cohort_add(cohort, (struct cohort_use){ u->account, key, (uint32_t)(u->ev->ts_ms / 1000) });
	if (at == COHORT_KEPT || (course == GOES_ON && !u->is_late))
		return;
	meet_cohort(u->e, cohort, at, -1, within_s);
	meet_cohort(u->e, cohort, at, 1, within_s);
}

void timing_use(struct engine *e, const struct event *ev, uint32_t account, const struct gathered *g)
{
	const struct use use = { e, ev, g, account, ev->ts_ms < e->now_ms };
	for (unsigned i = 0; i < e->rules->n_timings; i++) {
		const struct timing_rule *rule = &e->rules->timings[i];
		if (rule->head.status != RULE_STABLE)
			continue;
		if (rule->on_kind >= 0)
			use_on_kind(&use, rule);
		else
			use_in_cohort(&use, rule);
	}
}
