/* table.yaml: the bits of the calibrated tier, one line a token, as `assocctl calibrate` writes them.
 * I1: a token that no rule makes is a problem, unless its rule is disabled; a token without a line is worth 0 bits. */
#include "builder.h"

#define BITS_MAX 60000

static void read_fitted(struct reader *r, const struct yaml_node *at, void *into);
static void read_own(struct reader *r, const struct yaml_node *at, void *into);
static void read_support(struct reader *r, const struct yaml_node *at, void *into);
static void read_again(struct reader *r, const struct yaml_node *at, void *into);

#define FIELD(name) .offset = offsetof(struct token_table, name)

const struct key_row table_keys[] = {
	{ "fitted_on", KEY_SPECIAL, .is_prose = true, .read = read_fitted, .takes = "list of texts", .help = "What it was fitted on." },
	{ "bias", KEY_BITS, .is_required = true, FIELD(bias_mb[PASS_OWN]), RANGE(-BITS_MAX, BITS_MAX),
	  .help = "Bits of every pair that is met." },
	{ "bits", KEY_SPECIAL, .is_required = true, .read = read_own, .takes = "{token: bits, ...}", .help = "Of its own evidence." },
	{ "support_bias", KEY_BITS, FIELD(bias_mb[PASS_SUPPORT]), RANGE(-BITS_MAX, BITS_MAX), .otherwise = "0",
	  .help = "Bits that the first round of support adds to every pair." },
	{ "support", KEY_SPECIAL, .read = read_support, .takes = "{token: bits, ...}", .help = "Of the first round of support." },
	{ "again_bias", KEY_BITS, FIELD(bias_mb[PASS_AGAIN]), RANGE(-BITS_MAX, BITS_MAX), .otherwise = "0",
	  .help = "Bits that the second round of support adds to every pair." },
	{ "again", KEY_SPECIAL, .read = read_again, .takes = "{token: bits, ...}", .help = "Of the second round of support." },
	{ 0 },
};

static void read_fitted(struct reader *r, const struct yaml_node *at, void *into)
{
	(void)into;
	node_is(r, at, YAML_SEQUENCE);
}

/* Cuts the part before the next ':' off. */
static struct bytes next_part(struct bytes *rest)
{
	ptrdiff_t colon = bytes_find_char(*rest, ':');
	struct bytes part = bytes_slice(*rest, 0, colon < 0 ? rest->len : (size_t)colon);
	*rest = bytes_slice(*rest, colon < 0 ? rest->len : (size_t)colon + 1, rest->len);
	return part;
}

static int bin_of(const struct token_axis *axis, struct bytes label)
{
	unsigned first = axis->cuts != NULL ? 2 : 1;
	if (bytes_is(label, "-"))
		return 0;
	if (axis->cuts != NULL && label.len > 1 && label.ptr[0] == '<')
		return bytes_eq(bytes_slice(label, 1, label.len), axis->labels[0]) ? 1 : -1;
	for (unsigned i = 0; i < axis->n; i++)
		if (bytes_eq(label, axis->labels[i]))
			return (int)(first + i);
	return axis->cuts == NULL && bytes_is(label, "other") && axis->bins == axis->n + 2 ? (int)axis->bins - 1 : -1;
}

static bool token_of(const struct token_set *set, struct bytes rest, uint32_t *token)
{
	uint32_t at = 0;
	for (unsigned i = 0; i < set->n_axes; i++) {
		int bin = bin_of(&set->axes[i], next_part(&rest));
		if (bin < 0)
			return false;
		at = at * set->axes[i].bins + (unsigned)bin;
	}
	*token = set->first + at;
	return set->n_axes > 0 && rest.len == 0;
}

#define FIND_IN(rules) \
	for (size_t i = 0; i < (rules).n; i++) \
		if (bytes_eq((rules).at[i].head.id, id)) \
			return &(rules).at[i].tokens

static struct token_set *set_of(struct builder *b, struct bytes id)
{
	FIND_IN(b->signals);
	FIND_IN(b->compares);
	FIND_IN(b->timings);
	FIND_IN(b->interactions);
	return NULL;
}

/* It may judge again: its lines stay in the table. */
static bool is_disabled(const struct builder *b, struct bytes rule)
{
	for (size_t i = 0; i < b->disabled.n; i++)
		if (bytes_eq(b->disabled.at[i], rule))
			return true;
	return false;
}

static bool is_of_pass(const struct token_table *table, uint32_t token, enum pass pass)
{
	return token < table->end[pass] && (pass == PASS_OWN || token >= table->end[pass - 1]);
}

static void read_bits(struct reader *r, const struct yaml_node *at, enum pass pass)
{
	static const char *const passes[] = { [PASS_OWN] = "", [PASS_SUPPORT] = " in the first round of support",
					      [PASS_AGAIN] = " in the second round of support" };
	struct token_table *table = &r->builder->set.table;
	if (!node_is(r, at, YAML_MAPPING))
		return;
	for (const struct yaml_node *c = at->child; c; c = c->next) {
		struct bytes rest = c->key;
		struct bytes rule = next_part(&rest);
		struct token_set *set = set_of(r->builder, rule);
		uint32_t token;
		int64_t mb;
		if (!node_milli(r, c, -BITS_MAX, BITS_MAX, &mb))
			continue;
		if (set == NULL && is_disabled(r->builder, rule))
			continue;
		if (set == NULL || !token_of(set, rest, &token) || !is_of_pass(table, token, pass)) {
			if (!r->builder->are_rules_wrong)
				problem_at_key(r, c, "no rule makes the token '%.*s'%s; fit the table anew: assocctl calibrate", BYTES_ARG(c->key),
				       passes[pass]);
			continue;
		}
		table->bits[token] = (int32_t)mb;
		set->is_fitted = true;
	}
}

static void read_own(struct reader *r, const struct yaml_node *at, void *into)
{
	(void)into;
	read_bits(r, at, PASS_OWN);
}

static void read_support(struct reader *r, const struct yaml_node *at, void *into)
{
	(void)into;
	read_bits(r, at, PASS_SUPPORT);
}

static void read_again(struct reader *r, const struct yaml_node *at, void *into)
{
	(void)into;
	read_bits(r, at, PASS_AGAIN);
}

void table_read(struct reader *r, const struct yaml_node *root)
{
	r->builder->set.table.is_given = true;
	keys_read(r, root, table_keys, &r->builder->set.table);
}
