/* What no pair, account or cluster could ever meet.
 * I1: a rule is refused only when nothing could make it count; what is merely odd loads. */
#include "contradictions.h"

#include <stdarg.h>
#include <stdio.h>

#include "daemon/base/bits.h"
#include "expression.h"
#include "heads.h"

static void refuse(struct builder *b, const struct rule_head *head, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void refuse(struct builder *b, const struct rule_head *head, const char *fmt, ...)
{
	char what[320];
	va_list args;
	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	problem_plain(&b->problems, "%.*s:%u: rule '%.*s' %s", BYTES_ARG(head->file), head->line, BYTES_ARG(head->id), what);
}

/* ---- conditions: the values that a field may have ---- */

#define FIELDS_MAX 128
#define SCORE_MAX (INT64_C(1000) * 1000)

struct bounds { struct { int64_t low, high; } of[FIELDS_MAX]; };

static bool is_score(const char *field)
{
	static const char *const scores[] = { "link.score", "link.computed", "account.risk", "cluster.min_score", "cluster.max_score" };
	for (size_t i = 0; i < ARRAY_LEN(scores); i++)
		if (strcmp(field, scores[i]) == 0)
			return true;
	return false;
}

/* No quantity is negative. */
static void bounds_widest(struct bounds *bounds)
{
	for (int i = 0; i < FIELDS_MAX && field_rows[i].name != NULL; i++) {
		bounds->of[i].low = 0;
		bounds->of[i].high = is_score(field_rows[i].name) ? SCORE_MAX : INT64_MAX;
	}
}

static enum expr_op mirrored(enum expr_op op)
{
	static const enum expr_op pairs[][2] = { { EXPR_LT, EXPR_GT }, { EXPR_LE, EXPR_GE }, { EXPR_GT, EXPR_LT }, { EXPR_GE, EXPR_LE } };
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (op == pairs[i][0])
			return pairs[i][1];
	return op;
}

/* Narrows the field's range by "field op constant"; false when nothing is left of it. */
static bool bounds_narrow(struct bounds *bounds, enum expr_op op, int field, int64_t constant)
{
	int64_t *low = &bounds->of[field].low, *high = &bounds->of[field].high;
	int64_t least = op == EXPR_GT ? constant + 1 : constant, most = op == EXPR_LT ? constant - 1 : constant;
	if (op == EXPR_GT || op == EXPR_GE || op == EXPR_EQ)
		*low = least > *low ? least : *low;
	if (op == EXPR_LT || op == EXPR_LE || op == EXPR_EQ)
		*high = most < *high ? most : *high;
	return *low <= *high;
}

static enum expr_op negated(enum expr_op op)
{
	static const enum expr_op negations[] = { [EXPR_EQ] = EXPR_NE, [EXPR_NE] = EXPR_EQ, [EXPR_LT] = EXPR_GE, [EXPR_LE] = EXPR_GT,
						  [EXPR_GT] = EXPR_LE, [EXPR_GE] = EXPR_LT };
	return negations[op];
}

/* A comparison that is so, or that is not. */
static bool may_compare(const struct expr *e, bool holds, struct bounds *bounds)
{
	const struct expr *left = e->left, *right = e->right;
	bool is_turned = left->op == EXPR_CONST && right->op == EXPR_FIELD;
	const struct expr *field = is_turned ? right : left, *constant = is_turned ? left : right;
	bool is_quantity = field->type == VALUE_NUMBER || field->type == VALUE_DURATION;
	enum expr_op op = holds ? e->op : negated(e->op);
	if (field->op != EXPR_FIELD || constant->op != EXPR_CONST || !is_quantity || field->field >= FIELDS_MAX)
		return true;
	return bounds_narrow(bounds, is_turned ? mirrored(op) : op, field->field, constant->constant.num);
}

/* Narrows the ranges by everything that the condition demands at once, to hold or not to hold. */
static bool may_be(const struct expr *e, bool holds, struct bounds *bounds)
{
	if (e->op == EXPR_CONST)
		return e->type != VALUE_BOOL || (e->constant.num != 0) == holds;
	if (e->op == EXPR_NOT)
		return may_be(e->left, !holds, bounds);
	if (e->op == EXPR_FIELD && e->type == VALUE_BOOL && e->field < FIELDS_MAX)
		return bounds_narrow(bounds, EXPR_EQ, e->field, holds);
	if (e->op == (holds ? EXPR_AND : EXPR_OR))
		return may_be(e->left, holds, bounds) && may_be(e->right, holds, bounds);
	if (e->op == EXPR_AND || e->op == EXPR_OR) {
		struct bounds one = *bounds, other = *bounds;
		return may_be(e->left, holds, &one) || may_be(e->right, holds, &other);
	}
	return e->op < EXPR_EQ || e->op > EXPR_GE || may_compare(e, holds, bounds);
}

bool condition_is_impossible(const struct expr *e)
{
	struct bounds bounds;
	bounds_widest(&bounds);
	return !may_be(e, true, &bounds);
}

/* Whatever opens it resolves it. What 'until' asks besides may be missing, and only what 'when' knows counts here. */
static bool is_over_as_it_begins(const struct policy_rule *p)
{
	struct bounds widest, narrowed;
	bounds_widest(&widest);
	narrowed = widest;
	return may_be(p->when, true, &narrowed) && may_be(p->until, false, &widest) && !may_be(p->until, false, &narrowed);
}

/* ---- conditions: words that a field may have ---- */

typedef bool knows_fn(const struct builder *b, struct bytes word);

static bool knows_rule(const struct builder *b, struct bytes word)
{
	for (size_t i = 0; i < b->disabled.n; i++)
		if (bytes_eq(b->disabled.at[i], word))
			return true;
	return heads_find(&b->set, word) >= 0;
}

static bool knows_family(const struct builder *b, struct bytes word)
{
	for (unsigned i = 0; i < b->set.n_families; i++)
		if (bytes_eq(b->set.families[i], word))
			return true;
	return false;
}

static bool knows_relation(const struct builder *b, struct bytes word)
{
	for (unsigned i = 0; i < b->set.n_relations; i++)
		if (bytes_eq(b->set.relations[i].name, word))
			return true;
	return false;
}

static bool is_one_of(struct bytes word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_is(word, words[i]))
			return true;
	return false;
}

