/* What a browser said of an event's session. The sender's own words go first. */
#include "event_reader.h"
#include "session.h"

static bool acts(enum event_type type)
{
	return type >= EVENT_LOGIN && type <= EVENT_LOGOUT;
}

static int slot_of(const struct event_reader *r, struct bytes name)
{
	static const struct { const char *name; int slot; } own[] = {
		{ "timezone", SLOT_TIMEZONE }, { "screen", SLOT_SCREEN }, { "user_agent", SLOT_USER_AGENT }, { "accept_language", SLOT_LANGUAGE },
	};

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (bytes_is(name, own[i].name))
			return own[i].slot;
	return kinds_member_slot(r->ctx->kinds, KIND_DEVICE, name);
}

void event_ask_session(struct event_reader *r)
{
	const struct session_source *sessions = r->ctx->sessions;
	bool is_asked = acts(r->out->type) && !r->out->is_failed;
	const struct session_ask ask = { is_asked ? r->out->session : BYTES_NONE, r->out->account };
	const struct session_member *members;
	struct json_node *nodes;
	unsigned n;

	if (sessions == NULL || (n = sessions->find(sessions->arg, &ask, &members)) == 0)
		return;
	nodes = ARENA_ARRAY(r->scratch, struct json_node, n);
	for (unsigned i = 0; i < n; i++) {
		int slot = slot_of(r, members[i].name);

		if (slot < 0 || r->slot[slot] != NULL)
			continue;
		nodes[i] = (struct json_node){ .type = JSON_STRING, .text = arena_bytes(r->scratch, members[i].text) };
		r->slot[slot] = &nodes[i];
	}
}
