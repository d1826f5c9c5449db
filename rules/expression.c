/* Expressions to typed trees: recursive descent, one function a level of binding.
 *   or < and < not < comparison < sum < product < primary
 * I1: at most EXPRESSION_DEPTH_MAX levels and EXPRESSION_NODES_MAX nodes.
 * I2: after the first problem nothing more is reported, and the result is NULL. */
#include "expression.h"

#include "calls.h"

static const char too_deep[] = "the expression is nested too deeply (32 levels)";

static const struct expr *parse_or(struct parser *p);

const struct expr *parser_fail(struct parser *p, unsigned offset, const char *what)
{
	if (!p->has_failed)
		problem_inside(p->r, p->at, offset, "%s", what);
	p->has_failed = true;
	return NULL;
}

struct expr *parser_node(struct parser *p, enum expr_op op, enum value_type type)
{
	if (++p->nodes > EXPRESSION_NODES_MAX) {
		parser_fail(p, p->token.offset, "the expression is too long");
		return NULL;
	}
	struct expr *e = ARENA_NEW(p->r->arena, struct expr);
	e->op = op;
	e->type = type;
	e->field = -1;
	return e;
}

static void advance(struct parser *p)
{
	p->token = decode_token(&p->lexer);
	if (p->token.type == TOKEN_BAD)
		parser_fail(p, p->token.offset, arena_printf(p->r->arena, "'%.*s' %s", BYTES_ARG(p->token.text), p->token.bad));
}

static bool accept(struct parser *p, const char *sign_or_word)
{
	if (p->has_failed || !token_is(&p->token, sign_or_word))
		return false;
	advance(p);
	return true;
}

static bool expect(struct parser *p, const char *sign)
{
	if (accept(p, sign))
		return true;
	const char *found = p->token.type == TOKEN_END ? "the end" : arena_printf(p->r->arena, "'%.*s'", BYTES_ARG(p->token.text));
	parser_fail(p, p->token.offset, arena_printf(p->r->arena, "'%s' is expected, not %s", sign, found));
	return false;
}

static const struct expr *constant(struct parser *p, enum value_type type, int64_t num, struct bytes text)
{
	struct expr *e = parser_node(p, EXPR_CONST, type);
	if (e)
		e->constant = (struct value){ .type = type, .num = num, .text = arena_bytes(p->r->arena, text) };
	return e;
}

/* name(word), as its field. */
static int parse_call(struct parser *p, const struct token *name)
{
	advance(p);
	if (!expect(p, "("))
		return -1;
	struct token word = p->token;
	int field = parser_call(p, name, &word);
	if (field >= 0)
		advance(p);
	return field >= 0 && expect(p, ")") ? field : -1;
}

static const struct expr *field_node(struct parser *p, enum expr_op op)
{
	struct token word = p->token;
	bool is_call = parser_is_call(&word);
	int field = is_call ? parse_call(p, &word) : parser_field(p, &word);
	if (field < 0)
		return NULL;
	size_t end = p->token.type == TOKEN_END ? p->lexer.input.len : p->token.offset;
	if (!is_call)
		advance(p);
	struct expr *e = parser_node(p, op, op == EXPR_HAS ? VALUE_BOOL : parser_field_type(p, field));
	if (e == NULL)
		return NULL;
	e->field = field;
	if (field_is_window(field)) {
		struct window_rule *window = &p->r->builder->windows.at[field - FIELD_WINDOWS];
		window->is_asked = true;
		e->window = window->name;
	}
	if (is_call)
		e->constant.text = arena_bytes(p->r->arena, bytes_trim(bytes_slice(p->lexer.input, word.offset, end - word.offset)));
	return e;
}

static const struct expr *parse_has(struct parser *p)
{
	if (!expect(p, "("))
		return NULL;
	const struct expr *e = field_node(p, EXPR_HAS);
	return e && expect(p, ")") ? e : NULL;
}

static const struct expr *parse_word(struct parser *p)
{
	int64_t band = parser_band(p, p->token.text);
	if (band >= 0) {
		advance(p);
		return constant(p, VALUE_NUMBER, band, BYTES_NONE);
	}
	if (token_is(&p->token, "true") || token_is(&p->token, "false")) {
		bool is_true = token_is(&p->token, "true");
		advance(p);
		return constant(p, VALUE_BOOL, is_true, BYTES_NONE);
	}
	if (accept(p, "has"))
		return parse_has(p);
	return field_node(p, EXPR_FIELD);
}

static const struct expr *parse_primary(struct parser *p)
{
	struct token t = p->token;
	if (p->has_failed)
		return NULL;
	if (accept(p, "(")) {
		const struct expr *e = parse_or(p);
		return e && expect(p, ")") ? e : NULL;
	}
	switch (t.type) {
	case TOKEN_NUMBER:
		advance(p);
		return constant(p, VALUE_NUMBER, t.num, BYTES_NONE);
	case TOKEN_DURATION:
		advance(p);
		return constant(p, VALUE_DURATION, t.num, BYTES_NONE);
	case TOKEN_TEXT:
		advance(p);
		return constant(p, VALUE_TEXT, 0, t.text);
	case TOKEN_WORD:
		return parse_word(p);
	case TOKEN_END:
		return parser_fail(p, t.offset, "the expression ends too early");
	default:
		return parser_fail(p, t.offset, arena_printf(p->r->arena, "a value is expected, not '%.*s'", BYTES_ARG(t.text)));
	}
}

