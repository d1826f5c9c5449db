/* assocctl backtest: two rule sets over the same events, and what the new one would change. */
#include <stdio.h>
#include <stdlib.h>

#include "captures.h"
#include "comparison.h"
#include "daemon/main/config.h"
#include "offline.h"
#include "rules/heads.h"

extern const struct ctl_command ctl_backtest;

struct options {
	const char *dir[2]; /* old, new */
	struct offline_networks networks;
	struct captures_wanted captures;
	int min_score;
	unsigned max;
};

/* 0, or the exit status with the reason said; then argv[1] and those behind are the event files. */
static int parse_options(struct ctl *ctl, struct options *o, int *argc, char **argv)
{
	*o = (struct options){ .dir = { ctl_option(argc, argv, "--against"), ctl_option(argc, argv, "--rules") }, .min_score = -1 };
	const char *least = ctl_option(argc, argv, "--min-score"), *max = ctl_option(argc, argv, "--max");
	int status = offline_take_networks(&ctl_backtest, &o->networks, argc, argv);
	if (status == 0)
		status = captures_take_options(&ctl_backtest, &o->captures, argc, argv);
	if (status == 0)
		status = ctl_no_more_options(&ctl_backtest, argc, argv);
	if (status == 0)
		status = offline_score(&ctl_backtest, "--min-score", least, &o->min_score);
	if (status == 0)
		status = offline_list_max(&ctl_backtest, ctl, max, &o->max);
	if (status != 0)
		return status;
	if (o->dir[1] == NULL)
		return ctl_usage(&ctl_backtest, "--rules names the folder of the new rules");
	return *argc > 1 ? 0 : ctl_usage(&ctl_backtest, "name at least one file of events, - for standard input");
}

/* ---- for people ---- */

static void add_total(struct table *t, const char *what, uint64_t before, uint64_t after)
{
	table_text(t, bytes_of(what));
	table_int(t, (int64_t)before);
	table_int(t, (int64_t)after);
	for (unsigned i = 0; i < DIFF_CHANGES; i++)
		table_text(t, BYTES_NONE);
}

/* With what appears, disappears and changes behind. */
static void add_part(struct table *t, const char *what, const uint64_t totals[2], const uint64_t changes[DIFF_CHANGES])
{
	table_text(t, bytes_of(what));
	table_int(t, (int64_t)totals[0]);
	table_int(t, (int64_t)totals[1]);
	for (unsigned i = 0; i < DIFF_CHANGES; i++)
		table_int(t, (int64_t)changes[i]);
}

static void print_totals(struct ctl *ctl, const struct comparison *c)
{
	static const char *const heads[] = { "", ">old", ">new", ">appear", ">disappear", ">change", NULL };
	const struct diff_totals *before = &c->diff.totals[0], *after = &c->diff.totals[1];
	const struct change_counts counts = comparison_count(c);
	struct table *t = table_new(ctl, heads);
	add_part(t, "links", (uint64_t[]){ before->n_links, after->n_links }, counts.links);
	add_total(t, "  strong", before->links[BAND_STRONG], after->links[BAND_STRONG]);
	add_total(t, "  probable", before->links[BAND_PROBABLE], after->links[BAND_PROBABLE]);
	add_total(t, "  possible", before->links[BAND_POSSIBLE], after->links[BAND_POSSIBLE]);
	add_part(t, "clusters", (uint64_t[]){ before->clusters, after->clusters }, counts.clusters);
	add_part(t, "alerts", (uint64_t[]){ before->alerts, after->alerts }, counts.alerts);
	table_end(t, "");
}

static void add_expected(struct table *t, bool is_known, double pairs)
{
	struct text out = { 0 };
	if (is_known)
		print_expected(&out, pairs);
	table_text(t, text_bytes(&out));
	text_free(&out);
}

static const struct rule_hits *hits_in(const struct comparison *c, unsigned side, struct bytes id)
{
	static const struct rule_hits none = { 0 };
	int at = heads_find(c->side[side].rules, id);
	return at >= 0 ? &c->hits[side][at] : &none;
}

static const char *const status_names[] = { [RULE_STABLE] = "stable", [RULE_EXPERIMENTAL] = "experimental" };

