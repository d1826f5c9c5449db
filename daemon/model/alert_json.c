/* Renders an alert. Members that say nothing (no cluster, no deadline, no actor) are left out; names and meanings only
 * ever grow under one schema name. */
#include "alert_json.h"

#include "daemon/base/clock.h"

static void member_strings(struct text *t, const char *key, const struct bytes *at, unsigned n)
{
	json_key(t, key);
	json_open_array(t);
	for (unsigned i = 0; i < n; i++)
		json_string(t, at[i]);
	json_close_array(t);
}

void alert_path_json(struct text *t, const struct alert_about *about)
{
	if (about->n_path == 0)
		return;
	json_key(t, "path");
	json_open_array(t);
	for (unsigned i = 0; i < about->n_path; i++) {
		const struct alert_step *step = &about->path[i];

		json_open_object(t);
		json_member_string(t, "account", step->account);
		if (step->state)
			json_member_string(t, "state", bytes_of(step->state));
		else if (i > 0)
			json_member_int(t, "score", step->score);
		json_close_object(t);
	}
	json_close_array(t);
	json_member_string(t, "path_end", bytes_of(about->path_end));
}

/* What the summary says of it. */
static void member_about(struct text *t, const struct alert_about *about)
{
	json_member_string(t, "subject", about->subject_kind);
	member_strings(t, "accounts", about->accounts, about->n_named);
	json_member_if_any(t, "cluster", about->cluster);
	if (about->n_members > 0)
		json_member_int(t, "members", about->n_members);
	if (about->score_now != about->score)
		json_member_int(t, "score_now", about->score_now);
	alert_path_json(t, about);
}

void alert_group_json(struct text *t, const struct alert_group *group, bool is_whole)
{
	json_open_object(t);
	json_member_int(t, "alerts", group->alerts);
	member_strings(t, "accounts", group->accounts, group->n_accounts);
	json_key(t, "reasons");
	json_open_array(t);
	for (unsigned i = 0; i < group->n_reasons; i++) {
		const struct alert_reason *reason = &group->reasons[i];

		json_open_object(t);
		json_member_string(t, "rule", reason->rule);
		json_member_string(t, "title", reason->title);
		json_member_string(t, "level", reason->level);
		json_member_int(t, "score", reason->score);
		json_member_int(t, "alerts", reason->alerts);
		json_member_if_any(t, "recommendation", reason->recommendation);
		if (is_whole)
			member_about(t, &reason->about);
		json_close_object(t);
	}
	json_close_array(t);
	if (is_whole)
		member_strings(t, "merged", group->merged, group->n_merged);
	json_close_object(t);
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
	member_strings(t, "accounts", al->accounts, al->n_accounts);
	json_member_if_any(t, "cluster", al->cluster);
	json_member_int(t, "score", al->score);
	json_member_string(t, "summary", al->summary);
	json_member_if_any(t, "recommendation", al->recommendation);
	json_member_if_any(t, "lead", al->lead);
	if (al->group) {
		json_key(t, "group");
		alert_group_json(t, al->group, false);
	}
	json_member_if_any(t, "resolution", al->resolution);
	json_member_if_any(t, "reason", al->reason);
	json_member_if_any(t, "actor", al->actor);
	json_member_if_any(t, "owner", al->owner);
	if (al->snoozed_until_ms != 0)
		json_member_time(t, "snoozed_until", al->snoozed_until_ms);
	if (al->n_notes > 0)
		json_member_int(t, "notes", al->n_notes);
	json_member_time(t, "opened", al->opened_ms);
	json_member_time(t, "updated", al->updated_ms);
	if (al->deadline_ms != 0)
		json_member_time(t, "deadline", al->deadline_ms);
	if (al->appeal_round > 0)
		json_member_int(t, "appeal_round", al->appeal_round);
	if (al->is_overdue)
		json_member_bool(t, "overdue", true);
	json_member_int(t, "opened_seq", (int64_t)al->opened_seq);
	json_member_int(t, "updated_seq", (int64_t)al->updated_seq);
	json_close_object(t);
}

/* Strings go into the arena: the document is the parser's until its next call. */
struct reading {
	const struct json_doc *doc;
	struct arena *arena;
};

