/* I1: waiting events are a ring in the order in which they came, so that the oldest is due first. One with a port stands in
 *     the bucket of its hash too, until it is answered or due.
 * I2: `asked` is the event of the latest join_find that found nothing, until it is accepted or another one asks. */
#include "join.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/model/event.h"
#include "seen.h"

#define AGENT_MAX 1024
#define BUCKETS 4096
#define NO_SLOT UINT32_MAX
#define CLIENT_FLOWS_MAX 500 /* of one client that are looked at for an event without a port */
#define WINDOWS_KEPT 2 /* a flow is remembered so long after its end, an event that is older does not wait */
#define MS_US 1000

struct waiting {
	struct network_ask ask;
	int64_t due_ms;
	char *texts; /* account and user agent of ask; NULL: answered */
	uint32_t next; /* of its bucket */
};

struct join {
	struct join_setup setup;
	struct join_network proxies[JOIN_PROXIES_MAX];
	struct seen *seen;
	struct waiting *ring; /* I1 */
	uint32_t first, n;
	uint32_t buckets[BUCKETS];
	struct network_ask asked; /* I2 */
	char account[EVENT_ACCOUNT_MAX], agent[AGENT_MAX];
	bool has_asked;
	int64_t wall_ms;
	struct text line;
	struct join_counts counts;
};

struct join *join_new(const struct join_setup *setup)
{
	struct join *j = xcalloc(1, sizeof(*j));

	BUG_ON(setup->n_proxies > JOIN_PROXIES_MAX);
	j->setup = *setup;
	if (setup->n_proxies > 0)
		memcpy(j->proxies, setup->proxies, setup->n_proxies * sizeof(*setup->proxies));
	j->seen = seen_new(setup->flows);
	j->ring = xcalloc(setup->waiting + 1, sizeof(*j->ring));
	memset(j->buckets, 0xff, sizeof(j->buckets));
	return j;
}

void join_free(struct join *j)
{
	if (!j)
		return;
	for (uint32_t i = 0; i < j->n; i++)
		free(j->ring[(j->first + i) % j->setup.waiting].texts);
	free(j->ring);
	seen_free(j->seen);
	text_free(&j->line);
	free(j);
}

static bool is_proxy(const struct join *j, const struct ip *client)
{
	for (unsigned i = 0; i < j->setup.n_proxies; i++)
		if (ip_in(client, &j->proxies[i].base, j->proxies[i].bits))
			return true;
	return false;
}

/* -- which flow -- */

struct choice {
	const struct seen_flow *inside, *near; /* the best of each */
	unsigned n_inside, n_near;
	int64_t distance_us; /* of near */
};

/* 0: the time lies in the flow's life. An event's time is a whole millisecond. */
static int64_t distance_us(const struct seen_flow *flow, int64_t ts_ms)
{
	int64_t from_us = ts_ms * MS_US, to_us = from_us + MS_US - 1;

	if (flow->first_us > to_us)
		return flow->first_us - to_us;
	return flow->is_open || flow->last_us >= from_us ? 0 : from_us - flow->last_us;
}

static void consider(struct choice *c, const struct seen_flow *flow, int64_t ts_ms, int64_t window_us)
{
	int64_t away_us = distance_us(flow, ts_ms);

	if (away_us == 0) {
		c->n_inside++;
		if (!c->inside || flow->first_us > c->inside->first_us)
			c->inside = flow;
	} else if (away_us <= window_us) {
		c->n_near++;
		if (!c->near || away_us < c->distance_us) {
			c->near = flow;
			c->distance_us = away_us;
		}
	}
}

enum found { FOUND_NOTHING, FOUND_SEVERAL, FOUND };

/* All flows of the client (and of its port) that bear on it. False: they are so many that none is the event's: two in whose life it
 * lies, or more than are looked at. */
static bool consider_all(const struct join *j, const struct network_ask *ask, const uint16_t *port, struct choice *c)
{
	unsigned n = 0;

	for (const struct seen_flow *flow = seen_first(j->seen, &ask->ip, port); flow; flow = seen_next(j->seen, flow, port)) {
		consider(c, flow, ask->ts_ms, j->setup.window_ms * MS_US);
		if (!port && (c->n_inside > 1 || ++n == CLIENT_FLOWS_MAX))
			return false;
	}
	return true;
}

