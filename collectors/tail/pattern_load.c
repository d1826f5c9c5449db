/* A pattern file to a compiled pattern. Every table of keys below is what the file may say.
 * I1: a group is referred to only where `line` or the `match` above names it. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/model/event.h"
#include "pattern_compiled.h"
#include "pattern_keys.h"

#define JSON_DEPTH_MAX 16
#define MEMBER_DEPTH_MAX 2

struct pattern_loader {
	struct pattern *p;
	const struct yaml_doc *doc;
	struct errbuf *eb;
	struct bytes line_text, match_text; /* expressions whose groups may be referred to */
};

static const char *const yaml_type_words[] = { [YAML_SCALAR] = "a text", [YAML_SEQUENCE] = "a list", [YAML_MAPPING] = "a mapping" };

static enum err expect(struct pattern_loader *l, const struct yaml_node *node, enum yaml_type type)
{
	if (node->type == type)
		return ERR_OK;
	return yaml_error(l->doc, node, l->eb, "%s is expected here", yaml_type_words[type]);
}

static enum err unknown_key(struct pattern_loader *l, const struct yaml_node *node, const struct pattern_key *rows)
{
	const char *names[16];
	size_t n = 0;

	for (; rows[n].name && n < ARRAY_LEN(names); n++)
		names[n] = rows[n].name;
	return yaml_unknown_key(l->doc, node, names, n, l->eb);
}

static enum err refuse_unknown(struct pattern_loader *l, const struct yaml_node *mapping, const struct pattern_key *rows)
{
	for (const struct yaml_node *node = mapping->child; node; node = node->next) {
		const struct pattern_key *row = rows;
		while (row->name && !bytes_is(node->key, row->name))
			row++;
		if (!row->name)
			return unknown_key(l, node, rows);
	}
	return ERR_OK;
}

/* In the order of the table, not of the file: I1. */
static enum err read_keys(struct pattern_loader *l, const struct yaml_node *mapping, const struct pattern_key *rows, void *into)
{
	enum err e = expect(l, mapping, YAML_MAPPING);

