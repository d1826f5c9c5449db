/* Turns and chance.
 * I1: the turns of a pair are kept by the account with the lower id, in a list of TURNS_KEPT.
 * I2: a cohort names each account once. */
#include "timing.h"

#include <stdlib.h>

#include "daemon/base/bits.h"

#include "fields.h"
#include "observe.h"

#define DAY_S 86400
#define OVERLAP_LEAST_S (2 * DAY_S) /* a shorter time together says too little about how often chance had its turn */
#define RHYTHM 2                    /* people are awake at the same hours: chance meets twice as often */
#define CHANCE_LEAST_MICRO 3000     /* turns expected at least, in millionths */
#define LOG2_E_MILLI 1443
#define MICRO INT64_C(1000000)

static struct account_timing *timing_of(struct engine *e, uint32_t account)
{
	struct account *acc = &e->accounts.at[account];
	if (acc->timing == NULL)
		acc->timing = xcalloc(1, sizeof(*acc->timing));
	return acc->timing;
}

void timing_free(struct account_timing *timing)
{
	if (timing == NULL)
		return;
	free(timing->turns);
	free(timing);
}

static struct turns *turns_find(const struct account_timing *t, uint32_t other)
{
	for (uint32_t i = 0; t != NULL && i < t->n; i++)
		if (t->turns[i].other == other)
			return &t->turns[i];
	return NULL;
}

static unsigned turns_total(const struct turns *t)
{
	unsigned n = 0;
	for (unsigned i = 0; i < TIMINGS_MAX; i++)
		n += t->count[i];
	return n;
}

/* The pair with the fewest turns gives way, the oldest among equals. */
static void turns_drop_rarest(struct account_timing *t)
{
	uint32_t rarest = 0;
	for (uint32_t i = 1; i < t->n; i++)
		if (turns_total(&t->turns[i]) < turns_total(&t->turns[rarest]))
			rarest = i;
	memmove(&t->turns[rarest], &t->turns[rarest + 1], (t->n - rarest - 1) * sizeof(*t->turns));
	t->n--;
}

static struct turns *turns_make(struct engine *e, uint32_t a, uint32_t b)
{
	struct account_timing *t = timing_of(e, a < b ? a : b);
	struct turns *known = turns_find(t, a < b ? b : a);
	if (known != NULL)
		return known;
	if (t->n == TURNS_KEPT) {
		turns_drop_rarest(t);
		e->limits_hit++;
	}
	if (t->n == t->cap) {
		t->cap = t->cap == 0 ? 2 : t->cap * 2;
		t->turns = xrealloc(t->turns, t->cap * sizeof(*t->turns));
	}
	t->turns[t->n] = (struct turns){ .other = a < b ? b : a };
	return &t->turns[t->n++];
}

static void take_turn(struct engine *e, uint32_t account, uint32_t other, unsigned slot)
{
	struct turns *turns = turns_make(e, account, other);
	turns->count[slot] += turns->count[slot] < UINT16_MAX;
	observe_candidate(e, other);
}

/* Who used the same value shortly before. */
static void session_on_kind(struct engine *e, const struct timing_rule *rule, const struct event *ev, uint32_t account)
{
	uint32_t at_s = (uint32_t)(ev->ts_ms / 1000), within_s = (uint32_t)(rule->within_ms / 1000);
	for (unsigned i = 0; i < ev->n_attrs; i++) {
		uint32_t value = ev->attrs[i].kind == rule->on_kind ? index_find(e->index, ev->attrs[i].key) : NONE;
		if (value == NONE || index_value(e->index, value)->is_hub)
			continue;
		const uint32_t *holders;
		unsigned n = index_holders(e->index, value, &holders);
		for (unsigned k = n > TURNS_KEPT ? n - TURNS_KEPT : 0; k < n; k++) {
			const struct posting *use = holders[k] != account ? index_posting(e->index, holders[k], value) : NULL;
			if (use != NULL && use->last_s <= at_s && at_s - use->last_s <= within_s)
				take_turn(e, account, holders[k], (unsigned)rule->slot);
		}
	}
}

static void cohort_move_up(struct cohort *c, uint32_t account, uint32_t at_s, uint32_t address)
{
	unsigned at = 0;
	while (at < c->n && c->account[at] != account)
		at++;
	if (at == c->n && c->n < COHORT_KEPT)
		c->n++;
	else if (at == c->n)
		at = 0;
	unsigned after = c->n - 1 - at;
	memmove(&c->account[at], &c->account[at + 1], after * sizeof(*c->account));
	memmove(&c->last_s[at], &c->last_s[at + 1], after * sizeof(*c->last_s));
	memmove(&c->address[at], &c->address[at + 1], after * sizeof(*c->address));
	c->account[c->n - 1] = account;
	c->address[c->n - 1] = address;
	c->last_s[c->n - 1] = at_s;
}

static void attend(struct attendance *a, uint32_t at_s)
{
	a->first_s = a->sessions == 0 || at_s < a->first_s ? at_s : a->first_s;
	a->last_s = at_s > a->last_s ? at_s : a->last_s;
	a->sessions++;
}

