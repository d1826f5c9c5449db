/* Accounts, clusters, values, alerts and counts as JSON. */
#include <stdio.h>

#include "render.h"

#include "daemon/model/alert_json.h"

void render_optional(struct text *out, const char *key, struct bytes s)
{
	json_key(out, key);
	if (s.len > 0)
		json_string(out, s);
	else
		json_null(out);
}

void render_optional_time(struct text *out, const char *key, int64_t ms)
{
	if (ms != 0) {
		json_member_time(out, key, ms);
		return;
	}
	json_key(out, key);
	json_null(out);
}

void render_key(struct text *out, uint64_t key)
{
	char digits[17];

	snprintf(digits, sizeof(digits), "%016llx", (unsigned long long)key);
	render_optional(out, "key", key ? bytes_of(digits) : BYTES_NONE);
}

void render_strings(struct text *out, const char *key, const struct bytes *at, unsigned n)
{
	json_key(out, key);
	json_open_array(out);
	for (unsigned i = 0; i < n; i++)
		json_string(out, at[i]);
	json_close_array(out);
}

void render_assessment(struct text *out, const struct account_view *account, uint64_t seq, bool is_duplicate)
{
	json_member_string(out, "account", account->name);
	json_member_int(out, "risk", account->risk);
	json_member_string(out, "band", bytes_of(band_names[account->band]));
	json_key(out, "links");
	json_open_array(out);
	for (unsigned i = 0; i < account->n_links; i++) {
		json_open_object(out);
		json_member_string(out, "account", account->links[i].b);
		json_member_int(out, "score", account->links[i].score);
		json_member_string(out, "state", bytes_of(link_state_names[account->links[i].state]));
		json_close_object(out);
	}
	json_close_array(out);
	render_optional(out, "cluster", account->cluster);
	render_strings(out, "alerts", account->alerts, account->n_alerts);
	json_member_int(out, "seq", (int64_t)seq);
	if (is_duplicate)
		json_member_bool(out, "duplicate", true);
}

static void render_value(struct text *out, const struct value_view *value)
{
	json_open_object(out);
	json_member_string(out, "kind", value->kind);
	json_member_string(out, "shown", value->shown);
	render_key(out, value->key);
	json_member_int(out, "holders", value->holders);
	json_member_bool(out, "is_hub", value->is_hub);
	json_member_bool(out, "is_marked", value->is_marked);
	render_optional(out, "network", value->network ? bytes_of(network_kind_names[value->network]) : BYTES_NONE);
	render_noted(out, value->noted);
	json_member_int(out, "count", (int64_t)value->count);
	json_member_time(out, "first", value->first_ms);
	json_member_time(out, "last", value->last_ms);
	json_close_object(out);
}

static void render_account_links(struct text *out, const struct link_view *links, unsigned n)
{
	json_key(out, "links");
	json_open_array(out);
	for (unsigned i = 0; i < n; i++)
		render_link(out, &links[i]);
	json_close_array(out);
}

static void render_declared(struct text *out, const struct relation_view *relation)
{
	json_open_object(out);
	json_member_string(out, "kind", relation->kind);
	render_optional(out, "group", relation->group);
	render_optional(out, "with", relation->with);
	json_member_bool(out, "is_accepted", relation->is_accepted);
	json_member_bool(out, "is_known", relation->is_known);
	json_member_int(out, "members", relation->members);
	render_optional(out, "proof", relation->proof);
	render_optional(out, "actor", relation->actor);
	render_optional(out, "reason", relation->reason);
	json_member_time(out, "at", relation->ts_ms);
	json_close_object(out);
}

/* null without it; path: links from the account to the bad one. */
static void render_contagion(struct text *out, const struct account_view *account)
{
	json_key(out, "contagion");
	if (account->n_contagion_path == 0) {
		json_null(out);
		return;
	}
	json_open_object(out);
	json_member_int(out, "score", account->contagion);
	json_member_string(out, "source", account->contagion_path[account->n_contagion_path - 1].b);
	json_member_string(out, "because", account->contagion_cause);
	json_key(out, "path");
	json_open_array(out);
	for (unsigned i = 0; i < account->n_contagion_path; i++)
		render_link(out, &account->contagion_path[i]);
	json_close_array(out);
	json_close_object(out);
}