/* Without a port what lies near is believed only when it is late enough that nothing else can come. */
static enum found choose(const struct join *j, const struct network_ask *ask, bool is_last_chance, const struct seen_flow **out)
{
	const uint16_t *port = ask->has_port ? &ask->port : NULL;
	struct choice c = { NULL, NULL, 0, 0, 0 };

	*out = NULL;
	if (!consider_all(j, ask, port, &c))
		return FOUND_SEVERAL;
	*out = c.inside ? c.inside : c.near;
	if (!*out)
		return FOUND_NOTHING;
	if (port || c.inside)
		return FOUND;
	if (c.n_near > 1)
		return FOUND_SEVERAL;
	return is_last_chance ? FOUND : FOUND_NOTHING;
}

static void give(const struct seen_flow *flow, struct network_facts *out)
{
	*out = (struct network_facts){ bytes_of(flow->ja4), bytes_of(flow->key), bytes_of(flow->traits), bytes_of(flow->syn) };
}

static struct bytes kept(char *to, size_t size, struct bytes text)
{
	size_t n = text.len < size ? text.len : size;

	if (n > 0)
		memcpy(to, text.ptr, n);
	return bytes_make(to, n);
}

bool join_find(void *arg, const struct network_ask *ask, struct network_facts *out)
{
	struct join *j = arg;
	const struct seen_flow *flow;
	enum found found;

	j->has_asked = false;
	if (is_proxy(j, &ask->ip))
		return false;
	found = choose(j, ask, j->setup.waiting == 0, &flow);
	if (found == FOUND) {
		j->counts.joined++;
		give(flow, out);
		return true;
	}
	if (j->setup.waiting == 0 || ask->ts_ms < j->wall_ms - WINDOWS_KEPT * j->setup.window_ms) {
		*(found == FOUND_SEVERAL ? &j->counts.ambiguous : &j->counts.unknown) += 1;
		return false;
	}
	j->asked = *ask; /* I2 */
	j->asked.account = kept(j->account, sizeof(j->account), ask->account);
	j->asked.user_agent = kept(j->agent, sizeof(j->agent), ask->user_agent);
	j->has_asked = true;
	return false;
}

/* -- waiting -- */

static uint32_t *bucket_of(struct join *j, const struct ip *ip, uint16_t port)
{
	return &j->buckets[bytes_hash(bytes_make((const char *)ip->b, sizeof(ip->b)), port) % BUCKETS];
}

static void leave_bucket(struct join *j, uint32_t slot)
{
	struct waiting *w = &j->ring[slot];
	uint32_t *at = bucket_of(j, &w->ask.ip, w->ask.port);

	if (!w->ask.has_port)
		return;
	while (*at != slot)
		at = &j->ring[*at].next;
	*at = w->next;
}

static void drop_text(struct waiting *w)
{
	free(w->texts);
	w->texts = NULL;
}

static void drop_oldest(struct join *j)
{
	struct waiting *w = &j->ring[j->first];

	if (w->texts) {
		leave_bucket(j, j->first);
		drop_text(w);
	}
	j->first = (j->first + 1) % j->setup.waiting;
	j->n--;
}

void join_accepted(void *arg)
{
	struct join *j = arg;
	struct bytes account = j->asked.account, agent = j->asked.user_agent;
	struct waiting *w;
	uint32_t slot, *bucket;

	if (!j->has_asked)
		return;
	j->has_asked = false;
	if (j->n == j->setup.waiting) {
		j->counts.waiting_evicted += j->ring[j->first].texts != NULL;
		drop_oldest(j);
	}
	slot = (j->first + j->n++) % j->setup.waiting;
	w = &j->ring[slot];
	*w = (struct waiting){ .ask = j->asked, .due_ms = j->wall_ms + j->setup.window_ms, .texts = xmalloc(account.len + agent.len + 1) };
	w->ask.account = kept(w->texts, account.len, account);
	w->ask.user_agent = kept(w->texts + account.len, agent.len, agent);
	if (!w->ask.has_port)
		return;
	bucket = bucket_of(j, &w->ask.ip, w->ask.port);
	w->next = *bucket;
	*bucket = slot;
}

static void add_text(struct text *line, const char *key, struct bytes text)
{
	if (text.len > 0)
		json_member_string(line, key, text);
}

