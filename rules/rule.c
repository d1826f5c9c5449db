/* One rule a file: the head, then exactly one of signal, compare, limit and policy.
 * I1: ids are unique over all kinds of rules.  I2: every name in a rule is resolved here, never while scoring. */
#include "builder.h"
#include "daemon/base/bits.h"
#include "expression.h"

static const char *const status_names[] = { [RULE_STABLE] = "stable", [RULE_EXPERIMENTAL] = "experimental",
					    [RULE_DISABLED] = "disabled", NULL };
static const char *const level_names[] = { "info", "low", "medium", "high", "critical", NULL };
/* What {words} an explanation may use; the engine fills them in. */
static const char *const explain_words[] = { "a", "b", "value", "holders", "network", "gap", "common", "found", NULL };
static const char *const compare_words[] = { "a", "b", "agreement", "found", NULL };
static const char *const subject_words[] = { "first", "last", NULL };

struct rule_source {
	struct rule_head head;
	const struct yaml_node *explain, *subject, *signal, *compare, *limit, *policy, *timing, *interaction, *support, *explained_by, *list, *prose;
};

#define HEAD(name) .offset = offsetof(struct rule_source, head.name)
#define FIELD(name) .offset = offsetof(struct rule_source, name)

const struct key_row rule_keys[] = {
	{ "id", KEY_TEXT, .is_required = true, HEAD(id), RANGE(1, 64),
	  .help = "Name of the rule; never changed, alerts are bound to it." },
	{ "title", KEY_TEXT, .is_required = true, .is_prose = true, HEAD(title), RANGE(1, 120), .help = "One line for people." },
	{ "status", KEY_WORD, HEAD(status), .words = status_names, .otherwise = "experimental",
	  .help = "stable judges, and needs tests beside it; experimental judges nothing and is tried ('assocctl rules overlap' says what it would change, 'assocctl rules status' what it would have said); disabled is checked and left out." },
	{ "level", KEY_WORD, HEAD(level), .words = level_names, .otherwise = "info", .help = "How grave an alert of it is." },
	{ "explain", KEY_NODE, .is_prose = true, FIELD(explain), .takes = "text",
	  .help = "The sentence shown with the evidence. {a}, {b}, {value}, {holders}, {network} and {gap} of a shared value are filled in; {common}: neighbours that "
		  "both have; {found}: what the rule's axes found, in their words; {agreement} of a comparison: agree, agree in part or differ." },
	{ "subject", KEY_NODE, .is_prose = true, FIELD(subject), .takes = "text",
	  .help = "What the owner of one of the two accounts may be told of such evidence. {first} and {last} are the days of that account's "
		  "own use. Absent: nothing of it is told." },
	{ "signal", KEY_NODE, FIELD(signal), .takes = "mapping", .help = "A value that two accounts share." },
	{ "compare", KEY_NODE, FIELD(compare), .takes = "mapping", .help = "Agreement or disagreement of two accounts' facts." },
	{ "limit", KEY_NODE, FIELD(limit), .takes = "mapping", .help = "A cap on what one family of evidence says." },
	{ "policy", KEY_NODE, FIELD(policy), .takes = "mapping",
	  .help = "A condition on an account, link or cluster that raises an alert." },
	{ "timing", KEY_NODE, FIELD(timing), .takes = "mapping", .help = "Two accounts worked one after the other." },
	{ "interaction", KEY_NODE, FIELD(interaction), .takes = "mapping",
	  .help = "How kinds of evidence act together, in the calibrated tier." },
	{ "support", KEY_NODE, FIELD(support), .takes = "mapping",
	  .help = "What the two accounts' common neighbours say, in the calibrated tier." },
	{ "explained_by", KEY_LIST, FIELD(explained_by), .takes = "list of relations",
	  .help = "Declared relations that explain this evidence; absent: every relation that explains." },
	{ "falsepositives", KEY_LIST, .is_prose = true, FIELD(list), .takes = "list of texts",
	  .help = "Innocent causes to think of." },
	{ "tags", KEY_LIST, .is_prose = true, FIELD(list), .takes = "list of texts", .help = "Words to find the rule by." },
	{ "references", KEY_LIST, .is_prose = true, FIELD(list), .takes = "list of texts", .help = "Where the reasoning is from." },
	{ "description", KEY_NODE, .is_prose = true, FIELD(prose), .takes = "text", .help = "What the rule sees and why it matters." },
	{ "author", KEY_NODE, .is_prose = true, FIELD(prose), .takes = "text", .help = "Who wrote it." },
	{ 0 },
};

