/* How often rules speak: of the strongest links which rules count in them now, of policies their alerts.
 * I1: a rule that counts several times in one link is one hit. */
#include "daemon/engine/state/accounts.h"

#include "daemon/engine/pairs/shadows.h"
#include "rules/heads.h"
#include "views.h"

static const char *const status_words[] = { [RULE_STABLE] = "stable", [RULE_EXPERIMENTAL] = "experimental",
					    [RULE_DISABLED] = "disabled" };

/* Rules of a weighing that count, one bit each by place in the list of heads. */
struct counted { uint64_t bits[(RULES_MAX + 63) / 64]; };

static void note_counted(const struct engine *e, const struct evidence *items, unsigned n, struct counted *out)
{
	for (unsigned i = 0; i < n; i++) {
		int rule = items[i].counted_mb != 0 ? heads_find(e->rules, evidence_head(&items[i])->id) : -1;
		if (rule >= 0)
			out->bits[rule / 64] |= UINT64_C(1) << (rule % 64);
	}
}

static void count_links(const struct engine *e, const struct link_list *list, struct arena *a, struct rules_view *out)
{
	struct weighing *w = arena_alloc(a, sizeof(*w));
	for (unsigned i = 0; i < list->n; i++) {
		uint32_t x = account_find(e, list->at[i].a), y = account_find(e, list->at[i].b);
		struct counted counted = { { 0 } };
		weigh_fully(e, x < y ? x : y, x < y ? y : x, w);
		note_counted(e, w->items, w->n, &counted);
		note_counted(e, w->limits, w->n_limits, &counted);
		out->links_read++;
		for (unsigned k = 0; k < out->n; k++)
			out->at[k].links += counted.bits[k / 64] >> (k % 64) & 1;
	}
}

static void count_alerts(const struct engine *e, struct rules_view *out)
{
	const unsigned first = out->n - e->rules->n_policies; /* policies are the last of the list */
	for (size_t i = 0; i < e->alerts.n; i++) {
		const struct alert *alert = &e->alerts.at[i];
		struct rule_view *rule = &out->at[first + alert->policy];
		rule->opened++;
		rule->standing += alert->state != ALERT_RESOLVED;
	}
}

static void count_tried(const struct engine *e, struct rule_view *rule)
{
	struct shadow_counts counts;
	rule->is_tried = shadows_counts(e, rule->rule, &counts);
	if (!rule->is_tried)
		return;
	rule->read = counts.read;
	rule->counts = counts.counts;
	rule->raised = counts.raised;
	rule->lowered = counts.lowered;
}

void engine_rules(const struct engine *e, unsigned max_links, struct arena *a, struct rules_view *out)
{
	struct link_query query = { .min_score = e->rules->scoring.score_bands[0], .max = max_links };
	struct link_list list;
	unsigned n = heads_count(e->rules);
	engine_strongest_links(e, &query, a, &list);
	*out = (struct rules_view){ .at = ARENA_ARRAY(a, struct rule_view, n + 1), .n = n, .links = list.total };
	for (unsigned i = 0; i < n; i++) {
		const struct rule_head *head = heads_at(e->rules, i);
		out->at[i] = (struct rule_view){ .rule = head->id, .form = bytes_of(heads_form(e->rules, i)),
						 .status = bytes_of(status_words[head->status]),
						 .level = bytes_of(rule_level_names[head->level]), .title = head->title };
	}
	for (unsigned i = 0; i < n; i++)
		count_tried(e, &out->at[i]);
	count_links(e, &list, a, out);
	count_alerts(e, out);
}

bool engine_rule_file(const struct engine *e, struct bytes id, struct bytes *path)
{
	int at = heads_find(e->rules, id);
	if (at >= 0)
		*path = heads_at(e->rules, (unsigned)at)->file;
	return at >= 0;
}
