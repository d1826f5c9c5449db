/* An alert as OCSF 1.3 Detection Finding: class 2004 of category 2. https://schema.ocsf.io/1.3.0/classes/detection_finding
 * I1: the word beside a number is the schema's for that number, not ours.
 * I2: an observable names a place in this event where its value stands. */
#include "shape.h"

#define CLASS 2004
#define OBSERVABLE_USER_NAME 4
#define ACCOUNTS_MAX 256

struct word { int id; const char *caption; };

/* OCSF counts severity up, syslog down. */
static struct word severity_of(struct bytes level)
{
	static const char *const captions[] = { [1] = "Informational", [2] = "Low", [3] = "Medium", [4] = "High", [5] = "Critical" };
	int id = 7 - shape_severity(level);

	return (struct word){ id, captions[id] };
}

static int activity_id(const struct sink_row *row)
{
	return bytes_is(row->event, "opened") || bytes_is(row->event, "test") ? 1 : bytes_is(row->event, "resolved") ? 3 : 2;
}

static struct word status_of(const struct alert_view *al)
{
	if (al->state == ALERT_RESOLVED && bytes_is(al->resolution, "false_positive"))
		return (struct word){ 3, "Suppressed" };
	if (al->state == ALERT_RESOLVED)
		return (struct word){ 4, "Resolved" };
	return al->state == ALERT_OPEN ? (struct word){ 1, "New" } : (struct word){ 2, "In Progress" };
}

/* I1 */
static void add_word(struct text *t, const char *id_key, const char *key, struct word word)
{
	json_member_int(t, id_key, word.id);
	json_member_string(t, key, bytes_of(word.caption));
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
	json_member_string(t, "title", alert_told_title(al));
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

static void add_evidences(struct text *t, const struct alert_view *al)
{
	const struct bytes *names = al->group ? al->group->accounts : al->accounts;
	unsigned n = al->group ? al->group->n_accounts : al->n_accounts;

	json_key(t, "evidences");
	json_open_array(t);
	for (unsigned i = 0; i < n && i < ACCOUNTS_MAX; i++) {
		json_open_object(t);
		json_key(t, "actor");
		json_open_object(t);
		json_key(t, "user");
		json_open_object(t);
		json_member_string(t, "name", names[i]);
		json_close_object(t);
		json_close_object(t);
		json_close_object(t);
	}
	json_close_array(t);
}

static void add_observables(struct text *t, const struct alert_view *al)
{
	const struct bytes *names = al->group ? al->group->accounts : al->accounts;
	unsigned n = al->group ? al->group->n_accounts : al->n_accounts;

	json_key(t, "observables");
	json_open_array(t);
	for (unsigned i = 0; i < n && i < ACCOUNTS_MAX; i++) {
		json_open_object(t);
		json_member_string(t, "name", BYTES_LIT("evidences[].actor.user.name")); /* I2 */
		json_member_int(t, "type_id", OBSERVABLE_USER_NAME);
		json_member_string(t, "type", BYTES_LIT("User Name"));
		json_member_string(t, "value", names[i]);
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
	add_word(t, "severity_id", "severity", severity_of(al->level));
	add_word(t, "status_id", "status", status_of(al));
	json_member_int(t, "confidence_score", al->score / 10);
	json_member_string(t, "message", al->summary);
	if (al->reason.len > 0)
		json_member_string(t, "comment", al->reason);
	add_metadata(t, row);
	add_finding(t, al);
	if (al->n_accounts > 0)
		add_evidences(t, al);
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
