/* Loading a folder of rule files: lists, scoring, attributes, then one rule a file, in the order of their names.
 * I1: every problem is reported, none stops the others.  I2: a set with a problem is never handed out.
 * I3: the hash depends on what judges, not on prose, comments or positions. */
#include "ruleset.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "builder.h"
#include "contradictions.h"
#include "daemon/base/file.h"
#include "daemon/base/utf8.h"
#include "idle.h"
#include "rule_tests.h"

#define FILES_MAX 2048
#define TEXT_FILE_MAX (16 << 20)

const char *const rule_level_names[LEVELS] = { "info", "low", "medium", "high", "critical" };

struct builder *builder_new(struct text *report, struct errbuf *eb)
{
	struct builder *b = xcalloc(1, sizeof *b);
	b->arena = arena_new(64 * 1024);
	b->problems = (struct problems){ .report = report, .eb = eb };
	scoring_defaults(b);
	return b;
}

void builder_free(struct builder *b)
{
	if (!b)
		return;
	VEC_FREE(&b->signals);
	VEC_FREE(&b->compares);
	VEC_FREE(&b->limits);
	VEC_FREE(&b->policies);
	VEC_FREE(&b->disabled);
	VEC_FREE(&b->timings);
	VEC_FREE(&b->interactions);
	VEC_FREE(&b->windows);
	text_free(&b->canonical);
	arena_free(b->arena);
	free(b);
}

void ruleset_free(struct ruleset *rs)
{
	builder_free((struct builder *)rs);
}

static int compare_heads(const void *a, const void *b)
{
	return bytes_cmp(((const struct rule_head *)a)->id, ((const struct rule_head *)b)->id);
}

/* Signals of one kind stand side by side: the engine walks them from the kind. */
static int compare_signals(const void *a, const void *b)
{
	const struct signal_rule *x = a, *y = b;
	return x->kind != y->kind ? (x->kind > y->kind) - (x->kind < y->kind) : compare_heads(a, b);
}

static void index_used_kinds(struct builder *b)
{
	for (size_t i = 0; i < b->signals.n; i++)
		b->set.kinds.rows[b->signals.at[i].kind].is_indexed = true;
	for (size_t i = 0; i < b->signals.n; i++)
		if (b->signals.at[i].requires >= 0)
			b->set.kinds.rows[b->signals.at[i].requires].is_indexed = true;
	for (size_t i = 0; i < b->compares.n; i++)
		b->set.kinds.rows[b->compares.at[i].kind].is_fact = true;
}

/* Pass by pass. */
static int compare_interactions(const void *a, const void *b)
{
	const struct interaction_rule *x = a, *y = b;
	return x->pass != y->pass ? (int)x->pass - (int)y->pass : compare_heads(a, b);
}

#define SORT_RULES(v, compare) do { if ((v)->n) qsort((v)->at, (v)->n, sizeof *(v)->at, (compare)); } while (0)

/* Order of the rules; then their tokens have numbers. */
static void sort_rules(struct builder *b)
{
	SORT_RULES(&b->signals, compare_signals);
	SORT_RULES(&b->compares, compare_heads);
	SORT_RULES(&b->limits, compare_heads);
	SORT_RULES(&b->policies, compare_heads);
	SORT_RULES(&b->timings, compare_heads);
	SORT_RULES(&b->interactions, compare_interactions);
	timings_finish(b);
	tokens_number(b);
}

static void find_ends(const struct builder *b, unsigned *ends)
{
	unsigned n = 0;
	for (int pass = 0; pass < PASSES; pass++) {
		while (n < b->interactions.n && b->interactions.at[n].pass == (enum pass)pass)
			n++;
		ends[pass] = n;
	}
}

