/* A pattern file to a compiled pattern. Every table of keys below is what the file may say. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "pattern_compiled.h"
#include "daemon/vendor/yaml.h"

#define JSON_DEPTH_MAX 16
#define MEMBER_DEPTH_MAX 2

struct loader {
	struct pattern *p;
	const struct yaml_doc *doc;
	struct errbuf *eb;
	struct bytes line_text, match_text; /* expressions whose groups may be referred to */
};

typedef enum err key_reader(struct loader *l, const struct yaml_node *node, void *into);
struct key_row {
	const char *name;
	enum yaml_type type;
	key_reader *read;
};

static const char *const yaml_type_words[] = { [YAML_SCALAR] = "a text", [YAML_SEQUENCE] = "a list", [YAML_MAPPING] = "a mapping" };

static enum err expect(struct loader *l, const struct yaml_node *node, enum yaml_type type)
{
	if (node->type == type)
		return ERR_OK;
	return yaml_error(l->doc, node, l->eb, "%s is expected here", yaml_type_words[type]);
}

static enum err unknown_key(struct loader *l, const struct yaml_node *node, const struct key_row *rows, size_t n)
{
	const char *names[16], *near;

	BUG_ON(n > ARRAY_LEN(names));
	for (size_t i = 0; i < n; i++)
		names[i] = rows[i].name;
	near = bytes_nearest(node->key, names, n);
	return yaml_error(l->doc, node, l->eb, "unknown key '%.*s'%s%s%s", BYTES_ARG(node->key), near ? " (did you mean '" : "",
			  near ? near : "", near ? "'?)" : "");
}

static enum err refuse_unknown(struct loader *l, const struct yaml_node *mapping, const struct key_row *rows, size_t n)
{
	for (const struct yaml_node *node = mapping->child; node; node = node->next) {
		size_t i = 0;
		while (i < n && !bytes_is(node->key, rows[i].name))
			i++;
		if (i == n)
			return unknown_key(l, node, rows, n);
	}
	return ERR_OK;
}

/* In the order of the table, not of the file: references are checked against what stands in rows above. */
static enum err read_keys(struct loader *l, const struct yaml_node *mapping, const struct key_row *rows, size_t n, void *into)
{
	enum err e = expect(l, mapping, YAML_MAPPING);

	if (!e)
		e = refuse_unknown(l, mapping, rows, n);
	for (size_t i = 0; i < n && !e; i++) {
		const struct yaml_node *node = yaml_get(mapping, rows[i].name);
		if (!node)
			continue;
		e = expect(l, node, rows[i].type);
		if (!e)
			e = rows[i].read(l, node, into);
	}
	return e;
}

static unsigned count_children(const struct yaml_node *node)
{
	unsigned n = 0;

	for (const struct yaml_node *c = node->child; c; c = c->next)
		n++;
	return n;
}

static int word_index(struct bytes word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_is(word, words[i]))
			return (int)i;
	return -1;
}

/* -- templates -- */

static bool names_group(struct bytes expression, struct bytes name)
{
	char group[80];
	int n = snprintf(group, sizeof(group), "(?<%.*s>", (int)(name.len > 60 ? 60 : name.len), name.ptr);

	return bytes_find(expression, bytes_make(group, (size_t)n)) >= 0;
}

static enum err check_reference(struct loader *l, const struct yaml_node *node, struct bytes name)
{
	if (name.len == 0 || name.len > 60)
		return yaml_error(l->doc, node, l->eb, "a reference is {name}");
	if (l->p->is_json || names_group(l->line_text, name) || names_group(l->match_text, name))
		return ERR_OK;
	return yaml_error(l->doc, node, l->eb, "{%.*s} is named by no group (?<%.*s>...) of 'line' or 'match'", BYTES_ARG(name), BYTES_ARG(name));
}

static enum err add_part(struct loader *l, struct template *t, struct bytes text, bool is_reference)
{
	struct template_part *parts = ARENA_ARRAY(l->p->arena, struct template_part, t->n + 1);

