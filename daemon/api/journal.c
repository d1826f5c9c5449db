/* Events as the journal keeps them: normalised, with private values masked. Main reads them; the answer follows. */
#include <stdlib.h>

#include "call.h"
#include "journal.h"
#include "render.h"

struct waiting_for_events {
	struct api_later later;
	struct text account;
};

static void render_attr(const struct journal_form *form, struct text *out, const struct attr *attr)
{
	struct note_view newest;

	json_open_object(out);
	json_member_string(out, "kind", form->kinds->rows[attr->kind].name);
	json_member_string(out, "shown", attr->shown);
	render_key(out, attr->key);
	if (form->notes_of && engine_newest_note(form->notes_of, attr, &newest))
		render_noted(out, &newest);
	json_close_object(out);
}

static void render_attrs(const struct journal_form *form, struct text *out, const struct event *event)
{
	json_key(out, "values");
	json_open_array(out);
	for (unsigned i = 0; i < event->n_attrs; i++) {
		const struct attr *attr = &event->attrs[i];

		if (attr->kind < form->kinds->n && !form->kinds->rows[attr->kind].is_port_block)
			render_attr(form, out, attr);
	}
	json_close_array(out);
}

static void render_statement(struct text *out, const struct event *event)
{
	const struct { const char *key; struct bytes text; } rows[] = {
		{ "relation", event->relation_kind }, { "group", event->relation_group }, { "relation_with", event->relation_with },
		{ "proof", event->relation_proof }, { "actor", event->actor }, { "with", event->with }, { "alert", event->alert },
		{ "reason", event->reason }, { "value", event->value }, { "kind", event->kind }, { "round", event->round },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].text.len > 0)
			json_member_string(out, rows[i].key, rows[i].text);
	if (event->until_ms)
		json_member_time(out, "until", event->until_ms);
}

void journal_render_event(const struct journal_form *form, struct text *out, const struct event *event)
{
	char ip[IP_TEXT_SIZE];

	json_open_object(out);
	json_member_int(out, "seq", (int64_t)event->seq);
	json_member_time(out, "ts", event->ts_ms);
	json_member_string(out, "type", event->word);
	json_member_string(out, "account", event->account);
	if (event->id.len > 0)
		json_member_string(out, "id", event->id);
	if (event->is_failed)
		json_member_bool(out, "ok", false);
	if (event->has_ip)
		json_member_string(out, "ip", bytes_of(ip_format(&event->ip, ip)));
	if (event->is_ip_cut)
		json_member_string(out, "network", bytes_of(ip_format(&event->ip, ip)));
	if (event->has_port)
		json_member_int(out, "port", event->port);
	if (event->session.len > 0)
		json_member_string(out, "session", event->session);
	render_statement(out, event);
	render_attrs(form, out, event);
	json_close_object(out);
}

static void render_found(struct api_call *call, const struct waiting_for_events *w, const struct api_events *found)
{
	struct api_ports *ports = &call->api->setup.ports;
	const struct journal_form form = { &ports->rules(ports->arg)->kinds, call->engine };

	json_open_object(call->out);
	json_member_string(call->out, "account", text_bytes(&w->account));
	json_key(call->out, "events");
	json_open_array(call->out);
	for (unsigned i = 0; i < found->n; i++)
		journal_render_event(&form, call->out, &found->at[i]);
	json_close_array(call->out);
	json_key(call->out, "next");
	if (found->next)
		json_int(call->out, (int64_t)found->next);
	else
		json_null(call->out);
	json_close_object(call->out);
}

static void on_found(void *arg, const struct api_events *found)
{
	struct waiting_for_events *w = arg;
	struct api_call call = api_later_begin(&w->later);
	struct api_ports *ports = &call.api->setup.ports;

	call.engine = ports->engine(ports->arg);
	if (found->result == ERR_OK) {
		render_found(&call, w, found);
		api_reply_json(&call, 200);
	} else {
		api_busy(&call, found->error);
	}
	api_later_end(&call);
	text_free(&w->account);
	free(w);
}

static bool ask(struct api_call *call, const struct api_events_query *query)
{
	struct api_ports *ports = &call->api->setup.ports;
	struct waiting_for_events *w;

	if (!ports->events)
		return false;
	w = xcalloc(1, sizeof(*w));
	w->later = api_later(call);
	text_add(&w->account, query->account);
	if (ports->events(ports->arg, query, on_found, w) == ERR_OK)
		return true;
	text_free(&w->account);
	free(w);
	return false;
}

void get_account_events(struct api_call *call)
{
	struct api_events_query query;
	uint64_t limit;

	if (!api_query_number(call, "limit", 100, JOURNAL_EVENTS_MAX, &limit) ||
	    !api_query_number(call, "before", 0, INT64_MAX, &query.before))
		return;
	query.max = (unsigned)limit;
	if (!api_resolve_account(call, call->params[0], &query.account))
		api_not_found(call, "account", call->params[0]);
	else if (!ask(call, &query))
		api_busy(call, "as many questions about the journal wait as can be answered");
}
