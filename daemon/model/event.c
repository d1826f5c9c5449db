/* The types of events, times that they may have, and account names: "site/account", or "account" alone when it has neither
 * site nor slash. */
#include "event_reader.h"

#define TS_MIN_MS INT64_C(946684800000)  /* 2000-01-01 */
#define TS_MAX_MS INT64_C(4102444800000) /* 2100-01-01 */

const struct event_type_row event_types[EVENT_TYPES] = {
	[EVENT_ACTIVITY] = { "activity", VOICE_PLAIN, "Any other word means activity too; rules see the word as event.type." },
	[EVENT_LOGIN] = { "login", VOICE_PLAIN, "The account's owner came in, or tried to (ok: false)." },
	[EVENT_SIGNUP] = { "signup", VOICE_PLAIN, "The account was made." },
	[EVENT_SESSION] = { "session", VOICE_PLAIN, "A request inside a session." },
	[EVENT_PAYMENT] = { "payment", VOICE_PLAIN, "A means of payment was used or entered." },
	[EVENT_ORDER] = { "order", VOICE_PLAIN, "Something was ordered." },
	[EVENT_PROFILE] = { "profile", VOICE_PLAIN, "Details of the account were entered or changed." },
	[EVENT_LOGOUT] = { "logout", VOICE_PLAIN, "The session ended." },
	[EVENT_RELATION] = { "relation", VOICE_TRUSTED, "The account declares a relation; needs the key relation." },
	[EVENT_CLOSED] = { "closed", VOICE_TRUSTED, "The account was closed or banned." },
	[EVENT_REINSTATED] = { "reinstated", VOICE_TRUSTED, "A closed account is open again." },
	[EVENT_VERDICT] = { "verdict", VOICE_ANALYST,
			    "What a person found; needs value: clean, confirmed or not_same, and for not_same with or alert." },
	[EVENT_HEALTH] = { "health", VOICE_TRUSTED, "The health of the account, as the word in kind says: rating (absent), points, problem, solved, fraud." },
	[EVENT_CONTACT] = { "contact", VOICE_PLAIN, "About reaching the owner, as kind says: attempt (absent), verified, response." },
	[EVENT_APPEAL] = { "appeal", VOICE_PLAIN, "The owner's appeal, in rounds; the document in identity counts as evidence." },
	[EVENT_ACK] = { "ack", VOICE_ANALYST, "Someone has taken an alert on, and is its owner unless it has one; needs alert." },
	[EVENT_RESOLVE] = { "resolve", VOICE_ANALYST, "An alert is settled; needs alert, and value: confirmed, false_positive, explained, withdrawn or expired." },
	[EVENT_SNOOZE] = { "snooze", VOICE_ANALYST, "An alert is put off until a time, or no longer when until is absent; needs alert." },
	[EVENT_NETWORK] = { "network", VOICE_PLAIN,
			    "What packets said of an earlier event's connection, where it was not known in time; the daemon makes these itself." },
	[EVENT_ASSIGN] = { "assign", VOICE_ANALYST, "An alert has another owner: value, or nobody without it; needs alert." },
	[EVENT_NOTE] = { "note", VOICE_ANALYST, "Something to remember about an alert: reason; needs alert." },
	[EVENT_REOPEN] = { "reopen", VOICE_ANALYST, "A resolved alert is open again, if its condition still holds; needs alert." },
	[EVENT_MARK] = { "mark", VOICE_ANALYST,
			 "A value, or a range of addresses, says nothing of who is who; needs mark and value, and has no account." },
	[EVENT_TICK] = { "tick", VOICE_ANALYST, "The daemon's own; it is refused from everybody else." },
};

#define NONE { "", 0 }
const struct event event_empty = {
	.type = EVENT_ACTIVITY, .id = NONE, .account = NONE, .word = NONE, .session = NONE,
	.relation_kind = NONE, .relation_group = NONE, .relation_with = NONE, .relation_proof = NONE,
	.actor = NONE, .with = NONE, .alert = NONE, .reason = NONE, .value = NONE, .kind = NONE,
	.round = NONE, .range = NONE,
};

