/* Reading YAML by tables of keys.
 * I1: a key that no row names is a problem.  I2: a value that could not be read leaves the default.
 * I3: no number goes through floating point. */
#include "keys.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/clock.h"

static void problem_line(struct problems *p, const char *line)
{
	p->n++;
	if (p->n <= PROBLEMS_MAX && p->report)
		text_addf(p->report, "%s\n", line);
	(void)errbuf_set(p->eb, ERR_INPUT, "%s", line);
}

void problem_plain(struct problems *p, const char *fmt, ...)
{
	char line[480];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	problem_line(p, line);
}

static void problem_place(struct reader *r, unsigned line, unsigned column, const char *what)
{
	const char *file = r->doc ? yaml_name(r->doc) : "defaults";
	if (line)
		problem_plain(r->problems, "%s:%u:%u: %s", file, line, column, what);
	else
		problem_plain(r->problems, "%s: %s", file, what);
}

void problem_at(struct reader *r, const struct yaml_node *at, const char *fmt, ...)
{
	char what[400];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	problem_place(r, at ? at->line : 0, at ? at->column : 0, what);
}

void problem_at_key(struct reader *r, const struct yaml_node *at, const char *fmt, ...)
{
	char what[400];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	problem_place(r, at->key_line, at->key_column, what);
}

void problem_inside(struct reader *r, const struct yaml_node *at, unsigned offset, const char *fmt, ...)
{
	char what[400];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	problem_place(r, at->line, at->column + offset + (at->quoted ? 1 : 0), what);
}

const char *did_you_mean(struct arena *a, struct bytes name, const char *const *names)
{
	size_t n = 0;
	while (names[n])
		n++;
	const char *near = bytes_nearest(name, names, n);
	return near ? arena_printf(a, " (did you mean '%s'?)", near) : "";
}

const struct key_row *keys_find(const struct key_row *rows, struct bytes name)
{
	for (; rows->name; rows++)
		if (bytes_is(name, rows->name))
			return rows;
	return NULL;
}

/* The row that a key which is none was meant for, or NULL. */
static const char *key_meant(const struct key_row *rows, struct bytes key)
{
	const char *names[64];
	size_t n = 0;
	for (; rows[n].name && n < ARRAY_LEN(names); n++)
		names[n] = rows[n].name;
	return bytes_nearest(key, names, n);
}

static void problem_unknown_key(struct reader *r, const struct yaml_node *at, const struct key_row *rows)
{
	const char *meant = key_meant(rows, at->key);
	if (meant != NULL)
		problem_at_key(r, at, "unknown key '%.*s' (did you mean '%s'?)", BYTES_ARG(at->key), meant);
	else
		problem_at_key(r, at, "unknown key '%.*s'", BYTES_ARG(at->key));
}

/* Is the row given, or misspelt, which was said already? */
static bool is_given(const struct yaml_node *mapping, const struct key_row *rows, const struct key_row *row)
{
	for (const struct yaml_node *at = mapping->child; at; at = at->next) {
		bool is_known = keys_find(rows, at->key) != NULL;
		const char *meant = is_known ? NULL : key_meant(rows, at->key);
		if (bytes_is(at->key, row->name) || (meant != NULL && strcmp(meant, row->name) == 0))
			return true;
	}
	return false;
}

unsigned node_children(const struct yaml_node *at)
{
	unsigned n = 0;
	for (const struct yaml_node *c = at->child; c; c = c->next)
		n++;
	return n;
}

bool node_is(struct reader *r, const struct yaml_node *at, enum yaml_type type)
{
	static const char *const names[] = { [YAML_SCALAR] = "a single value", [YAML_SEQUENCE] = "a list",
					     [YAML_MAPPING] = "a mapping of keys" };
	if (at->type == type)
		return true;
	problem_at(r, at, "expected %s, found %s", names[type], names[at->type]);
	return false;
}

bool node_text(struct reader *r, const struct yaml_node *at, struct bytes *out)
{
	if (!node_is(r, at, YAML_SCALAR))
		return false;
	struct bytes text = bytes_trim(at->text);
	if (!text.len) {
		problem_at(r, at, "a text is expected, it is empty");
		return false;
	}
	*out = arena_bytes(r->arena, text);
	return true;
}

