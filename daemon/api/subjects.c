/* All that is stored about an account, for whoever has a right to it: what the journal holds, page by page, and with the
 * first page what was made of it; and taking all of it out, which main does. */
#include <stdlib.h>

#include "call.h"
#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "journal.h"
#include "render.h"

struct waiting_for_subject {
	struct api_later later;
	struct text account;
	bool is_first;
};

static bool concerns(const struct alert_view *alert, struct bytes account)
{
	for (unsigned i = 0; i < alert->n_accounts; i++)
		if (bytes_eq(alert->accounts[i], account))
			return true;
	return false;
}

static void render_alerts_about(struct api_call *call, struct bytes account)
{
	struct alert_query all = { .state = -1, .max = UINT32_MAX };
	struct alert_view *alerts;
	unsigned n = 0;

	json_key(call->out, "alerts");
	json_open_array(call->out);
	if (engine_alerts(call->engine, &all, call->arena, &alerts, &n) == ERR_OK)
		for (unsigned i = 0; i < n; i++)
			if (concerns(&alerts[i], account))
				render_alert(call->out, &alerts[i]);
	json_close_array(call->out);
}

/* What analysts wrote of a value or a range is about all who use it. */
static void render_without_notes(struct text *out, struct account_view *account)
{
	for (unsigned i = 0; i < account->n_values; i++)
		account->values[i].noted = NULL;
	render_account(out, account);
}

/* What is made of the events. Null when none is left of which anything could be made. */
static void render_made(struct api_call *call, struct bytes name)
{
	struct account_view account;
	struct history_view history;

	json_key(call->out, "standing");
	if (engine_account(call->engine, name, call->arena, &account) == ERR_OK)
		render_without_notes(call->out, &account);
	else
		json_null(call->out);
	json_key(call->out, "history");
	if (engine_account_history(call->engine, name, call->arena, &history) == ERR_OK)
		render_history(call->out, "account", &history);
	else
		json_null(call->out);
	render_alerts_about(call, name);
}

/* "events" comes last: assocctl strings the pages together there. */
static void render_page(struct api_call *call, const struct waiting_for_subject *w, const struct api_events *found)
{
	struct api_ports *ports = &call->api->setup.ports;
	const struct journal_form form = { &ports->rules(ports->arg)->kinds, NULL };

	json_open_object(call->out);
	json_member_string(call->out, "schema", BYTES_LIT("assocd.subject/1"));
	json_member_string(call->out, "account", text_bytes(&w->account));
	json_member_time(call->out, "made_at", clock_wall_ms());
	if (w->is_first)
		render_made(call, text_bytes(&w->account));
	json_key(call->out, "next");
	if (found->next)
		json_int(call->out, (int64_t)found->next);
	else
		json_null(call->out);
	json_key(call->out, "events");
	json_open_array(call->out);
	for (unsigned i = 0; i < found->n; i++)
		journal_render_event(&form, call->out, &found->at[i]);
	json_close_array(call->out);
	json_close_object(call->out);
}

static void on_found(void *arg, const struct api_events *found)
{
	struct waiting_for_subject *w = arg;
	struct api_call call = api_later_begin(&w->later);
	struct api_ports *ports = &call.api->setup.ports;

	call.engine = ports->engine(ports->arg);
	if (found->result == ERR_OK) {
		render_page(&call, w, found);
		api_reply_json(&call, 200);
	} else {
		api_busy(&call, found->error);
	}
	api_later_end(&call);
	text_free(&w->account);
	free(w);
}

void get_subject(struct api_call *call)
{
	struct api_ports *ports = &call->api->setup.ports;
	struct api_events_query query = { .max = JOURNAL_EVENTS_MAX };
	struct waiting_for_subject *w;

	if (!api_query_number(call, "before", 0, INT64_MAX, &query.before))
		return;
	if (!api_resolve_account(call, call->params[0], &query.account)) {
		api_not_found(call, "account", call->params[0]);
		return;
	}
	w = xcalloc(1, sizeof(*w));
	w->later = api_later(call);
	w->is_first = query.before == 0;
	text_add(&w->account, query.account);
	if (ports->events && ports->events(ports->arg, &query, on_found, w) == ERR_OK)
		return;
	text_free(&w->account);
	free(w);
	api_busy(call, "as many questions about the journal wait as can be answered");
}

struct waiting_for_erasure {
	struct api_later later;
	struct text account;
};

static void render_erased(struct text *out, const struct waiting_for_erasure *w, const struct api_erased *erased)
{
	json_open_object(out);
	json_member_string(out, "account", text_bytes(&w->account));
	json_member_int(out, "events", (int64_t)erased->events);
	json_member_int(out, "told", (int64_t)erased->told);
	json_member_int(out, "log_lines", (int64_t)erased->log_lines);
	json_member_int(out, "compressed_logs", erased->compressed_logs);
	json_member_int(out, "unread_lines", (int64_t)erased->unread_lines);
	render_optional(out, "unread_at", bytes_of(erased->unread_at ? erased->unread_at : ""));
	json_member_int(out, "searched_bytes", (int64_t)erased->searched_bytes);
	json_member_int(out, "left", (int64_t)erased->left);
	render_optional(out, "left_in", bytes_of(erased->left_in ? erased->left_in : ""));
	json_member_int(out, "unsearched_files", (int64_t)erased->unsearched);
	render_optional(out, "unsearched_at", bytes_of(erased->unsearched_at ? erased->unsearched_at : ""));
	json_member_bool(out, "packed", erased->was_packed);
	json_close_object(out);
}

static void on_erased(void *arg, const struct api_erased *erased)
{
	struct waiting_for_erasure *w = arg;
	struct api_call call = api_later_begin(&w->later);

	if (erased->result == ERR_OK) {
		render_erased(call.out, w, erased);
		api_reply_json(&call, 200);
	} else {
		api_busy(&call, erased->error);
	}
	api_later_end(&call);
	text_free(&w->account);
	free(w);
}

/* The log names who asked, never who was asked about. */
void post_subject_erase(struct api_call *call)
{
	struct api_ports *ports = &call->api->setup.ports;
	struct waiting_for_erasure *w;
	struct bytes account;
	uint64_t may_be_unknown;

	if (!api_query_number(call, "unknown", 0, 1, &may_be_unknown))
		return;
	if (!api_resolve_account(call, call->params[0], &account) && !may_be_unknown) {
		api_not_found(call, "account", call->params[0]);
		return;
	}
	if (!ports->erase || account.len > EVENT_ACCOUNT_MAX) {
		api_problem(call, 422, "account", "an account's name is at most %d bytes", EVENT_ACCOUNT_MAX);
		return;
	}
	log_info("subject", "%s asks for an account to be erased", call->grant.name[0] ? call->grant.name : "admin");
	w = xcalloc(1, sizeof(*w));
	w->later = api_later(call);
	text_add(&w->account, account);
	ports->erase(ports->arg, text_bytes(&w->account), on_erased, w);
}
