/* assocctl rules explain: one rule as people read it, with what it weighs at some numbers of holders and accounts. */
#include <stdio.h>
#include <stdlib.h>

#include "print.h"
#include "rules_explain.h"
#include "daemon/base/clock.h"
#include "daemon/engine/lone.h"
#include "daemon/main/config.h"
#include "rules/expression.h"
#include "rules/heads.h"
#include "rules/reference.h"
#include "rules/shadow.h"

extern const struct ctl_command ctl_rules_explain;

#define ACCOUNTS_DEFAULT 20000

static const char *const status_words[] = { [RULE_STABLE] = "stable", [RULE_EXPERIMENTAL] = "experimental", [RULE_DISABLED] = "disabled" };

static const char *status_said(const struct rule_head *head)
{
	return head->status == RULE_EXPERIMENTAL ? "experimental (judges nothing yet)" : status_words[head->status];
}

static void add_head(struct text *t, const struct rule_head *head, const char *what)
{
	text_addf(t, "%.*s: %.*s\n", BYTES_ARG(head->id), BYTES_ARG(head->title));
	text_addf(t, "  %s, %s, level %s, %.*s:%u\n", what, status_said(head), rule_level_names[head->level],
		  BYTES_ARG(head->file), head->line);
	if (head->explain.len)
		text_addf(t, "  says: %.*s\n", BYTES_ARG(head->explain));
}

/* An experimental rule as if it judged. */
static void add_holders(struct text *t, const struct ruleset *rules, unsigned number, uint64_t accounts)
{
	static const unsigned holders[] = { 2, 3, 5, 10, 20 };
	const struct signal_rule *s = &rules->signals[number];
	const struct kind *kind = &rules->kinds.rows[s->kind];
	struct ruleset *promoted = ruleset_promoted(rules, s->head.id);
	struct lone *lone = lone_new(promoted ? promoted : rules, accounts);
	text_addf(t, "  of %llu accounts, used on one day%s, nothing else shared:\n  holders     bits   score alone\n",
		  (unsigned long long)accounts, kind->is_network ? " on isp" : "");
	for (size_t i = 0; i < ARRAY_LEN(holders); i++) {
		struct lone_link link;
		if (!lone_link(lone, number, holders[i], kind->is_network ? NET_ISP : NET_UNKNOWN, &link)) {
			if (holders[i] > kind->hub_cap)
				text_addf(t, "  %7u   ignored: more than %u holders\n", holders[i], kind->hub_cap);
			continue;
		}
		text_addf(t, "  %7u  ", holders[i]);
		explain_bits(t, link.mb);
		text_addf(t, "   %d\n", link.score);
	}
	if (s->supports_only && !rules->table.is_given)
		text_adds(t, "  it only supports other evidence\n");
	lone_free(lone);
	ruleset_free(promoted);
}

static void add_networks(struct text *t, const struct signal_rule *s)
{
	for (int i = 0; i < NET_KINDS; i++) {
		if (!s->network_mb[i])
			continue;
		text_addf(t, "  on %s: ", network_kind_names[i]);
		if (s->network_mb[i] == NETWORK_IGNORE)
			text_adds(t, "ignored");
		else
			explain_bits(t, s->network_mb[i]);
		text_addc(t, '\n');
	}
	for (int i = 0; i < NET_KINDS; i++) {
		char gap[32];
		if (s->recycled_nets >> i & 1)
			text_addf(t, "  on %s: at most 0 when the uses are disjoint and %s or more apart\n", network_kind_names[i],
				  time_duration_text(s->recycled_gap_ms, gap, sizeof gap));
	}
}

/* What the formula goes by; under a table, in so far as the table does not know the signal. */
static void add_formula(struct text *t, const struct ruleset *rules, const struct signal_rule *s)
{
	char half_life[32];
	if (s->half_life_ms)
		text_addf(t, "  loses a bit for every %s between the two uses, at most %d.%03d\n",
			  time_duration_text(s->half_life_ms, half_life, sizeof half_life), s->max_decay_mb / 1000, s->max_decay_mb % 1000);
	if (rules->table.is_given && s->tokens.is_fitted)
		return;
	if (s->coverage_mb)
		text_addf(t, "  gains or loses %d.%03d bits with the share of both accounts' days that lie on shared values\n",
			  s->coverage_mb / 1000, s->coverage_mb % 1000);
	if (s->requires >= 0)
		text_addf(t, "  only where the %.*s is shared too; network and gap are then that value's\n",
			  BYTES_ARG(rules->kinds.rows[s->requires].title));
	add_networks(t, s);
}

