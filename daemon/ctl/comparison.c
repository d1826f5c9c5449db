/* Making a comparison, and its lists for people. */
#include "comparison.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MEMBERS_SHOWN 4

static struct coincidence *chances_of(const struct compared side[2])
{
	const struct ruleset *rules = side[1].rules;
	struct people *people = people_new(side[0].engine);
	struct coincidence *out = xcalloc(rules->n_signals + 1, sizeof(*out));
	for (unsigned i = 0; i < rules->n_signals; i++)
		coincidence_of(side[1].engine, people, rules, i, &out[i]);
	people_free(people);
	return out;
}

void comparison_make(struct ctl *ctl, struct comparison *c, const struct compared side[2], int min_score)
{
	*c = (struct comparison){ .side = { side[0], side[1] } };
	diff_make(&c->diff, side[0].engine, side[1].engine, min_score);
	for (unsigned i = 0; i < 2; i++)
		c->hits[i] = hits_of(ctl, side[i].engine, side[i].rules, min_score);
	c->chances = chances_of(side);
}

void comparison_free(struct comparison *c)
{
	diff_free(&c->diff);
	free(c->hits[0]);
	free(c->hits[1]);
	free(c->chances);
}

struct change_counts comparison_count(const struct comparison *c)
{
	struct change_counts counts = { { 0 }, { 0 }, { 0 } };
	for (size_t i = 0; i < c->diff.links.n; i++)
		counts.links[c->diff.links.at[i].change]++;
	for (size_t i = 0; i < c->diff.alerts.n; i++)
		counts.alerts[c->diff.alerts.at[i].change]++;
	for (size_t i = 0; i < c->diff.clusters.n; i++)
		counts.clusters[c->diff.clusters.at[i].change]++;
	return counts;
}

void print_expected(struct text *out, double pairs)
{
	if (pairs >= 10)
		print_count(out, llround(pairs));
	else
		text_addf(out, "%.1f", pairs);
}

/* "Links that appear (20)" in front of the rows. */
static void print_heading(struct ctl *ctl, const char *what, enum diff_change change, uint64_t n)
{
	static const char *const verbs[DIFF_CHANGES] = { "that appear", "that disappear", "that change" };
	struct text out = { 0 }, head = { 0 };
	text_addf(&head, "%s %s (", what, verbs[change]);
	print_count(&head, (int64_t)n);
	text_addc(&head, ')');
	text_addc(&out, '\n');
	print_styled(ctl, &out, STYLE_BOLD, text_bytes(&head));
	text_addc(&out, '\n');
	print_out(&out);
	text_free(&head);
	text_free(&out);
}

static void print_rest(uint64_t n, unsigned max)
{
	if (n > max)
		printf("... and %llu more: --max\n", (unsigned long long)(n - max));
}

static void add_mover(struct table *t, const struct comparison *c, const struct diff_link *row)
{
	const struct engine *const sides[2] = { c->side[0].engine, c->side[1].engine };
	int32_t mb;
	struct bytes rule = hits_mover(sides, row->a, row->b, &mb);
	struct text out = { 0 };
	if (rule.len > 0)
		text_addf(&out, "%.*s %+.2f", BYTES_ARG(rule), mb / 1000.0);
	else
		text_adds(&out, row->state[0] != row->state[1] && row->band[0] == row->band[1] ? "relations" : "scoring.yaml");
	table_text(t, text_bytes(&out));
	text_free(&out);
}

static void add_link_side(struct table *t, const struct diff_link *row, unsigned side)
{
	bool is_there = row->change != (side == 0 ? DIFF_APPEARS : DIFF_DISAPPEARS);
	if (is_there)
		table_int(t, row->score[side]);
	else
		table_text(t, BYTES_NONE);
	table_word(t, bytes_of(is_there ? band_names[row->band[side]] : ""));
}

