/* Three lists go through every record: of its client and port, of its client, and one by age: of TCP or UDP, open or ended.
 * They are linked by index, so that the array may grow and move; heads of the first two are found in maps by hash.
 * I1: a record is in all three lists or free; free records are linked by by_age[NEXT].
 * I2: a map names a head exactly while its list is not empty. Two keys of one hash share a list: readers compare.
 * I3: of a client's port there are at most PORT_FLOWS_MAX over TCP and over UDP, so that no packet costs a walk through all that there is. */
#include "seen.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/map.h"

enum { NEXT, PREVIOUS };
enum { UDP = 1, ENDED = 2, AGES = 4 };
#define FIRST_RECORDS 64
#define PORT_FLOWS_MAX 64 /* remembered of one client's port over TCP, and over UDP: who begins anew on it again and again makes no long list */

struct seen {
	struct seen_flow *at;
	uint32_t cap, used, limit, free;
	struct u64map *ports, *clients;
	uint32_t newest[AGES], oldest[AGES], n[AGES];
	uint64_t evicted;
};

typedef uint32_t *links_fn(struct seen_flow *flow);
static uint32_t *port_links(struct seen_flow *flow) { return flow->at_port; }
static uint32_t *client_links(struct seen_flow *flow) { return flow->at_client; }

struct seen *seen_new(uint32_t limit)
{
	struct seen *s = xcalloc(1, sizeof(*s));

	s->limit = limit;
	s->free = SEEN_NONE;
	s->ports = u64map_new();
	s->clients = u64map_new();
	for (unsigned age = 0; age < AGES; age++)
		s->newest[age] = s->oldest[age] = SEEN_NONE;
	return s;
}

void seen_free(struct seen *s)
{
	if (!s)
		return;
	u64map_free(s->ports);
	u64map_free(s->clients);
	free(s->at);
	free(s);
}

static uint64_t client_hash(const struct ip *client)
{
	return bytes_hash(bytes_make((const char *)client->b, sizeof(client->b)), 1);
}

static uint64_t port_hash(const struct ip *client, uint16_t port)
{
	return bytes_hash(bytes_make((const char *)client->b, sizeof(client->b)), 2 + (uint64_t)port);
}

static void link_in(struct seen *s, struct u64map *map, uint64_t key, uint32_t index, links_fn *links)
{
	uint32_t head = u64map_get(map, key);

	links(&s->at[index])[NEXT] = head;
	links(&s->at[index])[PREVIOUS] = SEEN_NONE;
	if (head != SEEN_NONE)
		links(&s->at[head])[PREVIOUS] = index;
	u64map_put(map, key, index);
}

static void link_out(struct seen *s, struct u64map *map, uint64_t key, uint32_t index, links_fn *links)
{
	uint32_t next = links(&s->at[index])[NEXT], previous = links(&s->at[index])[PREVIOUS];

	if (next != SEEN_NONE)
		links(&s->at[next])[PREVIOUS] = previous;
	if (previous != SEEN_NONE)
		links(&s->at[previous])[NEXT] = next;
	else if (next != SEEN_NONE)
		u64map_put(map, key, next);
	else
		u64map_del(map, key); /* I2 */
}

static unsigned age_of(const struct seen_flow *flow)
{
	return (flow->is_udp ? UDP : 0) | (flow->is_open ? 0 : ENDED);
}

static void age_in(struct seen *s, uint32_t index)
{
	struct seen_flow *flow = &s->at[index];
	unsigned age = age_of(flow);

	flow->by_age[NEXT] = SEEN_NONE;
	flow->by_age[PREVIOUS] = s->newest[age];
	if (s->newest[age] != SEEN_NONE)
		s->at[s->newest[age]].by_age[NEXT] = index;
	else
		s->oldest[age] = index;
	s->newest[age] = index;
	s->n[age]++;
}

static void age_out(struct seen *s, uint32_t index)
{
	struct seen_flow *flow = &s->at[index];
	unsigned age = age_of(flow);
	uint32_t next = flow->by_age[NEXT], previous = flow->by_age[PREVIOUS];

	if (next != SEEN_NONE)
		s->at[next].by_age[PREVIOUS] = previous;
	else
		s->newest[age] = previous;
	if (previous != SEEN_NONE)
		s->at[previous].by_age[NEXT] = next;
	else
		s->oldest[age] = next;
	s->n[age]--;
}

static void forget(struct seen *s, struct seen_flow *flow)
{
	uint32_t index = (uint32_t)(flow - s->at);

	link_out(s, s->ports, port_hash(&flow->client, flow->port), index, port_links);
	link_out(s, s->clients, client_hash(&flow->client), index, client_links);
	age_out(s, index);
	flow->by_age[NEXT] = s->free;
	s->free = index;
}

