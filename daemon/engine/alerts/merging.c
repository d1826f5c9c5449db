/* I1: an alert is merged into one that stands, leads its key and was opened before it, unless that one's place passed on; a
 *     lead is merged into nothing.
 * I2: lead_of has for each key that is led the alert that the next one merges into.
 * I3: everything happens at the end of an event and in order of the alerts' numbers: how events come in batches, and a
 *     snapshot between them, changes nothing.
 * I4: of a merged alert nobody is told but by its lead. One that was told of by itself before is told once more, as merged. */
#include "merging.h"

#include <stdlib.h>

#include "alert_table.h"
#include "daemon/engine/evidence/weigh.h"
#include "daemon/engine/pairs/changes.h"
#include "telling.h"

struct merging {
	struct u64map *lead_of;
	struct VEC(uint32_t) moved; /* accounts */
};

struct merging *merging_new(void)
{
	struct merging *m = xcalloc(1, sizeof(*m));
	m->lead_of = u64map_new();
	return m;
}

void merging_free(struct merging *m)
{
	if (m == NULL)
		return;
	u64map_free(m->lead_of);
	VEC_FREE(&m->moved);
	free(m);
}

static const struct policy_rule *policy_of(const struct engine *e, const struct alert *alert)
{
	return &e->rules->policies[alert->policy];
}

void merging_account_moved(struct engine *e, uint32_t account)
{
	VEC_PUSH(&e->merging->moved, account);
}

static void note_moved(struct engine *e)
{
	struct merging *m = e->merging;
	for (size_t i = 0; i < m->moved.n; i++) {
		struct alert_numbers numbers = { 0 };
		alerts_of_account(e, m->moved.at[i], &numbers);
		for (size_t k = 0; k < numbers.n; k++)
			if (policy_of(e, &e->alerts.at[numbers.at[k]])->group == GROUP_CLUSTER)
				telling_list(e, numbers.at[k]);
		VEC_FREE(&numbers);
	}
	m->moved.n = 0;
}

/* ---- keys ---- */

/* The shared value of the two that says most, of the kind that the policy names; NONE: they share none. */
static uint32_t value_of(const struct engine *e, const struct alert *alert)
{
	struct weighing w;
	const struct evidence *most = NULL;
	int kind = policy_of(e, alert)->group_kind;
	weigh_pair(e, alert->subject_a, alert->subject_b, true, &w);
	for (unsigned i = 0; i < w.n; i++) {
		const struct evidence *item = &w.items[i];
		if (item->value == NONE || (kind >= 0 && index_value(e->index, item->value)->kind != kind))
			continue;
		if (most == NULL || item->raw_mb > most->raw_mb || (item->raw_mb == most->raw_mb && item->value < most->value))
			most = item;
	}
	return most != NULL ? most->value : NONE;
}

/* Of a link whose ends are in two clusters, none: that it crosses them is news of its own. */
static uint32_t cluster_of(const struct engine *e, const struct alert *alert)
{
	if (alert->scope == POLICY_CLUSTER)
		return alert->subject_a;
	uint32_t cluster = graph_cluster_of(e->graph, alert->subject_a);
	bool is_apart = alert->scope == POLICY_LINK && graph_cluster_of(e->graph, alert->subject_b) != cluster;
	return is_apart ? GRAPH_NONE : cluster;
}

static uint64_t key_of(const struct engine *e, const struct alert *alert)
{
	enum policy_group group = policy_of(e, alert)->group;
	uint32_t id = group == GROUP_CLUSTER ? cluster_of(e, alert) : value_of(e, alert);
	return id == NONE ? 0 : (uint64_t)group << 32 | id;
}

/* ---- leads ---- */

static struct led *led_by(struct alert *lead)
{
	if (lead->led == NULL)
		lead->led = xcalloc(1, sizeof(*lead->led));
	return lead->led;
}

static void leave(struct engine *e, struct alert *alert)
{
	struct alert *lead = &e->alerts.at[alert->lead];
	struct led *led = led_by(lead);
	size_t kept = 0;
	for (size_t i = 0; i < led->alerts.n; i++)
		if (led->alerts.at[i] != alert_number(e, alert))
			led->alerts.at[kept++] = led->alerts.at[i];
	led->alerts.n = kept;
	if (lead->state != ALERT_RESOLVED)
		telling_list_change(e, alert->lead, EFFECT_ALERT_UPDATED);
}

static void lose_key(struct engine *e, struct alert *lead)
{
	uint64_t key = alert_merge_key(lead);
	if (key == 0)
		return;
	if (u64map_get(e->merging->lead_of, key) == alert_number(e, lead))
		u64map_del(e->merging->lead_of, key);
	lead->led->key = 0;
}