void builder_seal(struct builder *b)
{
	struct ruleset *set = &b->set;
	set->signals = b->signals.at;
	set->n_signals = (unsigned)b->signals.n;
	set->compares = b->compares.at;
	set->n_compares = (unsigned)b->compares.n;
	set->limits = b->limits.at;
	set->n_limits = (unsigned)b->limits.n;
	set->policies = b->policies.at;
	set->n_policies = (unsigned)b->policies.n;
	set->timings = b->timings.at;
	set->n_timings = (unsigned)b->timings.n;
	set->interactions = b->interactions.at;
	set->n_interactions = (unsigned)b->interactions.n;
	find_ends(b, set->interactions_end);
	set->windows = b->windows.at;
	set->n_windows = (unsigned)b->windows.n;
	index_used_kinds(b);
	text_adds(&b->canonical, ASSOCD_VERSION);
	set->hash = bytes_hash(text_bytes(&b->canonical), 0);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void names_free(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

/* Regular names of a folder, sorted by bytes. A folder that may be absent gives none. */
static char **folder_names(struct builder *b, const char *dir, bool is_optional, size_t *n)
{
	struct VEC(char *) names = {0};
	struct dirent *entry;
	DIR *handle = opendir(dir);
	*n = 0;
	if (!handle) {
		if (!is_optional || errno != ENOENT)
			problem_plain(&b->problems, "%s: cannot read the folder: %s", dir, strerror(errno));
		return NULL;
	}
	while (names.n <= FILES_MAX && (entry = readdir(handle)))
		if (entry->d_name[0] != '.')
			VEC_PUSH(&names, xstrdup(entry->d_name));
	closedir(handle);
	if (names.n > FILES_MAX)
		problem_plain(&b->problems, "%s: more than %d files; keep only rules here", dir, FILES_MAX);
	if (names.n)
		qsort(names.at, names.n, sizeof *names.at, compare_names);
	*n = names.n;
	return names.at;
}

/* The tree as text: keys and values in order, without what is only for people. */
static void add_canonical(struct text *t, const struct yaml_node *at, const struct key_row *prose)
{
	if (at->type == YAML_SCALAR) {
		text_addf(t, "%zu:", at->text.len);
		text_add(t, at->text);
		return;
	}
	text_addc(t, at->type == YAML_MAPPING ? '{' : '[');
	for (const struct yaml_node *c = at->child; c; c = c->next) {
		const struct key_row *row = at->type == YAML_MAPPING ? keys_find(prose, c->key) : NULL;
		if (row && row->is_prose)
			continue;
		text_addf(t, "%zu:", c->key.len);
		text_add(t, c->key);
		add_canonical(t, c, prose);
	}
	text_addc(t, '}');
}

/* Prose stands at the top of a rule only; below, a window may have any name. */
static void add_canonical_rule(struct text *t, const struct yaml_node *root)
{
	static const struct key_row none[] = { { 0 } };
	for (const struct yaml_node *c = root->child; c; c = c->next) {
		const struct key_row *row = keys_find(rule_keys, c->key);
		if (row && row->is_prose)
			continue;
		text_addf(t, "%zu:", c->key.len);
		text_add(t, c->key);
		add_canonical(t, c, none);
	}
}

static void read_root(struct reader *r, const struct yaml_node *root, enum file_form form, struct bytes name)
{
	switch (form) {
	case FORM_ATTRIBUTES:
		add_canonical(&r->builder->canonical, root, attribute_keys);
		attributes_read(r, root);
		break;
	case FORM_SCORING:
		add_canonical(&r->builder->canonical, root, scoring_keys);
		scoring_read(r, root);
		break;
	case FORM_LIST:
		list_read_yaml(r, root, name);
		break;
	case FORM_TABLE:
		add_canonical(&r->builder->canonical, root, table_keys);
		table_read(r, root);
		break;
	case FORM_RULE:
		add_canonical_rule(&r->builder->canonical, root);
		rule_read(r, root, bytes_of(yaml_name(r->doc)));
		break;
	}
}

/* A doc is kept only while it is read: what stays was copied into the arena. */
static void read_doc(struct builder *b, struct yaml_doc *doc, enum file_form form, struct bytes name)
{
	struct reader r = { .problems = &b->problems, .doc = doc, .arena = b->arena, .builder = b };
	const struct yaml_node *root = yaml_root(doc);
	if (!root)
		problem_at(&r, NULL, "the file is empty");
	else if (root->next)
		problem_at(&r, root->next, "one document a file");
	else
		read_root(&r, root, form, name);
	b->set.n_files++;
	yaml_doc_free(doc);
}

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static void load_yaml(struct builder *b, const char *path, enum file_form form, struct bytes name)
{
	struct yaml_doc *doc = NULL;
	struct errbuf eb = {0};
	bool is_changed = b->change && form != FORM_LIST && bytes_eq(b->change->file, bytes_of(last_name(path)));
	if (is_changed ? yaml_parse(b->change->content, path, &doc, &eb) : yaml_load(path, &doc, &eb))
		problem_plain(&b->problems, "%s", eb.text);
	else
		read_doc(b, doc, form, name);
}

void decode_rule_file(struct builder *b, enum file_form form, struct bytes content)
{
	struct yaml_doc *doc = NULL;
	struct errbuf eb = {0};
	if (yaml_parse(content, "input", &doc, &eb))
		problem_plain(&b->problems, "%s", eb.text);
	else
		read_doc(b, doc, form, BYTES_LIT("input"));
}

static void load_text_list(struct builder *b, const char *path, struct bytes name)
{
	struct text content = {0};
	struct errbuf eb = {0};
	if (file_read(path, TEXT_FILE_MAX, &content, &eb))
		problem_plain(&b->problems, "%s", eb.text);
	else if (!utf8_is_valid(text_bytes(&content)))
		problem_plain(&b->problems, "%s: is not UTF-8, its values would match nothing; save it as UTF-8", path);
	else
		list_read_text(b, path, name, utf8_skip_mark(text_bytes(&content)));
	b->set.n_files++;
	text_free(&content);
}

static struct bytes stem_of(const char *name)
{
	struct bytes b = bytes_of(name);
	ptrdiff_t dot = bytes_find_char(b, '.');
	return bytes_slice(b, 0, dot < 0 ? b.len : (size_t)dot);
}

/* Conditions ask a list by its name, so a value that moves to another list judges otherwise. */
static void add_canonical_list(struct text *t, const struct named_list *list)
{
	text_addf(t, "%zu:%.*s%u[", list->name.len, BYTES_ARG(list->name), list->n);
	for (unsigned v = 0; v < list->n; v++)
		text_addf(t, "%zu:%.*s", list->at[v].len, BYTES_ARG(list->at[v]));
	text_addc(t, ']');
}

static void load_lists(struct builder *b, const char *dir)
{
	char *folder = arena_printf(b->arena, "%s/lists", dir);
	size_t n;
	char **names = folder_names(b, folder, true, &n);
	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(b->arena, "%s/%s", folder, names[i]);
		if (bytes_ends(bytes_of(names[i]), BYTES_LIT(".txt")))
			load_text_list(b, path, stem_of(names[i]));
		else if (bytes_ends(bytes_of(names[i]), BYTES_LIT(".yaml")))
			load_yaml(b, path, FORM_LIST, stem_of(names[i]));
	}
	for (unsigned i = 0; i < b->n_lists; i++)
		add_canonical_list(&b->canonical, &b->lists[i]);
	names_free(names, n);
}

static bool is_rule_file(struct bytes name)
{
	return bytes_ends(name, BYTES_LIT(".yaml")) && !bytes_ends(name, BYTES_LIT(".test.yaml")) &&
	       !bytes_starts(name, BYTES_LIT("attributes")) && !bytes_is(name, "scoring.yaml") && !bytes_is(name, "table.yaml");
}

static void load_files(struct builder *b, const char *dir, char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_starts(bytes_of(names[i]), BYTES_LIT("attributes-")) && bytes_ends(bytes_of(names[i]), BYTES_LIT(".yaml")))
			load_yaml(b, arena_printf(b->arena, "%s/%s", dir, names[i]), FORM_ATTRIBUTES, BYTES_NONE);
	attributes_finish(b);
	unsigned before = b->problems.n;
	for (size_t i = 0; i < n; i++)
		if (is_rule_file(bytes_of(names[i])))
			load_yaml(b, arena_printf(b->arena, "%s/%s", dir, names[i]), FORM_RULE, BYTES_NONE);
	b->are_rules_wrong = b->problems.n > before;
	sort_rules(b);
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], "table.yaml") == 0)
			load_yaml(b, arena_printf(b->arena, "%s/table.yaml", dir), FORM_TABLE, BYTES_NONE);
}