int builder_kind(struct reader *r, const struct yaml_node *at)
{
	const struct kinds *kinds = &r->builder->set.kinds;
	const char *names[KINDS_MAX + 1];
	int kind = node_is(r, at, YAML_SCALAR) ? kinds_find(kinds, at->text) : -1;
	if (kind >= 0 || at->type != YAML_SCALAR)
		return kind;
	for (unsigned i = 0; i < kinds->n; i++)
		names[i] = arena_str(r->arena, kinds->rows[i].name);
	names[kinds->n] = NULL;
	problem_at(r, at, "no attribute kind '%.*s'%s", BYTES_ARG(at->text), did_you_mean(r->arena, at->text, names));
	return -1;
}

int builder_family(struct reader *r, const struct yaml_node *at)
{
	const struct ruleset *set = &r->builder->set;
	const char *names[FAMILIES_MAX + 1];
	if (!node_is(r, at, YAML_SCALAR))
		return -1;
	for (unsigned i = 0; i < set->n_families; i++) {
		if (bytes_eq(set->families[i], at->text))
			return (int)i;
		names[i] = arena_str(r->arena, set->families[i]);
	}
	names[set->n_families] = NULL;
	problem_at(r, at, "no family '%.*s' in scoring.yaml%s", BYTES_ARG(at->text), did_you_mean(r->arena, at->text, names));
	return -1;
}

int builder_relation(struct reader *r, const struct yaml_node *at)
{
	const struct ruleset *set = &r->builder->set;
	const char *names[RELATIONS_MAX + 1];
	if (!node_is(r, at, YAML_SCALAR))
		return -1;
	for (unsigned i = 0; i < set->n_relations; i++) {
		if (bytes_eq(set->relations[i].name, at->text))
			return (int)i;
		names[i] = arena_str(r->arena, set->relations[i].name);
	}
	names[set->n_relations] = NULL;
	problem_at(r, at, "no relation '%.*s' in scoring.yaml%s", BYTES_ARG(at->text), did_you_mean(r->arena, at->text, names));
	return -1;
}

static uint32_t relation_bits(struct reader *r, const struct yaml_node *list)
{
	const struct ruleset *set = &r->builder->set;
	uint32_t bits = 0;
	for (unsigned i = 0; !list && i < set->n_relations; i++)
		bits |= set->relations[i].explains ? 1u << i : 0;
	for (const struct yaml_node *c = list ? list->child : NULL; c; c = c->next) {
		int relation = builder_relation(r, c);
		if (relation >= 0)
			bits |= 1u << relation;
	}
	return bits;
}

static bool is_word(struct bytes word, const char *const *words)
{
	for (; *words; words++)
		if (bytes_is(word, *words))
			return true;
	return false;
}

void rule_check_words(struct reader *r, const struct yaml_node *at, const char *const *words)
{
	struct bytes rest = at->text;
	ptrdiff_t open;
	while ((open = bytes_find_char(rest, '{')) >= 0) {
		rest = bytes_slice(rest, (size_t)open + 1, rest.len);
		ptrdiff_t end = bytes_find_char(rest, '}');
		struct bytes word = bytes_slice(rest, 0, end < 0 ? 0 : (size_t)end);
		if (end < 0)
			problem_at(r, at, "a '{' is not closed");
		else if (!is_word(word, words))
			problem_at(r, at, "nothing fills in {%.*s}%s", BYTES_ARG(word), did_you_mean(r->arena, word, words));
	}
}

#define FIND_ID(rules) \
	for (size_t i = 0; i < (rules).n; i++) \
		if (bytes_eq((rules).at[i].head.id, id)) \
			return &(rules).at[i].head

static const struct rule_head *rule_of_id(const struct builder *b, struct bytes id)
{
	FIND_ID(b->signals);
	FIND_ID(b->compares);
	FIND_ID(b->limits);
	FIND_ID(b->policies);
	FIND_ID(b->timings);
	FIND_ID(b->interactions);
	return NULL;
}

static void read_tokens_rule(struct reader *r, const struct rule_source *source)
{
	struct builder *b = r->builder;
	if (source->timing) {
		struct timing_rule rule = { .on_kind = -1 };
		timing_read(r, source->timing, &rule);
		rule.head = source->head;
		if (rule.head.status != RULE_DISABLED)
			VEC_PUSH(&b->timings, rule);
		return;
	}
	struct interaction_rule rule = { .pass = source->support != NULL ? PASS_SUPPORT : PASS_OWN };
	interaction_read(r, source->support != NULL ? source->support : source->interaction, &rule);
	rule.head = source->head;
	if (rule.head.status != RULE_DISABLED)
		VEC_PUSH(&b->interactions, rule);
}

