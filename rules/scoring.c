/* scoring.yaml: the constants of the formula, the families of evidence and the relations.
 * I1: family and relation names are unique.  I2: bands rise. */
#include "builder.h"

#define FIELD(name) .offset = offsetof(struct ruleset, scoring.name)

static const struct key_row band_keys[] = {
	{ "possible", KEY_COUNT, FIELD(score_bands[0]), RANGE(1, 999), .otherwise = "500",
	  .help = "Score from which a link is shown." },
	{ "probable", KEY_COUNT, FIELD(score_bands[1]), RANGE(1, 999), .otherwise = "800", .help = "Score of the second band." },
	{ "strong", KEY_COUNT, FIELD(score_bands[2]), RANGE(1, 999), .otherwise = "950", .help = "Score of the third band." },
	{ 0 },
};

static const struct key_row cluster_keys[] = {
	{ "link", KEY_COUNT, FIELD(cluster_link), RANGE(1, 1000), .otherwise = "500",
	  .help = "Score from which a link is an edge of a cluster." },
	{ "strong", KEY_COUNT, FIELD(cluster_strong), RANGE(1, 1000), .otherwise = "950",
	  .help = "Score at which one link joins a single account to a cluster." },
	{ "support", KEY_COUNT, FIELD(cluster_support), RANGE(1, 64), .otherwise = "2",
	  .help = "Edges to distinct members that replace a strong one." },
	{ "cross", KEY_COUNT, FIELD(cluster_cross), RANGE(1, 64), .otherwise = "2",
	  .help = "Distinct cross links that two clusters need to merge." },
	{ "crowd", KEY_COUNT, FIELD(cluster_crowd), RANGE(2, 100000), .otherwise = "4",
	  .help = "From so many accounts on, both, two clusters merge by links alone that the pair's own evidence makes likely: what one account "
		  "shares with one of a ring makes links with all of the ring, which are one piece of evidence." },
	{ "max", KEY_COUNT, FIELD(cluster_max), RANGE(2, 100000), .otherwise = "200", .help = "Accounts in one cluster at most." },
	{ 0 },
};

static const struct key_row contagion_keys[] = {
	{ "damping", KEY_MILLI, FIELD(contagion_damping_milli), RANGE(1, 1000), .otherwise = "0.7",
	  .help = "Each link of a path counts its probability times this." },
	{ "depth", KEY_COUNT, FIELD(contagion_depth), RANGE(1, CONTAGION_DEPTH_MAX), .otherwise = "3", .help = "Links of a path at most." },
	{ "least", KEY_COUNT, FIELD(contagion_least), RANGE(500, 1000), .otherwise = "800",
	  .help = "Score below which a link carries nothing." },
	{ "hub", KEY_COUNT, FIELD(contagion_hub), RANGE(1, 1024), .otherwise = "200",
	  .help = "An account with more links that carry than this passes nothing on, and nothing reaches it." },
	{ 0 },
};

static const struct key_row verdict_keys[] = {
	{ "reopen", KEY_BITS, FIELD(verdict_reopen_mb), RANGE(0, 60000), .otherwise = "3",
	  .help = "Bits of new evidence, after calibration, beyond which a link that was judged clean is suspected again." },
	{ 0 },
};

static const struct key_row formula_keys[] = {
	{ "prior", KEY_MILLI, FIELD(prior_milli), RANGE(1, 1000000), .otherwise = "0.6",
	  .help = "Expected other accounts of one person: the prior is -log2(accounts / prior) bits, paid once a pair." },
	{ "accounts_min", KEY_COUNT, FIELD(accounts_min), RANGE(2, 1000000), .otherwise = "16",
	  .help = "Accounts assumed at least, so that a young installation does not see links everywhere." },
	{ "rest_share", KEY_MILLI, FIELD(rest_share_milli), RANGE(0, 1000), .otherwise = "0.25",
	  .help = "Share of a family's further positive evidence that is counted beside its strongest." },
	{ "further_max", KEY_BITS, FIELD(further_max_mb), RANGE(0, 20000), .otherwise = "2",
	  .help = "Bits that further values of one kind may add at most, each." },
	{ "scale", KEY_MILLI, FIELD(scale_a_milli), RANGE(1, 10000), .otherwise = "1",
	  .help = "Calibration: the sum of bits is multiplied by it." },
	{ "shift", KEY_BITS, FIELD(shift_b_mb), RANGE(-60000, 60000), .otherwise = "0",
	  .help = "Calibration: bits added after scaling." },
	{ "floor", KEY_BITS, FIELD(floor_mb), RANGE(-60000, 0), .otherwise = "-5", .help = "Pairs below this sum are not stored." },
	{ "neighbour_from", KEY_BITS, FIELD(neighbour_from_mb), RANGE(-60000, 60000), .otherwise = "-0.7",
	  .help = "Bits of its own evidence from which a pair counts in the support pass." },
	{ "holders_kept", KEY_COUNT, FIELD(holders_kept), RANGE(2, 64), .otherwise = "24", .help = "Latest holders kept per value." },
	{ "tokens_per_event", KEY_COUNT, FIELD(tokens_per_event), RANGE(1, 96), .otherwise = "12",
	  .help = "Values of one event that look for other accounts." },
	{ "neighbours_rescored", KEY_COUNT, FIELD(neighbours_rescored), RANGE(0, 64), .otherwise = "24",
	  .help = "Best neighbours that are scored again at each new session of an account." },
	{ "session_gap", KEY_DURATION, FIELD(session_gap_ms), RANGE(1000, INT64_C(604800000)), .otherwise = "30m",
	  .help = "Silence after which an account's next event begins a new session." },
	{ "cgnat_block", KEY_COUNT, FIELD(cgnat_block), RANGE(16, 32768), .otherwise = "512",
	  .help = "Ports of one subscriber behind a shared address, where the networks file gives no number." },
	{ "bands", KEY_TABLE, .table = band_keys, .help = "Scores at which the bands begin." },
	{ "clusters", KEY_TABLE, .table = cluster_keys, .help = "The guard that joins links to clusters." },
	{ "contagion", KEY_TABLE, .table = contagion_keys,
	  .help = "How far a closed or confirmed account reaches along links: the best path counts. Explained links and accounts that "
		  "were judged clean carry nothing, joint and confirmed links count as certain." },
	{ "verdicts", KEY_TABLE, .table = verdict_keys, .help = "How long a verdict holds." },
	{ 0 },
};