static void add_signal(struct text *t, const struct ruleset *rules, unsigned number, uint64_t accounts)
{
	const struct signal_rule *s = &rules->signals[number];
	add_head(t, &s->head, "signal");
	text_addf(t, "  two accounts share the %.*s (%.*s); family %.*s\n", BYTES_ARG(rules->kinds.rows[s->kind].title),
		  BYTES_ARG(rules->kinds.rows[s->kind].name), BYTES_ARG(rules->families[s->family]));
	add_holders(t, rules, number, accounts);
	add_formula(t, rules, s);
	explain_tokens(t, rules, &s->tokens);
	const char *comma = "  explained by ";
	for (unsigned i = 0; i < rules->n_relations; i++) {
		if (!(s->explained_by >> i & 1))
			continue;
		text_addf(t, "%s%.*s", comma, BYTES_ARG(rules->relations[i].name));
		comma = ", ";
	}
	text_adds(t, s->explained_by ? "\n" : "");
}

static void add_compare(struct text *t, const struct ruleset *rules, const struct compare_rule *c)
{
	add_head(t, &c->head, "comparison");
	text_addf(t, "  of the %.*s (%.*s) of two accounts\n", BYTES_ARG(rules->kinds.rows[c->kind].title),
		  BYTES_ARG(rules->kinds.rows[c->kind].name));
	const struct { const char *what; int32_t mb; } rows[] = {
		{ "equal", c->equal_mb }, { "some in common", c->overlap_mb }, { "nothing in common", c->differ_mb } };
	bool is_of_table = rules->table.is_given && c->tokens.is_fitted;
	for (size_t i = 0; i < ARRAY_LEN(rows) && !is_of_table; i++) {
		text_addf(t, "  %s: ", rows[i].what);
		if (rows[i].mb)
			explain_bits(t, rows[i].mb);
		else
			text_adds(t, "says nothing");
		text_addc(t, '\n');
	}
	if (c->needs_positive && !rules->table.is_given)
		text_adds(t, "  counted only where some signal is positive\n");
	explain_tokens(t, rules, &c->tokens);
}

static void add_kinds(struct text *t, const struct ruleset *rules, const char *words, const uint64_t bits[2])
{
	const char *comma = words;
	for (unsigned i = 0; i < rules->kinds.n; i++) {
		if (!(bits[i >> 6] >> (i & 63) & 1))
			continue;
		text_addf(t, "%s%.*s", comma, BYTES_ARG(rules->kinds.rows[i].name));
		comma = ", ";
	}
	text_adds(t, comma == words ? "" : "\n");
}

static void add_limit(struct text *t, const struct ruleset *rules, const struct limit_rule *l)
{
	add_head(t, &l->head, "limit");
	text_addf(t, "  the family %.*s says at most ", BYTES_ARG(rules->families[l->family]));
	explain_bits(t, l->max_mb);
	text_adds(t, " bits\n");
	add_kinds(t, rules, "  only with one of: ", l->with_kinds);
	add_kinds(t, rules, "  unless one is shared of: ", l->unless_kinds);
	const char *comma = "  only without evidence of: ";
	for (unsigned i = 0; i < rules->n_families; i++) {
		if (!(l->without_families >> i & 1))
			continue;
		text_addf(t, "%s%.*s", comma, BYTES_ARG(rules->families[i]));
		comma = ", ";
	}
	text_adds(t, l->without_families ? "\n" : "");
	if (l->count_family >= 0)
		text_addf(t, "  only with fewer than %u shared kinds of the family %.*s\n", l->fewer,
			  BYTES_ARG(rules->families[l->count_family]));
}

static void add_window(struct text *t, const struct window_rule *w)
{
	char timespan[32];
	text_addf(t, "  window.%.*s: %s", BYTES_ARG(w->name), window_take_words[w->take]);
	if (w->field >= 0)
		text_addf(t, " of %s", field_rows[w->field].name);
	if (w->take == TAKE_TIME_BELOW || w->take == TAKE_TIME_AT_LEAST)
		text_addf(t, " %lld.%03lld", (long long)w->bound_milli / 1000, llabs(w->bound_milli) % 1000);
	text_addf(t, ", the last %s", time_duration_written(w->timespan_ms, timespan, sizeof timespan));
	if (w->where) {
		text_adds(t, ", of events where ");
		expression_print(w->where, t);
	}
	text_addc(t, '\n');
}

