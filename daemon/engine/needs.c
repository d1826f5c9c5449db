/* Needs of conditions, read off their trees.
 * I1: a condition whose needs are not met is not YES; the converse is not promised. */
#include "needs.h"

enum { CALL_SHARED, CALL_KINDS, CALL_MISSING_UNLESS_SHARED, CALL_OTHER };

static int sort_of_call(int field)
{
	static const char *const missing[] = { "holders", "rarity", "gap", "network", "coverage_low", "coverage_high" };
	if (!field_is_call(field))
		return CALL_OTHER;
	struct bytes name = bytes_of(call_rows[field_call(field)].name);
	if (bytes_eq(name, bytes_of("shared")))
		return CALL_SHARED;
	if (bytes_eq(name, bytes_of("kinds")))
		return CALL_KINDS;
	for (size_t i = 0; i < ARRAY_LEN(missing); i++)
		if (bytes_eq(name, bytes_of(missing[i])))
			return CALL_MISSING_UNLESS_SHARED;
	return CALL_OTHER;
}

struct needs {
	const struct plan *plan;
	const struct ruleset *rules;
};

/* A count that is 0 unless one of the kinds is shared. */
static bool count_needs(const struct needs *n, const struct expr *e, struct kind_set *out)
{
	if (e->op == EXPR_ADD)
		return count_needs(n, e->left, out) && count_needs(n, e->right, out);
	int sort = e->op == EXPR_FIELD ? sort_of_call(e->field) : CALL_OTHER;
	if (sort == CALL_SHARED)
		kind_set_add(out, field_argument(e->field));
	for (unsigned kind = 0; sort == CALL_KINDS && kind < n->rules->kinds.n; kind++)
		if (n->plan->kinds[kind].family == (int)field_argument(e->field))
			kind_set_add(out, kind);
	return sort == CALL_SHARED || sort == CALL_KINDS;
}

/* What is missing unless the kind is shared leaves every comparison of it unknown. */
static bool missing_needs(const struct expr *e, struct kind_set *out)
{
	if ((e->op != EXPR_FIELD && e->op != EXPR_HAS) || sort_of_call(e->field) != CALL_MISSING_UNLESS_SHARED)
		return false;
	kind_set_add(out, field_argument(e->field));
	return true;
}

static bool compare_needs(const struct needs *n, const struct expr *e, struct kind_set *out)
{
	bool is_above = e->right->op == EXPR_CONST && e->right->constant.type == VALUE_NUMBER &&
			((e->op == EXPR_GT && e->right->constant.num >= 0) || (e->op == EXPR_GE && e->right->constant.num > 0));
	struct kind_set counted = { { 0 } };
	if (is_above && count_needs(n, e->left, &counted)) {
		*out = counted;
		return true;
	}
	return missing_needs(e->left, out) || missing_needs(e->right, out);
}

static bool find_needs(const struct needs *n, const struct expr *e, struct kind_set *out)
{
	struct kind_set right = { { 0 } };
	switch (e->op) {
	case EXPR_AND:
		return find_needs(n, e->left, out) || find_needs(n, e->right, out);
	case EXPR_OR:
		if (!find_needs(n, e->left, out) || !find_needs(n, e->right, &right))
			return false;
		out->bits[0] |= right.bits[0];
		out->bits[1] |= right.bits[1];
		return true;
	case EXPR_HAS:
		return missing_needs(e, out);
	case EXPR_LT: case EXPR_LE: case EXPR_GT: case EXPR_GE: case EXPR_EQ: case EXPR_NE:
		return compare_needs(n, e, out);
	default:
		return false;
	}
}

void needs_of(const struct plan *plan, const struct ruleset *rules, const struct expr *when, struct kind_set *out)
{
	const struct needs n = { plan, rules };
	*out = (struct kind_set){ { 0 } };
	if (when == NULL || !find_needs(&n, when, out))
		*out = (struct kind_set){ { 0 } };
}
