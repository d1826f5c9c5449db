/* Turns and chance.
 * I1: turns follow from the two accounts' sessions alone, whenever they are read. */
#include "turns.h"

#include "daemon/base/bits.h"

#define DAY_S 86400
#define OVERLAP_LEAST_S (2 * DAY_S) /* a shorter time together says too little about how often chance had its turn */
#define RHYTHM 2                    /* people are awake at the same hours: chance meets twice as often */
#define CHANCE_LEAST_MICRO 3000     /* turns expected at least, in millionths */
#define LOG2_E_MILLI 1443
#define MICRO INT64_C(1000000)

struct session_test turns_test(const struct timing_rule *rule)
{
	return (struct session_test){ .slot = (unsigned)rule->slot, .is_same_key = rule->on_kind >= 0,
				      .within_s = (uint32_t)(rule->within_ms / 1000) };
}

static const struct timing_rule *rule_of(const struct engine *e, unsigned slot)
{
	for (unsigned i = 0; i < e->rules->n_timings; i++)
		if (e->rules->timings[i].slot == (int)slot)
			return &e->rules->timings[i];
	return NULL;
}

static bool is_mute(const struct profile *p, uint32_t value, const struct value_test *kept)
{
	return index_value(p->e->index, value)->is_marked || (kept != NULL && !kept->passes(kept->arg, value));
}

void turns_count(struct profile *p, const struct value_test *kept)
{
	const struct sessions *a = p->e->accounts.at[p->a].sessions, *b = p->e->accounts.at[p->b].sessions;
	uint32_t mute[SHARED_MAX];
	unsigned n_mute = 0;
	memset(p->turns, 0, sizeof(p->turns));
	for (unsigned i = 0; i < p->n_shared; i++)
		if (is_mute(p, p->shared[i].value, kept))
			mute[n_mute++] = session_key(index_value(p->e->index, p->shared[i].value)->key);
	for (unsigned i = 0; a != NULL && b != NULL && i < p->e->rules->n_timings; i++) {
		struct session_test test = turns_test(&p->e->rules->timings[i]);
		test.mute = mute;
		test.n_mute = n_mute;
		p->turns[test.slot] = (uint16_t)sessions_turns(a, b, &test);
	}
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

struct both { struct session_sum a, b; };

static struct both sums_of(const struct profile *p, unsigned slot, const uint32_t *key)
{
	return (struct both){ sessions_sum(p->e->accounts.at[p->a].sessions, slot, key),
			      sessions_sum(p->e->accounts.at[p->b].sessions, slot, key) };
}

/* Sessions on the i-th shared value; none when it is of another kind. */
static struct both sums_on(const struct profile *p, const struct timing_rule *rule, unsigned i)
{
	const struct index_value *value = index_value(p->e->index, p->shared[i].value);
	uint32_t key = session_key(value->key);
	return value->kind == rule->on_kind && !value->is_marked ? sums_of(p, (unsigned)rule->slot, &key) : (struct both){ { 0 }, { 0 } };
}

static int64_t chance_of(const struct both *sums, int64_t within_s)
{
	return chance_micro(sums->a.n, sums->b.n, within_s,
			    overlap_of(sums->a.first_s, sums->a.last_s, sums->b.first_s, sums->b.last_s));
}

/* Turns that chance gives two who keep their hours, whatever the days: most customers of a proxy are there in the evening, and
 * meet there night after night. Sessions of one half-hour are taken for one turn. */
static int64_t hours_micro(const struct profile *p, const struct timing_rule *rule, int64_t overlap_s)
{
	const struct session_test test = turns_test(rule);
	int64_t days = (overlap_s > OVERLAP_LEAST_S ? overlap_s : OVERLAP_LEAST_S) / DAY_S + 1, meet = 0;
	struct session_hours a, b;
	sessions_hours(p->e->accounts.at[p->a].sessions, &test, &a);
	sessions_hours(p->e->accounts.at[p->b].sessions, &test, &b);
	for (unsigned i = 0; i < HOUR_BINS; i++)
		meet += a.begin[i] * b.last[i] + b.begin[i] * a.last[i] - a.begin[i] * b.begin[i];
	return meet * MICRO / days;
}

#define HABIT_SESSIONS 4 /* so many tell an account's hours half: a few sessions at one hour may be chance themselves */

static int64_t cohort_micro(const struct profile *p, const struct timing_rule *rule)
{
	const struct both sums = sums_of(p, (unsigned)rule->slot, NULL);
	int64_t any_hour = chance_of(&sums, rule->within_ms / 1000);
	int64_t own_hours = hours_micro(p, rule, overlap_of(sums.a.first_s, sums.a.last_s, sums.b.first_s, sums.b.last_s));
	if (own_hours <= any_hour)
		return any_hour;
	return any_hour + (own_hours - any_hour) * sums.a.n / (sums.a.n + HABIT_SESSIONS) * sums.b.n / (sums.b.n + HABIT_SESSIONS);
}

static int64_t expected_micro(const struct profile *p, const struct timing_rule *rule)
{
	int64_t within_s = rule->within_ms / 1000, sum = 0;
	if (rule->on_kind < 0)
		return cohort_micro(p, rule);
	for (unsigned i = 0; i < p->n_shared; i++) {
		const struct both sums = sums_on(p, rule, i);
		sum += chance_of(&sums, within_s);
	}
	return sum;
}

int32_t turns_surprise_mb(const struct profile *p, unsigned slot)
{
	const struct timing_rule *rule = rule_of(p->e, slot);
	unsigned turns = p->turns[slot];
	if (rule == NULL || turns == 0 || turns < rule->least)
		return 0;
	int64_t expected = expected_micro(p, rule), seen = turns * MICRO;
	expected = expected > CHANCE_LEAST_MICRO ? expected : CHANCE_LEAST_MICRO;
	if (seen <= expected)
		return 0;
	int64_t mb = (int64_t)turns * bits_log2_ratio((uint64_t)seen, (uint64_t)expected) - (seen - expected) * LOG2_E_MILLI / MICRO;
	return (int32_t)(mb < 0 ? 0 : mb > 1000000 ? 1000000 : mb);
}

unsigned turns_sessions(const struct profile *p, unsigned slot)
{
	const struct timing_rule *rule = rule_of(p->e, slot);
	unsigned a = 0, b = 0;
	for (unsigned i = 0; rule != NULL && i < (rule->on_kind < 0 ? 1 : p->n_shared); i++) {
		const struct both sums = rule->on_kind < 0 ? sums_of(p, slot, NULL) : sums_on(p, rule, i);
		a += sums.a.n;
		b += sums.b.n;
	}
	return a < b ? a : b;
}