/* A minus sign before a constant or anything else: 0 - x of its type. */
static const struct expr *parse_signed(struct parser *p)
{
	struct token t = p->token;
	if (!accept(p, "-"))
		return parse_primary(p);
	const struct expr *right = parse_primary(p);
	if (!right)
		return NULL;
	const struct expr *zero = constant(p, right->type, 0, BYTES_NONE);
	return zero ? parser_binary(p, &t, zero, right) : NULL;
}

typedef const struct expr *level_fn(struct parser *p);

/* Left-associative chain of the operators named. */
static const struct expr *parse_chain(struct parser *p, level_fn *next, const char *first, const char *second)
{
	const struct expr *left = next(p);
	while (left && !p->has_failed && (token_is(&p->token, first) || token_is(&p->token, second))) {
		struct token operator = p->token;
		advance(p);
		const struct expr *right = next(p);
		left = right ? parser_binary(p, &operator, left, right) : NULL;
	}
	return p->has_failed ? NULL : left;
}

static const struct expr *parse_product(struct parser *p)
{
	return parse_chain(p, parse_signed, "*", "/");
}

static const struct expr *parse_sum(struct parser *p)
{
	return parse_chain(p, parse_product, "+", "-");
}

static const struct expr *parse_list(struct parser *p, const struct expr *left)
{
	unsigned start = p->token.offset;
	const struct expr *items[EXPRESSION_NODES_MAX];
	unsigned n = 0;
	if (!accept(p, "]")) {
		do {
			items[n] = n + 1 < ARRAY_LEN(items) ? parse_signed(p) : NULL;
		} while (items[n] && ++n && accept(p, ","));
		if (!p->has_failed)
			expect(p, "]");
	}
	return p->has_failed ? NULL : parser_in_items(p, start, left, &(struct expr_items){ items, n });
}

static const struct expr *parse_in(struct parser *p, const struct expr *left)
{
	struct token t = p->token;
	if (accept(p, "["))
		return parse_list(p, left);
	if (t.type == TOKEN_WORD) {
		const struct named_list *list = builder_use_list(p->r->builder, t.text);
		if (list) {
			advance(p);
			return parser_in_list(p, &t, left, list);
		}
		if (parser_names_no_field(p, t.text))
			return parser_fail(p, t.offset, arena_printf(p->r->arena, "no list and no field '%.*s'%s", BYTES_ARG(t.text),
								     builder_list_nearest(p->r->builder, t.text)));
	}
	const struct expr *right = parse_primary(p);
	if (!right)
		return NULL;
	if (right->op == EXPR_CONST)
		return parser_in_items(p, t.offset, left, &(struct expr_items){ &right, 1 });
	return parser_in_field(p, &t, left, right);
}

static bool is_comparison(const struct token *t)
{
	static const char *const operators[] = { "==", "!=", "<", "<=", ">", ">=", "startswith", "endswith", "contains" };
	for (size_t i = 0; i < ARRAY_LEN(operators); i++)
		if (token_is(t, operators[i]))
			return true;
	return false;
}

static const struct expr *parse_comparison(struct parser *p)
{
	const struct expr *left = parse_sum(p);
	struct token operator = p->token;
	if (!left || p->has_failed)
		return NULL;
	if (accept(p, "in"))
		return parse_in(p, left);
	if (!is_comparison(&operator))
		return left;
	advance(p);
	const struct expr *right = parse_sum(p);
	if (!right)
		return NULL;
	if (is_comparison(&p->token) || token_is(&p->token, "in"))
		return parser_fail(p, p->token.offset, "comparisons do not chain; join them with 'and'");
	return parser_binary(p, &operator, left, right);
}

static const struct expr *parse_not(struct parser *p)
{
	struct token t = p->token;
	if (!accept(p, "not"))
		return parse_comparison(p);
	if (++p->depth > EXPRESSION_DEPTH_MAX)
		return parser_fail(p, t.offset, too_deep);
	const struct expr *e = parse_not(p);
	p->depth--;
	return e ? parser_not(p, &t, e) : NULL;
}

static const struct expr *parse_and(struct parser *p)
{
	return parse_chain(p, parse_not, "and", "and");
}

/* With parse_not the only way back up the levels, hence the places that count depth. */
static const struct expr *parse_or(struct parser *p)
{
	if (++p->depth > EXPRESSION_DEPTH_MAX)
		return parser_fail(p, p->token.offset, too_deep);
	const struct expr *e = parse_chain(p, parse_and, "or", "or");
	p->depth--;
	return e;
}

const struct expr *value_compile(struct reader *r, const struct yaml_node *at, unsigned scope)
{
	struct parser p = { .r = r, .at = at, .scope = scope, .lexer = { .input = at->text } };
	if (!node_is(r, at, YAML_SCALAR))
		return NULL;
	if (at->text.len > EXPRESSION_BYTES_MAX) {
		problem_at(r, at, "the expression is longer than %d bytes; values belong into a file lists/NAME.txt, one a line, and 'in NAME' asks for them", EXPRESSION_BYTES_MAX);
		return NULL;
	}
	advance(&p);
	const struct expr *e = p.has_failed ? NULL : parse_or(&p);
	if (!e || p.has_failed)
		return NULL;
	if (p.token.type != TOKEN_END)
		return parser_fail(&p, p.token.offset, arena_printf(r->arena, "'%.*s' is not expected here", BYTES_ARG(p.token.text)));
	return e;
}

const struct expr *condition_compile(struct reader *r, const struct yaml_node *at, unsigned scope)
{
	const struct expr *e = value_compile(r, at, scope);
	if (!e)
		return NULL;
	const char *wrong = e->type != VALUE_BOOL ? "a condition is true or false; this is a value" : expression_contradiction(r->arena, e);
	if (wrong)
		problem_inside(r, at, 0, "%s", wrong);
	return wrong ? NULL : e;
}
