/* Two engines of one journal under other rules, or of a journal from which events were taken out.
 *   pairs of the engine before; pairs of the one now that it did not have; then accounts and their clusters
 * I1: accounts are compared by name: numbers need not be the same.  I2: a history gains at most ROWS_MAX rows of it, so that
 *     what people said stays in it.  I3: rows are of engine time and of the last event: nothing came after it. */
#include "succession.h"

#include <stdlib.h>

#include "daemon/engine/pairs/changes.h"
#include "daemon/engine/pairs/pairs.h"
#include "daemon/engine/state/accounts.h"
#include "daemon/engine/state/pair_table.h"

#define ROWS_MAX 16

struct succession {
	struct engine *now;
	const struct engine *before;
	uint8_t cause;
	uint32_t at;       /* of the phase */
	unsigned phase;
	uint8_t *rows;     /* by account of now: told so far */
};

/* What people see of a pair. */
struct seen { enum band band; unsigned state; int score; };

struct succession *succession_new(struct engine *now, const struct engine *before, enum succession_cause cause)
{
	struct succession *s = xcalloc(1, sizeof(*s));
	s->now = now;
	s->before = before;
	s->cause = cause == SUCCESSION_RULES ? CAUSE_RULES : CAUSE_EVENTS_OUT;
	s->rows = xcalloc(now->accounts.n + 1, 1);
	return s;
}

void succession_free(struct succession *s)
{
	if (s == NULL)
		return;
	free(s->rows);
	free(s);
}

static struct change change_of(const struct succession *s, enum change_type type, uint32_t about)
{
	return (struct change){ .ts_ms = s->now->now_ms, .seq = s->now->seq, .type = (uint8_t)type, .cause = s->cause, .about = about,
				.because = NONE };
}

static void tell(struct succession *s, uint32_t account, const struct change *change)
{
	if (account == NONE || s->rows[account] == ROWS_MAX)
		return;
	s->rows[account]++;
	history_add(s->now->history, HISTORY_ACCOUNTS, account, change);
}

/* The account of the same name; by number first, which it mostly has. */
static uint32_t same_account(const struct engine *in, const struct engine *from, uint32_t account)
{
	struct bytes name = account_name(from, account);
	if (account < in->accounts.n && bytes_eq(account_name(in, account), name))
		return account;
	return account_find(in, name);
}

static struct seen see(const struct engine *e, const struct pair *pair)
{
	if (pair == NULL || !pair_counts(e, pair))
		return (struct seen){ BAND_NONE, LINK_SUSPECTED, 0 };
	return (struct seen){ score_band(e, pair->score), pair->state, pair->score };
}

static bool is_shown(const struct seen *seen)
{
	bool is_stated = seen->state == LINK_JOINT || seen->state == LINK_CONFIRMED || seen->state == LINK_CLEARED;
	return is_stated || seen->band != BAND_NONE;
}

static enum change_type type_of(const struct seen *before, const struct seen *now)
{
	static const enum change_type by_state[LINK_STATES] = {
		[LINK_SUSPECTED] = CHANGE_LINK_CHANGED, [LINK_EXPLAINED] = CHANGE_LINK_EXPLAINED, [LINK_JOINT] = CHANGE_LINK_JOINT,
		[LINK_CONFIRMED] = CHANGE_LINK_CONFIRMED, [LINK_CLEARED] = CHANGE_LINK_CLEARED,
		[LINK_WITHDRAWN] = CHANGE_LINK_WITHDRAWN,
	};
	if (!is_shown(now))
		return CHANGE_LINK_WITHDRAWN;
	if (!is_shown(before))
		return CHANGE_LINK_APPEARED;
	return now->state == before->state ? CHANGE_LINK_CHANGED : by_state[now->state];
}

static void tell_pair(struct succession *s, const uint32_t ends[2], const struct seen *before, const struct seen *now)
{
	if ((!is_shown(before) && !is_shown(now)) || (before->band == now->band && before->state == now->state))
		return;
	for (unsigned i = 0; i < 2; i++) {
		struct change change = change_of(s, type_of(before, now), ends[1 - i]);
		change.before = (int16_t)before->score;
		change.after = (int16_t)now->score;
		tell(s, ends[i], &change);
	}
}

static void compare_old_pair(struct succession *s, const struct pair *pair)
{
	struct seen before = see(s->before, pair);
	if (!is_shown(&before))
		return;
	const uint32_t ends[2] = { same_account(s->now, s->before, pair->a), same_account(s->now, s->before, pair->b) };
	bool are_both = ends[0] != NONE && ends[1] != NONE;
	struct seen now = see(s->now, are_both ? pair_find(s->now, ends[0], ends[1]) : NULL);
	tell_pair(s, ends, &before, &now);
}

/* Those that were there before are told already. */
static void compare_new_pair(struct succession *s, const struct pair *pair)
{
	struct seen now = see(s->now, pair), none = see(s->before, NULL);
	if (!is_shown(&now))
		return;
	uint32_t a = same_account(s->before, s->now, pair->a), b = same_account(s->before, s->now, pair->b);
	struct seen before = a != NONE && b != NONE ? see(s->before, pair_find(s->before, a, b)) : none;
	const uint32_t ends[2] = { pair->a, pair->b };
	if (!is_shown(&before))
		tell_pair(s, ends, &before, &now);
}

/* Is everybody of the one cluster in the other, and no more? */
static bool is_same_cluster(const struct succession *s, uint32_t old, uint32_t cluster)
{
	const uint32_t *before, *now;
	unsigned n_before = graph_members(s->before->graph, old, &before), n_now = graph_members(s->now->graph, cluster, &now);
	for (unsigned i = 0; i < n_before && n_before == n_now; i++) {
		uint32_t account = same_account(s->now, s->before, before[i]);
		if (account == NONE || graph_cluster_of(s->now->graph, account) != cluster)
			return false;
	}
	return n_before == n_now;
}

static void compare_account(struct succession *s, uint32_t account)
{
	uint32_t known = same_account(s->before, s->now, account), cluster = graph_cluster_of(s->now->graph, account);
	uint32_t old = known != NONE ? graph_cluster_of(s->before->graph, known) : GRAPH_NONE;
	bool is_other = cluster == GRAPH_NONE || old == GRAPH_NONE || !is_same_cluster(s, old, cluster);
	if ((cluster == GRAPH_NONE && old == GRAPH_NONE) || !is_other)
		return;
	struct change change = change_of(s, cluster != GRAPH_NONE ? CHANGE_CLUSTER_JOINED : CHANGE_CLUSTER_LEFT, cluster);
	tell(s, account, &change);
	if (cluster == GRAPH_NONE)
		return;
	change.about = account;
	history_add(s->now->history, HISTORY_CLUSTERS, cluster, &change);
}

bool succession_step(struct succession *s, unsigned n)
{
	const size_t ends[] = { s->before->pairs.n, s->now->pairs.n, s->now->accounts.n };
	for (; s->phase < ARRAY_LEN(ends) && n > 0; n--) {
		if (s->at == ends[s->phase]) {
			s->phase++;
			s->at = 0;
		} else if (s->phase == 2) {
			compare_account(s, s->at++);
		} else {
			const struct engine *e = s->phase == 0 ? s->before : s->now;
			const struct pair *pair = &e->pairs.at[s->at++];
			if (pair->a != NONE)
				(s->phase == 0 ? compare_old_pair : compare_new_pair)(s, pair);
		}
	}
	return s->phase == ARRAY_LEN(ends);
}