/* A changed file may be a new one; names stay sorted and single. */
static char **with_changed(const struct ruleset_change *change, char **names, size_t *n)
{
	size_t at = 0;
	int order = 1;
	while (at < *n && (order = bytes_cmp(change->file, bytes_of(names[at]))) > 0)
		at++;
	if (at < *n && order == 0)
		return names;
	names = xrealloc(names, (*n + 1) * sizeof *names);
	memmove(names + at + 1, names + at, (*n - at) * sizeof *names);
	names[at] = xmalloc(change->file.len + 1);
	memcpy(names[at], change->file.ptr, change->file.len);
	names[at][change->file.len] = '\0';
	++*n;
	return names;
}

static void load_folder(struct builder *b, const char *dir)
{
	size_t n;
	char **names = folder_names(b, dir, false, &n);
	if (b->change)
		names = with_changed(b->change, names, &n);
	if (!b->problems.n) {
		load_lists(b, dir);
		load_yaml(b, arena_printf(b->arena, "%s/scoring.yaml", dir), FORM_SCORING, BYTES_NONE);
		load_yaml(b, arena_printf(b->arena, "%s/attributes.yaml", dir), FORM_ATTRIBUTES, BYTES_NONE);
		load_files(b, dir, names, n);
	}
	names_free(names, n);
}

static enum err finish(struct builder *b, const char *dir, bool require_tests, struct ruleset **out)
{
	struct text *report = b->problems.report;
	*out = NULL;
	builder_seal(b);
	if (!b->problems.n)
		contradictions_check(b, dir);
	if (!b->problems.n)
		rule_tests_check(b, require_tests);
	if (b->problems.n) {
		unsigned found = b->problems.n;
		if (report && found > PROBLEMS_MAX)
			text_addf(report, "... and %u more\n", found - PROBLEMS_MAX);
		builder_free(b);
		return ERR_INPUT;
	}
	b->problems = (struct problems){0};
	idle_find(b);
	*out = &b->set;
	return ERR_OK;
}

enum err ruleset_load(const char *dir, bool require_tests, struct ruleset **out, struct text *report, struct errbuf *eb)
{
	struct builder *b = builder_new(report, eb);
	load_folder(b, dir);
	return finish(b, dir, require_tests, out);
}

enum err ruleset_load_changed(const char *dir, const struct ruleset_change *change, struct ruleset **out, struct text *report,
			      struct errbuf *eb)
{
	struct builder *b = builder_new(report, eb);
	b->change = change;
	load_folder(b, dir);
	b->change = NULL;
	return finish(b, dir, false, out);
}