static bool is_family(const struct ruleset *set, struct bytes name)
{
	for (unsigned i = 0; i < set->n_families; i++)
		if (bytes_eq(set->families[i], name))
			return true;
	return false;
}

static void read_families(struct reader *r, const struct yaml_node *at, void *into)
{
	struct ruleset *set = into;
	if (!node_is(r, at, YAML_SEQUENCE))
		return;
	for (const struct yaml_node *c = at->child; c; c = c->next) {
		struct bytes name;
		if (!node_text(r, c, &name))
			continue;
		if (is_family(set, name))
			problem_at(r, c, "family '%.*s' is named twice", BYTES_ARG(name));
		else if (set->n_families == FAMILIES_MAX)
			problem_at(r, c, "more than %d families", FAMILIES_MAX);
		else
			set->families[set->n_families++] = name;
	}
}

static const struct key_row relation_keys[] = {
	{ "joint", KEY_BOOL, .offset = offsetof(struct relation_rule, is_joint),
	  .help = "One declared owner: the link is reported with 1000 and joins clusters." },
	{ "explains", KEY_BOOL, .offset = offsetof(struct relation_rule, explains),
	  .help = "The link keeps its score, is listed as explained and joins no cluster." },
	{ "operated", KEY_BOOL, .offset = offsetof(struct relation_rule, is_operated),
	  .help = "One operator stands behind it, an agency or an employer: accounts that declare it with the same account are related "
		  "through that one, and link.beyond_relation tells what goes beyond the operator." },
	{ 0 },
};

static void read_relations(struct reader *r, const struct yaml_node *at, void *into)
{
	struct ruleset *set = into;
	if (!node_is(r, at, YAML_MAPPING))
		return;
	for (const struct yaml_node *c = at->child; c; c = c->next) {
		if (set->n_relations == RELATIONS_MAX) {
			problem_at_key(r, c, "more than %d relations", RELATIONS_MAX);
			return;
		}
		struct relation_rule *relation = &set->relations[set->n_relations++];
		keys_read(r, c, relation_keys, relation);
		relation->name = arena_bytes(r->arena, c->key);
		if (relation->is_joint && relation->explains)
			problem_at_key(r, c, "relation '%.*s' is either joint or explains, not both", BYTES_ARG(c->key));
		if (relation->is_operated && !relation->explains)
			problem_at_key(r, c, "relation '%.*s' is operated, which needs 'explains: true'", BYTES_ARG(c->key));
	}
}

const struct key_row scoring_keys[] = {
	{ "scoring", KEY_TABLE, .is_required = true, .table = formula_keys, .help = "The constants of the formula." },
	{ "families", KEY_SPECIAL, .is_required = true, .read = read_families, .takes = "list of names",
	  .help = "Mechanisms of sharing: evidence of one family counts once in full, the rest in part." },
	{ "relations", KEY_SPECIAL, .read = read_relations, .table = relation_keys, .inside = ".NAME.",
	  .takes = "{NAME: mapping, ...}", .help = "How declared relations act on a link; the names are what 'declare' and relation events use." },
	{ "site_isolation", KEY_BOOL, .offset = offsetof(struct ruleset, site_isolation), .help = "Evidence never crosses sites." },
	{ 0 },
};

void scoring_defaults(struct builder *b)
{
	struct reader r = { .problems = &b->problems, .arena = b->arena, .builder = b };
	keys_defaults(&r, scoring_keys, &b->set);
}

void scoring_read(struct reader *r, const struct yaml_node *root)
{
	const int *bands = r->builder->set.scoring.score_bands;
	keys_read(r, root, scoring_keys, &r->builder->set);
	if (bands[0] >= bands[1] || bands[1] >= bands[2])
		problem_at(r, root, "bands must rise: possible %d, probable %d, strong %d", bands[0], bands[1], bands[2]);
}
