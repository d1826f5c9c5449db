/* Evaluation of compiled conditions.
 * I1: a missing operand makes an operator MISSING, and a condition UNKNOWN; only and, or and has() decide without it
 *     (Kleene's three-valued logic).
 * I2: at most EXPR_STEPS_MAX nodes are visited; beyond that everything is MISSING.
 * Numbers are thousandths: a product is divided by 1000, a quotient multiplied; a duration times a number is a duration.
 * Overflow and division by zero are MISSING. */
#include "expression.h"

#include "ip.h"

#define THOUSAND 1000

struct evaluation {
	field_fn *field;
	void *arg;
	unsigned steps;
};

static const struct value missing = { .type = VALUE_MISSING };

static struct value evaluate(struct evaluation *v, const struct expr *e);

static struct value truth(enum tri t)
{
	return t == UNKNOWN ? missing : (struct value){ .type = VALUE_BOOL, .num = t == YES };
}

static enum tri as_tri(struct value v)
{
	if (v.type != VALUE_BOOL)
		return UNKNOWN;
	return v.num ? YES : NO;
}

static struct value ask_field(struct evaluation *v, int field)
{
	struct value out = missing;

	v->field(v->arg, field, &out);
	return out;
}

static struct value evaluate_logic(struct evaluation *v, const struct expr *e)
{
	enum tri decides = e->op == EXPR_OR ? YES : NO;
	enum tri left = as_tri(evaluate(v, e->left)), right;

	if (e->op == EXPR_NOT)
		return truth(left == UNKNOWN ? UNKNOWN : left == YES ? NO : YES);
	if (left == decides)
		return truth(left);
	right = as_tri(evaluate(v, e->right));
	if (right == decides)
		return truth(right);
	return truth(left == UNKNOWN || right == UNKNOWN ? UNKNOWN : left);
}

/* UNKNOWN when the types differ; *order is the sign of a - b. */
static enum tri compare(const struct value *a, const struct value *b, int *order)
{
	if (a->type != b->type || a->type == VALUE_MISSING || a->type == VALUE_LIST)
		return UNKNOWN;
	if (a->type == VALUE_TEXT)
		*order = bytes_cmp(a->text, b->text);
	else
		*order = (a->num > b->num) - (a->num < b->num);
	return YES;
}

static struct value evaluate_compare(struct evaluation *v, const struct expr *e)
{
	struct value a = evaluate(v, e->left), b = evaluate(v, e->right);
	int order = 0;

	if (compare(&a, &b, &order) != YES)
		return missing;
	switch (e->op) {
	case EXPR_EQ:
		return truth(order == 0);
	case EXPR_NE:
		return truth(order != 0);
	case EXPR_LT:
		return truth(order < 0);
	case EXPR_LE:
		return truth(order <= 0);
	case EXPR_GT:
		return truth(order > 0);
	default:
		return truth(order >= 0);
	}
}

static bool list_has(const struct value *list, struct bytes text)
{
	unsigned low = 0, high = list->n_list;

	while (low < high) {
		unsigned middle = (low + high) / 2;
		int order = bytes_cmp(list->list[middle], text);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* An address that lies in one of the networks of a list. */
static bool list_covers(const struct value *list, struct bytes text)
{
	struct ip ip, base;
	unsigned bits;

	if (!decode_ip(text, &ip))
		return false;
	for (unsigned i = 0; i < list->n_list; i++)
		if (decode_cidr(list->list[i], &base, &bits) && ip_in(&ip, &base, bits))
			return true;
	return false;
}

/* A text in a list, or any text of a list in another list. */
static struct value is_in(const struct value *a, const struct value *list)
{
	if (list->type != VALUE_LIST)
		return missing;
	if (a->type == VALUE_TEXT)
		return truth(list_has(list, a->text) || list_covers(list, a->text));
	if (a->type != VALUE_LIST)
		return missing;
	for (unsigned i = 0; i < a->n_list; i++)
		if (list_has(list, a->list[i]))
			return truth(YES);
	return truth(NO);
}

static struct value evaluate_text(struct evaluation *v, const struct expr *e)
{
	struct value a = evaluate(v, e->left), b = evaluate(v, e->right);

	if (e->op == EXPR_IN)
		return is_in(&a, &b);
	if (e->op == EXPR_CONTAINS && a.type == VALUE_LIST && b.type == VALUE_TEXT)
		return truth(list_has(&a, b.text));
	if (a.type != VALUE_TEXT || b.type != VALUE_TEXT)
		return missing;
	if (e->op == EXPR_STARTSWITH)
		return truth(bytes_starts(a.text, b.text));
	if (e->op == EXPR_ENDSWITH)
		return truth(bytes_ends(a.text, b.text));
	return truth(bytes_find(a.text, b.text) >= 0);
}

static bool is_quantity(const struct value *v)
{
	return v->type == VALUE_NUMBER || v->type == VALUE_DURATION;
}

static struct value quantity(enum value_type type, __int128 num)
{
	if (num > INT64_MAX || num < INT64_MIN)
		return missing;
	return (struct value){ .type = type, .num = (int64_t)num };
}

/* number * number, duration * number, number * duration; number / number, duration / number, duration / duration. */
static struct value scale(enum expr_op op, const struct value *a, const struct value *b)
{
	bool a_is_number = a->type == VALUE_NUMBER, b_is_number = b->type == VALUE_NUMBER;

	if (op == EXPR_MUL) {
		if (!a_is_number && !b_is_number)
			return missing;
		return quantity(a_is_number ? b->type : a->type, (__int128)a->num * b->num / THOUSAND);
	}
	if (b->num == 0 || (a_is_number && !b_is_number))
		return missing;
	return quantity(b_is_number ? a->type : VALUE_NUMBER, (__int128)a->num * THOUSAND / b->num);
}

static struct value evaluate_arithmetic(struct evaluation *v, const struct expr *e)
{
	struct value a = evaluate(v, e->left), b = evaluate(v, e->right);

	if (!is_quantity(&a) || !is_quantity(&b))
		return missing;
	if (e->op == EXPR_MUL || e->op == EXPR_DIV)
		return scale(e->op, &a, &b);
	if (a.type != b.type)
		return missing;
	return quantity(a.type, e->op == EXPR_ADD ? (__int128)a.num + b.num : (__int128)a.num - b.num);
}

static struct value evaluate(struct evaluation *v, const struct expr *e)
{
	if (e == NULL || ++v->steps > EXPR_STEPS_MAX)
		return missing;
	switch (e->op) {
	case EXPR_CONST:
		return e->constant;
	case EXPR_FIELD:
		return ask_field(v, e->field);
	case EXPR_HAS:
		return truth(ask_field(v, e->field).type != VALUE_MISSING);
	case EXPR_AND: case EXPR_OR: case EXPR_NOT:
		return evaluate_logic(v, e);
	case EXPR_EQ: case EXPR_NE: case EXPR_LT: case EXPR_LE: case EXPR_GT: case EXPR_GE:
		return evaluate_compare(v, e);
	case EXPR_IN: case EXPR_STARTSWITH: case EXPR_ENDSWITH: case EXPR_CONTAINS:
		return evaluate_text(v, e);
	case EXPR_ADD: case EXPR_SUB: case EXPR_MUL: case EXPR_DIV:
		return evaluate_arithmetic(v, e);
	}
	return missing;
}

struct value expr_value(const struct expr *e, field_fn *field, void *arg)
{
	struct evaluation v = { .field = field, .arg = arg };

	return evaluate(&v, e);
}

enum tri expr_test(const struct expr *e, field_fn *field, void *arg)
{
	return as_tri(expr_value(e, field, arg));
}
