/* The keys of limit rules: what caps a family.
 * I1: a limit that names no condition holds always. */
#include "builder.h"

void builder_kind_bits(struct reader *r, const struct yaml_node *list, uint64_t bits[2])
{
	if (!node_is(r, list, YAML_SEQUENCE))
		return;
	for (const struct yaml_node *c = list->child; c; c = c->next) {
		int kind = builder_kind(r, c);
		if (kind >= 0)
			bits[kind >> 6] |= UINT64_C(1) << (kind & 63);
	}
}

uint32_t builder_family_bits(struct reader *r, const struct yaml_node *list)
{
	uint32_t bits = 0;
	if (!node_is(r, list, YAML_SEQUENCE))
		return 0;
	for (const struct yaml_node *c = list->child; c; c = c->next) {
		int family = builder_family(r, c);
		if (family >= 0)
			bits |= 1u << family;
	}
	return bits;
}

static void read_family(struct reader *r, const struct yaml_node *at, void *into)
{
	int family = builder_family(r, at);
	if (family >= 0)
		((struct limit_rule *)into)->family = family;
}

static void read_with(struct reader *r, const struct yaml_node *at, void *into)
{
	builder_kind_bits(r, at, ((struct limit_rule *)into)->with_kinds);
}

static void read_without(struct reader *r, const struct yaml_node *at, void *into)
{
	((struct limit_rule *)into)->without_families = builder_family_bits(r, at);
}

static void read_unless(struct reader *r, const struct yaml_node *at, void *into)
{
	builder_kind_bits(r, at, ((struct limit_rule *)into)->unless_kinds);
}

static void read_count_family(struct reader *r, const struct yaml_node *at, void *into)
{
	((struct limit_rule *)into)->count_family = builder_family(r, at);
}

#define FIELD(name) .offset = offsetof(struct limit_rule, name)

static const struct key_row fewer_keys[] = {
	{ "family", KEY_SPECIAL, .is_required = true, .read = read_count_family, .takes = "family",
	  .help = "The family whose shared kinds are counted." },
	{ "than", KEY_COUNT, .is_required = true, FIELD(fewer), RANGE(1, 64),
	  .help = "With so many kinds and more the limit does not hold." },
	{ 0 },
};

const struct key_row limit_keys[] = {
	{ "family", KEY_SPECIAL, .is_required = true, .read = read_family, .takes = "family", .help = "The family that is capped." },
	{ "max_bits", KEY_BITS, .is_required = true, FIELD(max_mb), RANGE(-40000, 40000),
	  .help = "Bits of the family at most; below 0 what it shares alone speaks against." },
	{ "with", KEY_SPECIAL, .read = read_with, .takes = "list of kinds",
	  .help = "Holds only where a value of one of these kinds is shared." },
	{ "without", KEY_SPECIAL, .read = read_without, .takes = "list of families",
	  .help = "Holds only where none of these families has evidence." },
	{ "unless", KEY_SPECIAL, .read = read_unless, .takes = "list of kinds",
	  .help = "Does not hold where a value of one of these kinds is shared." },
	{ "fewer_kinds", KEY_TABLE, .table = fewer_keys, .help = "Holds only with fewer shared kinds of a family." },
	{ 0 },
};
