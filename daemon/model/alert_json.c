/* Renders an alert. Members that say nothing (no cluster, no deadline, no actor) are left out; names and meanings only
 * ever grow under one schema name. */
#include "alert_json.h"

static void member_if_any(struct text *t, const char *key, struct bytes s)
{
	if (s.len > 0)
		json_member_string(t, key, s);
}

static void member_accounts(struct text *t, const struct alert_view *al)
{
	json_key(t, "accounts");
	json_open_array(t);
	for (unsigned i = 0; i < al->n_accounts; i++)
		json_string(t, al->accounts[i]);
	json_close_array(t);
}

void alert_json(struct text *t, const struct alert_view *al, const char *what)
{
	json_open_object(t);
	json_member_string(t, "schema", BYTES_LIT(ALERT_SCHEMA));
	if (what)
		json_member_string(t, "event", bytes_of(what));
	json_member_string(t, "id", al->id);
	json_member_string(t, "rule", al->rule);
	json_member_string(t, "title", al->title);
	json_member_string(t, "level", al->level);
	json_member_string(t, "state", bytes_of(alert_state_names[al->state]));
	json_member_string(t, "subject", al->subject_kind);
	member_accounts(t, al);
	member_if_any(t, "cluster", al->cluster);
	json_member_int(t, "score", al->score);
	json_member_string(t, "summary", al->summary);
	member_if_any(t, "recommendation", al->recommendation);
	member_if_any(t, "resolution", al->resolution);
	member_if_any(t, "reason", al->reason);
	member_if_any(t, "actor", al->actor);
	json_member_time(t, "opened", al->opened_ms);
	json_member_time(t, "updated", al->updated_ms);
	if (al->deadline_ms != 0)
		json_member_time(t, "deadline", al->deadline_ms);
	json_member_int(t, "opened_seq", (int64_t)al->opened_seq);
	json_member_int(t, "updated_seq", (int64_t)al->updated_seq);
	json_close_object(t);
}