static void add_step(struct text *t, const struct policy_rule *p, const struct policy_step *step)
{
	char after[32];
	text_addf(t, "  after %s: ", time_duration_written(step->after_ms, after, sizeof after));
	text_adds(t, step->level != LEVELS ? rule_level_names[step->level] : step->after_ms == p->deadline_ms ? "overdue" : "as before");
	if (step->when) {
		text_adds(t, ", if ");
		expression_print(step->when, t);
	}
	if (step->recommendation.len)
		text_addf(t, ": %.*s", BYTES_ARG(step->recommendation));
	text_addc(t, '\n');
}

static void add_policy(struct text *t, const struct ruleset *rules, const struct policy_rule *p)
{
	char deadline[32];
	add_head(t, &p->head, p->scope == POLICY_LINK ? "policy on links" : p->scope == POLICY_CLUSTER ? "policy on clusters" : "policy on accounts");
	for (unsigned i = 0; i < p->n_windows; i++)
		add_window(t, &rules->windows[p->first_window + i]);
	text_adds(t, "  when: ");
	expression_print(p->when, t);
	text_adds(t, "\n  until: ");
	if (p->until)
		expression_print(p->until, t);
	else
		text_adds(t, "that is no longer so");
	text_addc(t, '\n');
	if (p->deadline_ms)
		text_addf(t, "  deadline: %s after opening\n", time_duration_text(p->deadline_ms, deadline, sizeof deadline));
	if (p->recommendation.len)
		text_addf(t, "  recommendation: %.*s\n", BYTES_ARG(p->recommendation));
	for (unsigned i = 0; i < p->n_steps; i++)
		add_step(t, p, &p->steps[i]);
}

static void add_timing(struct text *t, const struct ruleset *rules, unsigned number)
{
	add_head(t, &rules->timings[number].head, "timing");
	explain_timing(t, rules, &rules->timings[number]);
}

static void add_interaction(struct text *t, const struct ruleset *rules, unsigned number)
{
	const struct interaction_rule *rule = &rules->interactions[number];
	add_head(t, &rule->head, rule->pass != PASS_OWN ? "support" : "interaction");
	explain_interaction(t, rules, rule);
}

/* The place of the rule of that id, -1 none; the head is the first member of every form. */
static int place_of(const void *rows, unsigned n, size_t size, const char *id)
{
	for (unsigned i = 0; i < n; i++)
		if (bytes_is(((const struct rule_head *)((const char *)rows + i * size))->id, id))
			return (int)i;
	return -1;
}

#define PLACE_OF(rows, n, id) place_of(rows, n, sizeof(*(rows)), id)

static bool add_rule(struct text *t, const struct ruleset *rules, const char *id, uint64_t accounts)
{
	int at;
	if ((at = PLACE_OF(rules->signals, rules->n_signals, id)) >= 0)
		add_signal(t, rules, (unsigned)at, accounts);
	else if ((at = PLACE_OF(rules->compares, rules->n_compares, id)) >= 0)
		add_compare(t, rules, &rules->compares[at]);
	else if ((at = PLACE_OF(rules->limits, rules->n_limits, id)) >= 0)
		add_limit(t, rules, &rules->limits[at]);
	else if ((at = PLACE_OF(rules->timings, rules->n_timings, id)) >= 0)
		add_timing(t, rules, (unsigned)at);
	else if ((at = PLACE_OF(rules->interactions, rules->n_interactions, id)) >= 0)
		add_interaction(t, rules, (unsigned)at);
	else if ((at = PLACE_OF(rules->policies, rules->n_policies, id)) >= 0)
		add_policy(t, rules, &rules->policies[at]);
	return at >= 0;
}

/* NULL with the problems printed. */
static struct ruleset *load(const char *dir)
{
	struct text report = {0};
	struct ruleset *rules = NULL;
	if (ruleset_load(dir, false, &rules, &report, NULL))
		fprintf(stderr, "%.*s", BYTES_ARG(text_bytes(&report)));
	text_free(&report);
	return rules;
}

static void print_explained(struct ctl *ctl, const char *id, struct text *said)
{
	struct text out = {0};
	if (!ctl->as_json) {
		print_out(said);
		return;
	}
	json_open_object(&out);
	json_member_string(&out, "rule", bytes_of(id));
	json_member_string(&out, "text", text_bytes(said));
	json_close_object(&out);
	text_addc(&out, '\n');
	print_out(&out);
	text_free(&out);
}

