/* Log lines to event lines.
 * I1: the id is a function of pattern, line and the line's number among its equals of that second (and of the repeat),
 *     so that a file read again, from its beginning or from a kept place, gives duplicates.
 * I2: a member whose reference has no value is left out; an event without account is none. */
#include "pattern.h"

#include <inttypes.h>
#include <stdio.h>

#include "escapes.h"
#include "pattern_compiled.h"

#define REFERENCE_MAX 4096 /* bytes of a value */

struct line_view {
	struct pattern *p;
	struct bytes line;
	struct json_doc doc;
	const struct pattern_rule *rule;
	char number[32]; /* text of a JSON number */
	char subject[32]; /* the same of the subject, in which groups of an expression lie */
};

static const struct json_node *json_at(const struct json_doc *doc, struct bytes path)
{
	const struct json_node *at = doc->n ? doc->nodes : NULL;
	char key[64];

	while (at && path.len) {
		ptrdiff_t dot = bytes_find_char(path, '.');
		struct bytes part = dot < 0 ? path : bytes_slice(path, 0, (size_t)dot);
		if (at->type != JSON_OBJECT || part.len >= sizeof(key))
			return NULL;
		memcpy(key, part.ptr, part.len);
		key[part.len] = '\0';
		at = json_get(doc, at, key);
		path = bytes_slice(path, part.len + 1, path.len);
	}
	return at;
}

static struct bytes json_text_at(struct line_view *v, struct bytes path)
{
	const struct json_node *node = json_at(&v->doc, path);

	if (!node)
		return BYTES_NONE;
	switch (node->type) {
	case JSON_STRING:
		return node->text;
	case JSON_BOOL:
		return node->num ? BYTES_LIT("true") : BYTES_LIT("false");
	case JSON_INT:
		snprintf(v->number, sizeof(v->number), "%" PRId64, node->num);
		return bytes_of(v->number);
	case JSON_DOUBLE:
		snprintf(v->number, sizeof(v->number), "%.6f", node->real);
		return bytes_of(v->number);
	default:
		return BYTES_NONE;
	}
}

static struct bytes member_of(struct line_view *v, struct bytes name)
{
	for (size_t i = 0; i < v->p->aliases.n; i++)
		if (bytes_eq(v->p->aliases.at[i].reference, name))
			name = v->p->aliases.at[i].column;
	if (v->p->format == FORMAT_JSON)
		return json_text_at(v, name);
	return v->p->format == FORMAT_TEXT ? BYTES_NONE : fields_get(&v->p->fields, name);
}

/* Groups of the rule, then of the line, then members. A number's text is valid until the next call. */
static struct bytes value_of(struct line_view *v, struct bytes name)
{
	struct bytes value = BYTES_NONE;
	char group[64];

	if (name.len >= sizeof(group))
		return BYTES_NONE;
	memcpy(group, name.ptr, name.len);
	group[name.len] = '\0';
	if (v->rule && v->rule->match)
		value = regex_group(v->rule->match, group);
	if (!value.len && v->p->line)
		value = regex_group(v->p->line, group);
	if (!value.len)
		value = member_of(v, name);
	return bytes_slice(value, 0, REFERENCE_MAX);
}

/* False when a reference has no value. */
static bool expand(struct line_view *v, const struct template *t, struct text *out)
{
	for (unsigned i = 0; i < t->n; i++) {
		struct bytes part = t->parts[i].text;
		if (t->parts[i].is_reference)
			part = value_of(v, part);
		if (!part.len)
			return false;
		if (t->parts[i].is_reference && v->p->has_escapes)
			decode_backslashes(part, out);
		else
			text_add(out, part);
	}
	return true;
}

static bool equals_one(struct line_view *v, const struct condition *c)
{
	struct text undone = { 0 };
	struct bytes value = value_of(v, c->reference);
	unsigned k = 0;

	if (v->p->has_escapes) {
		decode_backslashes(value, &undone);
		value = text_bytes(&undone);
	}
	while (k < c->n && !bytes_eq(value, c->texts[k]))
		k++;
	text_free(&undone);
	return k < c->n;
}

static bool conditions_hold(struct line_view *v, const struct pattern_rule *rule)
{
	for (unsigned i = 0; i < rule->n_when; i++)
		if (!equals_one(v, &rule->when[i]))
			return false;
	return true;
}

/* What rules match. Groups are part of it, so that it must not be what the next number is written into. */
static struct bytes subject_of(struct line_view *v)
{
	struct bytes subject = v->p->subject.len ? value_of(v, v->p->subject) : v->line;

	if (subject.ptr != v->number)
		return subject;
	memcpy(v->subject, v->number, sizeof(v->subject));
	return bytes_make(v->subject, subject.len);
}

/* The first one that fits becomes v->rule. UNKNOWN: an expression gave up, and nobody knows whether it would have been that one. */
static enum tri find_rule(struct line_view *v)
{
	for (unsigned i = 0; i < v->p->n_rules; i++) {
		const struct pattern_rule *rule = &v->p->rules[i];
		enum tri fits = YES;

		v->rule = NULL;
		if (rule->match)
			fits = regex_match(rule->match, subject_of(v));
		if (fits == UNKNOWN)
			return UNKNOWN;
		v->rule = rule;
		if (fits == YES && conditions_hold(v, rule))
			return YES;
	}
	return NO;
}

static bool is_true(struct bytes value)
{
	return bytes_eq_nocase(value, BYTES_LIT("true")) || bytes_is(value, "1") || bytes_eq_nocase(value, BYTES_LIT("yes"));
}

