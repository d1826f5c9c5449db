/* What changed for an account, a cluster or an alert. */
#include "render.h"

static bool has_scores(enum change_type type)
{
	return type <= CHANGE_CONTAGION_WENT;
}

void render_because(struct text *out, const struct cause_view *because)
{
	if (because == NULL)
		return;
	json_key(out, "because");
	json_open_object(out);
	json_member_string(out, "cause", bytes_of(because->word));
	json_member_if_any(out, "kind", because->kind);
	json_member_if_any(out, "shown", because->shown);
	if (because->holders > 0) {
		json_member_int(out, "holders", because->holders);
		json_member_bool(out, "is_at_least", because->is_at_least);
	}
	json_member_if_any(out, "statement", because->statement);
	json_member_if_any(out, "value", because->value);
	json_member_if_any(out, "actor", because->actor);
	json_member_if_any(out, "reason", because->reason);
	json_member_if_any(out, "proof", because->proof);
	if (because->ts_ms != 0)
		json_member_time(out, "at", because->ts_ms);
	if (because->new_mb != 0)
		json_member_milli(out, "new_bits", because->new_mb);
	if (because->limit != NULL) {
		json_member_string(out, "limit", bytes_of(because->limit));
		json_member_int(out, "most", because->most);
	}
	json_close_object(out);
}

static void render_change(struct text *out, const struct change_view *change)
{
	json_open_object(out);
	json_member_time(out, "at", change->ts_ms);
	json_member_int(out, "seq", (int64_t)change->seq);
	json_member_string(out, "change", bytes_of(change_type_names[change->type]));
	render_optional(out, "account", change->account);
	render_optional(out, "cluster", change->cluster);
	render_optional(out, "alert", change->alert);
	render_optional(out, "rule", change->rule);
	render_optional(out, "relation", change->relation);
	if (has_scores(change->type)) {
		json_member_int(out, "score_before", change->before);
		json_member_int(out, "score", change->after);
	}
	if (change->actor.len > 0)
		json_member_string(out, "actor", change->actor);
	if (change->value.len > 0)
		json_member_string(out, "value", change->value);
	render_optional(out, "reason", change->reason);
	render_because(out, change->because);
	json_close_object(out);
}

void render_history(struct text *out, const char *key, const struct history_view *history)
{
	json_open_object(out);
	json_member_string(out, key, history->subject);
	json_key(out, "changes");
	json_open_array(out);
	for (unsigned i = 0; i < history->n_changes; i++)
		render_change(out, &history->changes[i]);
	json_close_array(out);
	json_member_int(out, "total", (int64_t)history->total);
	json_close_object(out);
}
