/* Prometheus Alertmanager, API v2. An alert fires as long as it is told again; so all that stand are, every `resend`, and
 * each time with an end that lies four such times ahead: when assocd falls silent, so do its alerts. A resolved one is told
 * with an end of now.
 * I1: labels identify and hold no account: alertname (the rule), alert (its id), severity, subject. A level that changed
 *     is another alert to Alertmanager: with each change the alert is told to have ended under every other level.
 * I2: one that is put off or merged into another does not fire: it is told with an end of now, and fires again when it is
 *     woken, or stands by itself again. */
#include "sink.h"

#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/base/text.h"
#include "daemon/vendor/fetch.h"
#include "outcome.h"
#include "shape.h"

#define ACCOUNTS_SHOWN 10

struct alertmanager {
	const struct sink_settings *settings;
	struct fetcher *fetcher;
	struct transfer *transfer;
	struct sink_call *call;
	char *url;
	struct text body;
};

static enum err alertmanager_open(const struct sink_setup *setup, void **out, struct errbuf *eb)
{
	struct alertmanager *a = xcalloc(1, sizeof(*a));
	struct bytes root = bytes_of(setup->settings->url);
	struct text url = { 0 };

	while (bytes_ends(root, BYTES_LIT("/")))
		root.len--;
	text_addf(&url, "%.*s/api/v2/alerts", BYTES_ARG(root));
	*a = (struct alertmanager){ .settings = setup->settings, .fetcher = setup->fetcher, .url = url.ptr };
	*out = a;
	return ERR_OK;
}

static void alertmanager_close(void *self)
{
	struct alertmanager *a = self;

	free(a->url);
	text_free(&a->body);
	free(a);
}

static void add_labels(struct text *t, const struct alert_view *al, struct bytes level)
{
	json_key(t, "labels");
	json_open_object(t);
	json_member_string(t, "alertname", al->rule);
	json_member_string(t, "alert", al->id);
	json_member_string(t, "severity", level);
	json_member_string(t, "subject", al->subject_kind);
	json_member_string(t, "job", BYTES_LIT("assocd"));
	json_close_object(t);
}

static void add_annotation(struct text *t, const char *key, struct bytes value)
{
	struct text shown = { 0 };

	if (value.len == 0)
		return;
	shape_line(&shown, value, 4096);
	json_member_string(t, key, text_bytes(&shown));
	text_free(&shown);
}

static void add_annotations(struct text *t, const struct alert_view *al)
{
	struct text accounts = { 0 };

	const struct bytes *names = al->group ? al->group->accounts : al->accounts;
	unsigned n = al->group ? al->group->n_accounts : al->n_accounts;

	for (unsigned i = 0; i < n && i < ACCOUNTS_SHOWN; i++)
		text_addf(&accounts, "%s%.*s", i ? ", " : "", BYTES_ARG(names[i]));
	if (n > ACCOUNTS_SHOWN)
		text_addf(&accounts, " and %u more", n - ACCOUNTS_SHOWN);
	json_key(t, "annotations");
	json_open_object(t);
	add_annotation(t, "summary", alert_told_title(al));
	add_annotation(t, "description", al->summary);
	add_annotation(t, "recommendation", alert_told_advice(al));
	add_annotation(t, "accounts", text_bytes(&accounts));
	add_annotation(t, "state", bytes_of(alert_state_names[al->state]));
	add_annotation(t, "resolution", al->resolution);
	add_annotation(t, "reason", al->reason);
	add_annotation(t, "owner", al->owner);
	json_close_object(t);
	text_free(&accounts);
}

/* I2 */
static bool is_silent(const struct alert_view *al, int64_t now_ms)
{
	return al->state == ALERT_RESOLVED || al->lead.len > 0 || al->snoozed_until_ms > now_ms;
}

static void add_alert(const struct alertmanager *a, struct text *t, const struct sink_row *row, int64_t now_ms)
{
	const struct alert_view *al = row->alert;
	/* Alertmanager refuses an alert that ends before it starts: times of events may lie ahead of this clock. */
	int64_t start_ms = al->opened_ms < now_ms ? al->opened_ms : now_ms;

	json_open_object(t);
	add_labels(t, al, al->level);
	add_annotations(t, al);
	json_member_time(t, "startsAt", start_ms);
	json_member_time(t, "endsAt", is_silent(al, now_ms) ? now_ms : now_ms + 4 * a->settings->resend_ms);
	if (a->settings->link) {
		struct text link = { 0 };

		text_addf(&link, "%s#/alerts/%.*s", a->settings->link, BYTES_ARG(al->id));
		json_member_string(t, "generatorURL", text_bytes(&link));
		text_free(&link);
	}
	json_close_object(t);
}

/* I1 */
static void add_other_levels(struct text *t, const struct alert_view *al, int64_t now_ms)
{
	static const char *const levels[] = { "info", "low", "medium", "high", "critical" };

	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (bytes_is(al->level, levels[i]))
			continue;
		json_open_object(t);
		add_labels(t, al, bytes_of(levels[i]));
		json_member_time(t, "startsAt", al->opened_ms < now_ms ? al->opened_ms : now_ms);
		json_member_time(t, "endsAt", now_ms);
		json_close_object(t);
	}
}

static bool may_have_changed_level(const struct sink_row *row)
{
	return bytes_is(row->event, "updated") || bytes_is(row->event, "resolved");
}

static void answered(void *arg, const struct transfer_answer *answer)
{
	struct alertmanager *a = arg;
	struct sink_call *call = a->call;

	a->transfer = NULL;
	a->call = NULL;
	outcome_of_http(call, a->settings->url, answer);
}

static void alertmanager_send(void *self, struct sink_call *call)
{
	static const char *const headers[] = { "Content-Type: application/json", "User-Agent: assocd/" ASSOCD_VERSION, NULL };
	struct alertmanager *a = self;

	text_clear(&a->body);
	json_open_array(&a->body);
	for (size_t i = 0; i < call->n; i++) {
		add_alert(a, &a->body, &call->rows[i], call->now_ms);
		if (may_have_changed_level(&call->rows[i]))
			add_other_levels(&a->body, call->rows[i].alert, call->now_ms);
	}
	json_close_array(&a->body);
	struct transfer_request rq = {
		.url = a->url, .headers = headers, .body = text_bytes(&a->body), .ca_file = a->settings->ca_file,
		.cert_file = a->settings->cert_file, .key_file = a->settings->key_file, .timeout_ms = (int)a->settings->timeout_ms,
	};
	a->call = call;
	a->transfer = fetcher_start(a->fetcher, &rq, answered, a);
}

static void alertmanager_cancel(void *self)
{
	struct alertmanager *a = self;

	transfer_cancel(a->transfer);
	a->transfer = NULL;
	a->call = NULL;
}

const struct sink sink_alertmanager = {
	.name = "alertmanager", .help = "Keeps alerts firing in a Prometheus Alertmanager, and ends them there.",
	.audience = AUDIENCE_ALL, .open = alertmanager_open, .close = alertmanager_close,
	.send = alertmanager_send, .cancel = alertmanager_cancel, .keeps_told = true, .group = 64,
};
