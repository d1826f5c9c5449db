/* Sliding windows: what of an account's events they hold.
 * I1: entries are in order of at_ms, those of one moment in order of arrival, and at most WINDOW_ENTRIES_MAX.
 * I2: what has slid out is dropped when the next event enters; of TIME_* the last one before the window stays, for its
 *     value is in force as the window begins.
 * I3: a run spans at most 1/127 of the timespan: of two that are joined the sum of spans was the least of all neighbours'.
 *     So an event leaves a full window late by less than a hundredth.
 * I4: the order in which events of one window arrive changes nothing until it is full. */
#include "windows.h"

#include <stdlib.h>

#include "daemon/engine/pairs/pairs.h"
#include "daemon/engine/state/accounts.h"
#include "daemon/model/settle.h"
#include "event_condition.h"

struct windows {
	const struct ruleset *rules;
	uint32_t *types; /* of each window: bit per event type that may enter */
	uint32_t any_type;
	struct event_condition **where; /* of each window */
	struct kind_set *needs; /* of each window: kinds without a value of which no event enters */
	struct u64map *of; /* key -> number in states */
	struct VEC(struct window_state) states;
};

static uint64_t key_of(uint32_t account, unsigned window)
{
	return (uint64_t)account << 16 | window;
}

/* What is asked of the event's value of a kind that it does not have is missing. */
static struct range range_without_kind(const void *kind, int field)
{
	bool is_of_event = field_is_call(field) && call_rows[field_call(field)].scopes == SCOPE_EVENT;
	return is_of_event && field_argument(field) == *(const unsigned *)kind ? range_missing() : range_open();
}

static struct kind_set needs_of(const struct ruleset *rules, const struct expr *where)
{
	struct kind_set needs = { { 0 } };
	for (unsigned kind = 0; kind < rules->kinds.n; kind++) {
		enum tri truth;
		if (expr_settles(where, range_without_kind, &kind, &truth) && truth != YES)
			kind_set_add(&needs, kind);
	}
	return needs;
}

static struct kind_set kinds_of(const struct event *ev)
{
	struct kind_set kinds = { { 0 } };
	for (unsigned i = 0; i < ev->n_attrs; i++)
		kind_set_add(&kinds, ev->attrs[i].kind);
	return kinds;
}

struct windows *windows_new(const struct ruleset *rules)
{
	struct windows *w = xcalloc(1, sizeof(*w));
	w->rules = rules;
	w->of = u64map_new();
	w->types = xcalloc(rules->n_windows + 1, sizeof(*w->types));
	w->where = xcalloc(rules->n_windows + 1, sizeof(*w->where));
	w->needs = xcalloc(rules->n_windows + 1, sizeof(*w->needs));
	for (unsigned i = 0; i < rules->n_windows; i++) {
		w->where[i] = event_condition_new(rules->windows[i].where);
		w->needs[i] = needs_of(rules, rules->windows[i].where);
		w->types[i] = field_event_types(rules->windows[i].where);
		w->any_type |= w->types[i];
	}
	return w;
}

void windows_free(struct windows *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->states.n; i++)
		free(w->states.at[i].at);
	VEC_FREE(&w->states);
	u64map_free(w->of);
	free(w->types);
	free(w->needs);
	for (unsigned i = 0; i < w->rules->n_windows; i++)
		event_condition_free(w->where[i]);
	free(w->where);
	free(w);
}

const struct window_state *windows_find(const struct windows *w, uint32_t account, unsigned window)
{
	uint32_t at = u64map_get(w->of, key_of(account, window));
	return at == U64MAP_NONE ? NULL : &w->states.at[at];
}

static struct window_state *state_make(struct windows *w, uint64_t key)
{
	uint32_t at = u64map_get(w->of, key);
	if (at != U64MAP_NONE)
		return &w->states.at[at];
	struct window_state blank = { .key = key };
	u64map_put(w->of, key, (uint32_t)w->states.n);
	VEC_PUSH(&w->states, blank);
	return &w->states.at[w->states.n - 1];
}

static void remove_entry(struct window_state *s, uint32_t at)
{
	s->n--;
	memmove(s->at + at, s->at + at + 1, (s->n - at) * sizeof(*s->at));
}

/* I1. */
static void insert_entry(struct window_state *s, const struct window_entry *entry)
{
	uint32_t at = s->n;
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 4 : s->cap * 2;
		s->at = xrealloc(s->at, s->cap * sizeof(*s->at));
	}
	for (; at > 0 && s->at[at - 1].at_ms > entry->at_ms; at--)
		s->at[at] = s->at[at - 1];
	s->at[at] = *entry;
	s->n++;
}

static bool is_time(enum window_take take)
{
	return take == TAKE_TIME_BELOW || take == TAKE_TIME_AT_LEAST;
}

/* I2. */
static void drop_old(struct window_state *s, const struct window_rule *rule, int64_t now_ms)
{
	uint32_t n = 0, kept = is_time(rule->take) ? 1 : 0;
	while (n < s->n && s->at[n].at_ms <= now_ms - rule->timespan_ms)
		n++;
	if (n <= kept)
		return;
	n -= kept;
	s->n -= n;
	memmove(s->at, s->at + n, s->n * sizeof(*s->at));
}

/* Of two neighbours the first; the pair whose run would be the shortest, of equal ones the oldest. */
static uint32_t nearest_pair(const struct window_state *s)
{
	uint32_t best = 0;
	for (uint32_t i = 1; i + 1 < s->n; i++)
		if (s->at[i + 1].at_ms - s->at[i].first_ms < s->at[best + 1].at_ms - s->at[best].first_ms)
			best = i;
	return best;
}

