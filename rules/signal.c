/* The keys of signal and compare rules.
 * I1: network multipliers become log2 in thousandths of a bit; 0 becomes NETWORK_IGNORE; a kind that is not named is 1. */
#include "builder.h"
#include "daemon/base/bits.h"

#define SECOND INT64_C(1000)
#define YEAR (INT64_C(31557600) * SECOND)

static int network_kind_at(struct reader *r, const struct yaml_node *at, struct bytes name)
{
	int kind = network_kind_of(name);
	const char *names[NET_KINDS + 1] = { NULL };
	if (kind >= 0)
		return kind;
	for (int i = 0; i < NET_KINDS; i++)
		names[i] = network_kind_names[i];
	problem_at(r, at, "no kind of network '%.*s'%s", BYTES_ARG(name), did_you_mean(r->arena, name, names));
	return -1;
}

static void read_network(struct reader *r, const struct yaml_node *at, void *into)
{
	struct signal_rule *rule = into;
	if (!node_is(r, at, YAML_MAPPING))
		return;
	for (const struct yaml_node *c = at->child; c; c = c->next) {
		struct yaml_node place = { .type = YAML_SCALAR, .line = c->key_line, .column = c->key_column };
		int kind = network_kind_at(r, &place, c->key);
		int64_t milli;
		if (kind < 0 || !node_milli(r, c, 0, 4000, &milli))
			continue;
		rule->network_mb[kind] = milli ? bits_log2_ratio((uint64_t)milli, 1000) : NETWORK_IGNORE;
	}
}

static void read_recycled_networks(struct reader *r, const struct yaml_node *at, void *into)
{
	struct signal_rule *rule = into;
	if (!node_is(r, at, YAML_SEQUENCE))
		return;
	for (const struct yaml_node *c = at->child; c; c = c->next) {
		int kind = node_is(r, c, YAML_SCALAR) ? network_kind_at(r, c, c->text) : -1;
		if (kind >= 0)
			rule->recycled_nets |= 1u << kind;
	}
}

#define FIELD(name) .offset = offsetof(struct signal_rule, name)

static const struct key_row recycled_keys[] = {
	{ "networks", KEY_SPECIAL, .is_required = true, .read = read_recycled_networks, .takes = "list of network kinds",
	  .help = "Kinds of networks whose addresses are let again." },
	{ "gap", KEY_DURATION, .is_required = true, FIELD(recycled_gap_ms), RANGE(SECOND, 100 * YEAR),
	  .help = "Disjoint use at least so far apart counts at most 0 bits." },
	{ 0 },
};

static void read_signal_kind(struct reader *r, const struct yaml_node *at, void *into)
{
	struct signal_rule *rule = into;
	int kind = builder_kind(r, at);
	if (kind < 0)
		return;
	rule->kind = kind;
	if (!r->builder->set.kinds.rows[kind].hub_cap)
		problem_at(r, at, "kind '%.*s' has hub_cap 0 and cannot be evidence by itself", BYTES_ARG(at->text));
}

static void read_signal_requires(struct reader *r, const struct yaml_node *at, void *into)
{
	((struct signal_rule *)into)->requires = builder_kind(r, at);
}

static void read_signal_family(struct reader *r, const struct yaml_node *at, void *into)
{
	int family = builder_family(r, at);
	if (family >= 0)
		((struct signal_rule *)into)->family = family;
}

static void read_signal_axes(struct reader *r, const struct yaml_node *at, void *into)
{
	tokens_read_axes(r, at, SCOPE_VALUE, &((struct signal_rule *)into)->tokens);
}