static bool knows_state(const struct builder *b, struct bytes word)
{
	static const char *const states[] = { "suspected", "explained", "joint", "confirmed", "cleared", "withdrawn" };
	return is_one_of(word, states, ARRAY_LEN(states));
}

static bool knows_band(const struct builder *b, struct bytes word)
{
	static const char *const bands[] = { "none", "possible", "probable", "strong" };
	return is_one_of(word, bands, ARRAY_LEN(bands));
}

static bool knows_network(const struct builder *b, struct bytes word)
{
	return network_kind_of(word) >= 0;
}

/* As networks files have them: DE. */
static bool knows_country(const struct builder *b, struct bytes word)
{
	return word.len == 2 && word.ptr[0] >= 'A' && word.ptr[0] <= 'Z' && word.ptr[1] >= 'A' && word.ptr[1] <= 'Z';
}

static const struct {
	const char *field;
	knows_fn *knows;
	const char *what;
} vocabularies[] = {
	{ "link.evidence", knows_rule, "rule" }, { "link.families", knows_family, "family" },
	{ "link.explained_by", knows_relation, "relation" }, { "link.state", knows_state, "state of a link" },
	{ "link.band", knows_band, "band" }, { "event.network", knows_network, "kind of network" },
	{ "event.country", knows_country, "country; it is two capital letters, as DE" },
};

static void check_word(struct builder *b, const struct rule_head *head, int field, struct bytes word)
{
	for (size_t i = 0; i < ARRAY_LEN(vocabularies); i++)
		if (strcmp(field_rows[field].name, vocabularies[i].field) == 0 && !vocabularies[i].knows(b, word))
			refuse(b, head, "asks %s for '%.*s': there is no such %s", vocabularies[i].field, BYTES_ARG(word), vocabularies[i].what);
}

/* A field beside a constant: each text of it is a word that the field may have. */
static void check_words(struct builder *b, const struct rule_head *head, const struct expr *e)
{
	if (e == NULL)
		return;
	check_words(b, head, e->left);
	check_words(b, head, e->right);
	bool is_whole = e->op == EXPR_EQ || e->op == EXPR_NE || e->op == EXPR_IN || e->op == EXPR_CONTAINS;
	if (!is_whole)
		return;
	const struct expr *field = e->left->op == EXPR_FIELD ? e->left : e->right, *constant = field == e->left ? e->right : e->left;
	if (field->op != EXPR_FIELD || field->field >= FIELD_WINDOWS || constant->op != EXPR_CONST ||
	    (e->op == EXPR_CONTAINS && field->type != VALUE_LIST))
		return;
	if (constant->type == VALUE_TEXT)
		check_word(b, head, field->field, constant->constant.text);
	for (unsigned i = 0; constant->type == VALUE_LIST && i < constant->constant.n_list; i++)
		check_word(b, head, field->field, constant->constant.list[i]);
}

static bool reads_alike(const struct expr *a, const struct expr *b)
{
	struct text x = { 0 }, y = { 0 };
	expression_print(a, &x);
	expression_print(b, &y);
	bool is_same = bytes_eq(text_bytes(&x), text_bytes(&y));
	text_free(&x);
	text_free(&y);
	return is_same;
}

