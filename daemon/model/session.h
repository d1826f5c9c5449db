/* What is known of the session that an event names, beside what its sender said. The edge that hears browsers answers while
 * an event is read, before it is journalled, so that what was found is part of the event; what is heard later comes as an
 * event of its own (type session). */
#ifndef ASSOCD_MODEL_SESSION_H
#define ASSOCD_MODEL_SESSION_H

#include "daemon/base/bytes.h"

/* timezone, screen, user_agent and accept_language are the event's own keys; every other name is a member of `device`. */
struct session_member {
	struct bytes name, text;
};
#define SESSION_MEMBERS_MAX 34

struct session_ask {
	struct bytes session;
	struct bytes account; /* with its site */
};

struct session_source {
	void *arg;
	/* Asked for every event; the session is empty where it names none, or is no act of its account. How many members are known; they
	 * are valid until the source is used again. */
	unsigned (*find)(void *arg, const struct session_ask *ask, const struct session_member **out);
	/* The event of the latest `find` was accepted and will be in the journal. */
	void (*accepted)(void *arg);
};

#endif