static bool node_plain(struct reader *r, const struct yaml_node *at, const char *what)
{
	if (!node_is(r, at, YAML_SCALAR))
		return false;
	if (!at->quoted)
		return true;
	problem_at(r, at, "%s is written without quotes", what);
	return false;
}

/* Thousandths as a file would have them: "0.45", "-6", "20". */
static void milli_written(int64_t milli, char out[KEY_RANGE_SIZE])
{
	int n = snprintf(out, KEY_RANGE_SIZE, "%s%lld.%03lld", milli < 0 ? "-" : "", llabs(milli) / 1000, llabs(milli) % 1000);
	while (out[n - 1] == '0')
		out[--n] = '\0';
	if (out[n - 1] == '.')
		out[n - 1] = '\0';
}

void key_range(const struct key_row *row, char low[KEY_RANGE_SIZE], char high[KEY_RANGE_SIZE])
{
	switch (row->type) {
	case KEY_DURATION:
		time_duration_written(row->min, low, KEY_RANGE_SIZE);
		time_duration_written(row->max, high, KEY_RANGE_SIZE);
		break;
	case KEY_COUNT:
		snprintf(low, KEY_RANGE_SIZE, "%lld", (long long)row->min);
		snprintf(high, KEY_RANGE_SIZE, "%lld", (long long)row->max);
		break;
	default:
		milli_written(row->min, low);
		milli_written(row->max, high);
	}
}

static bool in_range(struct reader *r, const struct yaml_node *at, int64_t value, const struct key_row *range)
{
	char low[KEY_RANGE_SIZE], high[KEY_RANGE_SIZE];
	if (value >= range->min && value <= range->max)
		return true;
	key_range(range, low, high);
	problem_at(r, at, "'%.*s' is out of range: %s to %s", BYTES_ARG(at->text), low, high);
	return false;
}

bool node_milli(struct reader *r, const struct yaml_node *at, int64_t min, int64_t max, int64_t *out)
{
	int64_t value;
	if (!node_plain(r, at, "a number"))
		return false;
	if (!decimal_parse(at->text, &value)) {
		problem_at(r, at, "'%.*s' is not a number with at most three decimals", BYTES_ARG(at->text));
		return false;
	}
	if (!in_range(r, at, value, &(struct key_row){ .type = KEY_MILLI, RANGE(min, max) }))
		return false;
	*out = value;
	return true;
}

bool node_duration(struct reader *r, const struct yaml_node *at, int64_t min, int64_t max, int64_t *out)
{
	int64_t value;
	if (!node_is(r, at, YAML_SCALAR))
		return false;
	if (!time_parse_duration(at->text, &value)) {
		problem_at(r, at, "'%.*s' is not a duration such as 90s, 15m, 72h, 7d, 2w or 0", BYTES_ARG(at->text));
		return false;
	}
	if (!in_range(r, at, value, &(struct key_row){ .type = KEY_DURATION, RANGE(min, max) }))
		return false;
	*out = value;
	return true;
}

bool node_count(struct reader *r, const struct yaml_node *at, int64_t min, int64_t max, int64_t *out)
{
	uint64_t value;
	if (!node_plain(r, at, "a number"))
		return false;
	if (!bytes_to_u64(at->text, &value) || value > INT32_MAX) {
		problem_at(r, at, "'%.*s' is not a whole number", BYTES_ARG(at->text));
		return false;
	}
	if (!in_range(r, at, (int64_t)value, &(struct key_row){ .type = KEY_COUNT, RANGE(min, max) }))
		return false;
	*out = (int64_t)value;
	return true;
}

bool node_bool(struct reader *r, const struct yaml_node *at, bool *out)
{
	if (!node_plain(r, at, "true or false"))
		return false;
	*out = bytes_is(at->text, "true");
	if (*out || bytes_is(at->text, "false"))
		return true;
	problem_at(r, at, "'%.*s' is neither true nor false", BYTES_ARG(at->text));
	return false;
}