static void take_key(struct engine *e, struct alert *lead, uint64_t key)
{
	led_by(lead)->key = key;
	u64map_put(e->merging->lead_of, key, alert_number(e, lead)); /* I2 */
}

/* Somebody works on it: that goes with its alerts, also when they stand alone again. */
static void take_over_work(struct alert *to, const struct alert *from)
{
	if (to->owner == NONE)
		to->owner = from->owner;
	bool is_past = from->state == ALERT_RESOLVED || from->state == ALERT_APPEALED;
	if (to->state == ALERT_OPEN && (is_past ? from->was : from->state) == ALERT_ACKNOWLEDGED)
		to->state = ALERT_ACKNOWLEDGED;
}

static void join(struct engine *e, struct alert *alert, struct alert *lead)
{
	alert->lead = alert_number(e, lead);
	VEC_PUSH(&led_by(lead)->alerts, alert_number(e, alert));
	change_of_merging(e, CHANGE_ALERT_MERGED, alert, lead);
	telling_list_change(e, alert->lead, EFFECT_ALERT_UPDATED);
	telling_list(e, alert_number(e, alert));
}

static void stand_alone(struct engine *e, struct alert *alert, const struct alert *former)
{
	alert->lead = NONE;
	take_over_work(alert, former);
	change_of_merging(e, CHANGE_ALERT_PARTED, alert, former);
	telling_list(e, alert_number(e, alert));
}

static bool is_within(const struct engine *e, const struct alert *lead, const struct alert *later)
{
	int64_t within_ms = policy_of(e, later)->group_within_ms;
	return within_ms == 0 || later->opened_ms - lead->opened_ms <= within_ms;
}

/* It led, or is alone, and finds its place under a key. The older of two leads. */
static void place(struct engine *e, struct alert *alert, uint64_t key)
{
	uint32_t other = key != 0 ? u64map_get(e->merging->lead_of, key) : U64MAP_NONE;
	if (key == 0)
		return;
	if (other == U64MAP_NONE) {
		take_key(e, alert, key);
		return;
	}
	struct alert *lead = &e->alerts.at[other];
	bool is_older = alert_number(e, alert) < other;
	if (!is_within(e, is_older ? alert : lead, is_older ? lead : alert)) {
		take_key(e, is_older ? lead : alert, key);
		if (is_older)
			led_by(alert)->key = key;
		return;
	}
	struct alert *from = is_older ? lead : alert, *to = is_older ? alert : lead;
	lose_key(e, from);
	if (is_older)
		take_key(e, to, key);
	struct led *led = led_by(from);
	for (size_t i = 0; i < led->alerts.n; i++)
		join(e, &e->alerts.at[led->alerts.at[i]], to);
	led->alerts.n = 0;
	join(e, from, to);
}

/* The gravest, of these the strongest, of these the oldest. */
static struct alert *heir_of(struct engine *e, const struct alert *lead)
{
	struct alert *heir = NULL;
	struct id_span merged = alert_merged(lead);
	for (size_t i = 0; i < merged.n; i++) {
		struct alert *one = &e->alerts.at[merged.at[i]];
		if (one->state == ALERT_RESOLVED)
			continue;
		bool is_graver = heir == NULL || one->level > heir->level || (one->level == heir->level && one->score > heir->score);
		heir = is_graver ? one : heir;
	}
	return heir;
}

/* One that led has ended: the rest stand behind the heir. */
static void pass_on(struct engine *e, struct alert *ended)
{
	uint64_t key = alert_merge_key(ended);
	struct alert *heir = heir_of(e, ended);
	bool leads_newest = u64map_get(e->merging->lead_of, key) == alert_number(e, ended);
	lose_key(e, ended);
	if (heir == NULL)
		return; /* what it took along stays in its list */
	stand_alone(e, heir, ended);
	led_by(heir)->key = key;
	if (leads_newest)
		take_key(e, heir, key);
	struct led *left = led_by(ended), *led = led_by(heir);
	for (size_t i = 0; i < left->alerts.n; i++) {
		struct alert *one = &e->alerts.at[left->alerts.at[i]];
		if (one == heir || one->state == ALERT_RESOLVED)
			continue;
		one->lead = alert_number(e, heir);
		VEC_PUSH(&led->alerts, alert_number(e, one));
	}
	left->alerts.n = 0;
}

static void settle_ended(struct engine *e, struct alert *alert)
{
	if (alert->lead == NONE && alert_merge_key(alert) != 0)
		pass_on(e, alert);
	else if (alert->lead != NONE && e->alerts.at[alert->lead].state != ALERT_RESOLVED)
		leave(e, alert);
}

