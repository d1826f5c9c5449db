/* YAML in: libyaml's events into a tree that remembers where everything stood.
 * I1: every string of the tree lies in the document's arena; the tree dies with it.
 * I2: at most NODES_MAX nodes, DEPTH_MAX levels, INPUT_MAX bytes; no aliases, anchors or tags. */
#include "yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "daemon/base/arena.h"
#include "daemon/base/file.h"
#include "daemon/base/text.h"
#include "daemon/base/utf8.h"

#define INPUT_MAX (16u * 1024 * 1024)
#define NODES_MAX 1000000u
#define DEPTH_MAX 32u
#define SORT_FROM 16u /* mappings with more keys are searched for duplicates by sorting */

struct yaml_doc {
	struct arena *arena;
	const char *name;
	struct yaml_node *root;
};

struct level {
	struct yaml_node *node;   /* NULL: the stream itself */
	struct yaml_node *last;   /* child, where the next one is hung on */
	struct yaml_node *pending; /* in a mapping: made by the key, waiting for its value */
	unsigned children;
};

struct reading {
	struct yaml_doc *doc;
	struct errbuf *eb;
	struct level level[DEPTH_MAX + 1];
	unsigned depth;
	unsigned nodes;
};

static enum err error_at(struct reading *r, const yaml_mark_t *at, const char *fmt, ...) PRINTF_LIKE(3, 4);
static enum err error_at(struct reading *r, const yaml_mark_t *at, const char *fmt, ...)
{
	char text[320];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	return errbuf_set(r->eb, ERR_INPUT, "%s:%zu:%zu: %s", r->doc->name, at->line + 1, at->column + 1, text);
}

static enum err parser_error(struct reading *r, const yaml_parser_t *p)
{
	const char *problem = p->problem ? p->problem : "malformed";

	if (p->error == YAML_MEMORY_ERROR)
		return errbuf_set(r->eb, ERR_NOMEM, "%s: out of memory", r->doc->name);
	if (p->error == YAML_READER_ERROR)
		return errbuf_set(r->eb, ERR_INPUT, "%s: %s at byte %zu", r->doc->name, problem, p->problem_offset);
	return error_at(r, &p->problem_mark, "%s%s", problem, strstr(problem, "cannot start any token") ? " (a tab? only spaces indent)" : "");
}

/* The node for a value: in a mapping the one its key made, else a new one at the end of the children. */
static struct yaml_node *place(struct reading *r)
{
	struct level *l = &r->level[r->depth];
	struct yaml_node *node = l->pending;

	if (node) {
		l->pending = NULL;
		return node;
	}
	node = ARENA_NEW(r->doc->arena, struct yaml_node);
	if (l->last)
		l->last->next = node;
	else if (l->node)
		l->node->child = node;
	else
		r->doc->root = node;
	l->last = node;
	l->children++;
	return node;
}

static bool is_mapping(const struct level *l)
{
	return l->node && l->node->type == YAML_MAPPING;
}

static enum err check_limits(struct reading *r, const yaml_mark_t *at)
{
	if (++r->nodes > NODES_MAX)
		return error_at(r, at, "more than %u values", NODES_MAX);
	return ERR_OK;
}

static enum err on_scalar(struct reading *r, const yaml_event_t *ev)
{
	const yaml_mark_t *at = &ev->start_mark;
	struct level *l = &r->level[r->depth];
	struct bytes text = arena_bytes(r->doc->arena, bytes_make((const char *)ev->data.scalar.value, ev->data.scalar.length));
	bool is_key = is_mapping(l) && l->pending == NULL;
	struct yaml_node *node;
	enum err err = check_limits(r, at);

	if (err)
		return err;
	if (ev->data.scalar.anchor || ev->data.scalar.tag)
		return error_at(r, at, "anchors and tags are not allowed");
	node = place(r);
	if (is_key) {
		node->key = text;
		node->key_line = (unsigned)at->line + 1;
		node->key_column = (unsigned)at->column + 1;
		l->pending = node;
		return ERR_OK;
	}
	node->type = YAML_SCALAR;
	node->line = (unsigned)at->line + 1;
	node->column = (unsigned)at->column + 1;
	node->text = text;
	node->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return ERR_OK;
}

static enum err on_open(struct reading *r, const yaml_event_t *ev, enum yaml_type type)
{
	const yaml_mark_t *at = &ev->start_mark;
	bool has_mark = type == YAML_MAPPING ? ev->data.mapping_start.anchor || ev->data.mapping_start.tag
					     : ev->data.sequence_start.anchor || ev->data.sequence_start.tag;
	struct level *l = &r->level[r->depth];
	struct yaml_node *node;
	enum err err = check_limits(r, at);

	if (err)
		return err;
	if (has_mark)
		return error_at(r, at, "anchors and tags are not allowed");
	if (is_mapping(l) && l->pending == NULL)
		return error_at(r, at, "a key must be a plain word");
	if (r->depth == DEPTH_MAX)
		return error_at(r, at, "nested deeper than %u levels", DEPTH_MAX);
	node = place(r);
	node->type = type;
	node->line = (unsigned)at->line + 1;
	node->column = (unsigned)at->column + 1;
	r->level[++r->depth] = (struct level){ .node = node };
	return ERR_OK;
}

static int by_key(const void *a, const void *b)
{
	const struct yaml_node *x = *(const struct yaml_node *const *)a, *y = *(const struct yaml_node *const *)b;
	int order = bytes_cmp(x->key, y->key);

	if (order != 0)
		return order;
	return x->key_line != y->key_line ? (x->key_line > y->key_line) - (x->key_line < y->key_line)
					  : (x->key_column > y->key_column) - (x->key_column < y->key_column);
}

