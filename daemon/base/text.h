/* Text that grows, and JSON and CSV written into it. Owned by the caller; text_free releases.
 * The JSON writer places commas itself: json_open_object, json_key, json_string ... json_close. */
#ifndef ASSOCD_BASE_TEXT_H
#define ASSOCD_BASE_TEXT_H

#include "bytes.h"
#include "err.h"

struct text {
	char *ptr; /* NUL-terminated once anything was added */
	size_t len, cap;
	uint64_t comma; /* JSON: bit d says that depth d already has a member */
	unsigned depth;
};

void text_free(struct text *t);
void text_clear(struct text *t);
void text_add(struct text *t, struct bytes b);
void text_adds(struct text *t, const char *s);
void text_addc(struct text *t, char c);
void text_addf(struct text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void text_addu(struct text *t, uint64_t v);
void text_addi(struct text *t, int64_t v);
struct bytes text_bytes(const struct text *t);
/* For what is put together byte by byte: room for n bytes behind the end, then how many of them are taken. */
char *text_room(struct text *t, size_t n);
void text_take_room(struct text *t, size_t n);

/* JSON (RFC 8259). Invalid UTF-8 is written as U+FFFD. Depth at most 63. */
void json_open_object(struct text *t);
void json_open_array(struct text *t);
void json_close_object(struct text *t);
void json_close_array(struct text *t);
void json_key(struct text *t, const char *key);
void json_string(struct text *t, struct bytes s);
void json_int(struct text *t, int64_t v);
void json_bool(struct text *t, bool v);
void json_null(struct text *t);
/* v / 1000 with three decimals, as a number: bits from 1/1000 bit. */
void json_milli(struct text *t, int64_t v);
/* A member whole. */
void json_member_string(struct text *t, const char *key, struct bytes s);
/* Left out where the text is empty. */
void json_member_if_any(struct text *t, const char *key, struct bytes s);
void json_member_int(struct text *t, const char *key, int64_t v);
void json_member_bool(struct text *t, const char *key, bool v);
void json_member_milli(struct text *t, const char *key, int64_t v);
/* As RFC 3339 text. */
void json_member_time(struct text *t, const char *key, int64_t ms);
/* Bytes that are JSON already. */
void json_raw(struct text *t, struct bytes json);

/* One CSV field (RFC 4180), quoted where needed, with a comma before it unless first. */
void csv_field(struct text *t, struct bytes s, bool first);
/* Words, from where the last line of t stands; a word that would pass `width` begins a line at column `indent`. */
void text_add_wrapped(struct text *t, const char *words, size_t indent, size_t width);
/* For a terminal: control bytes, escapes and bidirectional overrides shown as \xNN or \u{...}. */
void text_add_visible(struct text *t, struct bytes s);

#endif