static void check_policy(struct builder *b, const struct policy_rule *p)
{
	if (condition_is_impossible(p->when))
		refuse(b, &p->head, "has a 'when' that can never be true: its demands exclude each other");
	if (p->until != NULL && reads_alike(p->when, p->until))
		refuse(b, &p->head, "has the same condition for 'when' and 'until': an alert would end as it begins");
	else if (p->until != NULL && is_over_as_it_begins(p))
		refuse(b, &p->head, "has an 'until' that is true whenever 'when' is: it could never open an alert");
	check_words(b, &p->head, p->when);
	check_words(b, &p->head, p->until);
}

/* ---- signals, comparisons, limits ---- */

static bool counts_somewhere(const struct signal_rule *s)
{
	for (int i = 0; i < NET_KINDS; i++)
		if (s->network_mb[i] != NETWORK_IGNORE)
			return true;
	return false;
}

static void check_signal(struct builder *b, const struct signal_rule *s)
{
	const struct kind *rows = b->set.kinds.rows;
	if (s->max_mb == 0)
		refuse(b, &s->head, "has max_bits 0 and could never count; status: disabled leaves it out");
	if (s->half_life_ms > 0 && s->max_decay_mb == 0)
		refuse(b, &s->head, "has a half_life and max_decay 0: no time could ever take a bit");
	if (!counts_somewhere(s))
		refuse(b, &s->head, "ignores every kind of network and could never count");
	if (s->requires == s->kind)
		refuse(b, &s->head, "requires the kind that it weighs ('%.*s')", BYTES_ARG(rows[s->kind].name));
	else if (s->requires >= 0 && rows[s->requires].hub_cap == 0)
		refuse(b, &s->head, "requires '%.*s', which has hub_cap 0: no two accounts ever share a value of it",
		       BYTES_ARG(rows[s->requires].name));
}

static bool are_opposite(int32_t a, int32_t b)
{
	return (a > 0 && b < 0) || (a < 0 && b > 0);
}

static void check_compare(struct builder *b, unsigned number)
{
	const struct compare_rule *c = &b->set.compares[number];
	if (c->equal_mb == 0 && c->overlap_mb == 0 && c->differ_mb == 0)
		refuse(b, &c->head, "says nothing: give one of equal, overlap and differ");
	for (unsigned i = 0; i < number; i++) {
		const struct compare_rule *other = &b->set.compares[i];
		bool judge = c->head.status == RULE_STABLE && other->head.status == RULE_STABLE && c->kind == other->kind;
		if (judge && (are_opposite(c->equal_mb, other->equal_mb) || are_opposite(c->overlap_mb, other->overlap_mb) ||
			      are_opposite(c->differ_mb, other->differ_mb)))
			refuse(b, &c->head, "contradicts rule '%.*s': one speaks for, the other against, when '%.*s' is the same or differs",
			       BYTES_ARG(other->head.id), BYTES_ARG(b->set.kinds.rows[c->kind].name));
	}
}

static void check_limit(struct builder *b, const struct limit_rule *l)
{
	bool has_with = l->with_kinds[0] | l->with_kinds[1];
	bool is_excluded = !(l->with_kinds[0] & ~l->unless_kinds[0]) && !(l->with_kinds[1] & ~l->unless_kinds[1]);
	if (has_with && is_excluded)
		refuse(b, &l->head, "could never hold: every kind of 'with' is also in 'unless'");
	if (l->without_families >> l->family & 1)
		refuse(b, &l->head, "could never hold: it caps family '%.*s' and holds only without it",
		       BYTES_ARG(b->set.families[l->family]));
}

/* ---- scoring.yaml ---- */

static void check_scoring(struct builder *b, const char *dir)
{
	const struct scoring *s = &b->set.scoring;
	if (s->cluster_link > s->cluster_strong)
		problem_plain(&b->problems, "%s/scoring.yaml: clusters.link %d is above clusters.strong %d: no link would be an ordinary edge",
			      dir, s->cluster_link, s->cluster_strong);
	int floor = bits_score(s->floor_mb);
	if (floor >= s->score_bands[0])
		problem_plain(&b->problems, "%s/scoring.yaml: the floor is score %d: links from bands.possible %d on would not all be stored",
			      dir, floor, s->score_bands[0]);
}

void contradictions_check(struct builder *b, const char *dir)
{
	check_scoring(b, dir);
	for (unsigned i = 0; i < b->set.n_signals; i++)
		check_signal(b, &b->set.signals[i]);
	for (unsigned i = 0; i < b->set.n_compares; i++)
		check_compare(b, i);
	for (unsigned i = 0; i < b->set.n_limits; i++)
		check_limit(b, &b->set.limits[i]);
	for (unsigned i = 0; i < b->set.n_policies; i++)
		check_policy(b, &b->set.policies[i]);
}