static struct bytes read_text(const struct reading *r, const char *key)
{
	return arena_bytes(r->arena, json_get_text(r->doc, r->doc->nodes, key));
}

/* NULL where there is no such list. */
static struct bytes *read_accounts(const struct reading *r, const struct json_node *of, unsigned *n)
{
	const struct json_node *list = json_get(r->doc, of, "accounts");
	struct bytes *out;

	*n = 0;
	if (!list || list->type != JSON_ARRAY)
		return NULL;
	out = ARENA_ARRAY(r->arena, struct bytes, (size_t)list->num + 1);
	for (const struct json_node *at = json_first(r->doc, list); at; at = json_after(r->doc, list, at))
		out[(*n)++] = arena_bytes(r->arena, at->text);
	return out;
}

static const struct alert_group *read_group(const struct reading *r)
{
	const struct json_node *node = json_get(r->doc, r->doc->nodes, "group");
	struct alert_group *group = ARENA_NEW(r->arena, struct alert_group);

	if (!node || node->type != JSON_OBJECT)
		return NULL;
	*group = (struct alert_group){ .alerts = (unsigned)json_get_int(r->doc, node, "alerts", 1) };
	group->accounts = read_accounts(r, node, &group->n_accounts);
	const struct json_node *list = json_get(r->doc, node, "reasons"), *first = list ? json_first(r->doc, list) : NULL;
	group->title = arena_bytes(r->arena, first ? json_get_text(r->doc, first, "title") : BYTES_NONE);
	group->recommendation = arena_bytes(r->arena, first ? json_get_text(r->doc, first, "recommendation") : BYTES_NONE);
	return group;
}

static bool read_time(const struct reading *r, const char *key, int64_t *ms)
{
	struct bytes text = json_get_text(r->doc, r->doc->nodes, key);

	return text.len == 0 || time_parse_rfc3339(text, ms);
}

static bool read_state(struct bytes word, enum alert_state *state)
{
	for (unsigned i = 0; i < ALERT_STATES; i++)
		if (bytes_is(word, alert_state_names[i])) {
			*state = (enum alert_state)i;
			return true;
		}
	return false;
}

enum err alert_from_json(const struct json_doc *doc, struct arena *a, struct alert_view *out)
{
	const struct reading r = { doc, a };
	enum alert_state state;

	if (doc->nodes->type != JSON_OBJECT || !bytes_is(json_get_text(doc, doc->nodes, "schema"), ALERT_SCHEMA) ||
	    !read_state(json_get_text(doc, doc->nodes, "state"), &state))
		return ERR_CORRUPT;
	*out = (struct alert_view){
		.id = read_text(&r, "id"), .rule = read_text(&r, "rule"), .title = read_text(&r, "title"),
		.level = read_text(&r, "level"), .subject_kind = read_text(&r, "subject"), .cluster = read_text(&r, "cluster"),
		.state = state, .score = (int)json_get_int(doc, doc->nodes, "score", 0), .summary = read_text(&r, "summary"),
		.recommendation = read_text(&r, "recommendation"), .resolution = read_text(&r, "resolution"),
		.reason = read_text(&r, "reason"), .actor = read_text(&r, "actor"), .owner = read_text(&r, "owner"), .lead = read_text(&r, "lead"),
		.n_notes = (unsigned)json_get_int(doc, doc->nodes, "notes", 0),
		.appeal_round = (unsigned)json_get_int(doc, doc->nodes, "appeal_round", 0),
		.is_overdue = json_get(doc, doc->nodes, "overdue") != NULL,
		.opened_seq = (uint64_t)json_get_int(doc, doc->nodes, "opened_seq", 0),
		.updated_seq = (uint64_t)json_get_int(doc, doc->nodes, "updated_seq", 0),
	};
	out->accounts = read_accounts(&r, doc->nodes, &out->n_accounts);
	out->group = read_group(&r);
	bool are_times = read_time(&r, "opened", &out->opened_ms) && read_time(&r, "updated", &out->updated_ms) &&
			 read_time(&r, "deadline", &out->deadline_ms) && read_time(&r, "snoozed_until", &out->snoozed_until_ms);
	return are_times && out->id.len > 0 ? ERR_OK : ERR_CORRUPT;
}