static void write_line(struct text *line, const struct network_ask *ask, const struct network_facts *facts)
{
	struct bytes site = event_account_site(ask->account);
	size_t skip = site.len > 0 ? site.len + 1 : ask->account.ptr[0] == '/';
	char address[IP_TEXT_SIZE];

	text_clear(line);
	json_open_object(line);
	json_member_int(line, "ts", ask->ts_ms);
	json_member_string(line, "type", bytes_of(event_types[EVENT_NETWORK].name));
	add_text(line, "site", site);
	json_member_string(line, "account", bytes_slice(ask->account, skip, ask->account.len));
	json_member_string(line, "ip", bytes_of(ip_format(&ask->ip, address)));
	if (ask->has_port)
		json_member_int(line, "port", ask->port);
	add_text(line, "user_agent", ask->user_agent);
	add_text(line, "ja4", facts->ja4);
	add_text(line, "tls_key", facts->tls_key);
	add_text(line, "tls_traits", facts->tls_traits);
	add_text(line, "tcp", facts->tcp);
	json_close_object(line);
}

/* The event stops waiting. */
static void answer(struct join *j, uint32_t slot, const struct seen_flow *flow)
{
	struct waiting *w = &j->ring[slot];
	struct network_facts facts;

	give(flow, &facts);
	write_line(&j->line, &w->ask, &facts);
	j->counts.joined_late++;
	leave_bucket(j, slot);
	drop_text(w);
	j->setup.late(j->setup.arg, text_bytes(&j->line));
}

/* Events with the flow's port that waited for it. */
static void answer_port(struct join *j, const struct ip *client, uint16_t port)
{
	uint32_t slot = *bucket_of(j, client, port), next;

	for (; slot != NO_SLOT; slot = next) {
		struct waiting *w = &j->ring[slot];
		const struct seen_flow *flow;

		next = w->next;
		if (w->ask.port == port && ip_cmp(&w->ask.ip, client) == 0 && choose(j, &w->ask, false, &flow) == FOUND)
			answer(j, slot, flow);
	}
}

/* -- flows and time -- */

/* An address as events have it: forms of IPv6 that carry an IPv4 address are folded to it. */
static struct ip folded(const struct ip *ip)
{
	char text[IP_TEXT_SIZE];
	struct ip out;

	if (ip_is_v4(ip) || !decode_ip(bytes_of(ip_format(ip, text)), &out))
		return *ip;
	return out;
}

void join_flow(struct join *j, unsigned source, const struct flow_facts *facts, enum flow_moment moment)
{
	struct flow_facts known = *facts;

	BUG_ON(source >= JOIN_SOURCES_MAX);
	if (!facts->ja4[0] && !facts->http_method[0]) /* a port that was knocked at */
		return;
	known.client = folded(&facts->client);
	if (is_proxy(j, &known.client)) {
		j->counts.proxied += moment == FLOW_LEARNED;
		return;
	}
	j->counts.flows++;
	seen_put(j->seen, source, &known, moment == FLOW_LEARNED);
	answer_port(j, &known.client, known.client_port);
}

void join_stopped(struct join *j, unsigned source)
{
	seen_end(j->seen, source);
}

static void last_chance(struct join *j, uint32_t slot)
{
	const struct seen_flow *flow;
	enum found found = choose(j, &j->ring[slot].ask, true, &flow);

	if (found == FOUND)
		answer(j, slot, flow);
	else
		*(found == FOUND_SEVERAL ? &j->counts.ambiguous : &j->counts.unknown) += 1;
}

void join_tick(struct join *j, int64_t wall_ms)
{
	j->wall_ms = wall_ms;
	while (j->n > 0 && (!j->ring[j->first].texts || j->ring[j->first].due_ms <= wall_ms)) {
		if (j->ring[j->first].texts)
			last_chance(j, j->first);
		drop_oldest(j);
	}
	if (j->setup.waiting > 0)
		seen_forget(j->seen, (wall_ms - WINDOWS_KEPT * j->setup.window_ms) * MS_US);
}

void join_counts(const struct join *j, struct join_counts *out)
{
	*out = j->counts;
	out->evicted = seen_evicted(j->seen);
	out->remembered = seen_count(j->seen);
	out->waiting = j->n;
}
