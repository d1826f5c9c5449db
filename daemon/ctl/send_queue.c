/* Event lines on their way to the daemon.
 * I1: lines.at[i].end is where line i ends, its newline included, in bytes; both begin at gone_*. */
#include <stdlib.h>

#include "send.h"

#define COMPACT_BYTES (4 * 1024 * 1024)

void send_queue_push(struct send_queue *q, struct bytes line, struct line_source source)
{
	text_add(&q->bytes, line);
	text_addc(&q->bytes, '\n');
	VEC_PUSH(&q->lines, ((struct send_line){ q->bytes.len, source }));
}

size_t send_queue_count(const struct send_queue *q)
{
	return q->lines.n - q->gone_lines;
}

static size_t start_of(const struct send_queue *q, size_t index)
{
	return index ? q->lines.at[index - 1].end : 0;
}

struct bytes send_queue_bytes(const struct send_queue *q, uint64_t number, size_t n)
{
	size_t from = q->gone_lines + (size_t)(number - q->first), to;

	BUG_ON(number < q->first || from > q->lines.n);
	to = n < q->lines.n - from ? from + n : q->lines.n;
	if (from == to)
		return BYTES_NONE;
	return bytes_make(q->bytes.ptr + start_of(q, from), q->lines.at[to - 1].end - start_of(q, from));
}

struct line_source send_queue_source(const struct send_queue *q, uint64_t number)
{
	size_t index = q->gone_lines + (size_t)(number - q->first);

	if (number < q->first || index >= q->lines.n)
		return (struct line_source){ "?", 0 };
	return q->lines.at[index].source;
}

static void compact(struct send_queue *q)
{
	size_t kept = q->lines.n - q->gone_lines, bytes = q->bytes.len - q->gone_bytes;

	if (bytes)
		memmove(q->bytes.ptr, q->bytes.ptr + q->gone_bytes, bytes);
	q->bytes.len = bytes;
	for (size_t i = 0; i < kept; i++) {
		q->lines.at[i] = q->lines.at[i + q->gone_lines];
		q->lines.at[i].end -= q->gone_bytes;
	}
	q->lines.n = kept;
	q->gone_lines = q->gone_bytes = 0;
}

void send_queue_drop(struct send_queue *q, uint64_t number)
{
	size_t n = number > q->first ? (size_t)(number - q->first) : 0;

	if (n > send_queue_count(q))
		n = send_queue_count(q);
	q->first += n;
	q->gone_lines += n;
	q->gone_bytes = start_of(q, q->gone_lines);
	if (q->gone_lines == q->lines.n || q->gone_bytes > COMPACT_BYTES)
		compact(q);
}

void send_queue_free(struct send_queue *q)
{
	text_free(&q->bytes);
	VEC_FREE(&q->lines);
}

/* A list of lines with their reasons. */
struct reasoned { const struct json_doc *doc; const struct json_node *list; };

static void take_reasons(struct refusals *to, const struct send_queue *q, uint64_t first, const struct reasoned *from)
{
	if (!from->list || from->list->type != JSON_ARRAY)
		return;
	for (const struct json_node *at = json_first(from->doc, from->list); at; at = json_after(from->doc, from->list, at)) {
		uint64_t line = (uint64_t)json_get_int(from->doc, at, "line", 1);
		refusals_add(to, send_queue_source(q, first + line - 1), json_get_text(from->doc, at, "error"),
			     json_get_text(from->doc, at, "detail"));
	}
}

void send_take_refusals(struct send_counts *counts, const struct send_queue *q, uint64_t first, const struct json_doc *answer)
{
	take_reasons(&counts->refused, q, first, &(struct reasoned){ answer, json_get(answer, answer->nodes, "refused") });
	take_reasons(&counts->ignored, q, first, &(struct reasoned){ answer, json_get(answer, answer->nodes, "ignored") });
}
