/* Types of expressions: what may be compared, added and looked for, and in which scope a field exists.
 *   number + - * / number      duration + - duration      duration * / number      duration / duration = number
 *   == != of one type          < <= > >= of numbers and of durations               in, startswith ... of texts */
#include "expression_types.h"

#include "daemon/model/ip.h"

static const char *const type_names[] = { [VALUE_MISSING] = "nothing", [VALUE_BOOL] = "true or false", [VALUE_NUMBER] = "a number",
					  [VALUE_DURATION] = "a duration", [VALUE_TEXT] = "a text", [VALUE_LIST] = "a list" };

struct operator_row {
	const char *name;
	enum expr_op op;
};

static const struct operator_row operator_rows[] = {
	{ "and", EXPR_AND }, { "or", EXPR_OR }, { "==", EXPR_EQ }, { "!=", EXPR_NE }, { "<", EXPR_LT }, { "<=", EXPR_LE },
	{ ">", EXPR_GT }, { ">=", EXPR_GE }, { "startswith", EXPR_STARTSWITH }, { "endswith", EXPR_ENDSWITH },
	{ "contains", EXPR_CONTAINS }, { "+", EXPR_ADD }, { "-", EXPR_SUB }, { "*", EXPR_MUL }, { "/", EXPR_DIV },
};

static bool field_is_here(const struct parser *p, int field)
{
	return (field_rows[field].scopes & p->scope) != 0;
}

/* Windows of the policy that is being read; what they hold is asked of events, which know no windows. */
static unsigned windows_here(const struct parser *p, const struct window_rule **first)
{
	const struct builder *b = p->r->builder;
	bool is_policy = p->scope == SCOPE_ACCOUNT || p->scope == SCOPE_LINK || p->scope == SCOPE_CLUSTER;
	unsigned n = is_policy ? (unsigned)(b->windows.n - b->first_window) : 0;
	*first = n > 0 ? b->windows.at + b->first_window : NULL;
	return n;
}

static int window_find(const struct parser *p, struct bytes word)
{
	const struct window_rule *windows;
	unsigned n = windows_here(p, &windows);
	struct bytes name = bytes_slice(word, strlen(WINDOW_PREFIX), word.len);
	for (unsigned i = 0; i < n && bytes_starts(word, BYTES_LIT(WINDOW_PREFIX)); i++)
		if (bytes_eq(windows[i].name, name))
			return (int)(FIELD_WINDOWS + p->r->builder->first_window + i);
	return -1;
}

/* Names for did-you-mean: the fields of this scope, and the policy's windows. */
static const char *field_nearest(struct parser *p, struct bytes name)
{
	const struct window_rule *windows;
	const char *names[256];
	size_t n = 0;
	unsigned n_windows = windows_here(p, &windows);
	for (int i = 0; field_rows[i].name && n + 1 < ARRAY_LEN(names); i++)
		if (field_is_here(p, i))
			names[n++] = field_rows[i].name;
	for (unsigned i = 0; i < n_windows && n + 1 < ARRAY_LEN(names); i++)
		names[n++] = arena_printf(p->r->arena, WINDOW_PREFIX "%.*s", BYTES_ARG(windows[i].name));
	names[n] = NULL;
	return did_you_mean(p->r->arena, name, names);
}

const char *parser_scopes(const struct parser *p, unsigned scopes)
{
	static const char *const names[] = { "an event", "an account", "a link", "a cluster", "a pair", "a shared value", "common neighbours" };
	const char *said = "";
	for (unsigned i = 0; i < ARRAY_LEN(names); i++)
		if (scopes >> i & 1)
			said = arena_printf(p->r->arena, "%s%s%s", said, said[0] != '\0' ? " or " : "", names[i]);
	return said;
}

int parser_field(struct parser *p, const struct token *word)
{
	struct arena *a = p->r->arena;
	int field = word->type == TOKEN_WORD ? field_find(word->text) : -1;
	int window = word->type == TOKEN_WORD ? window_find(p, word->text) : -1;
	if (p->has_failed || window >= 0)
		return p->has_failed ? -1 : window;
	if (word->type != TOKEN_WORD)
		parser_fail(p, word->offset, "the name of a field is expected");
	else if (field < 0)
		parser_fail(p, word->offset, arena_printf(a, "no field '%.*s'%s; a text is written in quotes", BYTES_ARG(word->text),
							  field_nearest(p, word->text)));
	else if (!field_is_here(p, field))
		parser_fail(p, word->offset, arena_printf(a, "the field '%.*s' is of %s; here %s is asked about", BYTES_ARG(word->text),
							  parser_scopes(p, field_rows[field].scopes), parser_scopes(p, p->scope)));
	return p->has_failed ? -1 : field;
}

