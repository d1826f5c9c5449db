/* ClientHellos made by hand for tests. Numbers are written as text: "1301,c02f". */
#ifndef ASSOCD_TESTS_UNIT_COLLECTORS_HELLO_BENCH_H
#define ASSOCD_TESTS_UNIT_COLLECTORS_HELLO_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "collectors/packets/hello_prints.h"

struct made {
	uint8_t bytes[HELLO_LENGTH_MAX];
	size_t n;
};

static inline void made_add(struct made *m, const void *p, size_t n)
{
	assert_true(m->n + n <= sizeof(m->bytes));
	if (n > 0)
		memcpy(m->bytes + m->n, p, n);
	m->n += n;
}

static inline void made_number(struct made *m, unsigned v, unsigned width)
{
	for (unsigned i = width; i > 0; i--)
		made_add(m, (uint8_t[]){ (uint8_t)(v >> 8 * (i - 1)) }, 1);
}

static inline void made_numbers(struct made *m, const char *numbers)
{
	for (const char *c = numbers; *c != '\0'; c += c[4] == ',' ? 5 : 4)
		made_number(m, (unsigned)strtoul((char[]){ c[0], c[1], c[2], c[3], 0 }, NULL, 16), 2);
}

/* What was added since `from` gets its length in front. */
static inline void made_close(struct made *m, size_t from, unsigned width)
{
	size_t n = m->n - from;
	struct made tail = { .n = 0 };

	made_add(&tail, m->bytes + from, n);
	m->n = from;
	made_number(m, (unsigned)n, width);
	made_add(m, tail.bytes, n);
}

struct wanted {
	unsigned version;
	const char *session;    /* text; NULL: empty */
	const char *ciphers;
	const char *extensions; /* NULL: no block */
	const char *signatures, *versions, *groups, *formats; /* formats: "0001" is 0 and 1 */
	struct bytes alpn[4];   /* until one without ptr */
	const char *server_name;
	bool is_dtls;
};

static inline void made_alpn(struct made *m, const struct wanted *w)
{
	size_t list = m->n;

	for (size_t i = 0; i < 4 && w->alpn[i].ptr != NULL; i++) {
		made_number(m, (unsigned)w->alpn[i].len, 1);
		made_add(m, w->alpn[i].ptr, w->alpn[i].len);
	}
	made_close(m, list, 2);
}

static inline void made_list(struct made *m, const char *numbers, unsigned width)
{
	size_t list = m->n;

	made_numbers(m, numbers != NULL ? numbers : "");
	made_close(m, list, width);
}

static inline void made_extension(struct made *m, const struct wanted *w, unsigned type)
{
	made_number(m, type, 2);
	size_t body = m->n;
	if (type == EXTENSION_SIGNATURES)
		made_list(m, w->signatures, 2);
	else if (type == EXTENSION_GROUPS)
		made_list(m, w->groups, 2);
	else if (type == EXTENSION_POINT_FORMATS)
		made_list(m, w->formats, 1);
	else if (type == EXTENSION_VERSIONS)
		made_list(m, w->versions, 1);
	else if (type == EXTENSION_ALPN)
		made_alpn(m, w);
	else if (type == EXTENSION_SERVER_NAME && w->server_name != NULL) {
		size_t list = m->n;
		made_number(m, 0, 1);
		made_number(m, (unsigned)strlen(w->server_name), 2);
		made_add(m, w->server_name, strlen(w->server_name));
		made_close(m, list, 2);
	}
	made_close(m, body, 2);
}

/* The handshake message. */
static inline struct bytes made_hello(struct made *m, const struct wanted *w)
{
	const char *session = w->session != NULL ? w->session : "";

	m->n = 0;
	made_number(m, 1, 1);
	size_t body = m->n;
	made_number(m, w->version, 2);
	made_add(m, "random random random random rand", 32);
	made_number(m, (unsigned)strlen(session), 1);
	made_add(m, session, strlen(session));
	if (w->is_dtls)
		made_number(m, 0, 1);
	made_list(m, w->ciphers, 2);
	made_number(m, 0x0100, 2);
	if (w->extensions != NULL) {
		size_t block = m->n;
		for (const char *c = w->extensions; *c != '\0'; c += c[4] == ',' ? 5 : 4)
			made_extension(m, w, (unsigned)strtoul((char[]){ c[0], c[1], c[2], c[3], 0 }, NULL, 16));
		made_close(m, block, 2);
	}
	made_close(m, body, 3);
	return bytes_make((const char *)m->bytes, m->n);
}

/* One record around bytes; the result stands in m. */
static inline void made_record(struct made *m, unsigned type, struct bytes fragment)
{
	made_number(m, type, 1);
	made_number(m, 0x0301, 2);
	made_number(m, (unsigned)fragment.len, 2);
	made_add(m, fragment.ptr, fragment.len);
}

/* The example of the published description of JA4. */
static const struct wanted example = {
	.version = 0x0303, .ciphers = "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035",
	.extensions = "001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015",
	.signatures = "0403,0804,0401,0503,0805,0501,0806,0601", .versions = "0304,0303", .groups = "001d,0017,0018", .formats = "0001",
	.alpn = { { "h2", 2 }, { "http/1.1", 8 } }, .server_name = "a.example",
};

#endif