/* signal: its number in the new rules, -1: it is none. */
static void add_rule(struct table *t, const struct comparison *c, struct bytes id, int signal)
{
	int before = heads_find(c->side[0].rules, id), after = heads_find(c->side[1].rules, id);
	const struct rule_hits *old_hits = hits_in(c, 0, id), *new_hits = hits_in(c, 1, id);
	const struct ruleset *rules = c->side[after >= 0].rules;
	unsigned at = (unsigned)(after >= 0 ? after : before);
	table_text(t, id);
	table_text(t, bytes_of(heads_form(rules, at)));
	table_word(t, bytes_of(after < 0 ? "removed" : before < 0 ? "new" : status_names[heads_at(rules, at)->status]));
	table_int(t, (int64_t)old_hits->links);
	table_int(t, (int64_t)new_hits->links);
	table_int(t, (int64_t)new_hits->needed);
	table_int(t, (int64_t)old_hits->alerts);
	table_int(t, (int64_t)new_hits->alerts);
	add_expected(t, signal >= 0, signal >= 0 ? c->chances[signal].sharing : 0);
	add_expected(t, signal >= 0, signal >= 0 ? c->chances[signal].linked : 0);
}

static void print_rules(struct ctl *ctl, const struct comparison *c)
{
	static const char *const heads[] = { "rule", "form", "status", ">links old", ">new", ">needed", ">alerts old", ">new",
					     ">by chance", ">alone", NULL };
	const struct ruleset *before = c->side[0].rules, *after = c->side[1].rules;
	struct table *t = table_new(ctl, heads);
	for (unsigned i = 0; i < heads_count(after); i++)
		add_rule(t, c, heads_at(after, i)->id, i < after->n_signals ? (int)i : -1);
	for (unsigned i = 0; i < heads_count(before); i++)
		if (heads_find(after, heads_at(before, i)->id) < 0)
			add_rule(t, c, heads_at(before, i)->id, -1);
	printf("\n");
	table_end(t, "no rules");
	printf("links: it counts in; needed: links of the new rules that would not be shown without it; by chance: pairs of\n"
	       "strangers expected to share a value that often seen; alone: those of them that it would link with nothing else\n");
}

static void print_people(struct ctl *ctl, const struct options *o, const struct comparison *c, const struct replay_counts *counts)
{
	struct text out = { 0 };
	struct engine_stats stats;
	engine_stats(c->side[1].engine, &stats);
	print_count(&out, (int64_t)counts->accepted);
	text_adds(&out, " events, ");
	print_count(&out, (int64_t)stats.accounts);
	text_addf(&out, " accounts; old: %s, new: %s\n\n", o->dir[0], o->dir[1]);
	print_out(&out);
	text_free(&out);
	print_totals(ctl, c);
	comparison_print_changes(ctl, c, o->max);
	print_rules(ctl, c);
}

/* ---- as JSON ---- */

static void add_side_json(struct text *out, const char *key, const char *dir, const struct diff_totals *totals)
{
	json_key(out, key);
	json_open_object(out);
	json_member_string(out, "rules", bytes_of(dir));
	for (unsigned band = BAND_POSSIBLE; band < BANDS; band++)
		json_member_int(out, band_names[band], (int64_t)totals->links[band]);
	json_member_int(out, "links", (int64_t)totals->n_links);
	json_member_int(out, "clusters", (int64_t)totals->clusters);
	json_member_int(out, "alerts", (int64_t)totals->alerts);
	json_close_object(out);
}

static void add_hits_json(struct text *out, const char *key, const struct rule_hits *hits)
{
	json_key(out, key);
	json_open_object(out);
	json_member_int(out, "links", (int64_t)hits->links);
	json_member_int(out, "needed", (int64_t)hits->needed);
	json_member_int(out, "alerts", (int64_t)hits->alerts);
	json_close_object(out);
}

static void add_rule_json(struct text *out, const struct comparison *c, struct bytes id, int signal)
{
	int after = heads_find(c->side[1].rules, id);
	const struct ruleset *rules = c->side[after >= 0].rules;
	unsigned at = (unsigned)(after >= 0 ? after : heads_find(rules, id));
	json_open_object(out);
	json_member_string(out, "rule", id);
	json_member_string(out, "form", bytes_of(heads_form(rules, at)));
	json_member_string(out, "status", bytes_of(after >= 0 ? status_names[heads_at(rules, at)->status] : "removed"));
	add_hits_json(out, "old", hits_in(c, 0, id));
	add_hits_json(out, "new", hits_in(c, 1, id));
	if (signal >= 0) {
		json_member_expected(out, "pairs_by_chance", c->chances[signal].sharing);
		json_member_expected(out, "linked_by_chance", c->chances[signal].linked);
	}
	json_close_object(out);
}

