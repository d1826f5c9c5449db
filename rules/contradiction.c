/* Conditions that nothing can meet: two parts of one conjunction that exclude each other.
 * I1: only what is certain is reported: comparisons of one field with constants, and a field that is true or false.
 * Numbers are thousandths and durations milliseconds, so that every comparison is a range of whole numbers. */
#include "expression.h"

#include <stdlib.h>

#define CLAIMS_MAX 64

/* What a part says of a field. */
struct claim {
	const struct expr *part, *field;
	enum expr_op op;
	const struct value *constant;
};

struct claims {
	struct claim at[CLAIMS_MAX];
	unsigned n;
};

static const struct value truths[2] = { { .type = VALUE_BOOL, .num = 0 }, { .type = VALUE_BOOL, .num = 1 } };

static enum expr_op mirrored(enum expr_op op)
{
	static const enum expr_op mirrors[] = { [EXPR_LT] = EXPR_GT, [EXPR_LE] = EXPR_GE, [EXPR_GT] = EXPR_LT, [EXPR_GE] = EXPR_LE };
	return op >= EXPR_LT && op <= EXPR_GE ? mirrors[op] : op;
}

/* A network holds more texts than its own. */
static bool is_of_whole_texts(const struct value *list)
{
	for (unsigned i = 0; i < list->n_list; i++)
		if (bytes_find_char(list->list[i], '/') >= 0)
			return false;
	return list->type == VALUE_LIST;
}

static bool claim_of(const struct expr *e, struct claim *out)
{
	*out = (struct claim){ .part = e, .field = e, .op = EXPR_EQ, .constant = &truths[e->op != EXPR_NOT] };
	if (e->op == EXPR_NOT)
		out->field = e->left;
	if (e->op == EXPR_NOT || e->op == EXPR_FIELD)
		return out->field->op == EXPR_FIELD;
	if (e->op == EXPR_IN && e->left->op == EXPR_FIELD && e->right->op == EXPR_CONST && is_of_whole_texts(&e->right->constant)) {
		*out = (struct claim){ e, e->left, EXPR_IN, &e->right->constant };
		return true;
	}
	if (e->op < EXPR_EQ || e->op > EXPR_GE)
		return false;
	bool is_mirrored = e->left->op == EXPR_CONST;
	const struct expr *constant = is_mirrored ? e->left : e->right;
	out->field = is_mirrored ? e->right : e->left;
	out->op = is_mirrored ? mirrored(e->op) : e->op;
	out->constant = &constant->constant;
	return out->field->op == EXPR_FIELD && constant->op == EXPR_CONST;
}

static void collect(const struct expr *e, struct claims *out)
{
	if (e->op == EXPR_AND) {
		collect(e->left, out);
		collect(e->right, out);
	} else if (out->n < CLAIMS_MAX && claim_of(e, &out->at[out->n]))
		out->n++;
}

static int64_t lowest(const struct claim *c)
{
	if (c->op == EXPR_GT)
		return c->constant->num + 1;
	return c->op == EXPR_GE || c->op == EXPR_EQ ? c->constant->num : INT64_MIN;
}

static int64_t highest(const struct claim *c)
{
	if (c->op == EXPR_LT)
		return c->constant->num - 1;
	return c->op == EXPR_LE || c->op == EXPR_EQ ? c->constant->num : INT64_MAX;
}

static bool is_same_value(const struct value *a, const struct value *b)
{
	return a->type == VALUE_TEXT ? bytes_eq(a->text, b->text) : a->num == b->num;
}

static int compare_texts(const void *x, const void *y)
{
	return bytes_cmp(*(const struct bytes *)x, *(const struct bytes *)y);
}

static bool is_listed(const struct value *list, struct bytes text)
{
	return list->n_list > 0 && bsearch(&text, list->list, list->n_list, sizeof(text), compare_texts) != NULL;
}

/* The one names the texts that there may be: the other allows none of them. */
static bool list_excludes(const struct claim *list, const struct claim *other)
{
	bool is_list = other->op == EXPR_IN, is_text = other->constant->type == VALUE_TEXT;
	if (!is_list && (!is_text || other->op != EXPR_EQ))
		return false;
	for (unsigned i = 0; i < list->constant->n_list; i++) {
		struct bytes text = list->constant->list[i];
		if (is_list ? is_listed(other->constant, text) : bytes_eq(other->constant->text, text))
			return false;
	}
	return true;
}

static bool exclude(const struct claim *a, const struct claim *b)
{
	if (a->field->field != b->field->field)
		return false;
	if (a->op == EXPR_IN || b->op == EXPR_IN)
		return a->op == EXPR_IN ? list_excludes(a, b) : list_excludes(b, a);
	if ((a->op == EXPR_EQ && b->op == EXPR_NE) || (a->op == EXPR_NE && b->op == EXPR_EQ))
		return is_same_value(a->constant, b->constant);
	if (a->constant->type == VALUE_TEXT)
		return a->op == EXPR_EQ && b->op == EXPR_EQ && !is_same_value(a->constant, b->constant);
	return lowest(a) > highest(b) || lowest(b) > highest(a);
}

const char *expression_contradiction(struct arena *arena, const struct expr *e)
{
	struct claims claims = { .n = 0 };
	collect(e, &claims);
	for (unsigned i = 0; i < claims.n; i++)
		for (unsigned k = i + 1; k < claims.n; k++) {
			struct text one = { 0 }, other = { 0 };
			if (!exclude(&claims.at[i], &claims.at[k]))
				continue;
			expression_print(claims.at[i].part, &one);
			expression_print(claims.at[k].part, &other);
			const char *said = arena_printf(arena, "this can never be true: '%s' and '%s' exclude each other", one.ptr, other.ptr);
			text_free(&one);
			text_free(&other);
			return said;
		}
	return NULL;
}
