/* assocctl rules overlap: what each experimental rule would change, and how much of that is known without it. */
#include <stdio.h>
#include <stdlib.h>

#include "daemon/main/config.h"
#include "offline.h"
#include "overlap.h"
#include "rules/heads.h"
#include "rules/shadow.h"

extern const struct ctl_command ctl_rules_overlap;

#define TRIED_MAX (REPLAY_SETS_MAX - 1)

struct options {
	const char *dir;
	const char *named[TRIED_MAX]; /* --rule; none: every experimental rule */
	unsigned n_named;
	struct offline_networks networks;
	int min_score;
	unsigned max;
};

/* The rules as they are, and each tried one promoted in a set of its own. */
struct trial {
	struct ruleset *rules;
	const struct rule_head *tried[TRIED_MAX];
	struct ruleset *promoted[TRIED_MAX];
	unsigned n;
};

static int take_names(struct options *o, int *argc, char **argv)
{
	const char *name;
	while ((name = ctl_option(argc, argv, "--rule")) != NULL) {
		if (o->n_named == TRIED_MAX)
			return ctl_usage(&ctl_rules_overlap, "at most %d rules at a time", TRIED_MAX);
		o->named[o->n_named++] = name;
	}
	return 0;
}

static int parse_options(struct ctl *ctl, struct options *o, int *argc, char **argv)
{
	*o = (struct options){ .dir = ctl_option(argc, argv, "--rules"), .min_score = -1 };
	const char *least = ctl_option(argc, argv, "--min-score"), *max = ctl_option(argc, argv, "--max");
	int status = take_names(o, argc, argv);
	if (status == 0)
		status = offline_take_networks(&ctl_rules_overlap, &o->networks, argc, argv);
	if (status == 0)
		status = ctl_no_more_options(&ctl_rules_overlap, argc, argv);
	if (status == 0)
		status = offline_score(&ctl_rules_overlap, "--min-score", least, &o->min_score);
	if (status == 0)
		status = offline_list_max(&ctl_rules_overlap, ctl, max, &o->max);
	if (status != 0)
		return status;
	return *argc > 1 ? 0 : ctl_usage(&ctl_rules_overlap, "name at least one file of events, - for standard input");
}

/* ---- which rules ---- */

static void try_rule(struct trial *t, const struct rule_head *head)
{
	t->tried[t->n] = head;
	t->promoted[t->n++] = ruleset_promoted(t->rules, head->id);
}

static enum err try_named(struct trial *t, const struct options *o, struct errbuf *eb)
{
	struct arena *a = arena_new(4096);
	enum err err = ERR_OK;
	for (unsigned i = 0; err == ERR_OK && i < o->n_named; i++) {
		int at = heads_find(t->rules, bytes_of(o->named[i]));
		const char *near = heads_nearest(t->rules, bytes_of(o->named[i]), a);
		if (at >= 0 && heads_at(t->rules, (unsigned)at)->status == RULE_EXPERIMENTAL)
			try_rule(t, heads_at(t->rules, (unsigned)at));
		else if (at >= 0)
			err = errbuf_set(eb, ERR_INPUT, "rule '%s' is stable: it judges already", o->named[i]);
		else
			err = errbuf_set(eb, ERR_NOTFOUND, near != NULL ? "no rule '%s' in %s; did you mean '%s'?" : "no rule '%s' in %s",
					 o->named[i], o->dir, near);
	}
	arena_free(a);
	return err;
}

static enum err try_all(struct trial *t, struct errbuf *eb)
{
	unsigned found = heads_experimental(t->rules);
	if (found > TRIED_MAX)
		return errbuf_set(eb, ERR_LIMIT, "%u experimental rules, at most %d at a time: choose with --rule", found, TRIED_MAX);
	for (unsigned i = 0; i < heads_count(t->rules); i++)
		if (heads_at(t->rules, i)->status == RULE_EXPERIMENTAL)
			try_rule(t, heads_at(t->rules, i));
	return ERR_OK;
}

static void trial_free(struct trial *t)
{
	for (unsigned i = 0; i < t->n; i++)
		ruleset_free(t->promoted[i]);
	ruleset_free(t->rules);
}

