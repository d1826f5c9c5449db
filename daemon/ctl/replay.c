/* assocctl replay: event files through the engine in memory; links, clusters and alerts into files. */
#include "captures.h"
#include "offline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/model/alert_json.h"

extern const struct ctl_command ctl_replay;

struct options {
	const char *rules_dir, *links, *clusters, *alerts;
	struct offline_networks networks;
	struct captures_wanted captures;
	int min_score;
	bool told_only;
};

/* Two tables in one file are none that anything reads. */
static int check_outputs(const struct options *o)
{
	const char *const paths[] = { o->links, o->clusters, o->alerts };
	static const char *const names[] = { "--links", "--clusters", "--alerts" };
	for (unsigned i = 0; i < ARRAY_LEN(paths); i++)
		for (unsigned k = 0; k < i; k++)
			if (paths[i] != NULL && paths[k] != NULL && strcmp(paths[i], paths[k]) == 0)
				return ctl_usage(&ctl_replay, "%s and %s go to %s both; name a file for one of them", names[k], names[i],
						 strcmp(paths[i], "-") == 0 ? "standard output" : paths[i]);
	return 0;
}

/* 0, or the exit status with the reason said; then argv[1] and those behind are the event files. */
static int parse_options(struct options *o, int *argc, char **argv)
{
	*o = (struct options){ .rules_dir = ctl_option(argc, argv, "--rules"), .links = ctl_option(argc, argv, "--links"),
			       .clusters = ctl_option(argc, argv, "--clusters"), .alerts = ctl_option(argc, argv, "--alerts"),
			       .told_only = ctl_flag(argc, argv, "--told"), .min_score = 1 };
	const char *least = ctl_option(argc, argv, "--min-score");
	int status = offline_take_networks(&ctl_replay, &o->networks, argc, argv);
	if (status == 0)
		status = captures_take_options(&ctl_replay, &o->captures, argc, argv);
	if (status == 0)
		status = ctl_no_more_options(&ctl_replay, argc, argv);
	if (status == 0)
		status = offline_score(&ctl_replay, "--min-score", least, &o->min_score);
	if (status == 0)
		status = check_outputs(o);
	if (status != 0)
		return status;
	return *argc > 1 ? 0 : ctl_usage(&ctl_replay, "name at least one file of events, - for standard input");
}

static FILE *open_output(const char *path, struct errbuf *eb)
{
	FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	if (f == NULL)
		errbuf_set(eb, ERR_IO, "cannot write %s: %m", path);
	return f;
}

static enum err close_output(FILE *f, const char *path, struct errbuf *eb)
{
	bool has_failed = ferror(f) != 0;
	has_failed = (f == stdout ? fflush(f) : fclose(f)) != 0 || has_failed;
	return has_failed ? errbuf_set(eb, ERR_IO, "cannot write %s: %m", f == stdout ? "standard output" : path) : ERR_OK;
}

struct writer {
	FILE *file;
	struct text line;
	bool told_only; /* of alerts */
};

static void write_line(struct writer *w)
{
	text_addc(&w->line, '\n');
	fwrite(w->line.ptr, 1, w->line.len, w->file);
	text_clear(&w->line);
}

/* A verdict retracts a link; nothing in the row could say so. */
static void write_link(void *arg, const struct link_view *link)
{
	struct writer *w = arg;
	if (link->state == LINK_CLEARED)
		return;
	csv_field(&w->line, link->a, true);
	csv_field(&w->line, link->b, false);
	text_addf(&w->line, ",%d,%lld", link->score, (long long)link->first_ms);
	write_line(w);
}

static void write_member(void *arg, struct bytes account, struct bytes cluster)
{
	struct writer *w = arg;
	csv_field(&w->line, account, true);
	csv_field(&w->line, cluster, false);
	write_line(w);
}

static enum err write_links(const struct engine *e, const struct options *o, struct errbuf *eb)
{
	struct writer w = { .file = open_output(o->links, eb) };
	if (w.file == NULL)
		return ERR_IO;
	fputs("account_a,account_b,score,first_seen\n", w.file);
	engine_each_link(e, o->min_score, write_link, &w);
	text_free(&w.line);
	return close_output(w.file, o->links, eb);
}

static enum err write_clusters(const struct engine *e, const struct options *o, struct errbuf *eb)
{
	struct writer w = { .file = open_output(o->clusters, eb) };
	if (w.file == NULL)
		return ERR_IO;
	fputs("account,cluster\n", w.file);
	engine_each_member(e, write_member, &w);
	text_free(&w.line);
	return close_output(w.file, o->clusters, eb);
}

static void write_alert(void *arg, const struct effect *effect)
{
	struct writer *w = arg;
	const char *what = effect_alert_word(effect->type);
	if (what == NULL || (w->told_only && effect->audience == AUDIENCE_NONE))
		return;
	alert_json(&w->line, &effect->alert, what);
	write_line(w);
}

/* What experimental policies would have raised. */
static void print_shadows(const struct ruleset *rules, const struct engine *e)
{
	for (unsigned i = 0; i < rules->n_policies; i++)
		if (rules->policies[i].head.status == RULE_EXPERIMENTAL)
			fprintf(stderr, "assocctl: the experimental policy %.*s would have raised %llu alerts\n",
				BYTES_ARG(rules->policies[i].head.id), (unsigned long long)engine_policy_hits(e, i));
}

