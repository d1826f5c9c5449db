/* What packets said of an event's connection. The sender's own words go first: where a proxy stands in front, it knows. */
#include "event_reader.h"
#include "network.h"

static bool acts(enum event_type type)
{
	return type <= EVENT_LOGOUT;
}

static void fill(struct event_reader *r, unsigned slot, struct json_node *node, struct bytes text)
{
	if (r->slot[slot] != NULL || text.len == 0)
		return;
	*node = (struct json_node){ .type = JSON_STRING, .text = text };
	r->slot[slot] = node;
}

void event_ask_network(struct event_reader *r)
{
	const struct network_source *network = r->ctx->network;
	const struct event *e = r->out;
	const struct json_node *agent = r->slot[SLOT_USER_AGENT];
	struct network_facts facts = { BYTES_NONE, BYTES_NONE, BYTES_NONE, BYTES_NONE };

	if (network == NULL || !e->has_ip || !acts(e->type) || (r->slot[SLOT_JA4] != NULL && r->slot[SLOT_TCP] != NULL))
		return;
	const struct network_ask ask = { .ip = e->ip, .has_port = e->has_port, .port = e->port, .ts_ms = e->ts_ms, .account = e->account,
					 .user_agent = agent != NULL ? agent->text : BYTES_NONE };
	r->out->asked_network = true;
	if (!network->find(network->arg, &ask, &facts))
		return;
	fill(r, SLOT_JA4, &r->network[0], facts.ja4);
	fill(r, SLOT_TLS_KEY, &r->network[1], facts.tls_key);
	fill(r, SLOT_TLS_TRAITS, &r->network[2], facts.tls_traits);
	fill(r, SLOT_TCP, &r->network[3], facts.tcp);
}