	if (t->n)
		memcpy(parts, t->parts, t->n * sizeof(*parts));
	parts[t->n++] = (struct template_part){ arena_bytes(l->p->arena, text), is_reference };
	t->parts = parts;
	return ERR_OK;
}

static enum err read_template(struct loader *l, const struct yaml_node *node, void *into)
{
	struct template *t = into;
	struct bytes rest = node->text;
	enum err e = ERR_OK;

	while (rest.len && !e) {
		ptrdiff_t open = bytes_find_char(rest, '{'), close = bytes_find_char(rest, '}');
		struct bytes before = open < 0 ? rest : bytes_slice(rest, 0, (size_t)open), name;
		if (before.len)
			add_part(l, t, before, false);
		if (open < 0)
			break;
		if (close < open)
			return yaml_error(l->doc, node, l->eb, "a reference is not closed: {name}");
		name = bytes_slice(rest, (size_t)open + 1, (size_t)(close - open - 1));
		e = check_reference(l, node, name);
		add_part(l, t, name, true);
		rest = bytes_slice(rest, (size_t)close + 1, rest.len);
	}
	return e;
}

/* -- rules -- */

static enum err read_expression(struct loader *l, const struct yaml_node *node, struct regex **out)
{
	struct errbuf why = { "" };

	if (*out)
		return yaml_error(l->doc, node, l->eb, "there is one already");
	if (regex_new(node->text, out, &why))
		return yaml_error(l->doc, node, l->eb, "%s", why.text);
	return ERR_OK;
}

static enum err read_match(struct loader *l, const struct yaml_node *node, void *into)
{
	struct pattern_rule *rule = into;

	l->match_text = node->text;
	return read_expression(l, node, &rule->match);
}

static enum err read_condition(struct loader *l, const struct yaml_node *node, struct condition *c)
{
	const struct yaml_node *one = node->type == YAML_SEQUENCE ? node->child : node;

	c->reference = arena_bytes(l->p->arena, node->key);
	c->texts = ARENA_ARRAY(l->p->arena, struct bytes, count_children(node) + 1);
	if (node->type == YAML_SCALAR) {
		c->texts[c->n++] = arena_bytes(l->p->arena, node->text);
		return check_reference(l, node, c->reference);
	}
	for (; one; one = one->next) {
		enum err e = expect(l, one, YAML_SCALAR);
		if (e)
			return e;
		c->texts[c->n++] = arena_bytes(l->p->arena, one->text);
	}
	return check_reference(l, node, c->reference);
}

static enum err read_when(struct loader *l, const struct yaml_node *node, void *into)
{
	struct pattern_rule *rule = into;
	enum err e = ERR_OK;

	rule->when = ARENA_ARRAY(l->p->arena, struct condition, count_children(node));
	for (const struct yaml_node *c = node->child; c && !e; c = c->next)
		e = read_condition(l, c, &rule->when[rule->n_when++]);
	return e;
}

static enum err read_repeat(struct loader *l, const struct yaml_node *node, void *into)
{
	return read_template(l, node, &((struct pattern_rule *)into)->repeat);
}

static enum err read_members(struct loader *l, const struct yaml_node *mapping, struct event_member **out, unsigned *n, unsigned depth)
{
	enum err e = ERR_OK;

	*out = ARENA_ARRAY(l->p->arena, struct event_member, count_children(mapping));
	for (const struct yaml_node *c = mapping->child; c && !e; c = c->next) {
		struct event_member *m = &(*out)[(*n)++];
		m->name = arena_str(l->p->arena, c->key);
		m->is_object = c->type == YAML_MAPPING;
		if (bytes_is(c->key, "ts"))
			e = yaml_error(l->doc, c, l->eb, "the time comes from 'time', not from a member");
		else if (c->type == YAML_SEQUENCE || (m->is_object && depth == MEMBER_DEPTH_MAX))
			e = yaml_error(l->doc, c, l->eb, "a text or an object of texts is expected here");
		else if (m->is_object)
			e = read_members(l, c, &m->members, &m->n_members, depth + 1);
		else
			e = read_template(l, c, &m->value);
	}
	return e;
}

