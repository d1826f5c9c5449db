/* Error codes, error text, and the three treatments of trouble.
 * Input is wrong -> ERR_INPUT.  The world is wrong -> ERR_IO, ERR_FULL ...  We are wrong -> BUG_ON. */
#ifndef ASSOCD_BASE_ERR_H
#define ASSOCD_BASE_ERR_H

#include <stddef.h>

enum err {
	ERR_OK = 0,
	ERR_INPUT = -1,    /* the sender's bytes are wrong; errbuf says how */
	ERR_NOMEM = -2,    /* allocation failed or a configured memory limit is reached */
	ERR_IO = -3,       /* the operating system refused; errbuf names path and reason */
	ERR_FULL = -4,     /* no space on the device, or a bounded queue is full */
	ERR_NOTFOUND = -5, /* the named thing does not exist */
	ERR_EXISTS = -6,   /* it exists already (duplicate event, second daemon) */
	ERR_LIMIT = -7,    /* a named limit was reached (depth, size, count) */
	ERR_VERSION = -8,  /* written by another version of assocd */
	ERR_CORRUPT = -9,  /* checksum or structure does not hold */
	ERR_DENIED = -10,  /* not allowed */
	ERR_BUSY = -11,    /* try again later */
};

/* Three-valued truth of conditions: UNKNOWN is never treated as NO. */
enum tri { NO = 0, YES = 1, UNKNOWN = 2 };

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/* Text for people; the first error set wins, so callers may add context freely. */
struct errbuf {
	char text[512];
};

/* Formats into eb (NULL is allowed) unless it already holds text; returns code, so `return errbuf_set(...)`. */
enum err errbuf_set(struct errbuf *eb, enum err code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Puts "prefix: " before the text that is there. */
void errbuf_prefix(struct errbuf *eb, const char *fmt, ...) PRINTF_LIKE(2, 3);
void errbuf_clear(struct errbuf *eb);
/* Short stable word of a code ("input", "io", ...), for counters and problem documents. */
const char *err_word(enum err code);

/* An impossible state: says where, then aborts. Restart and replay are cheaper than a corrupt graph. */
_Noreturn void bug_at(const char *file, int line, const char *cond);
#define BUG_ON(cond) do { if (__builtin_expect(!!(cond), 0)) bug_at(__FILE__, __LINE__, #cond); } while (0)

/* Allocation that cannot fail: out of memory ends the process (the journal has everything). */
void *xmalloc(size_t n) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *xrealloc(void *p, size_t n) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));
/* Once, at the start of a program: large arrays get mappings of their own, which grow in place and leave no holes. */
void memory_setup(void);
/* Pages that hold nothing go back to the system; takes the longer the more there is. */
void memory_give_back(void);

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
