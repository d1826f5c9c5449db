/* JSON in, over libsimdjson's DOM parser: whole-document validation, then a flat array of nodes.
 * Refuses: invalid UTF-8, trailing bytes, depth over the limit, duplicate keys in one object (named in the error). */
#ifndef ASSOCD_VENDOR_JSON_H
#define ASSOCD_VENDOR_JSON_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

enum json_type { JSON_NULL, JSON_BOOL, JSON_INT, JSON_DOUBLE, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* Nodes are in document order: an object or array is followed by its members; `next` is the index just past the
 * node and everything in it. Children of node i run from i + 1 while index < nodes[i].next, stepping by next. */
struct json_node {
	struct bytes key;  /* of an object's member, unescaped; else empty */
	struct bytes text; /* JSON_STRING, unescaped; numbers keep no text: use num and real */
	int64_t num;       /* JSON_INT, JSON_BOOL; number of members of an array or object */
	double real;       /* JSON_DOUBLE */
	uint32_t next;
	uint8_t type; /* enum json_type */
};

struct json_doc {
	const struct json_node *nodes;
	uint32_t n;
};

/* A parser keeps its buffers between calls; not shared between threads. */
struct json_parser;
/* max_depth at most 64. */
struct json_parser *json_parser_new(size_t max_bytes, unsigned max_depth);
void json_parser_free(struct json_parser *p);
/* doc is borrowed until the next call. An unsigned integer beyond int64 is refused. ERR_INPUT with position where known. */
enum err json_parse(struct json_parser *p, struct bytes input, struct json_doc *doc, struct errbuf *eb) MUST_CHECK;

/* Member of the object at node `at` by key, or NULL. */
const struct json_node *json_get(const struct json_doc *doc, const struct json_node *at, const char *key);
/* The first inside; NULL: there is none, or nothing that holds any, at NULL too. */
const struct json_node *json_first(const struct json_doc *doc, const struct json_node *at);
/* Sibling after child inside parent, or NULL. */
const struct json_node *json_after(const struct json_doc *doc, const struct json_node *parent, const struct json_node *child);
/* text of a string member, or BYTES_NONE. */
struct bytes json_get_text(const struct json_doc *doc, const struct json_node *at, const char *key);
/* Is it there, and true? */
bool json_get_true(const struct json_doc *doc, const struct json_node *at, const char *key);
int64_t json_get_int(const struct json_doc *doc, const struct json_node *at, const char *key, int64_t otherwise);

/* Shortest decimal text that reads back as the same double ("2.6", "1e+22"); returns its length, no NUL. */
#define JSON_REAL_TEXT 32
size_t json_real_text(double real, char out[JSON_REAL_TEXT]);

#endif