static enum err read_event(struct loader *l, const struct yaml_node *node, void *into)
{
	struct pattern_rule *rule = into;

	if (!yaml_get(node, "account") || !yaml_get(node, "type"))
		return yaml_error(l->doc, node, l->eb, "an event needs 'account' and 'type'");
	return read_members(l, node, &rule->members, &rule->n_members, 1);
}

static const struct key_row rule_keys[] = {
	{ "match", YAML_SCALAR, read_match },
	{ "when", YAML_MAPPING, read_when },
	{ "repeat", YAML_SCALAR, read_repeat },
	{ "event", YAML_MAPPING, read_event },
};

static enum err read_rule(struct loader *l, const struct yaml_node *node, struct pattern_rule *rule)
{
	enum err e;

	l->match_text = BYTES_NONE;
	e = read_keys(l, node, rule_keys, ARRAY_LEN(rule_keys), rule);
	if (!e && !rule->n_members)
		e = yaml_error(l->doc, node, l->eb, "a rule needs 'event'");
	return e;
}

/* -- the file -- */

static enum err read_time_from(struct loader *l, const struct yaml_node *node, void *into)
{
	return read_template(l, node, &l->p->time);
}

static enum err read_time_form(struct loader *l, const struct yaml_node *node, void *into)
{
	int form = word_index(node->text, time_form_names, TIME_FORMS);

	if (form < 0)
		return yaml_error(l->doc, node, l->eb, "'%.*s' is none of auto, rfc3339, syslog, clf, datetime, epoch_s, epoch_ms, epoch_us",
				  BYTES_ARG(node->text));
	l->p->time_form = (enum time_form)form;
	return ERR_OK;
}

/* local, utc, or +01:00. */
static enum err read_time_zone(struct loader *l, const struct yaml_node *node, void *into)
{
	struct bytes t = node->text;
	uint64_t h = 0, m = 0;

	l->p->is_local = bytes_is(t, "local");
	if (l->p->is_local || bytes_is(t, "utc"))
		return ERR_OK;
	if (t.len != 6 || (t.ptr[0] != '+' && t.ptr[0] != '-') || t.ptr[3] != ':' || !bytes_to_u64(bytes_slice(t, 1, 2), &h) ||
	    !bytes_to_u64(bytes_slice(t, 4, 2), &m) || h > 14 || m > 59)
		return yaml_error(l->doc, node, l->eb, "'%.*s' is none of local, utc, +HH:MM, -HH:MM", BYTES_ARG(t));
	l->p->offset_minutes = (int)(h * 60 + m) * (t.ptr[0] == '-' ? -1 : 1);
	return ERR_OK;
}

static const struct key_row time_keys[] = {
	{ "from", YAML_SCALAR, read_time_from },
	{ "form", YAML_SCALAR, read_time_form },
	{ "zone", YAML_SCALAR, read_time_zone },
};

static enum err read_time(struct loader *l, const struct yaml_node *node, void *into)
{
	return read_keys(l, node, time_keys, ARRAY_LEN(time_keys), NULL);
}

static enum err read_title(struct loader *l, const struct yaml_node *node, void *into)
{
	return ERR_OK;
}

static enum err read_format(struct loader *l, const struct yaml_node *node, void *into)
{
	l->p->is_json = bytes_is(node->text, "json");
	if (!l->p->is_json && !bytes_is(node->text, "text"))
		return yaml_error(l->doc, node, l->eb, "'%.*s' is neither text nor json", BYTES_ARG(node->text));
	return ERR_OK;
}

static enum err read_site(struct loader *l, const struct yaml_node *node, void *into)
{
	l->p->site = arena_bytes(l->p->arena, node->text);
	return ERR_OK;
}

static enum err read_line(struct loader *l, const struct yaml_node *node, void *into)
{
	l->line_text = node->text;
	return read_expression(l, node, &l->p->line);
}

