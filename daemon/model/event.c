/* Names of event types, and account names: "site/account", or "account" alone when it has neither site nor slash. */
#include "event_reader.h"

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