void render_account(struct text *out, const struct account_view *account)
{
	json_open_object(out);
	json_member_string(out, "account", account->name);
	render_optional(out, "site", account->site);
	json_member_int(out, "risk", account->risk);
	json_member_string(out, "band", bytes_of(band_names[account->band]));
	json_member_bool(out, "is_closed", account->is_closed);
	render_optional(out, "verdict", account->verdict);
	render_contagion(out, account);
	render_optional_time(out, "first", account->first_ms); /* an account may be named before its first event */
	render_optional_time(out, "last", account->last_ms);
	json_member_int(out, "events", (int64_t)account->events);
	json_member_int(out, "failed", (int64_t)account->failed);
	render_optional(out, "cluster", account->cluster);
	render_strings(out, "relations", account->relations, account->n_relations);
	json_key(out, "declared");
	json_open_array(out);
	for (unsigned i = 0; i < account->n_relations; i++)
		render_declared(out, &account->declared[i]);
	json_close_array(out);
	render_strings(out, "alerts", account->alerts, account->n_alerts);
	render_account_links(out, account->links, account->n_links);
	json_key(out, "values");
	json_open_array(out);
	for (unsigned i = 0; i < account->n_values; i++)
		render_value(out, &account->values[i]);
	json_close_array(out);
	json_close_object(out);
}

void render_links(struct text *out, struct bytes account, const struct link_view *links, unsigned n)
{
	json_open_object(out);
	json_member_string(out, "account", account);
	render_account_links(out, links, n);
	json_close_object(out);
}

static void render_member(struct text *out, const struct cluster_member *member)
{
	json_open_object(out);
	json_member_string(out, "account", member->account);
	render_optional_time(out, "joined", member->joined_ms);
	json_member_bool(out, "is_closed", member->is_closed);
	render_strings(out, "relations", member->relations, member->n_relations);
	json_close_object(out);
}

void render_cluster(struct text *out, const struct cluster_view *cluster, const struct alert_view *standing, unsigned n)
{
	json_open_object(out);
	json_member_string(out, "cluster", cluster->id);
	json_key(out, "members");
	json_open_array(out);
	for (unsigned i = 0; i < cluster->n_members; i++)
		render_member(out, &cluster->members[i]);
	json_close_array(out);
	render_account_links(out, cluster->links, cluster->n_links);
	json_key(out, "held_apart");
	json_open_array(out);
	for (unsigned i = 0; i < cluster->n_near; i++)
		render_link(out, &cluster->near[i]);
	json_close_array(out);
	render_alerts(out, standing, n);
	json_close_object(out);
}

void render_alert(struct text *out, const struct alert_view *alert)
{
	json_open_object(out);
	json_member_string(out, "id", alert->id);
	json_member_string(out, "rule", alert->rule);
	json_member_string(out, "title", alert->title);
	json_member_string(out, "level", alert->level);
	json_member_string(out, "state", bytes_of(alert_state_names[alert->state]));
	json_member_string(out, "summary", alert->summary);
	render_optional(out, "recommendation", alert->recommendation);
	json_member_string(out, "subject", alert->subject_kind);
	alert_path_json(out, &alert->about);
	render_strings(out, "accounts", alert->accounts, alert->n_accounts);
	render_optional(out, "cluster", alert->cluster);
	render_optional(out, "lead", alert->lead);
	json_key(out, "group");
	if (alert->group)
		alert_group_json(out, alert->group, true);
	else
		json_null(out);
	json_member_int(out, "score", alert->score);
	if (alert->about.score_now != alert->about.score)
		json_member_int(out, "score_now", alert->about.score_now);
	json_member_time(out, "opened", alert->opened_ms);
	json_member_time(out, "updated", alert->updated_ms);
	render_optional_time(out, "deadline", alert->deadline_ms);
	json_member_bool(out, "is_overdue", alert->is_overdue);
	json_member_int(out, "appeal_round", alert->appeal_round);
	render_optional(out, "resolution", alert->resolution);
	render_optional(out, "reason", alert->reason);
	render_optional(out, "actor", alert->actor);
	render_optional(out, "owner", alert->owner);
	render_optional_time(out, "snoozed_until", alert->snoozed_until_ms);
	json_member_int(out, "notes", alert->n_notes);
	json_member_int(out, "opened_seq", (int64_t)alert->opened_seq);
	json_member_int(out, "updated_seq", (int64_t)alert->updated_seq);
	json_close_object(out);
}

void render_alerts(struct text *out, const struct alert_view *alerts, unsigned n)
{
	json_key(out, "alerts");
	json_open_array(out);
	for (unsigned i = 0; i < n; i++)
		render_alert(out, &alerts[i]);
	json_close_array(out);
}

static void render_tried(struct text *out, const struct rule_view *rule)
{
	json_key(out, "tried");
	json_open_object(out);
	json_member_int(out, "readings", (int64_t)rule->read);
	json_member_int(out, "counts", (int64_t)rule->counts);
	json_member_int(out, "raised", (int64_t)rule->raised);
	json_member_int(out, "lowered", (int64_t)rule->lowered);
	json_close_object(out);
}

