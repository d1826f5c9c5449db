/* A small table of datagrams under way.
 * I1: an entry without bytes is free.  I2: `memory` is the sum of the entries' rooms.
 * Fragments begin at multiples of eight bytes, so one bit of `seen` stands for eight; what came first stays. */
#include "fragments.h"

#include <stdlib.h>

#define DATAGRAM_MAX 65535u
#define UNIT 8u
#define LEAST_ROOM 2048u

struct datagram {
	struct ip source, destination;
	uint32_t id;
	uint8_t protocol;
	bool has_end;        /* the last fragment came: `length` is known */
	uint32_t length, units, room;
	uint32_t reach;      /* behind the last byte that is there */
	int64_t at_us;       /* of its first fragment */
	uint8_t *bytes;
	uint8_t seen[DATAGRAM_MAX / UNIT / 8 + 1];
};

struct fragments {
	struct datagram *table[FRAGMENTS_DATAGRAMS];
	size_t memory, max_bytes;
	uint64_t dropped;
	uint8_t *whole; /* given last */
};

struct fragments *fragments_new(uint32_t max_bytes)
{
	struct fragments *f = xcalloc(1, sizeof(*f));
	f->max_bytes = max_bytes;
	return f;
}

static void forget(struct fragments *f, struct datagram **slot)
{
	f->memory -= (*slot)->room + sizeof(**slot);
	free((*slot)->bytes);
	free(*slot);
	*slot = NULL;
}

static void drop(struct fragments *f, struct datagram **slot)
{
	f->dropped++;
	forget(f, slot);
}

void fragments_free(struct fragments *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < FRAGMENTS_DATAGRAMS; i++)
		if (f->table[i] != NULL)
			forget(f, &f->table[i]);
	free(f->whole);
	free(f);
}

uint64_t fragments_dropped(const struct fragments *f)
{
	return f->dropped;
}

size_t fragments_memory(const struct fragments *f)
{
	return f->memory;
}

static bool is_of(const struct datagram *d, const struct packet *p)
{
	return d->id == p->id && d->protocol == p->protocol && ip_cmp(&d->source, &p->source) == 0 &&
	       ip_cmp(&d->destination, &p->destination) == 0;
}

/* Two places a datagram may be in: its own, else the older one of them is given up. */
static struct datagram **place_of(struct fragments *f, const struct packet *p)
{
	uint64_t hash = bytes_hash(bytes_make((const char *)&p->source, 2 * sizeof(struct ip)), p->id * UINT64_C(256) + p->protocol);
	struct datagram **first = &f->table[hash % FRAGMENTS_DATAGRAMS], **second = &f->table[(hash >> 32) % FRAGMENTS_DATAGRAMS];

	if (*first != NULL && is_of(*first, p))
		return first;
	if (*second != NULL && is_of(*second, p))
		return second;
	if (*first == NULL)
		return first;
	return *second == NULL || (*second)->at_us < (*first)->at_us ? second : first;
}

static void drop_oldest(struct fragments *f, const struct datagram *but)
{
	struct datagram **oldest = NULL;

	for (size_t i = 0; i < FRAGMENTS_DATAGRAMS; i++)
		if (f->table[i] != NULL && f->table[i] != but && (oldest == NULL || f->table[i]->at_us < (*oldest)->at_us))
			oldest = &f->table[i];
	if (oldest != NULL)
		drop(f, oldest);
}

static struct datagram *begin(struct fragments *f, struct datagram **slot, const struct packet *p, int64_t at_us)
{
	struct datagram *d;

	if (*slot != NULL)
		drop(f, slot);
	d = *slot = xcalloc(1, sizeof(*d));
	*d = (struct datagram){ .source = p->source, .destination = p->destination, .id = p->id, .protocol = p->protocol, .at_us = at_us };
	f->memory += sizeof(*d);
	return d;
}

static void make_room(struct fragments *f, struct datagram *d, uint32_t want)
{
	uint32_t room = d->room > 0 ? d->room : LEAST_ROOM;

	if (want <= d->room)
		return;
	while (room < want)
		room *= 2;
	f->memory += room - d->room;
	d->bytes = xrealloc(d->bytes, room);
	d->room = room;
	for (unsigned i = 0; i < FRAGMENTS_DATAGRAMS && f->memory > f->max_bytes; i++)
		drop_oldest(f, d);
}

static void put(struct datagram *d, const struct packet *p)
{
	for (uint32_t at = 0; at < p->payload.len; at += UNIT) {
		uint32_t unit = (p->fragment_at + at) / UNIT;
		size_t n = p->payload.len - at < UNIT ? p->payload.len - at : UNIT;
		if (d->seen[unit / 8] & 1u << unit % 8)
			continue;
		memcpy(d->bytes + p->fragment_at + at, p->payload.ptr + at, n);
		d->seen[unit / 8] |= (uint8_t)(1u << unit % 8);
		d->units++;
	}
	uint32_t end = p->fragment_at + (uint32_t)p->payload.len;
	d->reach = end > d->reach ? end : d->reach;
}

/* The end where others already said another one, or something behind the end. */
static bool contradicts(const struct datagram *d, const struct packet *p)
{
	uint32_t end = p->fragment_at + (uint32_t)p->payload.len;

	return d->has_end ? end > d->length || (!p->has_more && end != d->length) : !p->has_more && end < d->reach;
}

static bool is_possible(const struct packet *p)
{
	return p->payload.len == p->payload_length && p->payload.len > 0 && (!p->has_more || p->payload.len % UNIT == 0) &&
	       p->fragment_at + p->payload.len <= DATAGRAM_MAX;
}

bool fragments_add(struct fragments *f, const struct packet *p, int64_t at_us, struct bytes *whole)
{
	struct datagram **slot = place_of(f, p), *d = *slot;
	bool is_fresh = d != NULL && is_of(d, p) && at_us - d->at_us < FRAGMENTS_WAIT_S * INT64_C(1000000) &&
			d->at_us - at_us < FRAGMENTS_WAIT_S * INT64_C(1000000);

	if (!is_possible(p)) {
		f->dropped++;
		return false;
	}
	if (!is_fresh)
		d = begin(f, slot, p, at_us);
	if (contradicts(d, p)) {
		drop(f, slot);
		return false;
	}
	make_room(f, d, p->fragment_at + (uint32_t)p->payload.len);
	put(d, p);
	if (!p->has_more) {
		d->has_end = true;
		d->length = p->fragment_at + (uint32_t)p->payload.len;
	}
	if (!d->has_end || d->units < (d->length + UNIT - 1) / UNIT)
		return false;
	*whole = bytes_make((const char *)d->bytes, d->length);
	free(f->whole);
	f->whole = d->bytes;
	d->bytes = NULL;
	forget(f, slot);
	return true;
}