void comparison_print_links(struct ctl *ctl, const struct comparison *c, struct change_lists lists)
{
	static const char *const heads[] = { ">old", "band", ">new", "band", "state", "account", "account", "moved by", NULL };
	uint64_t n = comparison_count(c).links[lists.change];
	unsigned shown = 0;
	if (n == 0)
		return;
	print_heading(ctl, "Links", lists.change, n);
	struct table *t = table_new(ctl, heads);
	for (size_t i = 0; i < c->diff.links.n && shown < lists.max; i++) {
		const struct diff_link *row = &c->diff.links.at[i];
		if (row->change != lists.change)
			continue;
		shown++;
		add_link_side(t, row, 0);
		add_link_side(t, row, 1);
		table_word(t, bytes_of(link_state_names[row->state[row->change != DIFF_DISAPPEARS]]));
		table_text(t, row->a);
		table_text(t, row->b);
		add_mover(t, c, row);
	}
	table_end(t, "none shown");
	print_rest(n, lists.max);
}

static void add_accounts(struct table *t, const struct bytes *accounts, unsigned n)
{
	struct text out = { 0 };
	for (unsigned i = 0; i < n && i < MEMBERS_SHOWN; i++) {
		text_adds(&out, i > 0 ? ", " : "");
		text_add(&out, accounts[i]);
	}
	if (n > MEMBERS_SHOWN)
		text_adds(&out, " ...");
	table_text(t, text_bytes(&out));
	text_free(&out);
}

/* "high", or "high to critical"; with the state where that differs. */
static void add_alert_side(struct table *t, const struct diff_alert *row)
{
	const struct alert_view *before = row->side[0], *after = row->side[1], *any = after != NULL ? after : before;
	struct text level = { 0 }, state = { 0 };
	bool has_both = before != NULL && after != NULL;
	if (has_both && !bytes_eq(before->level, after->level))
		text_addf(&level, "%.*s to ", BYTES_ARG(before->level));
	text_add(&level, any->level);
	if (has_both && before->state != after->state)
		text_addf(&state, "%s to ", alert_state_names[before->state]);
	text_adds(&state, alert_state_names[any->state]);
	table_word(t, text_bytes(&level));
	table_word(t, text_bytes(&state));
	text_free(&level);
	text_free(&state);
}

void comparison_print_alerts(struct ctl *ctl, const struct comparison *c, struct change_lists lists)
{
	static const char *const heads[] = { "rule", "level", "state", ">accounts", "", NULL };
	uint64_t n = comparison_count(c).alerts[lists.change];
	unsigned shown = 0;
	if (n == 0)
		return;
	print_heading(ctl, "Alerts", lists.change, n);
	struct table *t = table_new(ctl, heads);
	for (size_t i = 0; i < c->diff.alerts.n && shown < lists.max; i++) {
		const struct diff_alert *row = &c->diff.alerts.at[i];
		const struct alert_view *any = row->side[row->side[1] != NULL];
		if (row->change != lists.change)
			continue;
		shown++;
		table_text(t, any->rule);
		add_alert_side(t, row);
		table_int(t, any->n_accounts);
		add_accounts(t, any->accounts, any->n_accounts);
	}
	table_end(t, "none shown");
	print_rest(n, lists.max);
}

void comparison_print_clusters(struct ctl *ctl, const struct comparison *c, struct change_lists lists)
{
	static const char *const heads[] = { "what", ">clusters", ">old", ">new", "members", NULL };
	uint64_t n = comparison_count(c).clusters[lists.change];
	unsigned shown = 0;
	if (n == 0)
		return;
	print_heading(ctl, "Clusters", lists.change, n);
	struct table *t = table_new(ctl, heads);
	for (size_t i = 0; i < c->diff.clusters.n && shown < lists.max; i++) {
		const struct diff_cluster *row = &c->diff.clusters.at[i];
		if (row->change != lists.change)
			continue;
		shown++;
		table_text(t, bytes_of(row->what));
		table_int(t, row->parts > 1 ? row->parts : 1);
		table_int(t, row->size[0]);
		table_int(t, row->size[1]);
		add_accounts(t, row->members, row->n_members);
	}
	table_end(t, "none shown");
	print_rest(n, lists.max);
}

void comparison_print_changes(struct ctl *ctl, const struct comparison *c, unsigned max)
{
	for (unsigned change = 0; change < DIFF_CHANGES; change++)
		comparison_print_links(ctl, c, (struct change_lists){ change, max });
	for (unsigned change = 0; change < DIFF_CHANGES; change++)
		comparison_print_alerts(ctl, c, (struct change_lists){ change, max });
	for (unsigned change = 0; change < DIFF_CHANGES; change++)
		comparison_print_clusters(ctl, c, (struct change_lists){ change, max });
}