void render_rules(struct text *out, const struct rules_view *rules)
{
	json_open_object(out);
	json_key(out, "rules");
	json_open_array(out);
	for (unsigned i = 0; i < rules->n; i++) {
		const struct rule_view *rule = &rules->at[i];

		json_open_object(out);
		json_member_string(out, "rule", rule->rule);
		json_member_string(out, "form", rule->form);
		json_member_string(out, "status", rule->status);
		json_member_string(out, "level", rule->level);
		json_member_string(out, "title", rule->title);
		json_member_int(out, "links", (int64_t)rule->links);
		if (rule->is_tried)
			render_tried(out, rule);
		json_member_int(out, "opened", (int64_t)rule->opened);
		json_member_int(out, "standing", (int64_t)rule->standing);
		json_close_object(out);
	}
	json_close_array(out);
	json_member_int(out, "links_read", (int64_t)rules->links_read);
	json_member_int(out, "links", (int64_t)rules->links);
	json_close_object(out);
}

void render_value_holders(struct text *out, const struct value_holders_view *value)
{
	json_open_object(out);
	json_member_string(out, "kind", value->kind);
	json_member_string(out, "title", value->kind_title);
	json_member_string(out, "shown", value->shown);
	render_key(out, value->key);
	json_member_int(out, "holders", value->holders);
	json_member_bool(out, "is_hub", value->is_hub);
	render_optional(out, "network", value->network ? bytes_of(network_kind_names[value->network]) : BYTES_NONE);
	render_mark(out, &value->mark);
	render_notes(out, value->notes, value->n_notes);
	json_key(out, "accounts");
	json_open_array(out);
	for (unsigned i = 0; i < value->n_latest; i++) {
		const struct holder_view *holder = &value->latest[i];

		json_open_object(out);
		json_member_string(out, "account", holder->account);
		json_member_time(out, "first", holder->first_ms);
		json_member_time(out, "last", holder->last_ms);
		json_member_int(out, "count", (int64_t)holder->count);
		json_close_object(out);
	}
	json_close_array(out);
	json_close_object(out);
}

void render_stack(struct text *out, const struct stack_view *stack)
{
	json_open_object(out);
	json_member_string(out, "kind", stack->kind);
	json_member_string(out, "title", stack->kind_title);
	json_member_string(out, "stack", stack->stack);
	json_member_int(out, "accounts", stack->accounts);
	json_member_milli(out, "rarity", stack->rarity_mb);
	json_key(out, "claims");
	json_open_array(out);
	for (unsigned i = 0; i < stack->n_claims; i++) {
		json_open_object(out);
		json_member_string(out, "agent", stack->claims[i].agent);
		json_member_int(out, "accounts", stack->claims[i].accounts);
		json_member_int(out, "of", stack->claims[i].of);
		json_close_object(out);
	}
	json_close_array(out);
	json_close_object(out);
}

void render_stats(struct text *out, const struct engine_stats *stats)
{
	json_member_int(out, "seq", (int64_t)stats->seq);
	render_optional_time(out, "engine_time", stats->now_ms);
	json_member_int(out, "events", (int64_t)stats->events);
	json_member_int(out, "accounts", (int64_t)stats->accounts);
	json_member_int(out, "values", (int64_t)stats->values);
	json_member_int(out, "postings", (int64_t)stats->postings);
	json_member_int(out, "pairs", (int64_t)stats->pairs);
	json_member_int(out, "clusters", (int64_t)stats->clusters);
	json_member_int(out, "hubs", (int64_t)stats->hubs);
	json_key(out, "links");
	json_open_object(out);
	for (unsigned i = 1; i < BANDS; i++)
		json_member_int(out, band_names[i], (int64_t)stats->links[i]);
	json_close_object(out);
	json_key(out, "alerts");
	json_open_object(out);
	for (unsigned i = 0; i < ALERT_STATES; i++)
		json_member_int(out, alert_state_names[i], (int64_t)stats->alerts[i]);
	json_close_object(out);
	json_member_int(out, "alerts_overdue", (int64_t)stats->alerts_overdue);
	json_member_int(out, "memory_bytes", (int64_t)stats->memory_total);
	json_member_int(out, "memory_links_bytes", (int64_t)stats->memory_pairs);
	json_member_int(out, "accounts_waiting", (int64_t)stats->waiting);
	json_member_int(out, "limits_hit", (int64_t)stats->limits_hit);
}
