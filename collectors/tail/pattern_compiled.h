/* A compiled pattern, as loading leaves it to decoding. */
#ifndef ASSOCD_COLLECTORS_TAIL_PATTERN_COMPILED_H
#define ASSOCD_COLLECTORS_TAIL_PATTERN_COMPILED_H

#include "daemon/base/arena.h"
#include "daemon/base/vec.h"
#include "daemon/vendor/json.h"
#include "daemon/vendor/regex.h"
#include "fields.h"
#include "pattern.h"

/* "user {name}": runs of text and references. */
struct template_part {
	struct bytes text; /* literal, or the name of a reference */
	bool is_reference;
};
struct template {
	struct template_part *parts;
	unsigned n;
};

struct event_member {
	const char *name;
	bool is_object;
	struct template value;
	struct event_member *members; /* of an object */
	unsigned n_members;
};

/* A reference that equals one of some texts. */
struct condition {
	struct bytes reference;
	struct bytes *texts;
	unsigned n;
};

struct pattern_rule {
	struct regex *match; /* NULL: every line */
	struct condition *when;
	unsigned n_when;
	struct template repeat;
	struct event_member *members;
	unsigned n_members;
};

enum pattern_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_FORM, FORMAT_CSV, PATTERN_FORMATS };

/* --map: the reference stands under another name in the lines. */
struct pattern_alias { struct bytes reference, column; };

struct pattern {
	struct arena *arena;
	struct bytes name;
	enum pattern_format format;
	bool has_escapes; /* its values are undone (escapes.h) */
	struct bytes site;
	struct template time;
	enum time_form time_form;
	bool is_local;
	int offset_minutes;
	struct regex *line; /* names parts of every line; NULL in JSON */
	struct bytes subject; /* the reference that rules match; empty: the line */
	struct pattern_rule *rules;
	unsigned n_rules;
	struct json_parser *parser;
	struct fields fields;         /* of the line: form and csv */
	struct csv_header *columns;   /* csv: as the pattern names them, or NULL */
	struct VEC(struct pattern_alias) aliases;
	uint64_t seed;
};

/* ERR_INPUT that names the nearest pattern of the folder and all of them. */
enum err pattern_refuse_name(const char *dir, const char *name, struct errbuf *eb) MUST_CHECK;

#endif