static int explain(struct ctl *ctl, const char *dir, const char *id, uint64_t accounts)
{
	struct text out = {0};
	struct ruleset *rules = load(dir);
	int status = 0;
	if (!rules)
		return 1;
	struct arena *a = arena_new(4096);
	if (add_rule(&out, rules, id, accounts)) {
		print_explained(ctl, id, &out);
	} else {
		const char *name = heads_nearest(rules, bytes_of(id), a);
		status = name ? ctl_fail("no rule '%s' in %s; did you mean '%s'?", id, dir, name) : ctl_fail("no rule '%s' in %s", id, dir);
	}
	text_free(&out);
	arena_free(a);
	ruleset_free(rules);
	return status;
}

static void list_head(struct table *t, const struct rule_head *head, const char *what)
{
	table_text(t, head->id);
	table_text(t, bytes_of(what));
	table_text(t, bytes_of(status_said(head)));
	table_word(t, bytes_of(rule_level_names[head->level]));
	table_text(t, head->title);
}

static void list_json(const struct ruleset *rules)
{
	struct text out = {0};
	json_open_array(&out);
	for (unsigned i = 0; i < heads_count(rules); i++) {
		const struct rule_head *head = heads_at(rules, i);
		json_open_object(&out);
		json_member_string(&out, "rule", head->id);
		json_member_string(&out, "kind", bytes_of(heads_form(rules, i)));
		json_member_string(&out, "status", bytes_of(status_words[head->status]));
		json_member_string(&out, "level", bytes_of(rule_level_names[head->level]));
		json_member_string(&out, "title", head->title);
		json_close_object(&out);
	}
	json_close_array(&out);
	text_addc(&out, '\n');
	print_out(&out);
	text_free(&out);
}

static int list(struct ctl *ctl, const char *dir)
{
	static const char *const heads[] = { "rule", "kind", "status", "level", "title", NULL };
	struct ruleset *rules = load(dir);
	if (!rules)
		return 1;
	if (ctl->as_json) {
		list_json(rules);
		ruleset_free(rules);
		return 0;
	}
	struct table *t = table_new(ctl, heads);
	for (unsigned i = 0; i < heads_count(rules); i++)
		list_head(t, heads_at(rules, i), heads_form(rules, i));
	table_end(t, "no rules");
	ruleset_free(rules);
	return 0;
}

static int print_reference(void)
{
	struct text out = {0};
	for (const struct rules_part *part = rules_parts; part->name; part++) {
		reference_heading(&out, REFERENCE_TERMINAL, part->title);
		rules_part_write(&out, REFERENCE_TERMINAL, part);
	}
	printf("%.*s", BYTES_ARG(text_bytes(&out)));
	text_free(&out);
	return 0;
}

static int run_explain(struct ctl *ctl, int argc, char **argv)
{
	const char *number = ctl_option(&argc, argv, "--accounts"), *dir = ctl_option(&argc, argv, "--rules");
	bool wants_keys = ctl_flag(&argc, argv, "--keys");
	uint64_t accounts = ACCOUNTS_DEFAULT;
	int status = ctl_no_more_options(&ctl_rules_explain, &argc, argv);
	if (status)
		return status;
	if (number && (!bytes_to_u64(bytes_of(number), &accounts) || !accounts || accounts > UINT32_MAX))
		return ctl_usage(&ctl_rules_explain, "--accounts takes a number, not '%s'", number);
	if (wants_keys)
		return print_reference();
	if (argc > 2)
		return ctl_usage(&ctl_rules_explain, "one rule at a time");
	if (!dir) {
		const struct config *config = ctl_config(ctl);
		if (!config)
			return 1;
		dir = config->rules_dir;
	}
	return argc == 2 ? explain(ctl, dir, argv[1], accounts) : list(ctl, dir);
}

static const struct reference_option explain_options[] = {
	{ "--accounts", "N", "How many accounts there are; without it 20000.", NULL },
	{ "--rules", "DIR", "The folder of rules; without it the configured one.", NULL },
	{ "--keys", NULL, "Instead of a rule: every key, field and normaliser step, as in assocd-rules(5).", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_rules_explain = {
	.name = "rules explain", .arguments = "[RULE] [OPTION]...", .options = explain_options, .run = run_explain,
	.help = "Lists the rules, or shows one as people read it: what it asks, the bits that it gives for typical numbers of "
		"holders, the score of a link that rests on it alone, and what the table has for it.",
	.example = "assocctl rules explain shared-device --accounts 5000",
};
