/* What people and the business state: its own keys, and what each type of statement needs.
 * I1: the value of a rating and of points is a number as rules read one (decimal.h). */
#include "event_reader.h"

#include "daemon/base/decimal.h"
#include "views.h"

/* A verdict's word, or a rating, which may be sent as a number. */
enum err event_read_value(struct event_reader *r, const struct json_node *node)
{
	char text[JSON_REAL_TEXT];

	if (node->type == JSON_INT)
		r->out->value = bytes_of(arena_printf(r->arena, "%lld", (long long)node->num));
	else if (node->type == JSON_DOUBLE)
		r->out->value = arena_bytes(r->arena, bytes_make(text, json_real_text(node->real, text)));
	else
		return event_read_text(r, node, EVENT_VALUE_MAX, &r->out->value);
	return ERR_OK;
}

enum err event_read_kind(struct event_reader *r, const struct json_node *node)
{
	if (node->type != JSON_STRING || !event_is_word(node->text))
		return event_refuse(r, "value", "\"kind\" must be a word of 1 to %d characters a-z, 0-9, _ . -", EVENT_WORD_MAX);
	r->out->kind = arena_bytes(r->arena, node->text);
	return ERR_OK;
}

enum err event_read_round(struct event_reader *r, const struct json_node *node)
{
	if (node->type != JSON_INT || node->num < 1 || node->num > EVENT_ROUND_MAX)
		return event_refuse(r, "value", "\"round\" must be a whole number from 1 to %d", EVENT_ROUND_MAX);
	r->out->round = bytes_of(arena_printf(r->arena, "%lld", (long long)node->num));
	return ERR_OK;
}

static enum err check_verdict(struct event_reader *r)
{
	const struct event *e = r->out;

	if (!bytes_is(e->value, "clean") && !bytes_is(e->value, "confirmed") && !bytes_is(e->value, "not_same"))
		return event_refuse(r, "value", "the \"value\" of a verdict is clean, confirmed or not_same");
	if (bytes_is(e->value, "not_same") && e->with.len == 0 && e->alert.len == 0)
		return event_refuse(r, "value", "verdict not_same needs \"with\" or \"alert\"");
	if (e->with.len > 0 && bytes_eq(e->with, e->account))
		return event_refuse(r, "account", "\"with\" names the account itself");
	return ERR_OK;
}

static enum err check_health(struct event_reader *r)
{
	struct event *e = r->out;
	int64_t milli;

	if (e->kind.len == 0)
		e->kind = BYTES_LIT("rating");
	bool needs_number = bytes_is(e->kind, "rating") || bytes_is(e->kind, "points");
	if (needs_number && !decimal_parse(e->value, &milli)) /* I1 */
		return event_refuse(r, "value", "the \"value\" of health %.*s is a number with at most three decimals",
				    BYTES_ARG(e->kind));
	return ERR_OK;
}

static bool is_resolution(struct bytes word)
{
	for (const char *const *known = alert_resolutions; *known; known++)
		if (bytes_is(word, *known))
			return true;
	return false;
}

/* What is done with an alert. */
static enum err check_act(struct event_reader *r)
{
	const struct event *e = r->out;

	if (e->alert.len == 0)
		return event_refuse(r, "value", "type \"%s\" needs \"alert\"", event_types[e->type].name);
	if (e->type == EVENT_RESOLVE && !is_resolution(e->value))
		return event_refuse(r, "value", "the \"value\" of resolve is confirmed, false_positive, explained, withdrawn or expired");
	if (e->type == EVENT_NOTE && e->reason.len == 0)
		return event_refuse(r, "value", "type \"note\" needs \"reason\": what is to be remembered");
	if (e->until_ms != 0 && (e->until_ms <= e->ts_ms || e->until_ms > e->ts_ms + EVENT_SNOOZE_MAX_MS))
		return event_refuse(r, "ts", "\"until\" lies ahead of \"ts\", by 366 days at most");
	return ERR_OK;
}

const char *const event_mark_words[] = { "shared", "generic", "none", "note", NULL };

static enum err check_mark(struct event_reader *r)
{
	const struct event *e = r->out;
	bool is_known = false;

	for (const char *const *word = event_mark_words; *word; word++)
		is_known |= bytes_is(e->value, *word);
	if (!r->mark)
		return event_refuse(r, "value", "type \"mark\" needs \"mark\": what it is on");
	if (!is_known)
		return event_refuse(r, "value", "the \"value\" of a mark is shared, generic, none or note");
	if (bytes_is(e->value, "note") && e->reason.len == 0)
		return event_refuse(r, "value", "a note needs \"reason\": what is to be remembered");
	return ERR_OK;
}

/* A key of one type of statement on another is a mistake of the sender. */
static enum err check_strays(struct event_reader *r)
{
	const struct event *e = r->out;

	if (r->relation && e->type != EVENT_RELATION)
		return event_refuse(r, "relation", "\"relation\" belongs to type \"relation\" only");
	if (r->mark && e->type != EVENT_MARK)
		return event_refuse(r, "value", "\"mark\" belongs to type \"mark\" only");
	if (e->kind.len > 0 && e->type != EVENT_HEALTH && e->type != EVENT_CONTACT)
		return event_refuse(r, "value", "\"kind\" belongs to the types \"health\" and \"contact\" only");
	if (e->round.len > 0 && e->type != EVENT_APPEAL)
		return event_refuse(r, "value", "\"round\" belongs to type \"appeal\" only");
	return ERR_OK;
}

enum err event_check_statement(struct event_reader *r)
{
	struct event *e = r->out;
	enum err err = check_strays(r);

	if (err)
		return err;
	switch (e->type) {
	case EVENT_RELATION:
		return r->relation ? ERR_OK : event_refuse(r, "relation", "type \"relation\" needs \"relation\"");
	case EVENT_VERDICT:
		return check_verdict(r);
	case EVENT_HEALTH:
		return check_health(r);
	case EVENT_CONTACT:
		if (e->kind.len == 0)
			e->kind = BYTES_LIT("attempt");
		return ERR_OK;
	case EVENT_MARK:
		return check_mark(r);
	case EVENT_ACK:
	case EVENT_RESOLVE:
	case EVENT_SNOOZE:
	case EVENT_ASSIGN:
	case EVENT_NOTE:
	case EVENT_REOPEN:
		return check_act(r);
	default:
		return ERR_OK;
	}
}
