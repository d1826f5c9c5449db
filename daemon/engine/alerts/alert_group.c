/* What a leading alert stands for: why, about whom, and which alerts. */
#include "alert_group.h"

#include <stdlib.h>

#include "alert_about.h"
#include "daemon/base/map.h"
#include "daemon/engine/state/accounts.h"

struct standing { const struct alert **at; unsigned n; };

/* Told first: the graver, then the stronger, then the older; of one event in the order in which they were opened. */
static bool goes_before(const struct alert *a, const struct alert *b)
{
	if (a->level != b->level)
		return a->level > b->level;
	if (a->score != b->score)
		return a->score > b->score;
	if (a->opened_seq != b->opened_seq)
		return a->opened_seq < b->opened_seq;
	return a < b;
}

static int compare_weight(const void *x, const void *y)
{
	const struct alert *a = *(const struct alert *const *)x, *b = *(const struct alert *const *)y;
	return goes_before(b, a) - goes_before(a, b);
}

static void add_accounts(const struct engine *e, const struct standing *all, struct arena *a, struct alert_group *out)
{
	struct u64map *seen = u64map_new();
	size_t room = 0;
	for (unsigned i = 0; i < all->n; i++)
		room += alert_accounts(all->at[i]).n;
	out->accounts = ARENA_ARRAY(a, struct bytes, room + 1);
	for (unsigned i = 0; i < all->n; i++) {
		struct id_span accounts = alert_accounts(all->at[i]);
		for (size_t k = 0; k < accounts.n; k++) {
			if (u64map_get(seen, accounts.at[k]) != U64MAP_NONE)
				continue;
			u64map_put(seen, accounts.at[k], 0);
			out->accounts[out->n_accounts++] = account_name(e, accounts.at[k]);
		}
	}
	u64map_free(seen);
}

static struct alert_reason *reason_of(struct alert_group *group, struct bytes rule)
{
	for (unsigned i = 0; i < group->n_reasons; i++)
		if (bytes_eq(group->reasons[i].rule, rule))
			return &group->reasons[i];
	return NULL;
}

/* Sorted by weight, the first of each policy speaks for it. A policy has one recommendation at a time, but for its steps. */
static void add_reasons(const struct engine *e, struct standing *all, struct arena *a, struct alert_group *out)
{
	qsort(all->at, all->n, sizeof(*all->at), compare_weight);
	out->reasons = ARENA_ARRAY(a, struct alert_reason, all->n + 1);
	for (unsigned i = 0; i < all->n; i++) {
		const struct alert *alert = all->at[i];
		const struct rule_head *head = &e->rules->policies[alert->policy].head;
		struct alert_reason *reason = reason_of(out, head->id);
		if (reason == NULL) {
			reason = &out->reasons[out->n_reasons++];
			*reason = (struct alert_reason){ .rule = head->id, .title = head->title, .level = bytes_of(rule_level_names[alert->level]),
							 .recommendation = view_recommendation(e, alert, a), .score = alert->score };
			view_alert_about(e, alert, a, &reason->about);
		}
		reason->alerts++;
	}
	out->title = out->reasons[0].title;
	out->recommendation = out->reasons[0].recommendation;
}

const struct alert_group *view_alert_group(const struct engine *e, const struct alert *alert, struct arena *a)
{
	struct id_span merged = alert_merged(alert);
	struct standing all = { ARENA_ARRAY(a, const struct alert *, merged.n + 1), 0 };
	struct alert_group *group = ARENA_NEW(a, struct alert_group);
	if (merged.n == 0 || alert->state == ALERT_RESOLVED)
		return NULL;
	*group = (struct alert_group){ .merged = ARENA_ARRAY(a, struct bytes, merged.n + 1) };
	all.at[all.n++] = alert;
	for (size_t i = 0; i < merged.n; i++) {
		const struct alert *one = &e->alerts.at[merged.at[i]];
		if (one->state == ALERT_RESOLVED)
			continue;
		all.at[all.n++] = one;
		group->merged[group->n_merged++] = view_alert_id(one, a);
	}
	group->alerts = all.n;
	add_accounts(e, &all, a, group);
	add_reasons(e, &all, a, group);
	return group;
}
