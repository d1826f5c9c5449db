/* A buffer and a bit for each of its bytes. Lists of intervals would be smaller, and as long as a sender of single bytes in
 * a random order wants them to be. */
#include "stream.h"

#include <stdlib.h>

#define STREAM_LEAST 2048u

void stream_begin(struct stream *s, uint32_t base)
{
	*s = (struct stream){ .base = base };
}

void stream_end(struct stream *s)
{
	free(s->bytes);
	free(s->seen);
	*s = (struct stream){ 0 };
}

static void make_room(struct stream *s, uint32_t want)
{
	uint32_t room = s->room > 0 ? s->room : STREAM_LEAST;

	if (want <= s->room)
		return;
	while (room < want)
		room *= 2;
	s->bytes = xrealloc(s->bytes, room);
	s->seen = xrealloc(s->seen, room / 8);
	memset(s->seen + s->room / 8, 0, (room - s->room) / 8);
	s->room = room;
}

static bool is_seen(const struct stream *s, uint32_t at)
{
	return s->seen[at / 8] & 1u << at % 8;
}

uint32_t stream_reach(const struct stream *s, uint32_t from)
{
	while (from < s->end && is_seen(s, from))
		from++;
	return from;
}

static void put_bytes(struct stream *s, uint32_t at, struct bytes part)
{
	for (uint32_t i = 0; i < part.len; i++) {
		if (is_seen(s, at + i))
			continue;
		s->bytes[at + i] = (uint8_t)part.ptr[i];
		s->seen[(at + i) / 8] |= (uint8_t)(1u << (at + i) % 8);
	}
	s->end = at + (uint32_t)part.len > s->end ? at + (uint32_t)part.len : s->end;
	s->front = stream_reach(s, s->front);
}

enum err stream_add(struct stream *s, uint32_t seq, struct bytes segment)
{
	int32_t ahead = (int32_t)(seq - s->base);

	if (ahead < 0) {
		segment = bytes_slice(segment, (size_t)-(int64_t)ahead, segment.len);
		ahead = 0;
	}
	if (segment.len == 0)
		return ERR_OK;
	if (segment.len > STREAM_MAX || (uint32_t)ahead > STREAM_MAX - segment.len)
		return ERR_LIMIT;
	make_room(s, (uint32_t)ahead + (uint32_t)segment.len);
	put_bytes(s, (uint32_t)ahead, segment);
	return ERR_OK;
}

enum err stream_move(struct stream *s, uint32_t base)
{
	struct stream moved = { .base = base };
	int64_t by = (int32_t)(s->base - base); /* where bytes[0] will be */

	if (by > STREAM_MAX || by + s->end > STREAM_MAX)
		return ERR_LIMIT;
	if (by + s->end > 0)
		make_room(&moved, (uint32_t)(by + s->end));
	for (uint32_t i = by < 0 ? (uint32_t)-by : 0; i < s->end; i++)
		if (is_seen(s, i))
			put_bytes(&moved, (uint32_t)(by + i), bytes_make((const char *)s->bytes + i, 1));
	stream_end(s);
	*s = moved;
	return ERR_OK;
}