const struct key_row signal_keys[] = {
	{ "attribute", KEY_SPECIAL, .is_required = true, .read = read_signal_kind, .takes = "kind",
	  .help = "The attribute kind that is shared." },
	{ "family", KEY_SPECIAL, .is_required = true, .read = read_signal_family, .takes = "family",
	  .help = "The mechanism of sharing it belongs to." },
	{ "m", KEY_MILLI, .is_required = true, FIELD(m_milli), RANGE(1, 1000),
	  .help = "Probability that two accounts of one operator share a value of the kind." },
	{ "strangers", KEY_MILLI, .is_required = true, FIELD(strangers_milli), RANGE(1, 1000000),
	  .help = "Other people who hold such a value by a normal mechanism, on average." },
	{ "growth", KEY_MILLI, FIELD(growth_milli), RANGE(0, 1000), .otherwise = "1",
	  .help = "Strangers that each holder beyond the two stands for: 1 where every one is another person." },
	{ "coverage", KEY_BITS, FIELD(coverage_mb), RANGE(0, 20000), .otherwise = "0",
	  .help = "Bits gained where all of both accounts' days with the kind are days on shared values; lost where next to none are." },
	{ "requires", KEY_SPECIAL, .read = read_signal_requires, .takes = "kind",
	  .help = "A kind of which a value must be shared too; network and gap are then that value's." },
	{ "half_life", KEY_DURATION, FIELD(half_life_ms), RANGE(SECOND, 100 * YEAR), .otherwise = "0",
	  .help = "One bit is lost for so much time between the two accounts' uses; 0: never." },
	{ "max_decay", KEY_BITS, FIELD(max_decay_mb), RANGE(0, 60000), .otherwise = "8", .help = "Bits lost by time at most." },
	{ "network", KEY_SPECIAL, .read = read_network, .takes = "{kind: factor, ...}",
	  .help = "What the evidence is worth on each kind of network: a factor of 0 to 4; 0: none there; a kind not named: 1." },
	{ "max_bits", KEY_BITS, FIELD(max_mb), RANGE(0, 40000), .otherwise = "20",
	  .help = "Bits that one shared value is worth at most." },
	{ "token_bits", KEY_BITS, FIELD(tokens.max_mb), RANGE(0, 40000), .otherwise = "8.7",
	  .help = "Bits that a fit may give one of its tokens." },
	{ "generic_from", KEY_COUNT, FIELD(generic_from), RANGE(0, 1000000), .otherwise = "0",
	  .help = "In the calibrated tier a value with so many holders counts at most 0 bits: it is a place or machine of many; 0: never." },
	{ "by", KEY_SPECIAL, .read = read_signal_axes, .takes = "list of axes",
	  .help = "Axes of its tokens in the calibrated tier; value.holders and its like are about the shared value." },
	{ "supports_only", KEY_BOOL, FIELD(supports_only), .help = "Raises a link that other evidence made, never makes one." },
	{ "recycled", KEY_TABLE, .table = recycled_keys, .help = "Addresses that are let to one after another." },
	{ 0 },
};

#undef FIELD
#define FIELD(name) .offset = offsetof(struct compare_rule, name)

static void read_compare_kind(struct reader *r, const struct yaml_node *at, void *into)
{
	int kind = builder_kind(r, at);
	if (kind >= 0)
		((struct compare_rule *)into)->kind = kind;
}

static void read_compare_axes(struct reader *r, const struct yaml_node *at, void *into)
{
	tokens_read_axes(r, at, SCOPE_PAIR, &((struct compare_rule *)into)->tokens);
}

static void read_compare_family(struct reader *r, const struct yaml_node *at, void *into)
{
	((struct compare_rule *)into)->family = builder_family(r, at);
}

const struct key_row compare_keys[] = {
	{ "attribute", KEY_SPECIAL, .is_required = true, .read = read_compare_kind, .takes = "kind",
	  .help = "The attribute kind that is compared." },
	{ "family", KEY_SPECIAL, .read = read_compare_family, .takes = "family",
	  .help = "A family it counts in; absent: it stands outside of them." },
	{ "equal", KEY_BITS, FIELD(equal_mb), RANGE(-40000, 40000), .otherwise = "0", .help = "Bits when both have the same." },
	{ "overlap", KEY_BITS, FIELD(overlap_mb), RANGE(-40000, 40000), .otherwise = "0",
	  .help = "Bits when some is in common, not all." },
	{ "differ", KEY_BITS, FIELD(differ_mb), RANGE(-40000, 40000), .otherwise = "0", .help = "Bits when nothing is in common." },
	{ "by", KEY_SPECIAL, .read = read_compare_axes, .takes = "list of axes",
	  .help = "Axes of its tokens in the calibrated tier, asked where both accounts have the fact." },
	{ "needs_positive", KEY_BOOL, FIELD(needs_positive), .help = "Counted only where some signal is positive." },
	{ 0 },
};