static void read_kind_of_rule(struct reader *r, struct rule_source *source)
{
	struct builder *b = r->builder;
	struct rule_head *head = &source->head;
	const uint64_t summed[2] = { b->set.coverage_kinds[0], b->set.coverage_kinds[1] };
	if (source->signal) {
		struct signal_rule rule = { .requires = -1, .tokens.held_milli = TOKEN_HELD_SHARED };
		keys_read(r, source->signal, signal_keys, &rule);
		rule.head = *head;
		if (rule.coverage_mb != 0 && !builder_sum_days(b, (unsigned)rule.kind))
			problem_at(r, source->signal, "the days of %d other kinds are summed already; ask less for coverage", COVERAGE_SLOTS);
		rule.explained_by = relation_bits(r, source->explained_by);
		if (rule.head.status != RULE_DISABLED)
			VEC_PUSH(&b->signals, rule);
	} else if (source->compare) {
		struct compare_rule rule = { .family = -1 };
		keys_read(r, source->compare, compare_keys, &rule);
		rule.tokens.max_mb = TOKEN_MAX_MB;
		rule.tokens.min_mb = -TOKEN_MAX_MB;
		rule.tokens.held_milli = TOKEN_HELD;
		rule.head = *head;
		if (rule.head.status != RULE_DISABLED)
			VEC_PUSH(&b->compares, rule);
	} else if (source->limit) {
		struct limit_rule rule = { .count_family = -1 };
		keys_read(r, source->limit, limit_keys, &rule);
		rule.head = *head;
		if (rule.head.status != RULE_DISABLED)
			VEC_PUSH(&b->limits, rule);
	} else if (!source->policy) {
		read_tokens_rule(r, source);
	} else {
		struct policy_rule rule = {0};
		policy_read(r, source->policy, head, &rule);
		if (rule.head.status != RULE_DISABLED)
			VEC_PUSH(&b->policies, rule);
		else
			b->windows.n = b->first_window;
	}
	if (head->status == RULE_DISABLED) { /* what it alone would need is not needed */
		VEC_PUSH(&b->disabled, head->id);
		memcpy(b->set.coverage_kinds, summed, sizeof(summed));
	}
}

static void read_explain(struct reader *r, struct rule_source *source)
{
	if (source->explain && source->policy)
		problem_at_key(r, source->explain, "explain belongs to signal and compare rules; an alert says title and accounts");
	if (!source->explain || !node_text(r, source->explain, &source->head.explain))
		return;
	rule_check_words(r, source->explain, source->compare ? compare_words : explain_words);
}

static void read_subject(struct reader *r, struct rule_source *source)
{
	if (source->subject && source->policy)
		problem_at_key(r, source->subject, "subject belongs to evidence; what an alert tells people is title and recommendation");
	if (!source->subject || !node_text(r, source->subject, &source->head.subject))
		return;
	rule_check_words(r, source->subject, subject_words);
}

void rule_read(struct reader *r, const struct yaml_node *root, struct bytes file)
{
	struct rule_source source = {0};
	if (r->builder->signals.n + r->builder->compares.n + r->builder->limits.n + r->builder->policies.n +
		    r->builder->timings.n + r->builder->interactions.n >= RULES_MAX) {
		problem_at(r, root, "more than %d rules", RULES_MAX);
		return;
	}
	keys_read(r, root, rule_keys, &source);
	source.head.file = arena_bytes(r->arena, file);
	source.head.line = root->line;
	if (root->type != YAML_MAPPING)
		return;
	unsigned kinds = !!source.signal + !!source.compare + !!source.limit + !!source.policy + !!source.timing +
			 !!source.interaction + !!source.support;
	if (kinds != 1) {
		problem_at(r, root, "a rule has exactly one of signal, compare, limit, timing, interaction, support and policy");
		return;
	}
	const struct rule_head *taken = source.head.id.len ? rule_of_id(r->builder, source.head.id) : NULL;
	if (taken != NULL)
		problem_at(r, root, "the id '%.*s' is taken by the rule in %.*s:%u", BYTES_ARG(source.head.id), BYTES_ARG(taken->file), taken->line);
	if (source.explained_by && !source.signal)
		problem_at_key(r, source.explained_by, "explained_by belongs to signal rules");
	read_explain(r, &source);
	read_subject(r, &source);
	read_kind_of_rule(r, &source);
}
