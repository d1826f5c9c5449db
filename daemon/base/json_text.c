/* The JSON writer over text.
 * I1: bit d of comma says that the container at depth d has a member; opening clears the bit of the new depth.
 * I2: a key clears the bit, so that its value gets no comma, and the value sets it again. */
#include "clock.h"
#include "text.h"
#include "utf8.h"

#define DEPTH_MAX 63

static void separate(struct text *t)
{
	uint64_t bit = (uint64_t)1 << t->depth;
	if (t->comma & bit)
		text_addc(t, ',');
	t->comma |= bit;
}

static void open_container(struct text *t, char c)
{
	separate(t);
	BUG_ON(t->depth >= DEPTH_MAX);
	t->depth++;
	t->comma &= ~((uint64_t)1 << t->depth);
	text_addc(t, c);
}

static void close_container(struct text *t, char c)
{
	BUG_ON(t->depth == 0);
	t->depth--;
	if (t->depth == 0)
		t->comma = 0; /* the next value is a document of its own */
	text_addc(t, c);
}

void json_open_object(struct text *t) { open_container(t, '{'); }
void json_open_array(struct text *t) { open_container(t, '['); }
void json_close_object(struct text *t) { close_container(t, '}'); }
void json_close_array(struct text *t) { close_container(t, ']'); }

static bool is_plain(char c)
{
	unsigned char u = (unsigned char)c;
	return u >= 0x20 && u < 0x7f && u != '"' && u != '\\';
}

/* One byte or code point that may not stand as it is; returns the bytes consumed. */
static size_t add_special(struct text *t, struct bytes s)
{
	static const char from[] = "\"\\\n\r\t\b\f", to[] = "\"\\nrtbf";
	unsigned char c = (unsigned char)s.ptr[0];
	const char *p = c ? strchr(from, c) : NULL;
	if (p) {
		text_addc(t, '\\');
		text_addc(t, to[p - from]);
		return 1;
	}
	if (c < 0x20 || c == 0x7f) {
		text_addf(t, "\\u%04x", c);
		return 1;
	}
	uint32_t code_point;
	size_t n = utf8_next(bytes_slice(s, 0, 4), &code_point);
	text_add(t, n ? bytes_slice(s, 0, n) : BYTES_LIT("\xef\xbf\xbd"));
	return n ? n : 1;
}

static void add_quoted(struct text *t, struct bytes s)
{
	text_addc(t, '"');
	for (size_t at = 0; at < s.len;) {
		size_t run = 0;
		while (at + run < s.len && is_plain(s.ptr[at + run]))
			run++;
		if (run)
			text_add(t, bytes_make(s.ptr + at, run));
		at += run;
		if (at < s.len)
			at += add_special(t, bytes_make(s.ptr + at, s.len - at));
	}
	text_addc(t, '"');
}

void json_key(struct text *t, const char *key)
{
	separate(t);
	add_quoted(t, bytes_of(key));
	text_addc(t, ':');
	t->comma &= ~((uint64_t)1 << t->depth);
}

void json_string(struct text *t, struct bytes s)
{
	separate(t);
	add_quoted(t, s);
}

void json_int(struct text *t, int64_t v)
{
	separate(t);
	text_addi(t, v);
}

void json_bool(struct text *t, bool v)
{
	separate(t);
	text_adds(t, v ? "true" : "false");
}

void json_null(struct text *t)
{
	separate(t);
	text_adds(t, "null");
}

void json_milli(struct text *t, int64_t v)
{
	separate(t);
	uint64_t magnitude = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	text_addf(t, "%s%llu.%03llu", v < 0 ? "-" : "", (unsigned long long)(magnitude / 1000),
		(unsigned long long)(magnitude % 1000));
}

void json_raw(struct text *t, struct bytes json)
{
	separate(t);
	text_add(t, json);
}

void json_member_string(struct text *t, const char *key, struct bytes s)
{
	json_key(t, key);
	json_string(t, s);
}

void json_member_if_any(struct text *t, const char *key, struct bytes s)
{
	if (s.len > 0)
		json_member_string(t, key, s);
}

void json_member_int(struct text *t, const char *key, int64_t v)
{
	json_key(t, key);
	json_int(t, v);
}

void json_member_bool(struct text *t, const char *key, bool v)
{
	json_key(t, key);
	json_bool(t, v);
}

void json_member_milli(struct text *t, const char *key, int64_t v)
{
	json_key(t, key);
	json_milli(t, v);
}

void json_member_time(struct text *t, const char *key, int64_t ms)
{
	char time[TIME_TEXT_SIZE];
	time_format(ms, time);
	json_key(t, key);
	json_string(t, bytes_of(time));
}