/* Customers of one exit at one hour are many: only sessions from different addresses take turns here. */
static void session_in_cohort(struct engine *e, const struct timing_rule *rule, const struct event *ev, uint32_t account)
{
	uint32_t address = e->accounts.at[account].session_ip;
	uint32_t at_s = (uint32_t)(ev->ts_ms / 1000), within_s = (uint32_t)(rule->within_ms / 1000);
	struct cohort *cohort = &e->cohorts[rule->slot];
	attend(&timing_of(e, account)->attendance[rule->slot], at_s);
	for (unsigned i = 0; i < cohort->n; i++) {
		uint32_t last_s = cohort->last_s[i];
		if (cohort->account[i] != account && cohort->address[i] != address && last_s <= at_s && at_s - last_s <= within_s)
			take_turn(e, account, cohort->account[i], (unsigned)rule->slot);
	}
	cohort_move_up(cohort, account, at_s, address);
}

void timing_session(struct engine *e, const struct event *ev, uint32_t account)
{
	for (unsigned i = 0; i < e->rules->n_timings; i++) {
		const struct timing_rule *rule = &e->rules->timings[i];
		struct field_subject subject = { e, account, NONE, NONE };
		if (rule->head.status != RULE_STABLE ||
		    (rule->among != NULL && expr_test(rule->among, field_answer, &subject) != YES))
			continue;
		if (rule->on_kind >= 0)
			session_on_kind(e, rule, ev, account);
		else
			session_in_cohort(e, rule, ev, account);
	}
}

void timing_use(struct engine *e, const struct event *ev, uint32_t account)
{
	uint32_t at_s = (uint32_t)(ev->ts_ms / 1000);
	for (unsigned slot = 0; slot < e->rules->n_timing_slots; slot++) {
		struct cohort *c = &e->cohorts[slot];
		for (unsigned i = 0; i < c->n; i++)
			if (c->account[i] == account && c->last_s[i] < at_s)
				c->last_s[i] = at_s;
	}
}

unsigned timing_turns(const struct engine *e, uint32_t a, uint32_t b, unsigned slot)
{
	const struct turns *turns = turns_find(e->accounts.at[a < b ? a : b].timing, a < b ? b : a);
	return turns != NULL ? turns->count[slot] : 0;
}

/* Turns that chance gives two who are there so often within the time, in millionths. */
static int64_t chance_micro(uint64_t times_a, uint64_t times_b, int64_t within_s, int64_t overlap_s)
{
	int64_t time_s = overlap_s > OVERLAP_LEAST_S ? overlap_s : OVERLAP_LEAST_S;
	return (int64_t)(times_a * times_b) * RHYTHM * 2 * within_s * MICRO / time_s;
}

static int64_t overlap_of(uint32_t first_a, uint32_t last_a, uint32_t first_b, uint32_t last_b)
{
	return (int64_t)(last_a < last_b ? last_a : last_b) - (first_a > first_b ? first_a : first_b);
}

static int64_t expected_micro(const struct profile *p, const struct timing_rule *rule)
{
	int64_t within_s = rule->within_ms / 1000, sum = 0;
	if (rule->on_kind < 0) {
		const struct account_timing *a = p->e->accounts.at[p->a].timing, *b = p->e->accounts.at[p->b].timing;
		if (a == NULL || b == NULL)
			return 0;
		const struct attendance *x = &a->attendance[rule->slot], *y = &b->attendance[rule->slot];
		return chance_micro(x->sessions, y->sessions, within_s, overlap_of(x->first_s, x->last_s, y->first_s, y->last_s));
	}
	for (unsigned i = 0; i < p->n_shared; i++) {
		const struct posting *a = p->shared[i].a, *b = p->shared[i].b;
		if (index_value(p->e->index, p->shared[i].value)->kind == rule->on_kind)
			sum += chance_micro(a->sessions, b->sessions, within_s, overlap_of(a->first_s, a->last_s, b->first_s, b->last_s));
	}
	return sum;
}

static const struct timing_rule *rule_of(const struct engine *e, unsigned slot)
{
	for (unsigned i = 0; i < e->rules->n_timings; i++)
		if (e->rules->timings[i].slot == (int)slot)
			return &e->rules->timings[i];
	return NULL;
}

int32_t timing_surprise_mb(const struct profile *p, unsigned slot)
{
	const struct timing_rule *rule = rule_of(p->e, slot);
	unsigned turns = timing_turns(p->e, p->a, p->b, slot);
	if (rule == NULL || turns == 0 || turns < rule->least)
		return 0;
	int64_t expected = expected_micro(p, rule), seen = turns * MICRO;
	expected = expected > CHANCE_LEAST_MICRO ? expected : CHANCE_LEAST_MICRO;
	if (seen <= expected)
		return 0;
	int64_t mb = (int64_t)turns * bits_log2_ratio((uint64_t)seen, (uint64_t)expected) - (seen - expected) * LOG2_E_MILLI / MICRO;
	return (int32_t)(mb < 0 ? 0 : mb > 1000000 ? 1000000 : mb);
}

unsigned timing_sessions(const struct profile *p, unsigned slot)
{
	const struct timing_rule *rule = rule_of(p->e, slot);
	const struct account_timing *x = p->e->accounts.at[p->a].timing, *y = p->e->accounts.at[p->b].timing;
	unsigned a = 0, b = 0;
	if (rule == NULL)
		return 0;
	if (rule->on_kind < 0) {
		a = x != NULL ? x->attendance[slot].sessions : 0;
		b = y != NULL ? y->attendance[slot].sessions : 0;
	}
	for (unsigned i = 0; rule->on_kind >= 0 && i < p->n_shared; i++) {
		if (index_value(p->e->index, p->shared[i].value)->kind != rule->on_kind)
			continue;
		a += p->shared[i].a->sessions;
		b += p->shared[i].b->sessions;
	}
	return a < b ? a : b;
}
