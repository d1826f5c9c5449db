/* What the other side has said so far. */
#include "heard.h"

#define BODY_KEPT 4096
#define BODY_MAX (64 << 10)
#define LINE_KEPT 200
#define HEAD_MAX (64 << 10)

bool heard_body(struct heard *h, struct bytes part)
{
	if (h->body.len < BODY_KEPT)
		text_add(&h->body, bytes_slice(part, 0, BODY_KEPT - h->body.len));
	h->body_len += part.len;
	return h->body_len <= BODY_MAX;
}

bool heard_line(struct heard *h, struct bytes line, long status)
{
	struct bytes words = bytes_trim(line);

	h->has_head = h->has_head || (words.len == 0 && status >= 200); /* below 200 another head follows */
	if (!bytes_starts(words, BYTES_LIT("221"))) { /* goodbye */
		text_clear(&h->line);
		text_add(&h->line, bytes_slice(words, 0, LINE_KEPT));
	}
	h->head_len += line.len;
	return h->head_len <= HEAD_MAX;
}

int heard_reply_code(const struct heard *h)
{
	uint64_t code = 0;

	return bytes_to_u64(bytes_slice(text_bytes(&h->line), 0, 3), &code) ? (int)code : 0;
}

void heard_fini(struct heard *h)
{
	text_free(&h->body);
	text_free(&h->line);
}