/* I3. Of a time below or above what says the same as the one before it says nothing, else the earlier of the two gives way. */
static void make_room(struct engine *e, struct window_state *s, const struct window_rule *rule)
{
	uint32_t at = nearest_pair(s);
	e->limits_hit++;
	if (rule->take == TAKE_DISTINCT) {
		remove_entry(s, 0);
		return;
	}
	for (uint32_t i = 1; is_time(rule->take) && i < s->n; i++)
		if (s->at[i].value == s->at[i - 1].value) {
			remove_entry(s, i);
			return;
		}
	if (!is_time(rule->take)) {
		s->at[at + 1].first_ms = s->at[at].first_ms;
		if (__builtin_add_overflow(s->at[at + 1].value, s->at[at].value, &s->at[at + 1].value))
			s->at[at + 1].value = s->at[at].value > 0 ? INT64_MAX : INT64_MIN;
	}
	remove_entry(s, at);
}

/* A value that is known moves to its latest use; of the latest event only that one is kept. True: nothing is to be inserted. */
static bool is_superseded(struct window_state *s, enum window_take take, const struct window_entry *entry)
{
	bool is_latest = take == TAKE_LATEST || take == TAKE_SINCE_LATEST;
	uint32_t i = 0;
	if (!is_latest && take != TAKE_DISTINCT)
		return false;
	while (i < s->n && !is_latest && s->at[i].value != entry->value)
		i++;
	if (i == s->n)
		return false;
	if (s->at[i].at_ms > entry->at_ms)
		return true;
	remove_entry(s, i);
	return false;
}

static void enter(struct engine *e, const struct window_rule *rule, uint64_t key, int64_t value)
{
	struct window_entry entry = { e->event->ts_ms, e->event->ts_ms, value };
	if (entry.at_ms <= e->now_ms - rule->timespan_ms && !is_time(rule->take))
		return;
	struct window_state *s = state_make(e->windows, key);
	drop_old(s, rule, e->now_ms);
	if (is_superseded(s, rule->take, &entry))
		return;
	if (s->n == WINDOW_ENTRIES_MAX)
		make_room(e, s, rule);
	insert_entry(s, &entry);
	drop_old(s, rule, e->now_ms);
}

/* What of the event the window keeps; false: it has no such value. */
static bool value_of(const struct window_rule *rule, const struct field_subject *subject, int64_t *value)
{
	struct value found;
	*value = 1;
	if (rule->field < 0)
		return true;
	field_answer((void *)subject, rule->field, &found);
	if (found.type == VALUE_MISSING)
		return false;
	*value = found.type == VALUE_TEXT ? (int64_t)bytes_hash(found.text, 0) : found.num;
	if (is_time(rule->take))
		*value = found.num < rule->bound_milli;
	return true;
}

static void touch_links(struct engine *e, uint32_t account)
{
	for (uint32_t i = 0; i < e->accounts.at[account].n_pairs; i++) {
		struct pair *pair = &e->pairs.at[e->accounts.at[account].pairs[i]];
		if (pair->score >= e->rules->scoring.score_bands[0] || pair->flags & PAIR_ALERTED)
			pair_touch(e, pair);
	}
}

void windows_observe(struct engine *e, uint32_t account)
{
	struct windows *w = e->windows;
	const struct field_subject subject = { e, account, NONE, NONE, NULL };
	uint32_t type = 1u << e->event->type;
	unsigned scopes = 0;
	if (!(w->any_type & type))
		return;
	const struct kind_set kinds = kinds_of(e->event);
	for (unsigned i = 0; i < w->rules->n_windows; i++) {
		const struct window_rule *rule = &w->rules->windows[i];
		int64_t value;
		if (!(w->types[i] & type) || !kind_set_holds(&kinds, &w->needs[i]) || !event_condition_holds(w->where[i], &subject) ||
		    !value_of(rule, &subject, &value))
			continue;
		enter(e, rule, key_of(account, i), value);
		e->accounts.at[account].has_windows = true;
		scopes |= rule->scope;
	}
	if (scopes & POLICY_LINK)
		touch_links(e, account);
	uint32_t cluster = graph_cluster_of(e->graph, account);
	if (scopes & POLICY_CLUSTER && cluster != GRAPH_NONE)
		VEC_PUSH(&e->touched.clusters, cluster);
}

/* number of states, then each: key, number of entries, entries. */
enum err windows_save(const struct windows *w, engine_write_fn *write, void *arg)
{
	uint64_t n = w->states.n;
	enum err err = write(arg, &n, sizeof(n));
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		const struct window_state *s = &w->states.at[i];
		uint64_t head[2] = { s->key, s->n };
		err = write(arg, head, sizeof(head));
		if (err == ERR_OK && s->n > 0)
			err = write(arg, s->at, s->n * sizeof(*s->at));
	}
	return err;
}

enum err windows_load(struct windows *w, uint64_t n_accounts, engine_read_fn *read, void *arg)
{
	uint64_t n = 0, head[2] = { 0, 0 };
	enum err err = read(arg, &n, sizeof(n));
	for (uint64_t i = 0; i < n && err == ERR_OK; i++) {
		err = read(arg, head, sizeof(head));
		if (err != ERR_OK)
			return err;
		if (head[0] >> 16 >= n_accounts || (head[0] & 0xffff) >= w->rules->n_windows || head[1] > WINDOW_ENTRIES_MAX)
			return ERR_CORRUPT;
		struct window_state *s = state_make(w, head[0]);
		s->at = xrealloc(s->at, (head[1] + 1) * sizeof(*s->at));
		s->n = (uint32_t)head[1];
		s->cap = s->n + 1;
		err = s->n > 0 ? read(arg, s->at, s->n * sizeof(*s->at)) : ERR_OK;
	}
	return err;
}
