/* What was learned of a flow is kept as its texts one behind the other, a hundredth of struct flow_facts, and put together
 * again when it is told. */
#include "flow_work.h"

#include <stdlib.h>

struct flow_notes {
	uint16_t length[FACTS_TEXTS];
	char texts[];
};

void flow_drop_notes(struct flow *flow)
{
	free(flow->notes);
	flow->notes = NULL;
}

/* Texts that facts do not have stay as they were. */
static void unpack(const struct flow_notes *notes, struct flow_facts *facts)
{
	const char *at = notes->texts;

	for (unsigned i = 0; i < FACTS_TEXTS; i++) {
		char *to = (char *)facts + facts_texts[i].offset;
		if (*to == '\0' && notes->length[i] > 0) {
			memcpy(to, at, notes->length[i]);
			to[notes->length[i]] = '\0';
		}
		at += notes->length[i];
	}
}

static struct flow_notes *pack(const struct flow_facts *facts)
{
	struct flow_notes *notes;
	uint16_t length[FACTS_TEXTS];
	size_t sum = 0;
	char *to;

	for (unsigned i = 0; i < FACTS_TEXTS; i++)
		sum += length[i] = (uint16_t)strlen((const char *)facts + facts_texts[i].offset);
	notes = xmalloc(sizeof(*notes) + sum);
	memcpy(notes->length, length, sizeof(length));
	to = notes->texts;
	for (unsigned i = 0; i < FACTS_TEXTS; i++) {
		memcpy(to, (const char *)facts + facts_texts[i].offset, length[i]);
		to += length[i];
	}
	return notes;
}

static void add_syn(struct flow_facts *facts, const struct syn *syn)
{
	struct text text = { 0 };

	syn_text(syn, &text);
	facts_put(facts->syn, sizeof(facts->syn), text_bytes(&text));
	text_clear(&text);
	syn_quirks_text(syn, &text);
	facts_put(facts->quirks, sizeof(facts->quirks), text_bytes(&text));
	text_free(&text);
	facts->hops = (uint8_t)(syn_initial_ttl(syn->ttl) - syn->ttl);
	facts->mtu = syn_mtu(syn);
}

static void fill(const struct flow *flow, struct flow_facts *facts)
{
	const struct flow_key *key = &flow->key;

	facts->client = flow->client ? key->high : key->low;
	facts->server = flow->client ? key->low : key->high;
	facts->client_port = flow->client ? key->high_port : key->low_port;
	facts->server_port = flow->client ? key->low_port : key->high_port;
	facts->proto = flow->proto;
	facts->first_us = flow->first_us;
	facts->last_us = flow->last_us;
	if (flow->has_syn && flow->syn_side == flow->client)
		add_syn(facts, &flow->syn);
}

void flow_tell(struct flows *f, struct flow *flow, enum flow_moment moment)
{
	memset(&f->facts, 0, sizeof(f->facts));
	if (flow->notes != NULL)
		unpack(flow->notes, &f->facts);
	fill(flow, &f->facts);
	f->fn(f->arg, &f->facts, moment);
}

void flow_learn(struct flows *f, struct flow *flow, unsigned side)
{
	struct flow_notes *before = flow->notes;

	if (flow->has_hello || flow->client_by == CLIENT_BY_GUESS)
		flow->client = (uint8_t)side;
	flow->client_by = flow->has_hello ? CLIENT_BY_HELLO : flow->client_by;
	if (before != NULL)
		unpack(before, &f->facts);
	flow->notes = pack(&f->facts);
	free(before);
	flow_enlist(f->table, flow, flow->list == FLOW_CLOSED ? FLOW_CLOSED : FLOW_KNOWN, f->clock_us);
	flow->is_told = true;
	flow_tell(f, flow, FLOW_LEARNED);
}
