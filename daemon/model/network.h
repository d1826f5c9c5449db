/* What packets said of the connection that an event came over. The edge that sees packets answers while an event is read,
 * before it is journalled, so that what was found is part of the event; what is found later comes as an event of its own
 * (type network). */
#ifndef ASSOCD_MODEL_NETWORK_H
#define ASSOCD_MODEL_NETWORK_H

#include "ip.h"

struct network_ask {
	struct ip ip;
	bool has_port;
	uint16_t port;
	int64_t ts_ms;
	struct bytes account;    /* with its site */
	struct bytes user_agent; /* as sent */
};

/* Empty: unknown. Valid until the source is used again. */
struct network_facts {
	struct bytes ja4, tls_key, tls_traits, tcp;
};

struct network_source {
	void *arg;
	/* false: nothing is known of the connection, or not which one it was. */
	bool (*find)(void *arg, const struct network_ask *ask, struct network_facts *out);
	/* The event of the latest `find` was accepted and will be in the journal. NULL: nobody waits. */
	void (*accepted)(void *arg);
};

#endif