static uint32_t take_record(struct seen *s)
{
	uint32_t index = s->free;

	if (index != SEEN_NONE) {
		s->free = s->at[index].by_age[NEXT];
		return index;
	}
	if (s->used == s->cap) {
		s->cap = s->cap ? s->cap * 2 : FIRST_RECORDS;
		s->at = xrealloc(s->at, s->cap * sizeof(*s->at));
	}
	return s->used++;
}

static const struct seen_flow *find(const struct seen *s, const struct flow_facts *facts)
{
	const struct seen_flow *flow = seen_first(s, &facts->client, &facts->client_port);

	while (flow && flow->first_us != facts->first_us)
		flow = seen_next(s, flow, true);
	return flow;
}

static void make_room(struct seen *s, unsigned udp)
{
	uint32_t oldest = s->oldest[udp | ENDED] != SEEN_NONE ? s->oldest[udp | ENDED] : s->oldest[udp];

	if (s->n[udp] + s->n[udp | ENDED] < s->limit / 2)
		return;
	forget(s, &s->at[oldest]);
	s->evicted++;
}

/* I3: the one that came first goes. Flows over UDP do not make those over TCP go, here neither. */
static void bound_port(struct seen *s, const struct flow_facts *facts, bool is_udp)
{
	const struct seen_flow *flow = seen_first(s, &facts->client, &facts->client_port);
	unsigned n = 0;

	while (flow && (n += flow->is_udp == is_udp) < PORT_FLOWS_MAX)
		flow = seen_next(s, flow, true);
	if (!flow)
		return;
	forget(s, &s->at[flow - s->at]);
	s->evicted++;
}

static uint32_t make(struct seen *s, const struct flow_facts *facts, bool is_open)
{
	bool is_udp = facts->proto != FLOW_TCP;
	uint32_t index;

	bound_port(s, facts, is_udp);
	make_room(s, is_udp ? UDP : 0);
	index = take_record(s);
	s->at[index] = (struct seen_flow){ .client = facts->client, .port = facts->client_port, .is_udp = is_udp, .is_open = is_open,
					   .first_us = facts->first_us };
	link_in(s, s->ports, port_hash(&facts->client, facts->client_port), index, port_links);
	link_in(s, s->clients, client_hash(&facts->client), index, client_links);
	age_in(s, index);
	return index;
}

static void change_age(struct seen *s, uint32_t index, bool is_open)
{
	age_out(s, index);
	s->at[index].is_open = is_open;
	age_in(s, index);
}

void seen_put(struct seen *s, unsigned source, const struct flow_facts *facts, bool is_open)
{
	const struct seen_flow *known = find(s, facts);
	uint32_t index = known ? (uint32_t)(known - s->at) : make(s, facts, is_open);
	struct seen_flow *flow = &s->at[index];

	change_age(s, index, is_open);
	flow->source = (uint8_t)source;
	flow->last_us = facts->last_us;
	memcpy(flow->ja4, facts->ja4, sizeof(flow->ja4));
	memcpy(flow->key, facts->key, sizeof(flow->key));
	memcpy(flow->traits, facts->traits, sizeof(flow->traits));
	memcpy(flow->syn, facts->syn, sizeof(flow->syn));
}

void seen_end(struct seen *s, unsigned source)
{
	for (unsigned udp = 0; udp <= UDP; udp++) {
		for (uint32_t index = s->oldest[udp], next; index != SEEN_NONE; index = next) {
			next = s->at[index].by_age[NEXT];
			if (s->at[index].source == source)
				change_age(s, index, false);
		}
	}
}

void seen_forget(struct seen *s, int64_t before_us)
{
	for (unsigned age = ENDED; age < AGES; age++)
		while (s->oldest[age] != SEEN_NONE && s->at[s->oldest[age]].last_us < before_us)
			forget(s, &s->at[s->oldest[age]]);
}

static const struct seen_flow *from(const struct seen *s, uint32_t index, const struct ip *client, const uint16_t *port)
{
	while (index != SEEN_NONE && (ip_cmp(&s->at[index].client, client) != 0 || (port && s->at[index].port != *port)))
		index = port ? s->at[index].at_port[NEXT] : s->at[index].at_client[NEXT];
	return index == SEEN_NONE ? NULL : &s->at[index];
}

const struct seen_flow *seen_first(const struct seen *s, const struct ip *client, const uint16_t *port)
{
	return from(s, port ? u64map_get(s->ports, port_hash(client, *port)) : u64map_get(s->clients, client_hash(client)), client, port);
}

const struct seen_flow *seen_next(const struct seen *s, const struct seen_flow *flow, bool has_port)
{
	return from(s, has_port ? flow->at_port[NEXT] : flow->at_client[NEXT], &flow->client, has_port ? &flow->port : NULL);
}

uint32_t seen_count(const struct seen *s)
{
	return s->n[0] + s->n[UDP] + s->n[ENDED] + s->n[ENDED | UDP];
}

uint64_t seen_evicted(const struct seen *s)
{
	return s->evicted;
}