	if (!e)
		e = refuse_unknown(l, mapping, rows);
	for (const struct pattern_key *row = rows; row->name && !e; row++) {
		const struct yaml_node *node = yaml_get(mapping, row->name);
		if (!node)
			continue;
		e = expect(l, node, row->type);
		if (!e)
			e = row->read(l, node, into);
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

static enum err check_reference(struct pattern_loader *l, const struct yaml_node *node, struct bytes name)
{
	if (name.len == 0 || name.len > 60)
		return yaml_error(l->doc, node, l->eb, "a reference is {name}");
	if (l->p->format != FORMAT_TEXT || names_group(l->line_text, name) || names_group(l->match_text, name))
		return ERR_OK;
	return yaml_error(l->doc, node, l->eb, "{%.*s} is named by no group (?<%.*s>...) of 'line' or 'match'", BYTES_ARG(name), BYTES_ARG(name));
}

static enum err add_part(struct pattern_loader *l, struct template *t, struct bytes text, bool is_reference)
{
	struct template_part *parts = ARENA_ARRAY(l->p->arena, struct template_part, t->n + 1);

	if (t->n)
		memcpy(parts, t->parts, t->n * sizeof(*parts));
	parts[t->n++] = (struct template_part){ arena_bytes(l->p->arena, text), is_reference };
	t->parts = parts;
	return ERR_OK;
}

static enum err read_template(struct pattern_loader *l, const struct yaml_node *node, void *into)
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

static enum err read_expression(struct pattern_loader *l, const struct yaml_node *node, struct regex **out)
{
	struct errbuf why = { "" };

	if (*out)
		return yaml_error(l->doc, node, l->eb, "there is one already");
	if (regex_new(node->text, out, &why))
		return yaml_error(l->doc, node, l->eb, "%s", why.text);
	return ERR_OK;
}

static enum err read_match(struct pattern_loader *l, const struct yaml_node *node, void *into)
{
	struct pattern_rule *rule = into;

	l->match_text = node->text;
	return read_expression(l, node, &rule->match);
}

static enum err read_condition(struct pattern_loader *l, const struct yaml_node *node, struct condition *c)
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

static enum err read_when(struct pattern_loader *l, const struct yaml_node *node, void *into)
{
	struct pattern_rule *rule = into;
	enum err e = ERR_OK;

	rule->when = ARENA_ARRAY(l->p->arena, struct condition, count_children(node));
	for (const struct yaml_node *c = node->child; c && !e; c = c->next)
		e = read_condition(l, c, &rule->when[rule->n_when++]);
	return e;
}

static enum err read_repeat(struct pattern_loader *l, const struct yaml_node *node, void *into)
{
	return read_template(l, node, &((struct pattern_rule *)into)->repeat);
}

static enum err read_members(struct pattern_loader *l, const struct yaml_node *mapping, struct event_member **out, unsigned *n, unsigned depth)
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

static enum err read_event(struct pattern_loader *l, const struct yaml_node *node, void *into)
{
	struct pattern_rule *rule = into;

	if (!yaml_get(node, "account") || !yaml_get(node, "type"))
		return yaml_error(l->doc, node, l->eb, "an event needs 'account' and 'type'");
	return read_members(l, node, &rule->members, &rule->n_members, 1);
}

const struct pattern_key pattern_rule_keys[] = {
	{ "match", YAML_SCALAR, read_match, "expression",
	  "What the subject must match; its groups (?<name>...) may be referred to. Absent: every line." },
	{ "when", YAML_MAPPING, read_when, "{name: text or list of texts}",
	  "What references must equal, each one of its texts; all of them must." },
	{ "repeat", YAML_SCALAR, read_repeat, "template", "How many equal events the line stands for, at most 100." },
	{ "event", YAML_MAPPING, read_event, "mapping of templates",
	  "The event; required, with type and account. A member of which a reference is empty is left out." },
	{ NULL, YAML_SCALAR, NULL, NULL, NULL },
};

static enum err read_rule(struct pattern_loader *l, const struct yaml_node *node, struct pattern_rule *rule)
{
	enum err e;

	l->match_text = BYTES_NONE;
	e = read_keys(l, node, pattern_rule_keys, rule);
	if (!e && !rule->n_members)
		e = yaml_error(l->doc, node, l->eb, "a rule needs 'event'");
	return e;
}

/* -- the file -- */

static enum err read_time_from(struct pattern_loader *l, const struct yaml_node *node, void *into)
{
	return read_template(l, node, &l->p->time);
}

static enum err read_time_form(struct pattern_loader *l, const struct yaml_node *node, void *into)
{
	int form = word_index(node->text, time_form_names, TIME_FORMS);

	if (form < 0)
		return yaml_error(l->doc, node, l->eb, "'%.*s' is none of auto, rfc3339, syslog, clf, datetime, epoch_s, epoch_ms, epoch_us",
				  BYTES_ARG(node->text));
	l->p->time_form = (enum time_form)form;
	return ERR_OK;
}

/* local, utc, or +01:00. */
static enum err read_time_zone(struct pattern_loader *l, const struct yaml_node *node, void *into)
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

const struct pattern_key pattern_time_keys[] = {
	{ "from", YAML_SCALAR, read_time_from, "template", "Where the time stands; required." },
	{ "form", YAML_SCALAR, read_time_form, "auto|rfc3339|syslog|clf|datetime|epoch_s|epoch_ms|epoch_us",
	  "How it is written; absent: auto, which tells the forms apart by their looks." },
	{ "zone", YAML_SCALAR, read_time_zone, "local|utc|+HH:MM|-HH:MM",
	  "Of times that name no offset; absent: local, this machine's." },
	{ NULL, YAML_SCALAR, NULL, NULL, NULL },
};

static enum err read_time(struct pattern_loader *l, const struct yaml_node *node, void *into)
{
	return read_keys(l, node, pattern_time_keys, NULL);
}

static enum err read_title(struct pattern_loader *l, const struct yaml_node *node, void *into)
{
	return ERR_OK;
}

static enum err read_format(struct pattern_loader *l, const struct yaml_node *node, void *into)
{
	static const char *const words[PATTERN_FORMATS] = { "text", "json", "form", "csv" };
	int format = word_index(node->text, words, PATTERN_FORMATS);

	if (format < 0)
		return yaml_error(l->doc, node, l->eb, "'%.*s' is none of text, json, form, csv", BYTES_ARG(node->text));
	l->p->format = (enum pattern_format)format;
	return ERR_OK;
}

static enum err read_escapes(struct pattern_loader *l, const struct yaml_node *node, void *into)
{
	l->p->has_escapes = bytes_is(node->text, "backslash");
	if (l->p->has_escapes || bytes_is(node->text, "none"))
		return ERR_OK;
	return yaml_error(l->doc, node, l->eb, "'%.*s' is none of none, backslash", BYTES_ARG(node->text));
}

static enum err read_columns(struct pattern_loader *l, const struct yaml_node *node, void *into)
{
	if (l->p->format != FORMAT_CSV)
		return yaml_error(l->doc, node, l->eb, "'columns' is for format csv");
	l->p->columns = csv_header_new();
	if (!decode_csv_header(node->text, l->p->columns))
		return yaml_error(l->doc, node, l->eb, "names are expected here, each once, with commas, semicolons or tabs between");
	return ERR_OK;
}

static enum err read_site(struct pattern_loader *l, const struct yaml_node *node, void *into)
{
	l->p->site = arena_bytes(l->p->arena, node->text);
	return event_site_is_valid(node->text) ? ERR_OK : yaml_error(l->doc, node, l->eb, EVENT_SITE_RULE);
}

static enum err read_line(struct pattern_loader *l, const struct yaml_node *node, void *into)
{
	l->line_text = node->text;
	return read_expression(l, node, &l->p->line);
}

static enum err read_subject(struct pattern_loader *l, const struct yaml_node *node, void *into)
{
	l->p->subject = arena_bytes(l->p->arena, node->text);
	return check_reference(l, node, l->p->subject);
}

static enum err read_rules(struct pattern_loader *l, const struct yaml_node *node, void *into)
{
	enum err e = ERR_OK;

	l->p->rules = ARENA_ARRAY(l->p->arena, struct pattern_rule, count_children(node));
	for (const struct yaml_node *c = node->child; c && !e; c = c->next)
		e = read_rule(l, c, &l->p->rules[l->p->n_rules++]);
	return e;
}

const struct pattern_key pattern_file_keys[] = {
	{ "title", YAML_SCALAR, read_title, "text", "What the lines are, for people." },
	{ "format", YAML_SCALAR, read_format, "text|json|form|csv",
	  "text is taken apart by expressions, json by its members, form (urlencoded) by its names, csv by its columns; absent: text." },
	{ "escapes", YAML_SCALAR, read_escapes, "none|backslash",
	  "How values write bytes that would break the line: backslash undoes \\xHH, \\\", \\\\ and \\n, as nginx and Apache write them, in what "
	  "references stand for; expressions see the line as it is. Absent: none." },
	{ "columns", YAML_SCALAR, read_columns, "text",
	  "Of csv: a line that names the columns, for files that have none; absent: the first line of each file names them." },
	{ "line", YAML_SCALAR, read_line, "expression",
	  "Names parts of every line of text by groups (?<name>...); a line that does not match is skipped." },
	{ "time", YAML_MAPPING, read_time, "mapping", "Where the event's time is; required." },
	{ "site", YAML_SCALAR, read_site, "text", "Site of the accounts, unless the collector or the command names one." },
	{ "subject", YAML_SCALAR, read_subject, "name", "The reference that the rules match; absent: the whole line." },
	{ "rules", YAML_SEQUENCE, read_rules, "list of mappings",
	  "What becomes an event; required. They are tried in order, the first that fits makes the event." },
	{ NULL, YAML_SCALAR, NULL, NULL, NULL },
};

static enum err load_file(struct pattern_loader *l, const char *path)
{
	const struct yaml_node *root = yaml_root(l->doc);
	enum err e;

	if (!root)
		return errbuf_set(l->eb, ERR_INPUT, "%s: empty", path);
	e = read_keys(l, root, pattern_file_keys, NULL);
	if (!e && (!l->p->n_rules || !l->p->time.n))
		e = yaml_error(l->doc, root, l->eb, "a pattern needs 'time: {from: ...}' and 'rules'");
	if (!e && l->p->format != FORMAT_TEXT && l->p->line)
		e = yaml_error(l->doc, root, l->eb, "'line' is for format text");
	return e;
}

enum err pattern_load(const char *patterns_dir, const char *name, struct pattern **out, struct errbuf *eb)
{
	struct pattern *p = xcalloc(1, sizeof(*p));
	struct pattern_loader l = { .p = p, .eb = eb, .line_text = BYTES_NONE, .match_text = BYTES_NONE };
	struct yaml_doc *doc = NULL;
	char *path;
	enum err e;

	p->arena = arena_new(16 * 1024);
	path = strchr(name, '/') ? arena_str(p->arena, bytes_of(name)) : arena_printf(p->arena, "%s/%s.yaml", patterns_dir, name);
	p->name = arena_bytes(p->arena, bytes_of(strrchr(path, '/') + 1));
	p->seed = bytes_hash(p->name, 0);
	p->is_local = true;
	if (!strchr(name, '/') && access(path, F_OK) != 0)
		e = pattern_refuse_name(patterns_dir, name, eb);
	else
		e = yaml_load(path, &doc, eb);
	l.doc = doc;
	if (!e)
		e = load_file(&l, path);
	if (!e && p->format == FORMAT_JSON)
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
	fields_free(&p->fields);
	csv_header_free(p->columns);
	VEC_FREE(&p->aliases);
	arena_free(p->arena);
	free(p);
}
