/* Axes of tokens: expressions cut into bins; how tokens are numbered and named.
 *   token = first + sum of bin x stride; the last axis counts fastest       name = rule:label:label...
 * I1: cuts rise.  I2: a rule has at most TOKENS_A_RULE_MAX tokens. */
#include "builder.h"
#include "expression.h"

#define TOKENS_A_RULE_MAX 8192
#define CUTS_MAX 64
#define CENTURY INT64_C(3155760000000)

static const struct bytes no_yes[] = { { "no", 2 }, { "yes", 3 } };

struct axis_source {
	const struct yaml_node *of, *at, *in, *say;
};

#define FIELD(name) .offset = offsetof(struct axis_source, name)

static const struct key_row axis_keys[] = {
	{ "of", KEY_NODE, .is_required = true, FIELD(of), .takes = "expression", .help = "What is cut into bins." },
	{ "at", KEY_NODE, FIELD(at), .takes = "list of numbers or durations", .help = "Where bins of a number or duration begin, rising." },
	{ "in", KEY_LIST, FIELD(in), .takes = "list of texts", .help = "Words of a text that have a bin of their own." },
	{ "say", KEY_NODE, .is_prose = true, FIELD(say), .takes = "text or list of texts", .help = "What people read of it." },
	{ 0 },
};

/* False: it was said why. */
static bool has_bins(struct reader *r, const struct yaml_node *list)
{
	unsigned n = node_children(list);
	if (n == 0)
		problem_at(r, list, "an axis needs one bin at least");
	else if (n > CUTS_MAX)
		problem_at(r, list, "more than %d bins", CUTS_MAX);
	return n > 0 && n <= CUTS_MAX;
}

static void read_cuts(struct reader *r, const struct yaml_node *list, struct token_axis *axis)
{
	if (!has_bins(r, list))
		return;
	int64_t *cuts = ARENA_ARRAY(r->arena, int64_t, CUTS_MAX);
	struct bytes *labels = ARENA_ARRAY(r->arena, struct bytes, CUTS_MAX);
	for (const struct yaml_node *c = list->child; c; c = c->next) {
		int64_t cut = 0;
		bool is_read = axis->of->type == VALUE_DURATION ? node_duration(r, c, 0, CENTURY, &cut)
								: node_milli(r, c, -INT64_C(1000000000), INT64_C(1000000000), &cut);
		if (!is_read)
			continue;
		if (axis->n > 0 && cuts[axis->n - 1] >= cut)
			problem_at(r, c, "cuts must rise");
		labels[axis->n] = arena_bytes(r->arena, c->text);
		cuts[axis->n++] = cut;
	}
	axis->cuts = cuts;
	axis->labels = labels;
	axis->bins = axis->n + 2;
}

static void read_words(struct reader *r, const struct yaml_node *list, struct token_axis *axis)
{
	if (!has_bins(r, list))
		return;
	struct bytes *labels = ARENA_ARRAY(r->arena, struct bytes, CUTS_MAX);
	for (const struct yaml_node *c = list->child; c; c = c->next)
		if (node_text(r, c, &labels[axis->n]))
			axis->n++;
	axis->labels = labels;
	axis->bins = axis->n + 2;
}

static void read_axis(struct reader *r, const struct yaml_node *at, unsigned scope, struct token_set *set)
{
	struct token_axis *axis = &set->axes[set->n_axes];
	struct axis_source source = {0};
	keys_read(r, at, axis_keys, &source);
	axis->of = source.of ? value_compile(r, source.of, scope) : NULL;
	if (!axis->of)
		return;
	set->has_gap |= axis->of->op == EXPR_FIELD && axis->of->field == field_find(BYTES_LIT("value.gap"));
	bool is_quantity = axis->of->type == VALUE_NUMBER || axis->of->type == VALUE_DURATION;
	if (is_quantity && source.at && !source.in && node_is(r, source.at, YAML_SEQUENCE)) {
		read_cuts(r, source.at, axis);
	} else if (axis->of->type == VALUE_TEXT && source.in && !source.at) {
		read_words(r, source.in, axis);
	} else if (axis->of->type == VALUE_BOOL && !source.at && !source.in) {
		axis->labels = no_yes;
		axis->n = 2;
		axis->bins = 3;
	} else {
		problem_at(r, at, "an axis of a number or duration needs 'at', one of a text 'in', a condition neither");
		return;
	}
	if (source.say)
		token_says_read(r, source.say, axis);
}

