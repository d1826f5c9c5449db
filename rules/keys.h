/* Reading a YAML mapping by a table of keys: one row a key with type, range, default and help. Loading, did-you-mean and
 * the rule reference are made from the same rows. Numbers become integers by decimal parsing, never by floating point. */
#ifndef ASSOCD_RULES_KEYS_H
#define ASSOCD_RULES_KEYS_H

#include "daemon/base/arena.h"
#include "daemon/base/decimal.h"
#include "daemon/base/text.h"
#include "daemon/vendor/yaml.h"

#define PROBLEMS_MAX 20

/* Everything found wrong in one load: the first PROBLEMS_MAX go to the report, one a line; the first to eb. */
struct problems {
	struct text *report; /* may be NULL */
	struct errbuf *eb;   /* may be NULL */
	unsigned n;
};

struct builder;

/* What reading one file needs. doc is NULL while defaults are filled in. */
struct reader {
	struct problems *problems;
	const struct yaml_doc *doc;
	struct arena *arena; /* of the rule set: what is kept lives there */
	struct builder *builder;
};

enum key_type {
	KEY_TEXT,     /* struct bytes, not empty, one line or folded; range in bytes */
	KEY_MILLI,    /* uint32_t, thousandths: "0.45" is 450 */
	KEY_BITS,     /* int32_t, thousandths of a bit, signed */
	KEY_COUNT,    /* unsigned */
	KEY_DURATION, /* int64_t, milliseconds: "90s", "7d", "0" */
	KEY_BOOL,     /* bool: true or false */
	KEY_WORD,     /* int or an enum: index in words */
	KEY_LIST,     /* const struct yaml_node *: a sequence of texts */
	KEY_NODE,     /* const struct yaml_node *: read later */
	KEY_TABLE,    /* a nested mapping, read by `table` into the same struct */
	KEY_SPECIAL,  /* handed to `read` with the whole struct; `takes` says what it is */
	KEY_TYPES
};

typedef void key_fn(struct reader *r, const struct yaml_node *at, void *into);

struct key_row {
	const char *name;
	enum key_type type;
	bool is_required;
	bool is_prose; /* for people only: no part of the hash */
	size_t offset;
	int64_t min, max;            /* in the stored unit */
	const char *otherwise;       /* default as it would be written; NULL: zero */
	const char *const *words;    /* KEY_WORD: NULL-ended */
	key_fn *read;                /* KEY_SPECIAL */
	const struct key_row *table; /* KEY_TABLE; of the mappings in a KEY_SPECIAL, for the reference */
	const char *takes;           /* KEY_SPECIAL, KEY_NODE, KEY_LIST: what it takes, for the reference */
	const char *inside;          /* between the name and those of `table`, where it is no '.' */
	const char *help;
};

#define RANGE(lo, hi) .min = (lo), .max = (hi)

/* A problem at a value, or at its key, or in the file as a whole (node NULL). */
void problem_at(struct reader *r, const struct yaml_node *at, const char *fmt, ...) PRINTF_LIKE(3, 4);
void problem_at_key(struct reader *r, const struct yaml_node *at, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* At a position inside a value: columns are counted from the value's first byte. */
void problem_inside(struct reader *r, const struct yaml_node *at, unsigned offset, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* A problem whose text is complete ("path: ..."). */
void problem_plain(struct problems *p, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Fills `into` with the defaults, then with the mapping's values. Rows end with a NULL name. Every problem is reported;
 * what could not be read keeps its default. */
void keys_read(struct reader *r, const struct yaml_node *mapping, const struct key_row *rows, void *into);
void keys_defaults(struct reader *r, const struct key_row *rows, void *into);
const struct key_row *keys_find(const struct key_row *rows, struct bytes name);
/* The row's range as a file would write it. */
#define KEY_RANGE_SIZE 40
void key_range(const struct key_row *row, char low[KEY_RANGE_SIZE], char high[KEY_RANGE_SIZE]);
/* " (did you mean 'x'?)" or "", in the arena. names is NULL-ended. */
const char *did_you_mean(struct arena *a, struct bytes name, const char *const *names);

/* A scalar as a number in thousandths, a duration or a count; problems are reported, false then. */
bool node_milli(struct reader *r, const struct yaml_node *at, int64_t min, int64_t max, int64_t *out);
bool node_duration(struct reader *r, const struct yaml_node *at, int64_t min, int64_t max, int64_t *out);
bool node_count(struct reader *r, const struct yaml_node *at, int64_t min, int64_t max, int64_t *out);
bool node_bool(struct reader *r, const struct yaml_node *at, bool *out);
bool node_text(struct reader *r, const struct yaml_node *at, struct bytes *out);
bool node_is(struct reader *r, const struct yaml_node *at, enum yaml_type type);
unsigned node_children(const struct yaml_node *at);

#endif
