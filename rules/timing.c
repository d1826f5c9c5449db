/* The keys of timing, interaction and support rules.
 * I1: a timing rule goes by a kind, or by a condition on the event, or by both. */
#include "builder.h"
#include "expression.h"

#define SECOND INT64_C(1000)
#define DAY (INT64_C(86400) * SECOND)

struct timing_source {
	struct timing_rule *rule;
	const struct yaml_node *on, *among, *family, *by;
	int64_t within_ms;
	unsigned least;
	int32_t least_mb, max_mb;
};

#define FIELD(name) .offset = offsetof(struct timing_source, name)

const struct key_row timing_keys[] = {
	{ "on", KEY_NODE, FIELD(on), .takes = "kind", .help = "Both used one value of the kind, one after the other." },
	{ "among", KEY_NODE, FIELD(among), .takes = "condition",
	  .help = "Only sessions count whose event meets the condition; without 'on' the latest accounts that had one are compared, "
		  "unless they came from one address." },
	{ "within", KEY_DURATION, .is_required = true, FIELD(within_ms), RANGE(SECOND, DAY),
	  .help = "From the last use by the one to the session of the other at most." },
	{ "family", KEY_NODE, .is_required = true, FIELD(family), .takes = "family", .help = "The mechanism it belongs to." },
	{ "least", KEY_COUNT, FIELD(least), RANGE(1, 1000), .otherwise = "1", .help = "Turns below which it says nothing." },
	{ "least_surprise", KEY_BITS, FIELD(least_mb), RANGE(0, 60000), .otherwise = "3",
	  .help = "Bits beyond chance below which it says nothing." },
	{ "by", KEY_NODE, .is_required = true, FIELD(by), .takes = "list of axes", .table = NULL,
	  .help = "Axes of its tokens; surprise(ID) and turns(ID) are what it found." },
	{ "max_bits", KEY_BITS, FIELD(max_mb), RANGE(0, 40000), .otherwise = "8.7", .help = "Bits that a fit may give one token." },
	{ 0 },
};

void timing_read(struct reader *r, const struct yaml_node *at, struct timing_rule *rule)
{
	struct timing_source source = {0};
	keys_read(r, at, timing_keys, &source);
	rule->within_ms = source.within_ms;
	rule->least = source.least;
	rule->least_mb = source.least_mb;
	rule->tokens.max_mb = source.max_mb;
	rule->tokens.held_milli = TOKEN_HELD_SHARED;
	rule->on_kind = source.on ? builder_kind(r, source.on) : -1;
	rule->family = source.family ? builder_family(r, source.family) : -1;
	if (!source.on && !source.among)
		problem_at(r, at, "a timing rule needs on, among or both");
	if (rule->on_kind >= 0)
		r->builder->set.kinds.rows[rule->on_kind].is_indexed = true;
	if (source.among)
		rule->among = condition_compile(r, source.among, SCOPE_EVENT);
	if (source.by)
		tokens_read_axes(r, source.by, SCOPE_PAIR, &rule->tokens);
}

#undef FIELD
#define FIELD(name) .offset = offsetof(struct interaction_source, name)

struct interaction_source {
	const struct yaml_node *when, *by, *family;
	int32_t max_mb;
	unsigned round;
};

const struct key_row interaction_keys[] = {
	{ "when", KEY_NODE, FIELD(when), .takes = "condition", .help = "Where it speaks; absent: always." },
	{ "by", KEY_NODE, .is_required = true, FIELD(by), .takes = "list of axes", .help = "Axes of its tokens." },
	{ "family", KEY_NODE, FIELD(family), .takes = "family", .help = "A family it counts in; absent: it stands outside of them." },
	{ "max_bits", KEY_BITS, FIELD(max_mb), RANGE(0, 40000), .otherwise = "8.7", .help = "Bits that a fit may give one token." },
	{ "round", KEY_COUNT, FIELD(round), RANGE(1, SUPPORT_ROUNDS), .otherwise = "1",
	  .help = "Of support: 1 asks neighbours by their own evidence, 2 by what round 1 made of it." },
	{ 0 },
};

void interaction_read(struct reader *r, const struct yaml_node *at, struct interaction_rule *rule)
{
	struct interaction_source source = {0};
	unsigned scope = rule->pass != PASS_OWN ? SCOPE_SUPPORT : SCOPE_PAIR;
	keys_read(r, at, interaction_keys, &source);
	rule->tokens.max_mb = source.max_mb;
	rule->tokens.min_mb = -source.max_mb;
	rule->tokens.held_milli = rule->pass == PASS_OWN ? TOKEN_HELD_TOGETHER : TOKEN_HELD;
	if (rule->pass == PASS_OWN && source.round != 1)
		problem_at(r, at, "only support has rounds");
	else if (rule->pass != PASS_OWN)
		rule->pass = source.round == 1 ? PASS_SUPPORT : PASS_AGAIN;
	rule->family = source.family ? builder_family(r, source.family) : -1;
	if (source.when)
		rule->when = condition_compile(r, source.when, scope);
	if (source.by)
		tokens_read_axes(r, source.by, scope, &rule->tokens);
}

static struct timing_rule *timing_named(struct builder *b, struct bytes id)
{
	for (size_t i = 0; i < b->timings.n; i++)
		if (bytes_eq(b->timings.at[i].head.id, id))
			return &b->timings.at[i];
	return NULL;
}

void timings_finish(struct builder *b)
{
	for (size_t i = 0; i < b->timings.n; i++)
		if (builder_timing(b, b->timings.at[i].head.id) < 0)
			problem_plain(&b->problems, "%.*s: more than %d timing rules", BYTES_ARG(b->timings.at[i].head.file), TIMINGS_MAX);
	for (unsigned i = 0; i < b->n_timing_ids; i++) {
		struct timing_rule *rule = timing_named(b, b->timing_ids[i]);
		if (rule == NULL)
			problem_plain(&b->problems, "no timing rule '%.*s', which another rule asks about", BYTES_ARG(b->timing_ids[i]));
		else
			rule->slot = (int)i;
		b->set.timing_ids[i] = b->timing_ids[i];
	}
	b->set.n_timing_slots = b->n_timing_ids;
}