/* The event's two members that are no texts. */
static void write_value(struct text *out, const char *name, struct bytes value, unsigned depth)
{
	uint64_t n;

	if (depth == 0 && !strcmp(name, "ok")) {
		json_member_bool(out, name, is_true(value));
	} else if (depth == 0 && !strcmp(name, "port")) {
		if (bytes_to_u64(value, &n) && n <= UINT16_MAX)
			json_member_int(out, name, (int64_t)n);
	} else {
		json_member_string(out, name, value);
	}
}

static void write_member(struct line_view *v, const struct event_member *m, struct text *out, unsigned depth)
{
	struct text value = { 0 }, before = *out;
	size_t empty;

	if (!m->is_object) {
		if (expand(v, &m->value, &value))
			write_value(out, m->name, text_bytes(&value), depth);
		text_free(&value);
		return;
	}
	json_key(out, m->name);
	json_open_object(out);
	empty = out->len;
	for (unsigned i = 0; i < m->n_members; i++)
		write_member(v, &m->members[i], out, depth + 1);
	json_close_object(out);
	if (out->len == empty + 1) { /* I2, for objects: as if it had not been begun */
		out->len = before.len;
		out->comma = before.comma;
	}
}

static bool has_member(struct line_view *v, const char *name)
{
	struct text value = { 0 };
	bool is_there = false;

	for (unsigned i = 0; i < v->rule->n_members && !is_there; i++) {
		const struct event_member *m = &v->rule->members[i];
		is_there = !strcmp(m->name, name) && !m->is_object && expand(v, &m->value, &value);
	}
	text_free(&value);
	return is_there;
}

static void write_id(const struct line_view *v, uint32_t nth, unsigned repeat, struct text *out)
{
	uint64_t counted[2] = { nth, repeat };
	uint64_t low = bytes_hash(v->line, v->p->seed);
	char id[33];

	low = bytes_hash(bytes_make((const char *)counted, sizeof(counted)), low);
	snprintf(id, sizeof(id), "%016" PRIx64 "%016" PRIx64, low, bytes_hash(v->line, low));
	json_member_string(out, "id", bytes_of(id));
}

static void write_event(struct line_view *v, const struct pattern_place *place, int64_t ms, struct text *out)
{
	struct bytes site = place->site.len ? place->site : v->p->site;

	json_member_int(out, "ts", ms);
	if (site.len && (place->site.len || !has_member(v, "site")))
		json_member_string(out, "site", site);
	for (unsigned i = 0; i < v->rule->n_members; i++) {
		const struct event_member *m = &v->rule->members[i];
		if (!place->site.len || strcmp(m->name, "site"))
			write_member(v, m, out, 0);
	}
}

static unsigned times_repeated(struct line_view *v)
{
	struct text value = { 0 };
	uint64_t n = 1;

	if (v->rule->repeat.n && expand(v, &v->rule->repeat, &value) && !bytes_to_u64(text_bytes(&value), &n))
		n = 1;
	text_free(&value);
	return n > PATTERN_REPEAT_MAX ? PATTERN_REPEAT_MAX : (unsigned)n;
}

static bool read_time(struct line_view *v, const struct pattern_place *place, int64_t *ms)
{
	struct time_basis basis = { place->file_ms, v->p->is_local, v->p->offset_minutes };
	struct text value = { 0 };
	bool is_read = expand(v, &v->p->time, &value) && decode_log_time(text_bytes(&value), v->p->time_form, &basis, ms);

	text_free(&value);
	return is_read;
}

/* NO: it is no event; UNKNOWN: it should be one and cannot be read. */
static enum tri line_applies(struct line_view *v, const struct pattern_place *place)
{
	struct csv_header *header = v->p->columns ? v->p->columns : place->header;

	if (v->line.len > PATTERN_LINE_MAX)
		return NO;
	switch (v->p->format) {
	case FORMAT_JSON:
		return json_parse(v->p->parser, v->line, &v->doc, NULL) == ERR_OK ? YES : NO;
	case FORMAT_FORM:
		return decode_form_fields(v->line, &v->p->fields) ? YES : UNKNOWN;
	case FORMAT_CSV:
		if (header && !csv_header_is_read(header))
			return decode_csv_header(v->line, header) ? NO : UNKNOWN;
		return header && decode_csv_fields(v->line, header, &v->p->fields) ? YES : UNKNOWN;
	default:
		return v->p->line ? regex_match(v->p->line, v->line) : YES;
	}
}

int decode_pattern_line(struct pattern *p, const struct pattern_place *place, struct bytes line, struct text *out)
{
	struct line_view v = { .p = p, .line = line };
	unsigned times;
	uint32_t nth;
	int64_t ms;

	if (line.len && line.ptr[line.len - 1] == '\r')
		v.line.len--;
	enum tri applies = line_applies(&v, place);

	if (applies == YES)
		applies = find_rule(&v);
	if (applies != YES)
		return applies == UNKNOWN ? -1 : 0;
	if (!has_member(&v, "account") || !read_time(&v, place, &ms))
		return -1;
	times = times_repeated(&v);
	nth = line_counts_next(place->counts, ms, bytes_hash(v.line, p->seed));
	for (unsigned i = 0; i < times; i++) {
		json_open_object(out);
		if (!has_member(&v, "id"))
			write_id(&v, nth, i, out);
		write_event(&v, place, ms, out);
		json_close_object(out);
		text_addc(out, '\n');
	}
	return (int)times;
}
