/* attributes.yaml: the kinds of attributes, their paths, normal forms, privacy and hub caps.
 * I1: kind names are unique.  I2: a kind has a path, or is made by the engine (port_block).
 * I3: placeholders are held as written and, where the chain gives one text, in normal form; both in lower case. */
#include <stdlib.h>

#include "builder.h"
#include "daemon/model/normalise.h"

static const char *const privacy_names[] = { [PRIVACY_PLAIN] = "plain", [PRIVACY_HASH] = "hash", [PRIVACY_DROP] = "drop", NULL };

static bool is_name(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
		bool is_inner = (c == '.' || c == '-') && i > 0 && i + 1 < text.len;
		if (!is_word && !is_inner)
			return false;
	}
	return text.len > 0;
}

static const char *path_nearest(struct reader *r, struct bytes path)
{
	static const char *const members[] = { "device.id", "identity.email", "identity.phone", "identity.card", "identity.address" };
	const char *names[KIND_FIXED_PATHS + ARRAY_LEN(members) + 1] = { NULL };
	memcpy(names, kind_fixed_paths, sizeof kind_fixed_paths);
	memcpy(names + KIND_FIXED_PATHS, members, sizeof members);
	return did_you_mean(r->arena, path, names);
}

static void add_path(struct reader *r, const struct yaml_node *at, struct kind *k)
{
	struct bytes path;
	if (!node_text(r, at, &path))
		return;
	bool is_optional = path.ptr[path.len - 1] == '?';
	path.len -= is_optional;
	if (!kind_path_exists(path)) {
		problem_at(r, at, "'%.*s' is no place in an event%s", BYTES_ARG(path), path_nearest(r, path));
		return;
	}
	if (k->n_paths == KIND_PATHS_MAX) {
		problem_at(r, at, "more than %d paths", KIND_PATHS_MAX);
		return;
	}
	k->paths[k->n_paths] = path;
	k->required[k->n_paths++] = !is_optional;
}

static void read_path(struct reader *r, const struct yaml_node *at, void *into)
{
	add_path(r, at, into);
}

static void read_paths(struct reader *r, const struct yaml_node *at, void *into)
{
	if (!node_is(r, at, YAML_SEQUENCE))
		return;
	for (const struct yaml_node *c = at->child; c; c = c->next)
		add_path(r, c, into);
}

/* 'kind' or 'kind?', one that stands above and has paths of its own. */
static void add_part(struct reader *r, const struct yaml_node *at, struct kind *k)
{
	struct bytes name;
	if (!node_text(r, at, &name))
		return;
	bool is_optional = name.ptr[name.len - 1] == '?';
	name.len -= is_optional;
	int part = kinds_find(&r->builder->set.kinds, name);
	if (part < 0 || !r->builder->set.kinds.rows[part].n_paths) {
		problem_at(r, at, part < 0 ? "no kind '%.*s' stands above" : "kind '%.*s' has no path of its own", BYTES_ARG(name));
		return;
	}
	if (k->n_parts == KIND_PATHS_MAX) {
		problem_at(r, at, "more than %d kinds", KIND_PATHS_MAX);
		return;
	}
	k->parts[k->n_parts] = (uint8_t)part;
	k->required[k->n_parts++] = !is_optional;
}

static void read_joins(struct reader *r, const struct yaml_node *at, void *into)
{
	if (!node_is(r, at, YAML_SEQUENCE))
		return;
	for (const struct yaml_node *c = at->child; c; c = c->next)
		add_part(r, c, into);
}

static const char *step_nearest(struct reader *r, struct bytes name)
{
	const char *names[64];
	size_t n = 0;
	while (normaliser_steps[n].name && n + 1 < ARRAY_LEN(names)) {
		names[n] = normaliser_steps[n].name;
		n++;
	}
	names[n] = NULL;
	return did_you_mean(r->arena, name, names);
}

static void add_step(struct reader *r, const struct yaml_node *at, struct kind *k)
{
	if (!node_is(r, at, YAML_SCALAR))
		return;
	const struct normaliser_step *step = normaliser_find(at->text);
	if (!step)
		problem_at(r, at, "no normaliser step '%.*s'%s", BYTES_ARG(at->text), step_nearest(r, at->text));
	else if (k->n_steps == KIND_STEPS_MAX)
		problem_at(r, at, "more than %d steps", KIND_STEPS_MAX);
	else
		k->steps[k->n_steps++] = step;
}