enum value_type parser_field_type(const struct parser *p, int field)
{
	if (field_is_call(field))
		return call_rows[field_call(field)].type;
	return field < FIELD_WINDOWS ? field_rows[field].type : p->r->builder->windows.at[field - FIELD_WINDOWS].type;
}

bool parser_names_no_field(const struct parser *p, struct bytes word)
{
	return parser_band(p, word) < 0 && field_find(word) < 0 && call_find(word) < 0;
}

int64_t parser_band(const struct parser *p, struct bytes word)
{
	static const char *const names[] = { "possible", "probable", "strong" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (bytes_is(word, names[i]))
			return INT64_C(1000) * p->r->builder->set.scoring.score_bands[i];
	return -1;
}

static bool is_quantity(enum value_type type)
{
	return type == VALUE_NUMBER || type == VALUE_DURATION;
}

/* VALUE_MISSING when the operator has no meaning for the two. */
static enum value_type type_of_arithmetic(enum expr_op op, enum value_type left, enum value_type right)
{
	if (!is_quantity(left) || !is_quantity(right))
		return VALUE_MISSING;
	if (op == EXPR_ADD || op == EXPR_SUB)
		return left == right ? left : VALUE_MISSING;
	if (op == EXPR_DIV && left == right)
		return VALUE_NUMBER;
	if (right == VALUE_NUMBER)
		return left;
	return op == EXPR_MUL && left == VALUE_NUMBER ? VALUE_DURATION : VALUE_MISSING;
}

static enum value_type type_of(enum expr_op op, enum value_type left, enum value_type right)
{
	bool is_same = left == right;
	switch (op) {
	case EXPR_AND: case EXPR_OR:
		return is_same && left == VALUE_BOOL ? VALUE_BOOL : VALUE_MISSING;
	case EXPR_EQ: case EXPR_NE:
		return is_same && left != VALUE_LIST ? VALUE_BOOL : VALUE_MISSING;
	case EXPR_LT: case EXPR_LE: case EXPR_GT: case EXPR_GE:
		return is_same && is_quantity(left) ? VALUE_BOOL : VALUE_MISSING;
	case EXPR_STARTSWITH: case EXPR_ENDSWITH:
		return is_same && left == VALUE_TEXT ? VALUE_BOOL : VALUE_MISSING;
	case EXPR_CONTAINS:
		return (left == VALUE_TEXT || left == VALUE_LIST) && right == VALUE_TEXT ? VALUE_BOOL : VALUE_MISSING;
	default:
		return type_of_arithmetic(op, left, right);
	}
}

static const struct expr *join(struct parser *p, enum expr_op op, const struct expr *left, const struct expr *right)
{
	struct expr *e = parser_node(p, op, type_of(op, left->type, right->type));
	if (!e)
		return NULL;
	e->left = left;
	e->right = right;
	return e;
}

const struct expr *parser_binary(struct parser *p, const struct token *operator, const struct expr *left, const struct expr *right)
{
	size_t i = 0;
	while (i < ARRAY_LEN(operator_rows) && !token_is(operator, operator_rows[i].name))
		i++;
	BUG_ON(i == ARRAY_LEN(operator_rows));
	enum expr_op op = operator_rows[i].op;
	if (type_of(op, left->type, right->type) == VALUE_MISSING)
		return parser_fail(p, operator->offset, arena_printf(p->r->arena, "'%s' does not go with %s and %s", operator_rows[i].name,
								     type_names[left->type], type_names[right->type]));
	if (op == EXPR_DIV && right->op == EXPR_CONST && right->constant.num == 0)
		return parser_fail(p, operator->offset, "division by zero");
	return join(p, op, left, right);
}

const struct expr *parser_not(struct parser *p, const struct token *operator, const struct expr *e)
{
	if (e->type != VALUE_BOOL)
		return parser_fail(p, operator->offset, arena_printf(p->r->arena, "'not' does not go with %s", type_names[e->type]));
	struct expr *node = parser_node(p, EXPR_NOT, VALUE_BOOL);
	if (node)
		node->left = e;
	return node;
}

static const struct expr *in_texts(struct parser *p, const struct expr *left, const struct bytes *texts, unsigned n)
{
	struct expr *right = parser_node(p, EXPR_CONST, VALUE_LIST);
	struct expr *e = parser_node(p, EXPR_IN, VALUE_BOOL);
	if (!right || !e)
		return NULL;
	right->constant = (struct value){ .type = VALUE_LIST, .text = BYTES_NONE, .list = texts, .n_list = n };
	e->left = left;
	e->right = right;
	return e;
}

/* Something with a '/' and only digits, ':' , '.' and a-f is meant as a network. */
static bool looks_like_network(struct bytes text)
{
	bool has_slash = false;
	for (size_t i = 0; i < text.len; i++) {
		if (!strchr("0123456789abcdefABCDEF.:/", text.ptr[i]))
			return false;
		has_slash |= text.ptr[i] == '/';
	}
	return has_slash;
}

static bool is_bad_network(struct bytes text)
{
	struct ip base;
	unsigned bits;
	return looks_like_network(text) && !decode_cidr(text, &base, &bits);
}

static const struct expr *in_constants(struct parser *p, unsigned offset, const struct expr *left, const struct expr_items *items)
{
	struct bytes *texts = ARENA_ARRAY(p->r->arena, struct bytes, items->n + 1);
	for (unsigned i = 0; i < items->n; i++) {
		texts[i] = items->at[i]->constant.text;
		if (is_bad_network(texts[i]))
			return parser_fail(p, offset, arena_printf(p->r->arena, "'%.*s' is no network (address/length, host bits zero)",
								   BYTES_ARG(texts[i])));
	}
	struct named_list list = builder_make_list(p->r->builder, BYTES_NONE, texts, items->n);
	return in_texts(p, left, list.at, list.n);
}

/* x in [1, 2] of numbers or durations is x == 1 or x == 2. */
static const struct expr *in_quantities(struct parser *p, const struct expr *left, const struct expr_items *items)
{
	const struct expr *any = NULL;
	for (unsigned i = 0; i < items->n; i++) {
		const struct expr *same = join(p, EXPR_EQ, left, items->at[i]);
		any = any && same ? join(p, EXPR_OR, any, same) : same;
		if (!any)
			return NULL;
	}
	return any;
}

const struct expr *parser_in_items(struct parser *p, unsigned offset, const struct expr *left, const struct expr_items *items)
{
	if (!items->n)
		return parser_fail(p, offset, "the list is empty");
	for (unsigned i = 0; i < items->n; i++) {
		bool is_text = left->type == VALUE_TEXT || left->type == VALUE_LIST;
		if (items->at[i]->type != (is_text ? VALUE_TEXT : left->type))
			return parser_fail(p, offset, arena_printf(p->r->arena, "%s cannot be in a list of %s", type_names[left->type],
								   type_names[items->at[i]->type]));
		if (is_text && items->at[i]->op != EXPR_CONST)
			return parser_fail(p, offset, "a list holds constants only");
	}
	if (is_quantity(left->type))
		return in_quantities(p, left, items);
	if (left->type == VALUE_TEXT)
		return in_constants(p, offset, left, items);
	return parser_fail(p, offset, arena_printf(p->r->arena, "'in' does not go with %s", type_names[left->type]));
}

const struct expr *parser_in_list(struct parser *p, const struct token *at, const struct expr *left, const struct named_list *list)
{
	if (left->type != VALUE_TEXT)
		return parser_fail(p, at->offset, arena_printf(p->r->arena, "'in' a named list does not go with %s", type_names[left->type]));
	return in_texts(p, left, list->at, list->n);
}

const struct expr *parser_in_field(struct parser *p, const struct token *at, const struct expr *left, const struct expr *right)
{
	if (left->type != VALUE_TEXT || right->type != VALUE_LIST)
		return parser_fail(p, at->offset, arena_printf(p->r->arena, "'in' does not go with %s and %s", type_names[left->type],
							       type_names[right->type]));
	struct expr *e = parser_node(p, EXPR_IN, VALUE_BOOL);
	if (!e)
		return NULL;
	e->left = left;
	e->right = right;
	return e;
}