static void print_json(const struct options *o, const struct comparison *c, const struct replay_counts *counts)
{
	const struct ruleset *before = c->side[0].rules, *after = c->side[1].rules;
	struct text out = { 0 };
	struct engine_stats stats;
	engine_stats(c->side[1].engine, &stats);
	json_open_object(&out);
	json_member_int(&out, "events", (int64_t)counts->accepted);
	json_member_int(&out, "duplicates", (int64_t)counts->duplicate);
	json_member_int(&out, "refused", (int64_t)counts->refused.n);
	json_member_int(&out, "accounts", (int64_t)stats.accounts);
	add_side_json(&out, "old", o->dir[0], &c->diff.totals[0]);
	add_side_json(&out, "new", o->dir[1], &c->diff.totals[1]);
	comparison_json(c, o->max, &out);
	json_key(&out, "rules");
	json_open_array(&out);
	for (unsigned i = 0; i < heads_count(after); i++)
		add_rule_json(&out, c, heads_at(after, i)->id, i < after->n_signals ? (int)i : -1);
	for (unsigned i = 0; i < heads_count(before); i++)
		if (heads_find(after, heads_at(before, i)->id) < 0)
			add_rule_json(&out, c, heads_at(before, i)->id, -1);
	json_close_array(&out);
	json_close_object(&out);
	text_addc(&out, '\n');
	print_out(&out);
	text_free(&out);
}

/* ---- the command ---- */

static void compare(struct ctl *ctl, const struct options *o, const struct replay *r, struct ruleset *const rules[2])
{
	const struct compared side[2] = { { rules[0], replay_engine(r, 0) }, { rules[1], replay_engine(r, 1) } };
	struct comparison c;
	comparison_make(ctl, &c, side, o->min_score);
	if (ctl->as_json)
		print_json(o, &c, replay_counts(r, 1));
	else
		print_people(ctl, o, &c, replay_counts(r, 1));
	comparison_free(&c);
}

static enum err replay_both(struct ctl *ctl, const struct options *o, struct ruleset *const rules[2], char **files,
			    struct errbuf *eb)
{
	const struct replay_set sets[2] = { { .rules = rules[0] }, { .rules = rules[1] } };
	struct captures *captures = NULL;
	struct enrich *enrich = NULL;
	enum err err = offline_load_networks(&o->networks, &enrich, eb);
	if (err != ERR_OK)
		return err;
	struct replay *r = replay_new(sets, 2, enrich);
	err = captures_read(&o->captures, &captures, eb);
	replay_ask_network(r, captures_network(captures));
	if (err == ERR_OK)
		err = offline_replay(r, ctl, files, eb);
	if (err == ERR_OK)
		err = offline_check_read(r, 2, eb);
	if (err == ERR_OK)
		compare(ctl, o, r, rules);
	if (err == ERR_OK)
		err = captures_sum_up(captures, eb);
	captures_free(captures);
	replay_free(r);
	enrich_free(enrich);
	return err;
}

static int backtest_run(struct ctl *ctl, int argc, char **argv)
{
	struct options o;
	struct errbuf eb = { { 0 } };
	struct ruleset *rules[2] = { NULL, NULL };
	int status = parse_options(ctl, &o, &argc, argv);
	if (status != 0)
		return status;
	if (o.dir[0] == NULL) {
		const struct config *config = ctl_config(ctl);
		if (config == NULL)
			return 1;
		o.dir[0] = config->rules_dir;
	}
	enum err err = offline_load_rules(o.dir[0], &rules[0], &eb);
	if (err == ERR_OK)
		err = offline_load_rules(o.dir[1], &rules[1], &eb);
	if (err == ERR_OK)
		err = replay_both(ctl, &o, rules, argv + 1, &eb);
	ruleset_free(rules[0]);
	ruleset_free(rules[1]);
	return err == ERR_OK ? 0 : ctl_fail("%s", eb.text);
}

static const struct reference_option backtest_options[] = {
	{ "--rules", "DIR", "The folder of the new rules.", NULL },
	{ "--against", "DIR", "The folder of the old rules; without it the configured one.", NULL },
	{ "--min-score", "N", "Compares links from that score on, 0 to 1000; without it those that each rule set shows.", NULL },
	{ "--max", "N", "At most so many rows of each list; without it 20.", NULL },
	OFFLINE_NETWORK_OPTIONS,
	CAPTURES_OPTIONS,
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_backtest = {
	.name = "backtest", .arguments = "--rules=DIR [OPTION]... EVENTS...", .options = backtest_options, .run = backtest_run,
	.help = "Replays event files through two rule sets side by side and says what the new one would change; - is standard input.",
	.more = "Links, clusters and alerts that appear, disappear and change level, how often each rule counts, and how many pairs "
		"of strangers it would meet by chance. Nothing is written, and no daemon is asked.",
	.example = "assocctl backtest --rules new-rules --networks networks.csv events.ndjson",
};
