/* Sliding windows: what of an account's events they hold.
 * I1: entries are in order of at_ms, those of one moment in order of arrival, and at most WINDOW_ENTRIES_MAX.
 * I2: what has slid out is dropped when the next event enters; of TIME_* the last one before the window stays, for its
 *     value is in force as the window begins.
 * I3: a run spans at most 1/127 of the timespan: of two that are joined the sum of spans was the least of all neighbours'.
 *     So an event leaves a full window late by less than a hundredth.
 * I4: the order in which events of one window arrive changes nothing until it is full. */
#include "windows.h"

#include <stdlib.h>

struct windows {
	const struct ruleset *rules;
	struct u64map *of; /* key -> number in states */
	struct VEC(struct window_state) states;
};

static uint64_t key_of(uint32_t account, unsigned window)
{
	return (uint64_t)account << 16 | window;
}

struct windows *windows_new(const struct ruleset *rules)
{
	struct windows *w = xcalloc(1, sizeof(*w));
	w->rules = rules;
	w->of = u64map_new();
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

/* I2. */
static void drop_old(struct window_state *s, const struct window_rule *rule, int64_t now_ms)
{
	uint32_t n = 0, kept = window_is_of_time(rule->take) ? 1 : 0;
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
	for (uint32_t i = 1; window_is_of_time(rule->take) && i < s->n; i++)
		if (s->at[i].value == s->at[i - 1].value) {
			remove_entry(s, i);
			return;
		}
	if (!window_is_of_time(rule->take)) {
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

void windows_enter(struct engine *e, uint32_t account, unsigned window, int64_t value)
{
	const struct window_rule *rule = &e->rules->windows[window];
	struct window_entry entry = { e->event->ts_ms, e->event->ts_ms, value };
	if (entry.at_ms <= e->now_ms - rule->timespan_ms && !window_is_of_time(rule->take))
		return;
	struct window_state *s = state_make(e->windows, key_of(account, window));
	drop_old(s, rule, e->now_ms);
	if (is_superseded(s, rule->take, &entry))
		return;
	if (s->n == WINDOW_ENTRIES_MAX)
		make_room(e, s, rule);
	insert_entry(s, &entry);
	drop_old(s, rule, e->now_ms);
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