static void print_summary(const struct replay *r, int64_t cpu_us)
{
	const struct replay_counts *counts = replay_counts(r, 0);
	struct engine_stats stats;
	engine_stats(replay_engine(r, 0), &stats);
	fprintf(stderr,
		"assocctl: %llu events, %llu duplicates, %llu refused; %llu accounts, %llu values, %llu postings, %llu pairs; "
		"links: %llu strong, %llu probable, %llu possible; %llu clusters; %.2f pairs read and %.2f us CPU an event\n",
		(unsigned long long)counts->accepted, (unsigned long long)counts->duplicate, (unsigned long long)counts->refused.n,
		(unsigned long long)stats.accounts, (unsigned long long)stats.values, (unsigned long long)stats.postings,
		(unsigned long long)stats.pairs, (unsigned long long)stats.links[BAND_STRONG],
		(unsigned long long)stats.links[BAND_PROBABLE], (unsigned long long)stats.links[BAND_POSSIBLE],
		(unsigned long long)stats.clusters,
		counts->lines > 0 ? (double)stats.rescored / (double)counts->lines : 0.0,
		counts->lines > 0 ? (double)cpu_us / (double)counts->lines : 0.0);
	offline_print_refused(counts);
}

static enum err replay_and_write(struct ctl *ctl, const struct options *o, struct replay *r, char **files, struct errbuf *eb)
{
	int64_t start_us = clock_cpu_us();
	enum err err = offline_replay(r, ctl, files, eb);
	if (err != ERR_OK)
		return err;
	print_summary(r, clock_cpu_us() - start_us);
	if (o->links != NULL)
		err = write_links(replay_engine(r, 0), o, eb);
	if (err == ERR_OK && o->clusters != NULL)
		err = write_clusters(replay_engine(r, 0), o, eb);
	return err;
}

/* What a replay stands on. */
struct ground {
	struct ruleset *rules;
	struct enrich *enrich;
	struct captures *captures;
};

static enum err load(const struct options *o, struct ground *g, struct errbuf *eb)
{
	enum err err = offline_load_rules(o->rules_dir, &g->rules, eb);
	if (err == ERR_OK)
		err = offline_load_networks(&o->networks, &g->enrich, eb);
	if (err == ERR_OK)
		err = captures_read(&o->captures, &g->captures, eb);
	return err;
}

static void unload(struct ground *g)
{
	captures_free(g->captures);
	enrich_free(g->enrich);
	ruleset_free(g->rules);
}

static enum err replay_on(struct ctl *ctl, const struct options *o, const struct ground *g, char **files, struct errbuf *eb)
{
	struct writer alerts = { .told_only = o->told_only };
	if (o->alerts != NULL && (alerts.file = open_output(o->alerts, eb)) == NULL)
		return ERR_IO;
	struct replay_set set = { g->rules, alerts.file != NULL ? write_alert : NULL, &alerts };
	struct replay *r = replay_new(&set, 1, g->enrich);
	replay_ask_network(r, captures_network(g->captures));
	enum err err = replay_and_write(ctl, o, r, files, eb);
	if (err == ERR_OK)
		print_shadows(g->rules, replay_engine(r, 0));
	if (err == ERR_OK)
		err = captures_sum_up(g->captures, eb);
	if (err == ERR_OK)
		err = offline_check_any(replay_counts(r, 0), eb);
	replay_free(r);
	if (alerts.file != NULL && close_output(alerts.file, o->alerts, eb) != ERR_OK)
		err = ERR_IO;
	text_free(&alerts.line);
	return err;
}

static int replay_run(struct ctl *ctl, int argc, char **argv)
{
	struct options o;
	struct errbuf eb = { { 0 } };
	struct ground g = { NULL, NULL, NULL };
	int status = parse_options(&o, &argc, argv);
	if (status != 0)
		return status;
	enum err err = load(&o, &g, &eb);
	if (err == ERR_OK)
		err = replay_on(ctl, &o, &g, argv + 1, &eb);
	unload(&g);
	return err == ERR_OK ? 0 : ctl_fail("%s", eb.text);
}

static const struct reference_option replay_options[] = {
	{ "--rules", "DIR", "The folder of rules; without it the shipped one.", NULL },
	OFFLINE_NETWORK_OPTIONS,
	CAPTURES_OPTIONS,
	{ "--links", "FILE", "Writes account_a,account_b,score,first_seen, sorted by the accounts; - is standard output, which takes one of the three.", NULL },
	{ "--clusters", "FILE", "Writes account,cluster of every cluster of two and more.", NULL },
	{ "--alerts", "FILE", "Writes the alert log: a JSON line a change, those of merged alerts among them.", NULL },
	{ "--told", NULL, "With --alerts: only what the daemon's log would say, which leaves merged alerts to those that lead them.", NULL },
	{ "--min-score", "N", "Leaves out links below that score, 0 to 1000; without it 1.", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_replay = {
	.name = "replay", .arguments = "[OPTION]... EVENTS...", .options = replay_options, .run = replay_run,
	.help = "Runs event files through the engine offline, in memory, without a daemon; - is standard input.",
	.more = "Two runs write the same bytes. Neither the configuration nor the state folder is read. With captures events learn what the "
		"packets of their connections say, by address, port and time as the daemon joins them; all captures are read first, as one "
		"recording in the order given. Where a capture is damaged, what is in front of the place counts, and the exit status is 1. Lines that "
		"are refused are counted and named; the status is 1 where all of them were.",
	.example = "assocctl replay --networks networks.csv --capture logins.pcap --links links.csv events.ndjson",
};
