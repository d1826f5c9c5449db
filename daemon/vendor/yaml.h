/* YAML in, over libyaml: a tree with positions. No aliases, anchors or tags; duplicate keys refused; limits on size,
 * depth and node count. Multi-document streams allowed. */
#ifndef ASSOCD_VENDOR_YAML_H
#define ASSOCD_VENDOR_YAML_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

enum yaml_type { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node {
	enum yaml_type type;
	unsigned line, column; /* from 1 */
	struct bytes key;      /* in a mapping */
	unsigned key_line, key_column;
	struct bytes text;     /* scalar */
	bool quoted;           /* scalar in quotes: never a number, bool or null */
	struct yaml_node *child, *next; /* first child, next sibling */
};

struct yaml_doc;
/* name is used in errors ("rules/x.yaml:3:5: ..."). */
enum err yaml_parse(struct bytes input, const char *name, struct yaml_doc **out, struct errbuf *eb) MUST_CHECK;
/* Reads the file (at most 16 MiB) and parses it. A directory, a missing file and no permission are each named. */
enum err yaml_load(const char *path, struct yaml_doc **out, struct errbuf *eb) MUST_CHECK;
void yaml_doc_free(struct yaml_doc *doc);
const char *yaml_name(const struct yaml_doc *doc);
/* Roots of the documents in the stream, linked by next. NULL when empty. */
const struct yaml_node *yaml_root(const struct yaml_doc *doc);
const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key);
/* ERR_INPUT with file:line:column in front. */
enum err yaml_error(const struct yaml_doc *doc, const struct yaml_node *at, struct errbuf *eb, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* A key that is none of the n known ones, with the nearest of them. */
enum err yaml_unknown_key(const struct yaml_doc *doc, const struct yaml_node *at, const char *const *known, size_t n, struct errbuf *eb);

#endif
