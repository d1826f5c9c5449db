/* Named lists: lists/NAME.txt (one value a line, # begins a comment) and lists/NAME.yaml (values: [...]).
 * I1: a list is sorted and without repeats, at most LIST_VALUES_MAX values. */
#include <stdlib.h>

#include "builder.h"

static int compare_values(const void *a, const void *b)
{
	return bytes_cmp(*(const struct bytes *)a, *(const struct bytes *)b);
}

struct named_list builder_make_list(struct builder *b, struct bytes name, struct bytes *values, size_t n)
{
	struct named_list list = { .name = arena_bytes(b->arena, name) };
	struct bytes *kept = ARENA_ARRAY(b->arena, struct bytes, n ? n : 1);
	if (n)
		qsort(values, n, sizeof *values, compare_values);
	for (size_t i = 0; i < n; i++)
		if (!i || !bytes_eq(values[i], values[i - 1]))
			kept[list.n++] = arena_bytes(b->arena, values[i]);
	list.at = kept;
	return list;
}

const struct named_list *builder_find_list(const struct builder *b, struct bytes name)
{
	for (unsigned i = 0; i < b->n_lists; i++)
		if (bytes_eq(b->lists[i].name, name))
			return &b->lists[i];
	return NULL;
}

const struct named_list *builder_use_list(struct builder *b, struct bytes name)
{
	for (unsigned i = 0; i < b->n_lists; i++)
		if (bytes_eq(b->lists[i].name, name)) {
			b->lists[i].is_used = true;
			return &b->lists[i];
		}
	return NULL;
}

const char *builder_list_nearest(const struct builder *b, struct bytes name)
{
	const char *names[LISTS_MAX + 1];
	for (unsigned i = 0; i < b->n_lists; i++)
		names[i] = arena_str(b->arena, b->lists[i].name);
	names[b->n_lists] = NULL;
	return did_you_mean(b->arena, name, names);
}

static void add_list(struct builder *b, const char *path, struct bytes name, struct bytes *values, size_t n)
{
	if (builder_find_list(b, name))
		problem_plain(&b->problems, "%s: the list '%.*s' exists already", path, BYTES_ARG(name));
	else if (n > LIST_VALUES_MAX)
		problem_plain(&b->problems, "%s: more than %d values; split it into several lists", path, LIST_VALUES_MAX);
	else if (b->n_lists == LISTS_MAX)
		problem_plain(&b->problems, "%s: more than %d lists", path, LISTS_MAX);
	else {
		b->lists[b->n_lists] = builder_make_list(b, name, values, n);
		b->lists[b->n_lists++].path = arena_bytes(b->arena, bytes_of(path));
	}
}

void list_read_text(struct builder *b, const char *path, struct bytes name, struct bytes content)
{
	struct values values = {0};
	while (content.len) {
		ptrdiff_t end = bytes_find_char(content, '\n');
		struct bytes line = bytes_slice(content, 0, end < 0 ? content.len : (size_t)end);
		content = bytes_slice(content, line.len + 1, content.len);
		line = bytes_trim(line);
		if (line.len && line.ptr[0] != '#')
			VEC_PUSH(&values, line);
	}
	add_list(b, path, name, values.at, values.n);
	VEC_FREE(&values);
}

const struct key_row list_keys[] = {
	{ "values", KEY_LIST, .is_required = true, .takes = "list of texts", .help = "The values of the list." },
	{ "description", KEY_NODE, .is_prose = true, .offset = sizeof(void *), .takes = "text", .help = "What the list is for." },
	{ 0 },
};

void list_read_yaml(struct reader *r, const struct yaml_node *root, struct bytes name)
{
	struct { const struct yaml_node *values, *description; } top = { NULL, NULL };
	struct values values = {0};
	keys_read(r, root, list_keys, &top);
	for (const struct yaml_node *c = top.values ? top.values->child : NULL; c; c = c->next)
		VEC_PUSH(&values, bytes_trim(c->text));
	add_list(r->builder, yaml_name(r->doc), name, values.at, values.n);
	VEC_FREE(&values);
}
