/* Error text, the end of the process on impossible states, and allocation that cannot fail. */
#include "err.h"

#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGE_BLOCK (128 << 10)

enum err errbuf_set(struct errbuf *eb, enum err code, const char *fmt, ...)
{
	if (!eb || eb->text[0])
		return code;
	va_list args;
	va_start(args, fmt);
	vsnprintf(eb->text, sizeof(eb->text), fmt, args);
	va_end(args);
	return code;
}

void errbuf_prefix(struct errbuf *eb, const char *fmt, ...)
{
	if (!eb)
		return;
	char old[sizeof(eb->text)];
	memcpy(old, eb->text, sizeof(old));
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(eb->text, sizeof(eb->text), fmt, args);
	va_end(args);
	size_t size = sizeof(eb->text), at = n < 0 ? size : (size_t)n;
	for (const char *s = ": "; at + 1 < size && *s; s++)
		eb->text[at++] = *s;
	for (const char *s = old; at + 1 < size && *s; s++)
		eb->text[at++] = *s;
	eb->text[at < size ? at : size - 1] = '\0';
}

void errbuf_clear(struct errbuf *eb)
{
	if (eb)
		eb->text[0] = '\0';
}

const char *err_word(enum err code)
{
	static const char *const words[] = {
		"ok", "input", "memory", "io", "full", "not-found", "exists", "limit", "version", "corrupt", "denied", "busy",
	};
	size_t i = (size_t)-(int)code;
	return i < ARRAY_LEN(words) ? words[i] : "unknown";
}

void bug_at(const char *file, int line, const char *cond)
{
	fprintf(stderr, "assocd: impossible state at %s:%d: %s\n", file, line, cond);
	abort();
}

static _Noreturn void out_of_memory(size_t n)
{
	fprintf(stderr, "assocd: out of memory (%zu bytes wanted); accepted events are safe in the journal\n", n);
	abort();
}

/* glibc would raise the threshold with every large block that is freed, and the arrays would move into the heap. */
void memory_setup(void)
{
	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
}

void memory_give_back(void)
{
	malloc_trim(0);
}

void *xmalloc(size_t n)
{
	void *p = malloc(n ? n : 1);
	if (!p)
		out_of_memory(n);
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);
	if (!p)
		out_of_memory(n * size);
	return p;
}

void *xrealloc(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);
	if (!q)
		out_of_memory(n);
	return q;
}

char *xstrdup(const char *s)
{
	size_t n = strlen(s) + 1;
	return memcpy(xmalloc(n), s, n);
}
