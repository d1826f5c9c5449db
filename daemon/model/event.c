/* Names of event types, times that events may have, and account names: "site/account", or "account" alone when it has neither site nor slash. */
#include "event_reader.h"

#define TS_MIN_MS INT64_C(946684800000)  /* 2000-01-01 */
#define TS_MAX_MS INT64_C(4102444800000) /* 2100-01-01 */

const char *const event_type_names[EVENT_TYPES] = {
	"activity", "login", "signup", "session", "payment", "order", "profile", "logout",
	"relation", "closed", "reinstated", "verdict", "health", "contact", "appeal",
	"ack", "resolve", "snooze", "tick",
};

#define NONE { "", 0 }
const struct event event_empty = {
	.type = EVENT_ACTIVITY, .id = NONE, .account = NONE, .word = NONE, .session = NONE,
	.relation_kind = NONE, .relation_group = NONE, .relation_with = NONE, .relation_proof = NONE,
	.actor = NONE, .with = NONE, .alert = NONE, .reason = NONE, .value = NONE,
};

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
