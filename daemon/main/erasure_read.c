/* The half of an erasure that reads: rows, alerts, lines.
 * I1: what is decided is decided by tombstones, never by the name alone: a restart goes on without it. */
#include "erasure_parts.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "daemon/audit/trail.h"
#include "daemon/model/alert_json.h"

#define ALERT_MAX (16 << 20)

static bool concerns(const struct erased *whom, const struct alert_view *alert)
{
	for (unsigned i = 0; i < alert->n_accounts; i++)
		if (erased_has(whom, alert->accounts[i]))
			return true;
	for (unsigned i = 0; alert->group != NULL && i < alert->group->n_accounts; i++)
		if (erased_has(whom, alert->group->accounts[i]))
			return true;
	return false;
}

/* Most lines do not even hold the name. */
static bool may_concern(const struct erasure *e, struct bytes json)
{
	return e->account.len == 0 || e->is_for_all || bytes_find(json, e->quoted) >= 0 || bytes_find(json, e->shown) >= 0;
}

/* Of an alert as JSON; *id is in the scratch arena. What is no alert concerns nobody. */
static bool json_concerns(struct erasure *e, struct bytes json, struct bytes *id)
{
	struct alert_view alert = { 0 };
	struct json_doc doc;
	if (!may_concern(e, json))
		return false;
	arena_reset(e->scratch);
	if (json_parse(e->parser, json, &doc, NULL) != ERR_OK || alert_from_json(&doc, e->scratch, &alert) != ERR_OK)
		return false;
	*id = alert.id;
	return concerns(e->whom, &alert);
}

static enum err note_alert(void *arg, const struct store_told *row)
{
	struct erasure *e = arg;
	struct bytes id;
	if (json_concerns(e, row->json, &id))
		strtab_intern(e->alerts, id);
	return ERR_OK;
}

/* The mark (erasing_mark) will say of all that they are done. */
static enum err note_unfinished(struct erasure *e, const char *dir)
{
	struct erased *before = NULL;
	uint64_t clean = 0;
	enum err err = tombstones_read(dir, &before, &e->error);
	if (err == ERR_OK)
		err = store_fact(dir, TOMBSTONES_FACT, &clean, &e->error);
	if (err == ERR_NOTFOUND && e->error.text[0] == '\0')
		err = ERR_OK;
	e->is_for_all = err == ERR_OK && clean < erased_count(before);
	erased_free(before);
	return err;
}

void erasing_note(struct store_query *q, const char *dir)
{
	struct erasure *e = q->owner;
	e->parser = json_parser_new(ALERT_MAX, EVENT_DEPTH_MAX);
	e->alerts = strtab_new();
	e->result = note_unfinished(e, dir);
	if (e->result == ERR_OK && e->account.len > 0)
		e->result = tombstones_add(dir, e->account, &e->error);
	if (e->result == ERR_OK)
		e->result = tombstones_read(dir, &e->fresh, &e->error);
	if (e->result == ERR_OK)
		e->result = tombstones_read(dir, &e->whom, &e->error);
	if (e->result == ERR_OK)
		e->result = store_read_told(dir, note_alert, e, &e->error);
}

enum sweep_verdict erasing_decide(void *arg, const struct store_event *row, struct text *changed)
{
	struct erasure *e = arg;
	struct event ev;
	arena_reset(e->scratch);
	if (decode_event(row->payload, e->scratch, &ev) != ERR_OK)
		return SWEEP_KEEPS; /* the start-up says so of a row that does not decode */
	bool is_gone = erased_names(e->whom, &ev) || (ev.alert.len > 0 && strtab_find(e->alerts, ev.alert) != STRTAB_NONE);
	return is_gone ? SWEEP_REMOVES : SWEEP_KEEPS;
}

static enum err note_told(void *arg, const struct store_told *row)
{
	struct erasure *e = arg;
	struct bytes id;
	if (!json_concerns(e, row->json, &id))
		return ERR_OK;
	if (row->alert.len > 0)
		VEC_PUSH(&e->gone_alerts, arena_bytes(e->arena, row->alert));
	else
		VEC_PUSH(&e->gone_outbox, row->number);
	return ERR_OK;
}

void erasing_read(struct store_query *q, const char *dir)
{
	struct erasure *e = q->owner;
	e->result = store_read_told(dir, note_told, e, &e->error);
}

static bool is_line_gone(void *arg, struct bytes line, struct text *instead)
{
	struct bytes id;
	return json_concerns(arg, line, &id);
}

static bool names_erased(struct erasure *e, struct bytes line)
{
	const struct json_node *accounts;
	struct json_doc doc;
	if (!may_concern(e, line))
		return false;
	if (json_parse(e->parser, line, &doc, NULL) != ERR_OK)
		return false;
	accounts = json_get(&doc, doc.nodes, "accounts");
	if (accounts == NULL || accounts->type != JSON_ARRAY)
		return false;
	for (const struct json_node *at = json_first(&doc, accounts); at != NULL; at = json_after(&doc, accounts, at))
		if (at->type == JSON_STRING && erased_has(e->whom, at->text))
			return true;
	return false;
}

/* Of the audit log: who asked about whom. Its chain goes on over the gap. */
static bool is_entry_gone(void *arg, struct bytes line, struct text *instead)
{
	if (!names_erased(arg, line))
		return false;
	audit_erased(line, instead);
	return true;
}

static enum err erase_entries(struct erasure *e, const char *dir)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/" AUDIT_FILE, dir);
	return log_lines_erase(path, is_entry_gone, e, &e->lines, &e->error);
}

void erasing_logs(struct store_query *q, const char *dir)
{
	struct erasure *e = q->owner;
	e->result = log_lines_erase(e->d->config->alert_log, is_line_gone, e, &e->lines, &e->error);
	if (e->result == ERR_OK)
		e->result = erase_entries(e, dir);
}

void erasing_mark(struct store_query *q, const char *dir)
{
	struct erasure *e = q->owner;
	e->result = store_set_fact(dir, TOMBSTONES_FACT, erased_count(e->whom), &e->error);
}