#define TYPE_SLOTS 64
/* By type_slot(); a unit test finds every type. */
static const uint8_t type_slots[TYPE_SLOTS] = {
	[0] = EVENT_HEALTH, [4] = EVENT_LOGOUT, [11] = EVENT_SIGNUP, [12] = EVENT_PAYMENT,
	[14] = EVENT_NOTE, [18] = EVENT_VERDICT, [25] = EVENT_ASSIGN, [26] = EVENT_REINSTATED,
	[27] = EVENT_SNOOZE, [28] = EVENT_PROFILE, [29] = EVENT_ACK, [30] = EVENT_RESOLVE,
	[32] = EVENT_LOGIN, [35] = EVENT_ORDER, [42] = EVENT_REOPEN, [45] = EVENT_MARK,
	[47] = EVENT_SESSION, [50] = EVENT_RELATION, [52] = EVENT_TICK, [57] = EVENT_APPEAL,
	[58] = EVENT_NETWORK, [59] = EVENT_CLOSED, [63] = EVENT_CONTACT,
};

static unsigned type_slot(struct bytes word)
{
	return ((unsigned)word.len * 4u + (unsigned char)word.ptr[0] + (unsigned char)word.ptr[word.len - 1] * 16u) & (TYPE_SLOTS - 1);
}

enum event_type event_type_of(struct bytes word)
{
	enum event_type type = word.len > 0 ? (enum event_type)type_slots[type_slot(word)] : EVENT_ACTIVITY;

	return bytes_is(word, event_types[type].name) ? type : EVENT_ACTIVITY;
}

bool event_is_act(enum event_type type)
{
	return (type >= EVENT_ACK && type <= EVENT_SNOOZE) || (type >= EVENT_ASSIGN && type <= EVENT_REOPEN);
}

struct event event_tick(int64_t at_ms)
{
	struct event tick = event_empty;

	tick.type = EVENT_TICK;
	tick.word = bytes_of(event_types[EVENT_TICK].name);
	tick.ts_ms = at_ms;
	return tick;
}

#define CUT_V4 24
#define CUT_V6 48

void event_cut_ip(struct event *e)
{
	unsigned kept = ip_is_v4(&e->ip) ? 96 + CUT_V4 : CUT_V6;

	if (!e->has_ip)
		return;
	memset(e->ip.b + kept / 8, 0, sizeof(e->ip.b) - kept / 8);
	e->has_ip = e->has_port = false;
	e->is_ip_cut = true;
	e->port = 0;
}

bool event_has_narrow_range(const struct event *e)
{
	struct ip base;
	unsigned bits;

	return e->range.len > 0 && decode_cidr(e->range, &base, &bits) && bits > (ip_is_v4(&base) ? 96 + CUT_V4 : CUT_V6);
}

struct bytes event_account_name(struct arena *a, struct bytes site, struct bytes account)
{
	bool needs_slash = site.len > 0 || memchr(account.ptr, '/', account.len) != NULL;
	size_t len = site.len + needs_slash + account.len;
	char *out;

	if (!needs_slash)
		return arena_bytes(a, account);
	out = arena_alloc(a, len + 1);
	if (site.len > 0)
		memcpy(out, site.ptr, site.len);
	out[site.len] = '/';
	memcpy(out + site.len + 1, account.ptr, account.len);
	out[len] = '\0';
	return bytes_make(out, len);
}

bool event_names(const struct event *e, struct bytes account)
{
	return bytes_eq(e->account, account) || bytes_eq(e->with, account) || bytes_eq(e->relation_with, account);
}

struct bytes event_account_site(struct bytes name)
{
	ptrdiff_t slash = bytes_find_char(name, '/');

	return slash <= 0 ? BYTES_NONE : bytes_slice(name, 0, (size_t)slash);
}

enum err event_check_ts(int64_t ts_ms, struct errbuf *eb)
{
	if (ts_ms >= TS_MIN_MS && ts_ms < TS_MAX_MS)
		return ERR_OK;
	if (ts_ms >= TS_MIN_MS / 1000 && ts_ms < TS_MAX_MS / 1000)
		return errbuf_set(eb, ERR_INPUT, "\"ts\" %lld looks like seconds; it is milliseconds since 1970, or an RFC 3339 time",
				  (long long)ts_ms);
	return errbuf_set(eb, ERR_INPUT, "\"ts\" lies outside the years 2000 to 2099");
}
