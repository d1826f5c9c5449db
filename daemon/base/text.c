/* Text that grows, CSV fields and text for terminals. JSON is in json_text.c.
 * I1: ptr[len] is NUL once anything was added. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "utf8.h"

static void reserve(struct text *t, size_t more)
{
	size_t want = t->len + more + 1;
	if (__builtin_expect(want <= t->cap, 1))
		return;
	size_t grown = t->cap + t->cap / 2;
	grown = grown < 64 ? 64 : grown;
	t->cap = grown < want ? want : grown;
	t->ptr = xrealloc(t->ptr, t->cap);
}

void text_free(struct text *t)
{
	free(t->ptr);
	*t = (struct text){ 0 };
}

void text_clear(struct text *t)
{
	t->len = 0;
	t->comma = 0;
	t->depth = 0;
	if (t->ptr)
		t->ptr[0] = '\0';
}

void text_add(struct text *t, struct bytes b)
{
	reserve(t, b.len);
	if (b.len)
		memcpy(t->ptr + t->len, b.ptr, b.len);
	t->len += b.len;
	t->ptr[t->len] = '\0';
}

void text_adds(struct text *t, const char *s)
{
	text_add(t, bytes_of(s));
}

void text_addc(struct text *t, char c)
{
	reserve(t, 1);
	t->ptr[t->len++] = c;
	t->ptr[t->len] = '\0';
}

void text_addf(struct text *t, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	reserve(t, 64);
	int n = vsnprintf(t->ptr + t->len, t->cap - t->len, fmt, args);
	va_end(args);
	BUG_ON(n < 0);
	if ((size_t)n >= t->cap - t->len) {
		reserve(t, (size_t)n);
		vsnprintf(t->ptr + t->len, t->cap - t->len, fmt, again);
	}
	va_end(again);
	t->len += (size_t)n;
}

void text_addu(struct text *t, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);
	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	text_add(t, bytes_make(digits + at, sizeof(digits) - at));
}

void text_addi(struct text *t, int64_t v)
{
	if (v < 0)
		text_addc(t, '-');
	text_addu(t, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

char *text_room(struct text *t, size_t n)
{
	reserve(t, n);
	return t->ptr + t->len;
}

void text_take_room(struct text *t, size_t n)
{
	BUG_ON(n >= t->cap - t->len);
	t->len += n;
	t->ptr[t->len] = '\0';
}

struct bytes text_bytes(const struct text *t)
{
	return t->len ? bytes_make(t->ptr, t->len) : BYTES_NONE;
}

static bool needs_quotes(struct bytes s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == ',' || s.ptr[i] == '"' || s.ptr[i] == '\n' || s.ptr[i] == '\r')
			return true;
	return false;
}

void csv_field(struct text *t, struct bytes s, bool first)
{
	if (!first)
		text_addc(t, ',');
	if (!needs_quotes(s)) {
		text_add(t, s);
		return;
	}
	text_addc(t, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '"')
			text_addc(t, '"');
		text_addc(t, s.ptr[i]);
	}
	text_addc(t, '"');
}

/* C0 and C1 controls, marks and overrides of direction, line separators, the byte order mark, tag characters. */
static bool is_invisible(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c >= 0xe0000 && c <= 0xe007f);
}

/* How many bytes in front are ASCII to be seen. */
static size_t plain_run(struct bytes s)
{
	size_t n = 0;
	while (n < s.len && s.ptr[n] >= 0x20 && s.ptr[n] < 0x7f)
		n++;
	return n;
}

void text_add_visible(struct text *t, struct bytes s)
{
	for (size_t at = 0; at < s.len;) {
		uint32_t c;
		size_t n = plain_run(bytes_slice(s, at, s.len));
		if (n > 0) {
			text_add(t, bytes_slice(s, at, n));
			at += n;
			continue;
		}
		n = utf8_next(bytes_slice(s, at, 4), &c);
		if (n == 0 || (n == 1 && is_invisible(c)))
			text_addf(t, "\\x%02x", (unsigned char)s.ptr[at]);
		else if (is_invisible(c))
			text_addf(t, "\\u{%x}", (unsigned)c);
		else
			text_add(t, bytes_slice(s, at, n));
		at += n ? n : 1;
	}
}

static size_t column_of(const struct text *t)
{
	size_t n = 0;
	while (n < t->len && t->ptr[t->len - n - 1] != '\n')
		n++;
	return n;
}

void text_add_wrapped(struct text *t, const char *words, size_t indent, size_t width)
{
	for (size_t at = column_of(t); *words; at = column_of(t)) {
		size_t n = strcspn(words, " ");
		if (at > indent && at + 1 + n > width)
			text_addf(t, "\n%*s", (int)indent, "");
		else if (at > indent)
			text_addc(t, ' ');
		text_add(t, bytes_make(words, n));
		words += n + (words[n] == ' ');
	}
}