static void read_word(struct reader *r, const struct yaml_node *at, const struct key_row *row, int *out)
{
	if (!node_is(r, at, YAML_SCALAR))
		return;
	for (int i = 0; row->words[i]; i++) {
		if (bytes_is(at->text, row->words[i])) {
			*out = i;
			return;
		}
	}
	problem_at(r, at, "%s cannot be '%.*s'%s", row->name, BYTES_ARG(at->text), did_you_mean(r->arena, at->text, row->words));
}

static void read_list(struct reader *r, const struct yaml_node *at, const struct yaml_node **out)
{
	struct bytes ignored;
	if (!node_is(r, at, YAML_SEQUENCE))
		return;
	for (const struct yaml_node *c = at->child; c; c = c->next)
		if (!node_text(r, c, &ignored))
			return;
	*out = at;
}

/* A duration of 0 where that is the default and means none, whatever the smallest useful one is. */
static bool is_none(const struct yaml_node *at, const struct key_row *row)
{
	int64_t value;
	return row->otherwise && strcmp(row->otherwise, "0") == 0 && at->type == YAML_SCALAR &&
	       time_parse_duration(at->text, &value) && value == 0;
}

static void read_number(struct reader *r, const struct yaml_node *at, const struct key_row *row, void *field)
{
	int64_t value;
	switch (row->type) {
	case KEY_MILLI:
		if (node_milli(r, at, row->min, row->max, &value))
			*(uint32_t *)field = (uint32_t)value;
		break;
	case KEY_BITS:
		if (node_milli(r, at, row->min, row->max, &value))
			*(int32_t *)field = (int32_t)value;
		break;
	case KEY_COUNT:
		if (node_count(r, at, row->min, row->max, &value))
			*(unsigned *)field = (unsigned)value;
		break;
	default:
		if (is_none(at, row))
			*(int64_t *)field = 0;
		else if (node_duration(r, at, row->min, row->max, &value))
			*(int64_t *)field = value;
	}
}

static void read_key(struct reader *r, const struct yaml_node *at, const struct key_row *row, void *into)
{
	void *field = (char *)into + row->offset;
	switch (row->type) {
	case KEY_TEXT:
		if (node_text(r, at, field) && row->max && ((struct bytes *)field)->len > (size_t)row->max)
			problem_at(r, at, "longer than %lld bytes", (long long)row->max);
		break;
	case KEY_BOOL:
		(void)node_bool(r, at, field);
		break;
	case KEY_WORD:
		read_word(r, at, row, field);
		break;
	case KEY_LIST:
		read_list(r, at, field);
		break;
	case KEY_NODE:
		*(const struct yaml_node **)field = at;
		break;
	case KEY_TABLE:
		keys_read(r, at, row->table, into);
		break;
	case KEY_SPECIAL:
		row->read(r, at, into);
		break;
	default:
		read_number(r, at, row, field);
	}
}

void keys_defaults(struct reader *r, const struct key_row *rows, void *into)
{
	for (const struct key_row *row = rows; row->name; row++) {
		if (row->type == KEY_TABLE)
			keys_defaults(r, row->table, into);
		if (!row->otherwise)
			continue;
		unsigned before = r->problems->n;
		const struct yaml_node at = { .type = YAML_SCALAR, .text = bytes_of(row->otherwise) };
		read_key(r, &at, row, into);
		BUG_ON(r->problems->n != before);
	}
}

static void read_given(struct reader *r, const struct yaml_node *mapping, const struct key_row *rows, void *into)
{
	for (const struct yaml_node *at = mapping->child; at; at = at->next) {
		const struct key_row *row = keys_find(rows, at->key);
		if (row)
			read_key(r, at, row, into);
		else
			problem_unknown_key(r, at, rows);
	}
}

void keys_read(struct reader *r, const struct yaml_node *mapping, const struct key_row *rows, void *into)
{
	keys_defaults(r, rows, into);
	if (!node_is(r, mapping, YAML_MAPPING))
		return;
	read_given(r, mapping, rows, into);
	for (const struct key_row *row = rows; row->name; row++)
		if (row->is_required && !is_given(mapping, rows, row))
			problem_at(r, mapping, "key '%s' is missing: %s", row->name, row->help);
}
