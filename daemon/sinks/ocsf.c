/* An alert as OCSF 1.3 Detection Finding: class 2004 of category 2. https://schema.ocsf.io/1.3.0/classes/detection_finding */
#include "shape.h"

#define CLASS 2004
#define OBSERVABLE_USER_NAME 4
#define OBSERVABLES_MAX 256

/* OCSF counts severity up, syslog down. */
static int severity_id(struct bytes level)
{
	return 7 - shape_severity(level);
}

static int activity_id(const struct sink_row *row)
{
	return bytes_is(row->event, "opened") || bytes_is(row->event, "test") ? 1 : bytes_is(row->event, "resolved") ? 3 : 2;
}

static int status_id(const struct alert_view *al)
{
	return al->state == ALERT_RESOLVED ? 4 : al->state == ALERT_OPEN ? 1 : 2;
}

static void add_metadata(struct text *t, const struct sink_row *row)
{
	char key[SHAPE_KEY_SIZE];

	shape_key(row, 1, key);
	json_key(t, "metadata");
	json_open_object(t);
	json_member_string(t, "version", BYTES_LIT("1.3.0"));
	json_member_string(t, "uid", bytes_of(key));
	json_member_int(t, "sequence", (int64_t)row->alert->updated_seq);
	json_key(t, "product");
	json_open_object(t);
	json_member_string(t, "name", BYTES_LIT("assocd"));
	json_member_string(t, "vendor_name", BYTES_LIT("assocd"));
	json_member_string(t, "version", BYTES_LIT(ASSOCD_VERSION));
	json_close_object(t);
	json_close_object(t);
}

static void add_finding(struct text *t, const struct alert_view *al)
{
	json_key(t, "finding_info");
	json_open_object(t);
	json_member_string(t, "uid", al->id);
	json_member_string(t, "title", al->title);
	json_member_string(t, "desc", al->summary);
	json_member_int(t, "created_time", al->opened_ms);
	json_member_int(t, "modified_time", al->updated_ms);
	json_key(t, "analytic");
	json_open_object(t);
	json_member_string(t, "uid", al->rule);
	json_member_int(t, "type_id", 1);
	json_member_string(t, "type", BYTES_LIT("Rule"));
	json_close_object(t);
	json_close_object(t);
}

static void add_observables(struct text *t, const struct alert_view *al)
{
	json_key(t, "observables");
	json_open_array(t);
	for (unsigned i = 0; i < al->n_accounts && i < OBSERVABLES_MAX; i++) {
		json_open_object(t);
		json_member_string(t, "name", BYTES_LIT("account"));
		json_member_int(t, "type_id", OBSERVABLE_USER_NAME);
		json_member_string(t, "type", BYTES_LIT("User Name"));
		json_member_string(t, "value", al->accounts[i]);
		json_close_object(t);
	}
	json_close_array(t);
}

static void add_finding_event(struct text *t, const struct sink_row *row)
{
	const struct alert_view *al = row->alert;
	int activity = activity_id(row);

	json_open_object(t);
	json_member_int(t, "category_uid", 2);
	json_member_int(t, "class_uid", CLASS);
	json_member_int(t, "type_uid", CLASS * 100 + activity);
	json_member_int(t, "activity_id", activity);
	json_member_int(t, "time", al->updated_ms);
	json_member_int(t, "severity_id", severity_id(al->level));
	json_member_string(t, "severity", al->level);
	json_member_int(t, "status_id", status_id(al));
	json_member_string(t, "status", bytes_of(alert_state_names[al->state]));
	json_member_int(t, "confidence_score", al->score / 10);
	json_member_string(t, "message", al->summary);
	if (al->reason.len > 0)
		json_member_string(t, "comment", al->reason);
	add_metadata(t, row);
	add_finding(t, al);
	add_observables(t, al);
	json_close_object(t);
}

void shape_ocsf(struct text *out, const struct sink_row *row)
{
	struct text plain = { 0 };

	add_finding_event(&plain, row);
	shape_json(out, text_bytes(&plain));
	text_free(&plain);
}