static enum err duplicate(struct reading *r, const struct yaml_node *node)
{
	return errbuf_set(r->eb, ERR_INPUT, "%s:%u:%u: duplicate key \"%.*s\"", r->doc->name, node->key_line, node->key_column,
			  node->key.len > 64 ? 64 : (int)node->key.len, node->key.ptr);
}

static enum err check_many_keys(struct reading *r, const struct level *l)
{
	struct yaml_node **nodes = xmalloc(l->children * sizeof *nodes);
	enum err err = ERR_OK;
	size_t n = 0;

	for (struct yaml_node *c = l->node->child; c; c = c->next)
		nodes[n++] = c;
	qsort(nodes, n, sizeof *nodes, by_key);
	for (size_t i = 1; i < n && !err; i++)
		if (bytes_eq(nodes[i - 1]->key, nodes[i]->key))
			err = duplicate(r, nodes[i]);
	free(nodes);
	return err;
}

static enum err check_keys(struct reading *r, const struct level *l)
{
	if (!is_mapping(l))
		return ERR_OK;
	if (l->children > SORT_FROM)
		return check_many_keys(r, l);
	for (struct yaml_node *c = l->node->child; c; c = c->next)
		for (struct yaml_node *before = l->node->child; before != c; before = before->next)
			if (bytes_eq(before->key, c->key))
				return duplicate(r, c);
	return ERR_OK;
}

static enum err on_event(struct reading *r, const yaml_event_t *ev)
{
	enum err err;

	switch (ev->type) {
	case YAML_ALIAS_EVENT:
		return error_at(r, &ev->start_mark, "aliases are not allowed");
	case YAML_SCALAR_EVENT:
		return on_scalar(r, ev);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(r, ev, YAML_SEQUENCE);
	case YAML_MAPPING_START_EVENT:
		return on_open(r, ev, YAML_MAPPING);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		err = check_keys(r, &r->level[r->depth]);
		r->depth--;
		return err;
	default:
		return ERR_OK;
	}
}

static enum err read_events(struct reading *r, struct bytes input)
{
	yaml_parser_t parser;
	yaml_event_t ev;
	enum err err = ERR_OK;
	bool done = false;

	if (!yaml_parser_initialize(&parser))
		return ERR_NOMEM;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)input.ptr, input.len);
	while (!err && !done) {
		if (!yaml_parser_parse(&parser, &ev)) {
			err = parser_error(r, &parser);
			break;
		}
		err = on_event(r, &ev);
		done = ev.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&ev);
	}
	yaml_parser_delete(&parser);
	return err;
}

enum err yaml_parse(struct bytes input, const char *name, struct yaml_doc **out, struct errbuf *eb)
{
	struct reading r = { .eb = eb };
	enum err err;

	*out = NULL;
	input = utf8_skip_mark(input);
	if (input.len > INPUT_MAX)
		return errbuf_set(eb, ERR_INPUT, "%s: %zu bytes, more than %u", name, input.len, INPUT_MAX);
	r.doc = xcalloc(1, sizeof *r.doc);
	r.doc->arena = arena_new(16 * 1024);
	r.doc->name = arena_str(r.doc->arena, bytes_of(name));
	err = read_events(&r, input);
	if (err) {
		yaml_doc_free(r.doc);
		return err;
	}
	*out = r.doc;
	return ERR_OK;
}

enum err yaml_load(const char *path, struct yaml_doc **out, struct errbuf *eb)
{
	struct text content = { 0 };
	enum err err = file_read(path, INPUT_MAX, &content, eb);

	*out = NULL;
	if (!err)
		err = yaml_parse(text_bytes(&content), path, out, eb);
	text_free(&content);
	return err;
}

void yaml_doc_free(struct yaml_doc *doc)
{
	if (doc == NULL)
		return;
	arena_free(doc->arena);
	free(doc);
}

const char *yaml_name(const struct yaml_doc *doc)
{
	return doc->name;
}

const struct yaml_node *yaml_root(const struct yaml_doc *doc)
{
	return doc->root;
}

const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key)
{
	if (mapping == NULL || mapping->type != YAML_MAPPING)
		return NULL;
	for (const struct yaml_node *c = mapping->child; c; c = c->next)
		if (bytes_is(c->key, key))
			return c;
	return NULL;
}

enum err yaml_error(const struct yaml_doc *doc, const struct yaml_node *at, struct errbuf *eb, const char *fmt, ...)
{
	char text[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	if (at == NULL)
		return errbuf_set(eb, ERR_INPUT, "%s: %s", doc->name, text);
	return errbuf_set(eb, ERR_INPUT, "%s:%u:%u: %s", doc->name, at->line, at->column, text);
}

enum err yaml_unknown_key(const struct yaml_doc *doc, const struct yaml_node *at, const char *const *known, size_t n, struct errbuf *eb)
{
	const struct yaml_node key = { .line = at->key_line, .column = at->key_column };
	const char *near = bytes_nearest(at->key, known, n);

	if (near != NULL)
		return yaml_error(doc, &key, eb, "unknown key '%.*s' (did you mean '%s'?)", BYTES_ARG(at->key), near);
	struct text all = { 0 };
	for (size_t i = 0; i < n; i++)
		text_addf(&all, "%s%s", i > 0 ? ", " : "", known[i]);
	enum err err = yaml_error(doc, &key, eb, "unknown key '%.*s'; there are: %s", BYTES_ARG(at->key), all.len > 0 ? all.ptr : "none");
	text_free(&all);
	return err;
}