static void read_steps(struct reader *r, const struct yaml_node *at, void *into)
{
	if (at->type == YAML_SCALAR) {
		add_step(r, at, into);
		return;
	}
	if (!node_is(r, at, YAML_SEQUENCE))
		return;
	for (const struct yaml_node *c = at->child; c; c = c->next)
		add_step(r, c, into);
}

static void add_named_lists(struct reader *r, const struct yaml_node *at, struct values *into)
{
	struct bytes rest = at->text;
	while ((rest = bytes_trim(rest)).len) {
		ptrdiff_t blank = bytes_find_char(rest, ' ');
		struct bytes name = bytes_slice(rest, 0, blank < 0 ? rest.len : (size_t)blank);
		rest = bytes_slice(rest, name.len, rest.len);
		const struct named_list *list = builder_use_list(r->builder, name);
		if (!list) {
			problem_at(r, at, "no list '%.*s' under lists/%s", BYTES_ARG(name), builder_list_nearest(r->builder, name));
			return;
		}
		for (unsigned i = 0; i < list->n; i++)
			VEC_PUSH(into, list->at[i]);
	}
}

/* A scalar names lists, separated by blanks; a sequence holds the values themselves. */
static struct named_list listed_values(struct reader *r, const struct yaml_node *at)
{
	struct values values = {0};
	struct bytes text;
	if (at->type == YAML_SCALAR)
		add_named_lists(r, at, &values);
	else if (node_is(r, at, YAML_SEQUENCE))
		for (const struct yaml_node *c = at->child; c; c = c->next)
			if (node_text(r, c, &text))
				VEC_PUSH(&values, text);
	struct named_list list = builder_make_list(r->builder, BYTES_NONE, values.at, values.n);
	VEC_FREE(&values);
	return list;
}

static void read_placeholders(struct reader *r, const struct yaml_node *at, void *into)
{
	struct kind *k = into;
	struct named_list list = listed_values(r, at);
	k->placeholders = list.at;
	k->n_placeholders = list.n;
}

/* One entry of the file; the words wait until the steps, which may stand behind them, are known. */
struct entry {
	struct kind kind; /* first: the keys write into it */
	const struct yaml_node *words;
};

static void make_words(struct reader *r, struct entry *e)
{
	word_form_fn *form = kind_word_form(&e->kind);
	struct errbuf eb = {0};
	if (!e->words)
		return;
	if (!form) {
		problem_at(r, e->words, "no step of kind '%.*s' asks for words", BYTES_ARG(e->kind.name));
		return;
	}
	struct named_list list = listed_values(r, e->words);
	e->kind.words = words_make(r->arena, form, list.at, list.n, &eb);
	if (!e->kind.words)
		problem_at(r, e->words, "%s", eb.text);
}

#define FIELD(name) .offset = offsetof(struct kind, name)

const struct key_row attribute_keys[] = {
	{ "kind", KEY_TEXT, .is_required = true, FIELD(name), RANGE(1, 64), .help = "Name of the kind, as rules use it." },
	{ "title", KEY_TEXT, .is_required = true, .is_prose = true, FIELD(title), RANGE(1, 80), .help = "What people call it." },
	{ "path", KEY_SPECIAL, .read = read_path, .takes = "path",
	  .help = "Where in the event its text comes from: ip, device.id, identity.email ..." },
	{ "paths", KEY_SPECIAL, .read = read_paths, .takes = "list of paths",
	  .help = "Several places joined with '|'. The kind is absent when one of them is missing, unless its path ends with '?'." },
	{ "joins", KEY_SPECIAL, .read = read_joins, .takes = "list of kinds",
	  .help = "Instead of a path: kinds above of which one value each makes a value, every choice of them, joined with '|'. The kind "
		  "is absent when one of them is, unless its name ends with '?'." },
	{ "normalise", KEY_SPECIAL, .read = read_steps, .takes = "step or list of steps",
	  .help = "Normaliser steps, applied in order; absent: the text as it is." },
	{ "words", KEY_NODE, .offset = offsetof(struct entry, words), .takes = "list names, or list of lines",
	  .help = "What its steps replace or leave out: names of lists, or a sequence of lines 'street = st', 'gmbh', '*strasse = *str'." },
	{ "class", KEY_WORD, FIELD(privacy), .words = privacy_names, .otherwise = "hash",
	  .help = "plain is stored as it is, hash only under a key with a masked tail, drop not at all." },
	{ "hub_cap", KEY_COUNT, FIELD(hub_cap), RANGE(0, 100000), .otherwise = "0",
	  .help = "Holders above which a value means nothing; 0: never evidence by itself." },
	{ "network", KEY_BOOL, FIELD(is_network), .help = "The value is an address: evidence carries the network kind." },
	{ "fact", KEY_BOOL, FIELD(is_fact), .help = "Kept as the account's latest values, for compare rules." },
	{ "search", KEY_BOOL, FIELD(is_indexed), .help = "Indexed although no signal uses it, so that it can be searched for." },
	{ "counted", KEY_BOOL, FIELD(is_counted),
	  .help = "A stack and who claims it: indexed, and listed by 'assocctl stacks'." },
	{ "set", KEY_BOOL, FIELD(is_set), .help = "The values of one event form one set (name tokens, items)." },
	{ "port_block", KEY_BOOL, FIELD(is_port_block),
	  .help = "Made from address, port and the network's block size: one subscriber behind a shared address." },
	{ "mask_tail", KEY_COUNT, FIELD(mask_tail), RANGE(0, 8), .help = "Characters shown of a hashed value." },
	{ "placeholders", KEY_SPECIAL, .read = read_placeholders, .takes = "list names, or list of texts",
	  .help = "Values that never match, in any case; among several paths a part that is one counts as absent. '*x' stands for whatever ends with x, 'name@*' for that mailbox at any domain." },
	{ 0 },
};

