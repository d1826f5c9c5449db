/* Compiled conditions of policy rules: a typed tree, evaluated against a table of fields that the evaluator provides.
 * Three-valued: a missing field makes a condition UNKNOWN, which is never NO. rules/ compiles, engine/ evaluates. */
#ifndef ASSOCD_MODEL_EXPRESSION_H
#define ASSOCD_MODEL_EXPRESSION_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

enum value_type { VALUE_MISSING, VALUE_BOOL, VALUE_NUMBER, VALUE_DURATION, VALUE_TEXT, VALUE_LIST };

/* A number is in thousandths (score 950 is 950000), a duration in milliseconds; a list is a sorted array of texts. */
struct value {
	enum value_type type;
	int64_t num; /* also bool */
	struct bytes text;
	const struct bytes *list;
	unsigned n_list;
};

/* Where conditions are asked; a field belongs to one or more scopes. PAIR: two accounts that are being weighed, VALUE: one
 * value that they share, SUPPORT: their common neighbours. */
enum field_scope { SCOPE_EVENT = 1, SCOPE_ACCOUNT = 2, SCOPE_LINK = 4, SCOPE_CLUSTER = 8, SCOPE_PAIR = 16, SCOPE_VALUE = 32,
		   SCOPE_SUPPORT = 64 };

struct field_row {
	const char *name; /* "link.score" */
	unsigned scopes;
	enum value_type type;
	const char *help; /* one sentence; the rule reference is made from it */
};
/* The one table of fields, ended by a NULL name: defined in model/fields.c, answered by engine/fields. */
extern const struct field_row field_rows[];
/* Index, or -1. */
int field_find(struct bytes name);
/* Fields from here on are windows that a policy declares (rules/ruleset.h), counted over all policies. */
#define FIELD_WINDOWS 1024

/* What is asked about one kind, family or rule: "holders(device.id)". Its number as a field is made of the two. */
enum call_argument { CALL_KIND, CALL_COUNTED, CALL_FAMILY, CALL_TIMING }; /* COUNTED: a kind whose holders are counted by claim */
struct call_row {
	const char *name;
	enum call_argument argument;
	unsigned scopes;
	enum value_type type;
	const char *help;
};
extern const struct call_row call_rows[]; /* ended by a NULL name; answered by engine/calls */
int call_find(struct bytes name);
#define CALL_BASE 65536 /* above every window */
#define CALL_ARGUMENTS 128
static inline int call_field(int call, unsigned argument) { return CALL_BASE + call * CALL_ARGUMENTS + (int)argument; }
static inline bool field_is_call(int field) { return field >= CALL_BASE; }
static inline bool field_is_window(int field) { return field >= FIELD_WINDOWS && field < CALL_BASE; }
static inline int field_call(int field) { return (field - CALL_BASE) / CALL_ARGUMENTS; }
static inline unsigned field_argument(int field) { return (unsigned)(field - CALL_BASE) % CALL_ARGUMENTS; }

enum expr_op { EXPR_CONST, EXPR_FIELD, EXPR_AND, EXPR_OR, EXPR_NOT, EXPR_EQ, EXPR_NE, EXPR_LT, EXPR_LE, EXPR_GT, EXPR_GE,
	       EXPR_IN, EXPR_STARTSWITH, EXPR_ENDSWITH, EXPR_CONTAINS, EXPR_HAS, EXPR_ADD, EXPR_SUB, EXPR_MUL, EXPR_DIV };

struct expr {
	enum expr_op op;
	enum value_type type;
	struct value constant; /* EXPR_CONST; of a call its text as written */
	int field;             /* EXPR_FIELD, EXPR_HAS: of field_rows, FIELD_WINDOWS + number of a window, or a call */
	struct bytes window;   /* its name where it is a window */
	const struct expr *left, *right;
};

/* Fills in the value of the field; leaves VALUE_MISSING when there is none. */
typedef void field_fn(void *arg, int field, struct value *out);
#define EXPR_STEPS_MAX 10000
struct value expr_value(const struct expr *e, field_fn *field, void *arg);
enum tri expr_test(const struct expr *e, field_fn *field, void *arg);

#endif