void tokens_read_axes(struct reader *r, const struct yaml_node *at, unsigned scope, struct token_set *out)
{
	uint64_t n = 1;
	if (!node_is(r, at, YAML_SEQUENCE))
		return;
	for (const struct yaml_node *c = at->child; c; c = c->next) {
		if (out->n_axes == TOKEN_AXES_MAX) {
			problem_at(r, c, "more than %d axes", TOKEN_AXES_MAX);
			return;
		}
		read_axis(r, c, scope, out);
		n *= out->axes[out->n_axes].bins > 0 ? out->axes[out->n_axes].bins : 1;
		out->n_axes++;
		if (n > TOKENS_A_RULE_MAX) {
			problem_at(r, c, "the axes make more than %d tokens", TOKENS_A_RULE_MAX);
			return;
		}
	}
	out->n = out->n_axes > 0 ? (uint32_t)n : 0;
}

static void number_set(struct token_table *table, struct token_set *set)
{
	set->first = table->n;
	table->n += set->n;
}

void tokens_number(struct builder *b)
{
	struct token_table *table = &b->set.table;
	for (size_t i = 0; i < b->signals.n; i++)
		number_set(table, &b->signals.at[i].tokens);
	for (size_t i = 0; i < b->compares.n; i++)
		number_set(table, &b->compares.at[i].tokens);
	for (size_t i = 0; i < b->timings.n; i++)
		number_set(table, &b->timings.at[i].tokens);
	for (int pass = 0; pass < PASSES; pass++) {
		for (size_t i = 0; i < b->interactions.n; i++)
			if (b->interactions.at[i].pass == (enum pass)pass)
				number_set(table, &b->interactions.at[i].tokens);
		table->end[pass] = table->n;
	}
	table->bits = ARENA_ARRAY(b->arena, int32_t, table->n + 1);
	memset(table->bits, 0, (table->n + 1) * sizeof(*table->bits));
}

static bool has_token(const struct token_set *set, uint32_t token)
{
	return token >= set->first && token - set->first < set->n;
}

#define FIND_IN(rules, count) \
	for (unsigned i = 0; i < (count); i++) \
		if (has_token(&(rules)[i].tokens, token)) \
			return *head = &(rules)[i].head, &(rules)[i].tokens

const struct token_set *ruleset_token_set(const struct ruleset *rs, uint32_t token, const struct rule_head **head)
{
	FIND_IN(rs->signals, rs->n_signals);
	FIND_IN(rs->compares, rs->n_compares);
	FIND_IN(rs->timings, rs->n_timings);
	FIND_IN(rs->interactions, rs->n_interactions);
	return NULL;
}

static void add_label(struct text *out, const struct token_axis *axis, unsigned bin)
{
	bool is_cut = axis->cuts != NULL;
	if (bin == 0)
		text_addc(out, '-');
	else if (is_cut && bin == 1)
		text_addf(out, "<%.*s", BYTES_ARG(axis->labels[0]));
	else if (is_cut)
		text_add(out, axis->labels[bin - 2]);
	else if (bin <= axis->n)
		text_add(out, axis->labels[bin - 1]);
	else
		text_adds(out, "other");
}

void ruleset_token_name(const struct ruleset *rs, uint32_t token, struct text *out)
{
	const struct rule_head *head;
	const struct token_set *set = ruleset_token_set(rs, token, &head);
	BUG_ON(set == NULL);
	uint32_t rest = token - set->first, stride = set->n;
	text_add(out, head->id);
	for (unsigned i = 0; i < set->n_axes; i++) {
		stride /= set->axes[i].bins;
		text_addc(out, ':');
		add_label(out, &set->axes[i], rest / stride);
		rest %= stride;
	}
}

#define MARK_FITTED(rules) \
	for (size_t i = 0; i < (rules).n; i++) \
		(rules).at[i].tokens.is_fitted = (rules).at[i].tokens.n > 0

void ruleset_begin_fit(struct ruleset *rs)
{
	struct builder *b = (struct builder *)rs;
	MARK_FITTED(b->signals);
	MARK_FITTED(b->compares);
	MARK_FITTED(b->timings);
	MARK_FITTED(b->interactions);
	memset(rs->table.bits, 0, rs->table.n * sizeof(*rs->table.bits));
	rs->table.is_given = true;
	memset(rs->table.bias_mb, 0, sizeof(rs->table.bias_mb));
	rs->scoring.floor_mb = INT32_MIN / 2;
}