/* The table judges and knows nothing of the rule, which is of a form that only the table gives bits. */
static bool has_no_bits(const struct ruleset *rules, const struct rule_head *head)
{
	const struct token_set *set = NULL;
	for (unsigned i = 0; i < rules->n_timings; i++)
		set = bytes_eq(rules->timings[i].head.id, head->id) ? &rules->timings[i].tokens : set;
	for (unsigned i = 0; i < rules->n_interactions; i++)
		set = bytes_eq(rules->interactions[i].head.id, head->id) ? &rules->interactions[i].tokens : set;
	return set != NULL && !set->is_fitted;
}

/* ---- for people ---- */

static void add_share(struct text *out, uint64_t part, uint64_t of)
{
	if (of > 0)
		text_addf(out, " (%llu %%)", (unsigned long long)((part * 100 + of / 2) / of));
}

static void add_counts(struct text *out, const char *what, const uint64_t counts[DIFF_CHANGES])
{
	static const char *const verbs[DIFF_CHANGES] = { "appear", "disappear", "change" };
	text_addf(out, "  %s: ", what);
	for (unsigned i = 0; i < DIFF_CHANGES; i++) {
		text_adds(out, i > 0 ? ", " : "");
		print_count(out, (int64_t)counts[i]);
		text_addf(out, " %s", verbs[i]);
	}
	text_addc(out, '\n');
}

static void add_changes(struct text *out, const struct comparison *c)
{
	const struct change_counts counts = comparison_count(c);
	add_counts(out, "links", counts.links);
	add_counts(out, "clusters", counts.clusters);
	add_counts(out, "alerts", counts.alerts);
}

static void add_chance(struct text *out, const struct coincidence *chance)
{
	text_adds(out, "  by chance ");
	print_expected(out, chance->sharing);
	text_adds(out, " pairs of strangers share a value that often seen; it would link ");
	print_expected(out, chance->linked);
	text_adds(out, " of them with nothing else\n");
}

static void print_rule(struct ctl *ctl, const struct rule_head *head, const struct comparison *c, unsigned max)
{
	struct text out = { 0 };
	struct overlap o;
	overlap_of(c, head->id, &o);
	text_addc(&out, '\n');
	print_styled(ctl, &out, STYLE_BOLD, head->id);
	text_addf(&out, ": %.*s\n", BYTES_ARG(head->title));
	if (strcmp(heads_form(c->side[1].rules, (unsigned)heads_find(c->side[1].rules, head->id)), "policy") == 0) {
		text_adds(&out, "  raises ");
		print_count(&out, (int64_t)o.alerts);
		text_adds(&out, " alerts; all accounts are named in others without it: ");
		print_count(&out, (int64_t)o.alerts_known);
		add_share(&out, o.alerts_known, o.alerts);
	} else {
		text_adds(&out, "  counts in ");
		print_count(&out, (int64_t)o.links);
		text_adds(&out, " links; shown without it too: ");
		print_count(&out, (int64_t)o.links_known);
		add_share(&out, o.links_known, o.links);
	}
	text_addc(&out, '\n');
	if (has_no_bits(c->side[1].rules, head))
		text_adds(&out, "  table.yaml has no bits for it, so it counts nowhere: assocctl calibrate gives it some to be tried with\n");
	add_changes(&out, c);
	if (o.chance != NULL)
		add_chance(&out, o.chance);
	print_out(&out);
	text_free(&out);
	comparison_print_changes(ctl, c, max);
}

/* ---- as JSON ---- */

static void add_rule_json(struct text *out, const struct rule_head *head, const struct comparison *c, unsigned max)
{
	struct overlap o;
	overlap_of(c, head->id, &o);
	json_open_object(out);
	json_member_string(out, "rule", head->id);
	json_member_string(out, "title", head->title);
	json_member_int(out, "counts_in", (int64_t)o.links);
	json_member_int(out, "shown_without", (int64_t)o.links_known);
	json_member_int(out, "raises", (int64_t)o.alerts);
	json_member_int(out, "named_without", (int64_t)o.alerts_known);
	json_member_bool(out, "has_bits", !has_no_bits(c->side[1].rules, head));
	if (o.chance != NULL) {
		json_member_expected(out, "pairs_by_chance", o.chance->sharing);
		json_member_expected(out, "linked_by_chance", o.chance->linked);
	}
	comparison_json(c, max, out);
	json_close_object(out);
}