/* The lead is another's now: each that is merged into it looks where it belongs. */
static void scatter(struct engine *e, struct alert *lead, uint64_t key)
{
	for (size_t i = 0; i < alert_merged(lead).n;) {
		struct alert *one = &e->alerts.at[alert_merged(lead).at[i]];
		uint64_t its = key_of(e, one);
		if (its == key && key != 0) {
			i++;
			continue;
		}
		leave(e, one);
		stand_alone(e, one, lead);
		place(e, one, its);
	}
}

static void settle_standing(struct engine *e, struct alert *alert)
{
	uint64_t key = key_of(e, alert);
	struct alert *lead = alert->lead != NONE ? &e->alerts.at[alert->lead] : NULL;
	if (lead != NULL && alert_merge_key(lead) == key && key != 0) {
		if (alert->untold & ~UNTOLD_NOTED)
			telling_list_change(e, alert->lead, EFFECT_ALERT_UPDATED);
		return;
	}
	if (lead != NULL) {
		leave(e, alert);
		stand_alone(e, alert, lead);
	} else if (alert_merge_key(alert) != 0) {
		if (alert_merge_key(alert) == key)
			return;
		lose_key(e, alert);
		scatter(e, alert, key);
	}
	place(e, alert, key);
}

/* ---- telling ---- */

/* I4 */
static void tell_merged(struct engine *e, struct alert *alert)
{
	enum effect_type type = alert->state == ALERT_RESOLVED ? EFFECT_ALERT_RESOLVED :
				alert->untold & 1 << EFFECT_ALERT_OPENED ? EFFECT_ALERT_OPENED : EFFECT_ALERT_UPDATED;
	bool was_known = alert->is_known;
	alert->is_known = false;
	if (was_known)
		alert_emit(e, type, alert);
	else
		alert_emit_silently(e, type, alert);
}

static void tell_leading(struct engine *e, struct alert *alert)
{
	enum effect_type type = alert->state == ALERT_RESOLVED ? EFFECT_ALERT_RESOLVED :
				!alert->is_known || alert->untold & 1 << EFFECT_ALERT_OPENED ? EFFECT_ALERT_OPENED : EFFECT_ALERT_UPDATED;
	uint8_t level = merged_level(e, alert);
	if (level > alert->told_level)
		alert->snoozed_ms = 0; /* it is worse than what was put off */
	alert->told_level = level;
	alert->is_known = alert->state != ALERT_RESOLVED;
	alert->updated_ms = e->event->ts_ms;
	alert->updated_seq = e->seq;
	alert_emit(e, type, alert);
}

static int compare_numbers(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return (a > b) - (a < b);
}

static void sort_noted(struct engine *e)
{
	if (e->touched.alerts.n > 1)
		qsort(e->touched.alerts.at, e->touched.alerts.n, sizeof(*e->touched.alerts.at), compare_numbers); /* I3 */
}

static void tell_all(struct engine *e)
{
	sort_noted(e);
	for (size_t i = 0; i < e->touched.alerts.n; i++) {
		struct alert *alert = &e->alerts.at[e->touched.alerts.at[i]];
		bool is_changed = alert->untold & ~UNTOLD_NOTED || (alert->is_known == alert_is_merged(alert) && alert->state != ALERT_RESOLVED);
		if (is_changed && alert_is_merged(alert))
			tell_merged(e, alert);
		else if (is_changed)
			tell_leading(e, alert);
		alert->untold = 0;
	}
	e->touched.alerts.n = 0;
}

/* Ended ones first: who was merged into them has another lead then. What is noted meanwhile was looked at in its place. */
void merging_settle(struct engine *e)
{
	struct merging *m = e->merging;
	if (m->moved.n > 0)
		note_moved(e);
	sort_noted(e);
	size_t n = e->touched.alerts.n;
	for (size_t i = 0; i < n; i++)
		if (e->alerts.at[e->touched.alerts.at[i]].state == ALERT_RESOLVED)
			settle_ended(e, &e->alerts.at[e->touched.alerts.at[i]]);
	for (size_t i = 0; i < n; i++)
		if (e->alerts.at[e->touched.alerts.at[i]].state != ALERT_RESOLVED)
			settle_standing(e, &e->alerts.at[e->touched.alerts.at[i]]);
	tell_all(e);
}

/* ---- snapshot ---- */

bool merging_next(const struct engine *e, size_t *pos, uint64_t *key, uint32_t *alert)
{
	return u64map_next(e->merging->lead_of, pos, key, alert);
}

size_t merging_leads(const struct engine *e)
{
	return u64map_count(e->merging->lead_of);
}

void merging_restore(struct engine *e, uint64_t key, uint32_t alert)
{
	u64map_put(e->merging->lead_of, key, alert);
}
