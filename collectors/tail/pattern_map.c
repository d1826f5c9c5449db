/* Names of a pattern's references under which lines have them. */
#include "pattern_compiled.h"

#define NAMES_MAX 200

bool pattern_wants_header(const struct pattern *p)
{
	return p->format == FORMAT_CSV && !p->columns;
}

struct names { const char *at[NAMES_MAX]; size_t n; struct arena *arena; };

static void add_name(struct names *names, struct bytes name)
{
	for (size_t i = 0; i < names->n; i++)
		if (bytes_is(name, names->at[i]))
			return;
	if (names->n < NAMES_MAX)
		names->at[names->n++] = arena_str(names->arena, name);
}

static void add_template(struct names *names, const struct template *t)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->parts[i].is_reference)
			add_name(names, t->parts[i].text);
}

static void add_members(struct names *names, const struct event_member *members, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		add_template(names, &members[i].value);
		for (unsigned k = 0; k < members[i].n_members; k++)
			add_template(names, &members[i].members[k].value);
	}
}

static void list_references(const struct pattern *p, struct names *names)
{
	add_template(names, &p->time);
	if (p->subject.len > 0)
		add_name(names, p->subject);
	for (unsigned i = 0; i < p->n_rules; i++) {
		add_members(names, p->rules[i].members, p->rules[i].n_members);
		for (unsigned k = 0; k < p->rules[i].n_when; k++)
			add_name(names, p->rules[i].when[k].reference);
	}
}

static enum err add_alias(struct pattern *p, const struct names *names, struct bytes pair, struct errbuf *eb)
{
	ptrdiff_t equals = bytes_find_char(pair, '=');
	struct bytes reference = bytes_trim(bytes_slice(pair, 0, equals < 0 ? pair.len : (size_t)equals));
	struct bytes column = equals < 0 ? BYTES_NONE : bytes_trim(bytes_slice(pair, (size_t)equals + 1, pair.len));
	struct pattern_alias alias = { arena_bytes(p->arena, reference), arena_bytes(p->arena, column) };
	const char *near;

	if (reference.len == 0 || column.len == 0)
		return errbuf_set(eb, ERR_INPUT, "\"%.*s\" is not NAME=COLUMN", BYTES_ARG(bytes_slice(pair, 0, 60)));
	for (size_t i = 0; i < names->n; i++)
		if (bytes_is(reference, names->at[i])) {
			VEC_PUSH(&p->aliases, alias);
			return ERR_OK;
		}
	near = bytes_nearest(reference, names->at, names->n);
	return errbuf_set(eb, ERR_INPUT, "the pattern has no {%.*s}%s%s%s", BYTES_ARG(bytes_slice(reference, 0, 60)),
			  near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

enum err pattern_map(struct pattern *p, struct bytes map, struct errbuf *eb)
{
	struct names names = { .arena = p->arena };
	enum err err = ERR_OK;

	if (p->format == FORMAT_TEXT)
		return errbuf_set(eb, ERR_INPUT, "the pattern takes lines of text apart: its expressions name the parts");
	list_references(p, &names);
	while (map.len > 0 && err == ERR_OK) {
		ptrdiff_t comma = bytes_find_char(map, ',');
		struct bytes pair = bytes_slice(map, 0, comma < 0 ? map.len : (size_t)comma);

		err = add_alias(p, &names, pair, eb);
		map = bytes_slice(map, pair.len + 1, map.len);
	}
	return err;
}

/* What no event can do without: its account and its time. */
static enum err check_needed(const struct pattern *p, const struct csv_header *header, const char *reference, struct errbuf *eb)
{
	struct bytes column = bytes_of(reference);
	struct text list = { 0 };
	enum err err = ERR_OK;

	for (size_t i = 0; i < p->aliases.n; i++)
		if (bytes_is(p->aliases.at[i].reference, reference))
			column = p->aliases.at[i].column;
	if (!csv_header_has(header, column)) {
		csv_header_list(header, &list);
		err = errbuf_set(eb, ERR_INPUT, "there is no column \"%.*s\"; there are: %s. --map %s=COLUMN says which one it is",
				 BYTES_ARG(bytes_slice(column, 0, 60)), list.ptr, reference);
	}
	text_free(&list);
	return err;
}

enum err pattern_check_header(const struct pattern *p, const struct csv_header *header, struct errbuf *eb)
{
	struct names names = { .arena = p->arena };
	enum err err = ERR_OK;

	for (size_t i = 0; i < p->aliases.n && err == ERR_OK; i++)
		err = check_needed(p, header, arena_str(p->arena, p->aliases.at[i].reference), eb);
	add_template(&names, &p->time);
	for (unsigned i = 0; p->n_rules > 0 && i < p->rules[0].n_members; i++)
		if (strcmp(p->rules[0].members[i].name, "account") == 0)
			add_template(&names, &p->rules[0].members[i].value);
	for (size_t i = 0; i < names.n && err == ERR_OK; i++)
		err = check_needed(p, header, names.at[i], eb);
	return err;
}