/* ---- the command ---- */

static void report(struct ctl *ctl, const struct options *o, const struct trial *t, const struct replay *r)
{
	struct text out = { 0 };
	const struct compared live = { t->rules, replay_engine(r, 0) };
	const struct replay_counts *counts = replay_counts(r, 0);
	json_open_object(&out);
	json_member_int(&out, "events", (int64_t)counts->accepted);
	json_member_int(&out, "refused", (int64_t)counts->refused.n);
	json_key(&out, "rules");
	json_open_array(&out);
	for (unsigned i = 0; i < t->n; i++) {
		const struct compared side[2] = { live, { t->promoted[i], replay_engine(r, i + 1) } };
		struct comparison c;
		comparison_make(ctl, &c, side, o->min_score);
		if (ctl->as_json)
			add_rule_json(&out, t->tried[i], &c, o->max);
		else
			print_rule(ctl, t->tried[i], &c, o->max);
		comparison_free(&c);
	}
	json_close_array(&out);
	json_close_object(&out);
	text_addc(&out, '\n');
	if (ctl->as_json)
		print_out(&out);
	text_free(&out);
}

static enum err replay_all(struct ctl *ctl, const struct options *o, const struct trial *t, char **files, struct errbuf *eb)
{
	struct replay_set sets[REPLAY_SETS_MAX] = { { .rules = t->rules } };
	struct enrich *enrich = NULL;
	for (unsigned i = 0; i < t->n; i++)
		sets[i + 1].rules = t->promoted[i];
	enum err err = offline_load_networks(&o->networks, &enrich, eb);
	if (err != ERR_OK)
		return err;
	struct replay *r = replay_new(sets, t->n + 1, enrich);
	err = offline_replay(r, ctl, files, eb);
	if (err == ERR_OK)
		err = offline_check_read(r, t->n + 1, eb);
	if (err == ERR_OK)
		report(ctl, o, t, r);
	replay_free(r);
	enrich_free(enrich);
	return err;
}

static int overlap_run(struct ctl *ctl, int argc, char **argv)
{
	struct options o;
	struct trial t = { .n = 0 };
	struct errbuf eb = { { 0 } };
	int status = parse_options(ctl, &o, &argc, argv);
	if (status != 0)
		return status;
	if (o.dir == NULL) {
		const struct config *config = ctl_config(ctl);
		if (config == NULL)
			return 1;
		o.dir = config->rules_dir;
	}
	enum err err = offline_load_rules(o.dir, &t.rules, &eb);
	if (err == ERR_OK)
		err = o.n_named > 0 ? try_named(&t, &o, &eb) : try_all(&t, &eb);
	if (err == ERR_OK && t.n == 0)
		err = errbuf_set(&eb, ERR_NOTFOUND, "no rule in %s has the status experimental: there is nothing to try", o.dir);
	if (err == ERR_OK)
		err = replay_all(ctl, &o, &t, argv + 1, &eb);
	trial_free(&t);
	return err == ERR_OK ? 0 : ctl_fail("%s", eb.text);
}

static const struct reference_option overlap_options[] = {
	{ "--rules", "DIR", "The folder of rules; without it the configured one.", NULL },
	{ "--rule", "RULE", "Only that experimental rule; may be given several times. Without it all, at most 8.", NULL },
	{ "--min-score", "N", "Compares links from that score on, 0 to 1000; without it those that are shown.", NULL },
	{ "--max", "N", "At most so many rows of each list; without it 20.", NULL },
	OFFLINE_NETWORK_OPTIONS,
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_rules_overlap = {
	.name = "rules overlap", .arguments = "[OPTION]... EVENTS...", .options = overlap_options, .run = overlap_run,
	.help = "Replays event files and says what each experimental rule would change if it were stable; - is standard input.",
	.more = "Each rule is tried alone: in how many links it counts, how many of them are shown without it too, what would appear, "
		"disappear and change, and how many pairs of strangers it would meet by chance.",
	.example = "assocctl rules overlap --rule shared-canvas --networks networks.csv events.ndjson",
};
