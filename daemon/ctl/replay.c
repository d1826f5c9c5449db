/* assocctl replay: event files through the engine in memory; links, clusters and alerts into files. */
#include "replay.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/main/config.h"
#include "daemon/model/alert_json.h"

#define FILES_MAX 32

extern const struct ctl_command ctl_replay;

struct options {
	const char *rules_dir, *links, *clusters, *alerts, *asn_kinds;
	const char *networks[FILES_MAX], *mmdb[FILES_MAX];
	unsigned n_networks, n_mmdb;
	int min_score;
};

static const struct option option_rows[] = {
	{ "rules", required_argument, NULL, 'r' }, { "networks", required_argument, NULL, 'n' },
	{ "mmdb", required_argument, NULL, 'm' }, { "links", required_argument, NULL, 'l' },
	{ "clusters", required_argument, NULL, 'c' }, { "alerts", required_argument, NULL, 'a' },
	{ "min-score", required_argument, NULL, 's' }, { "asn-kinds", required_argument, NULL, 'k' },
	{ NULL, 0, NULL, 0 },
};

static bool add_file(const char **list, unsigned *n, const char *path)
{
	if (*n == FILES_MAX)
		return false;
	list[(*n)++] = path;
	return true;
}

static bool take_option(struct options *o, int letter, const char *value)
{
	uint64_t score;
	switch (letter) {
	case 'r': o->rules_dir = value; return true;
	case 'n': return add_file(o->networks, &o->n_networks, value);
	case 'm': return add_file(o->mmdb, &o->n_mmdb, value);
	case 'l': o->links = value; return true;
	case 'c': o->clusters = value; return true;
	case 'a': o->alerts = value; return true;
	case 'k': o->asn_kinds = value; return true;
	case 's':
		if (!bytes_to_u64(bytes_of(value), &score) || score > 1000)
			return false;
		o->min_score = (int)score;
		return true;
	default: return false;
	}
}

/* Index of the first event file, or -1. */
static int parse_options(struct options *o, int argc, char **argv)
{
	*o = (struct options){ .min_score = 1 };
	optind = 0;
	int letter;
	while ((letter = getopt_long(argc, argv, "", option_rows, NULL)) != -1)
		if (!take_option(o, letter, optarg))
			return -1;
	return optind < argc ? optind : -1;
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

struct writer { FILE *file; struct text line; };

static void write_line(struct writer *w)
{
	text_addc(&w->line, '\n');
	fwrite(w->line.ptr, 1, w->line.len, w->file);
	text_clear(&w->line);
}

static void write_link(void *arg, const struct link_view *link)
{
	struct writer *w = arg;
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

static const char *const effect_words[] = {
	[EFFECT_ALERT_OPENED] = "opened", [EFFECT_ALERT_UPDATED] = "updated", [EFFECT_ALERT_RESOLVED] = "resolved",
};

static void write_alert(void *arg, const struct effect *effect)
{
	struct writer *w = arg;
	if (effect->type == EFFECT_CLUSTER_CHANGED)
		return;
	alert_json(&w->line, &effect->alert, effect_words[effect->type]);
	write_line(w);
}

static enum err load_setup(const struct options *o, struct ruleset **rules, struct enrich **enrich, struct errbuf *eb)
{
	char *shipped_rules = o->rules_dir == NULL ? config_shipped_path("rules/default") : NULL;
	char *shipped_kinds = o->asn_kinds == NULL ? config_shipped_path("config/asn-kinds.csv") : NULL;
	struct text report = { 0 };
	struct enrich_setup setup = { .networks_files = o->networks, .n_networks = o->n_networks, .mmdb_files = o->mmdb,
				      .n_mmdb = o->n_mmdb,
				      .asn_kinds_file = o->asn_kinds != NULL ? o->asn_kinds : shipped_kinds };
	enum err err = ruleset_load(o->rules_dir != NULL ? o->rules_dir : shipped_rules, false, rules, &report, eb);
	if (err == ERR_OK)
		err = enrich_new(&setup, enrich, eb);
	else if (report.len > 0)
		fputs(report.ptr, stderr);
	text_free(&report);
	free(shipped_rules);
	free(shipped_kinds);
	return err;
}

static void print_summary(const struct replay *r, int64_t cpu_us)
{
	const struct replay_counts *counts = replay_counts(r);
	struct engine_stats stats;
	struct text reasons = { 0 };
	engine_stats(replay_engine(r), &stats);
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
	refusals_print(&counts->refused, &reasons);
	fwrite(text_bytes(&reasons).ptr, 1, reasons.len, stderr);
	text_free(&reasons);
}

static enum err replay_and_write(struct ctl *ctl, const struct options *o, struct replay *r, char **files, struct errbuf *eb)
{
	enum err err = ERR_OK;
	int64_t start_us = clock_cpu_us();
	for (; err == ERR_OK && *files != NULL; files++)
		err = replay_file(r, ctl, *files, eb);
	if (err != ERR_OK)
		return err;
	replay_flush(r);
	ctl_progress(ctl, "replay", 1, 1, true);
	print_summary(r, clock_cpu_us() - start_us);
	if (o->links != NULL)
		err = write_links(replay_engine(r), o, eb);
	if (err == ERR_OK && o->clusters != NULL)
		err = write_clusters(replay_engine(r), o, eb);
	return err;
}

static int replay_run(struct ctl *ctl, int argc, char **argv)
{
	struct options o;
	struct errbuf eb = { { 0 } };
	struct ruleset *rules = NULL;
	struct enrich *enrich = NULL;
	int first = parse_options(&o, argc, argv);
	if (first < 0)
		return ctl_usage(&ctl_replay, "name at least one file of events, - for standard input");
	struct writer alerts = { .file = NULL };
	enum err err = load_setup(&o, &rules, &enrich, &eb);
	if (err == ERR_OK && o.alerts != NULL && (alerts.file = open_output(o.alerts, &eb)) == NULL)
		err = ERR_IO;
	if (err == ERR_OK) {
		struct replay *r = replay_new(rules, enrich, alerts.file != NULL ? write_alert : NULL, &alerts);
		err = replay_and_write(ctl, &o, r, argv + first, &eb);
		replay_free(r);
	}
	if (alerts.file != NULL && close_output(alerts.file, o.alerts, &eb) != ERR_OK)
		err = ERR_IO;
	text_free(&alerts.line);
	enrich_free(enrich);
	ruleset_free(rules);
	return err == ERR_OK ? 0 : ctl_fail("%s", eb.text);
}

const struct ctl_command ctl_replay = {
	"replay", "[--rules DIR] [--networks FILE] [--mmdb FILE] [--links F] [--clusters F] [--alerts F] [--min-score N] EVENTS...",
	"Run event files through the engine offline, in memory; two runs give the same bytes.", replay_run,
};