static void check_kind(struct reader *r, const struct yaml_node *at, struct kind *k)
{
	if (!k->name.len)
		return;
	if (!is_name(k->name))
		problem_at(r, at, "kind '%.*s' is not made of a-z, 0-9, '_', '.' and '-'", BYTES_ARG(k->name));
	if (kinds_find(&r->builder->set.kinds, k->name) >= 0)
		problem_at(r, at, "kind '%.*s' is defined twice", BYTES_ARG(k->name));
	if (!k->n_paths && !k->n_parts && !k->is_port_block)
		problem_at(r, at, "kind '%.*s' needs path, paths or joins", BYTES_ARG(k->name));
	if (k->n_paths && k->n_parts)
		problem_at(r, at, "kind '%.*s' has a path or joins kinds, not both", BYTES_ARG(k->name));
	if (k->privacy == PRIVACY_DROP && k->hub_cap)
		problem_at(r, at, "kind '%.*s' is dropped and cannot be evidence: hub_cap must be 0", BYTES_ARG(k->name));
}

void attributes_read(struct reader *r, const struct yaml_node *root)
{
	struct kinds *kinds = &r->builder->set.kinds;
	struct { const struct yaml_node *list; } top = { NULL };
	static const struct key_row rows[] = {
		{ "attributes", KEY_NODE, .is_required = true, .takes = "list of mappings", .help = "The list of attribute kinds." }, { 0 } };
	keys_read(r, root, rows, &top);
	if (!top.list || !node_is(r, top.list, YAML_SEQUENCE))
		return;
	for (const struct yaml_node *c = top.list->child; c; c = c->next) {
		struct entry e = {0};
		keys_read(r, c, attribute_keys, &e);
		check_kind(r, c, &e.kind);
		make_words(r, &e);
		if (kinds->n == KINDS_MAX) {
			problem_at(r, c, "more than %d kinds", KINDS_MAX);
			return;
		}
		kinds->rows[kinds->n++] = e.kind;
	}
}

static struct bytes in_lower_case(struct arena *a, struct bytes text)
{
	char *lower = arena_alloc(a, text.len + 1);
	for (size_t i = 0; i < text.len; i++)
		lower[i] = byte_lower(text.ptr[i]);
	return bytes_make(lower, text.len);
}

static void normalise_placeholders(struct builder *b, struct kind *k)
{
	const struct bytes *raw = k->placeholders;
	unsigned n = k->n_placeholders;
	struct values values = {0};
	k->n_placeholders = 0;
	for (unsigned i = 0; i < n; i++) {
		struct normalised normal = {0};
		VEC_PUSH(&values, in_lower_case(b->arena, raw[i]));
		if (bytes_find_char(raw[i], '*') >= 0)
			continue;
		kind_normalise(k, b->arena, raw[i], &normal);
		if (normal.n == 1)
			VEC_PUSH(&values, in_lower_case(b->arena, normal.text[0]));
	}
	struct named_list list = builder_make_list(b, BYTES_NONE, values.at, values.n);
	k->placeholders = list.at;
	k->n_placeholders = list.n;
	VEC_FREE(&values);
}

void attributes_finish(struct builder *b)
{
	struct errbuf eb = {0};
	for (unsigned i = 0; i < b->set.kinds.n; i++)
		normalise_placeholders(b, &b->set.kinds.rows[i]);
	if (kinds_prepare(&b->set.kinds, &eb))
		problem_plain(&b->problems, "attributes.yaml: %s", eb.text);
}
