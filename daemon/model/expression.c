/* Evaluation of compiled conditions.
 * I1: a missing operand makes an operator MISSING, and a condition UNKNOWN; only and, or and has() decide without it
 *     (Kleene's three-valued logic).
 * I2: at most EXPR_STEPS_MAX nodes are visited; beyond that everything is MISSING.
 * Numbers are thousandths: a product is divided by 1000, a quotient multiplied; a duration times a number is a duration.
 * Overflow and division by zero are MISSING. */
#include "expression.h"

#include "ip.h"

#define THOUSAND 1000
#define LIST_WALKED 16 /* so few are compared by their lengths first */

struct evaluation {
	field_fn *field;
	void *arg;
	unsigned steps;
};

static const struct value missing = { .type = VALUE_MISSING };

/* Where conditions are asked a thousand times for each that holds: constants are borrowed, the truth of a node never becomes
 * a value, and a field is answered in the room of the one who asks. */
static enum tri test(struct evaluation *v, const struct expr *e);
static const struct value *operand(struct evaluation *v, const struct expr *e, struct value *room);

static bool is_over(struct evaluation *v, const struct expr *e)
{
	return e == NULL || ++v->steps > EXPR_STEPS_MAX;
}

static enum tri as_tri(const struct value *v)
{
	if (v->type != VALUE_BOOL)
		return UNKNOWN;
	return v->num ? YES : NO;
}

static enum tri tri_of(bool is_true) { return is_true ? YES : NO; }

static enum tri test_logic(struct evaluation *v, const struct expr *e)
{
	enum tri decides = e->op == EXPR_OR ? YES : NO;
	enum tri left = test(v, e->left), right;

	if (e->op == EXPR_NOT)
		return left == UNKNOWN ? UNKNOWN : left == YES ? NO : YES;
	if (left == decides)
		return left;
	right = test(v, e->right);
	if (right == decides)
		return right;
	return left == UNKNOWN || right == UNKNOWN ? UNKNOWN : left;
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

static enum tri test_compare(struct evaluation *v, const struct expr *e)
{
	struct value left, right;
	const struct value *a = operand(v, e->left, &left), *b = operand(v, e->right, &right);
	int order = 0;

	if (compare(a, b, &order) != YES)
		return UNKNOWN;
	switch (e->op) {
	case EXPR_EQ:
		return tri_of(order == 0);
	case EXPR_NE:
		return tri_of(order != 0);
	case EXPR_LT:
		return tri_of(order < 0);
	case EXPR_LE:
		return tri_of(order <= 0);
	case EXPR_GT:
		return tri_of(order > 0);
	default:
		return tri_of(order >= 0);
	}
}

static bool list_has(const struct value *list, struct bytes text)
{
	unsigned low = 0, high = list->n_list;

	if (high <= LIST_WALKED) {
		while (low < high && !bytes_eq(list->list[low], text))
			low++;
		return low < high;
	}
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
static enum tri is_in(const struct value *a, const struct value *list)
{
	if (list->type != VALUE_LIST)
		return UNKNOWN;
	if (a->type == VALUE_TEXT)
		return tri_of(list_has(list, a->text) || list_covers(list, a->text));
	if (a->type != VALUE_LIST)
		return UNKNOWN;
	for (unsigned i = 0; i < a->n_list; i++)
		if (list_has(list, a->list[i]))
			return YES;
	return NO;
}

static enum tri test_text(struct evaluation *v, const struct expr *e)
{
	struct value left, right;
	const struct value *a = operand(v, e->left, &left), *b = operand(v, e->right, &right);

	if (e->op == EXPR_IN)
		return is_in(a, b);
	if (e->op == EXPR_CONTAINS && a->type == VALUE_LIST && b->type == VALUE_TEXT)
		return tri_of(list_has(a, b->text));
	if (a->type != VALUE_TEXT || b->type != VALUE_TEXT)
		return UNKNOWN;
	if (e->op == EXPR_STARTSWITH)
		return tri_of(bytes_starts(a->text, b->text));
	if (e->op == EXPR_ENDSWITH)
		return tri_of(bytes_ends(a->text, b->text));
	return tri_of(bytes_find(a->text, b->text) >= 0);
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
	struct value left, right;
	const struct value *a = operand(v, e->left, &left), *b = operand(v, e->right, &right);

	if (!is_quantity(a) || !is_quantity(b))
		return missing;
	if (e->op == EXPR_MUL || e->op == EXPR_DIV)
		return scale(e->op, a, b);
	if (a->type != b->type)
		return missing;
	return quantity(a->type, e->op == EXPR_ADD ? (__int128)a->num + b->num : (__int128)a->num - b->num);
}

static const struct value *ask_field(struct evaluation *v, int field, struct value *room)
{
	room->type = VALUE_MISSING;
	v->field(v->arg, field, room);
	return room;
}

static enum tri test(struct evaluation *v, const struct expr *e)
{
	struct value room;

	if (is_over(v, e))
		return UNKNOWN;
	switch (e->op) {
	case EXPR_CONST:
		return as_tri(&e->constant);
	case EXPR_FIELD:
		return as_tri(ask_field(v, e->field, &room));
	case EXPR_HAS:
		return tri_of(ask_field(v, e->field, &room)->type != VALUE_MISSING);
	case EXPR_AND: case EXPR_OR: case EXPR_NOT:
		return test_logic(v, e);
	case EXPR_EQ: case EXPR_NE: case EXPR_LT: case EXPR_LE: case EXPR_GT: case EXPR_GE:
		return test_compare(v, e);
	case EXPR_IN: case EXPR_STARTSWITH: case EXPR_ENDSWITH: case EXPR_CONTAINS:
		return test_text(v, e);
	case EXPR_ADD: case EXPR_SUB: case EXPR_MUL: case EXPR_DIV:
		break;
	}
	return UNKNOWN;
}

/* The value of the node: the node's own, or in the room. */
static const struct value *operand(struct evaluation *v, const struct expr *e, struct value *room)
{
	enum tri truth;

	if (is_over(v, e))
		return &missing;
	switch (e->op) {
	case EXPR_CONST:
		return &e->constant;
	case EXPR_FIELD:
		return ask_field(v, e->field, room);
	case EXPR_ADD: case EXPR_SUB: case EXPR_MUL: case EXPR_DIV:
		*room = evaluate_arithmetic(v, e);
		return room;
	default:
		truth = test(v, e);
		*room = (struct value){ .type = truth == UNKNOWN ? VALUE_MISSING : VALUE_BOOL, .num = truth == YES };
		return room;
	}
}

struct value expr_value(const struct expr *e, field_fn *field, void *arg)
{
	struct evaluation v = { .field = field, .arg = arg };
	struct value room;

	return *operand(&v, e, &room);
}

enum tri expr_test(const struct expr *e, field_fn *field, void *arg)
{
	struct evaluation v = { .field = field, .arg = arg };

	return test(&v, e);
}