static enum err read_subject(struct loader *l, const struct yaml_node *node, void *into)
{
	l->p->subject = arena_bytes(l->p->arena, node->text);
	return check_reference(l, node, l->p->subject);
}

static enum err read_rules(struct loader *l, const struct yaml_node *node, void *into)
{
	enum err e = ERR_OK;

	l->p->rules = ARENA_ARRAY(l->p->arena, struct pattern_rule, count_children(node));
	for (const struct yaml_node *c = node->child; c && !e; c = c->next)
		e = read_rule(l, c, &l->p->rules[l->p->n_rules++]);
	return e;
}

static const struct key_row file_keys[] = {
	{ "title", YAML_SCALAR, read_title },
	{ "format", YAML_SCALAR, read_format },
	{ "line", YAML_SCALAR, read_line },
	{ "time", YAML_MAPPING, read_time },
	{ "site", YAML_SCALAR, read_site },
	{ "subject", YAML_SCALAR, read_subject },
	{ "rules", YAML_SEQUENCE, read_rules },
};

static enum err load_file(struct loader *l, const char *path)
{
	const struct yaml_node *root = yaml_root(l->doc);
	enum err e;

	if (!root)
		return errbuf_set(l->eb, ERR_INPUT, "%s: empty", path);
	e = read_keys(l, root, file_keys, ARRAY_LEN(file_keys), NULL);
	if (!e && (!l->p->n_rules || !l->p->time.n))
		e = yaml_error(l->doc, root, l->eb, "a pattern needs 'time: {from: ...}' and 'rules'");
	if (!e && l->p->is_json && l->p->line)
		e = yaml_error(l->doc, root, l->eb, "'line' is for format text");
	return e;
}

/* What there is in place of a pattern that is not. */
static void name_patterns(const char *dir, const char *name, struct errbuf *eb)
{
	struct text names = { 0 };
	struct dirent **found = NULL;
	int n = scandir(dir, &found, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		struct bytes file = bytes_of(found[i]->d_name);
		if (bytes_ends(file, BYTES_LIT(".yaml")))
			text_addf(&names, "%s%.*s", names.len ? ", " : "", (int)file.len - 5, file.ptr);
		free(found[i]);
	}
	free(found);
	errbuf_set(eb, ERR_NOTFOUND, "there is no pattern '%s' in %s; there are: %s", name, dir, names.len ? names.ptr : "none");
	text_free(&names);
}

enum err pattern_load(const char *patterns_dir, const char *name, struct pattern **out, struct errbuf *eb)
{
	struct pattern *p = xcalloc(1, sizeof(*p));
	struct loader l = { .p = p, .eb = eb, .line_text = BYTES_NONE, .match_text = BYTES_NONE };
	struct yaml_doc *doc = NULL;
	char *path;
	enum err e;

	p->arena = arena_new(16 * 1024);
	path = strchr(name, '/') ? arena_str(p->arena, bytes_of(name)) : arena_printf(p->arena, "%s/%s.yaml", patterns_dir, name);
	p->name = arena_bytes(p->arena, bytes_of(strrchr(path, '/') + 1));
	p->seed = bytes_hash(p->name, 0);
	p->is_local = true;
	e = yaml_load(path, &doc, eb);
	if (e == ERR_NOTFOUND && !strchr(name, '/')) {
		errbuf_clear(eb);
		name_patterns(patterns_dir, name, eb);
	}
	l.doc = doc;
	if (!e)
		e = load_file(&l, path);
	if (!e && p->is_json)
		p->parser = json_parser_new(PATTERN_LINE_MAX, JSON_DEPTH_MAX);
	yaml_doc_free(doc);
	if (e)
		pattern_free(p);
	else
		*out = p;
	return e;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < p->n_rules; i++)
		regex_free(p->rules[i].match);
	regex_free(p->line);
	json_parser_free(p->parser);
	arena_free(p->arena);
	free(p);
}
