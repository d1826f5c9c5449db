/* assocctl calibrate: a table of bits fitted to accounts whose persons are known, and how far scores are probabilities. */
#include "calibrate.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/main/config.h"
#include "daemon/main/daemon.h"

#define WORLDS_MAX 32

extern const struct ctl_command ctl_calibrate;

struct paths { const char *at[WORLDS_MAX]; unsigned n; };

struct options {
	const char *rules_dir, *out, *asn_kinds;
	struct paths events, labels, networks;
	struct world worlds[WORLDS_MAX];
	unsigned n_worlds;
	double l2, max_error; /* max_error < 0: any */
	bool is_check, is_verdicts;
};

static bool has_report(const struct options *o)
{
	return o->is_check || o->out != NULL; /* else the table itself is the output */
}

/* A number of 0 to most, in digits with a point; false for anything else. */
static bool read_real(const char *text, double most, double *out)
{
	char *end;
	*out = strtod(text, &end);
	return end > text && *end == '\0' && strspn(text, "0123456789.") == strlen(text) && *out <= most;
}

static bool take_paths(struct paths *paths, const char *name, int *argc, char **argv)
{
	const char *path;
	while ((path = ctl_option(argc, argv, name)) != NULL) {
		if (paths->n == WORLDS_MAX)
			return false;
		paths->at[paths->n++] = path;
	}
	return true;
}

/* The i-th of each belong together; all networks to the only world. 0, or the exit status with the reason said. */
static int pair_up(struct options *o)
{
	unsigned n = o->events.n;
	if (n == 0 || o->labels.n == 0)
		return ctl_usage(&ctl_calibrate, "name a file of events and one of labels, --events FILE --labels FILE; or --verdicts");
	if (n != o->labels.n)
		return ctl_usage(&ctl_calibrate, "%u files of events and %u of labels; the first labels belong to the first events, and so on",
				 n, o->labels.n);
	if (n > 1 && o->networks.n > 0 && o->networks.n != n)
		return ctl_usage(&ctl_calibrate, "%u files of events and %u of networks; give each its own, or none", n, o->networks.n);
	for (unsigned i = 0; i < n; i++)
		o->worlds[i] = (struct world){ .events = o->events.at[i], .labels_path = o->labels.at[i],
					       .networks = o->networks.at + (n > 1 ? i : 0),
					       .n_networks = n > 1 && o->networks.n > 0 ? 1 : o->networks.n };
	o->n_worlds = n;
	return 0;
}

static int name_journal(struct options *o)
{
	if (o->events.n + o->labels.n + o->networks.n > 0 || o->asn_kinds != NULL)
		return ctl_usage(&ctl_calibrate, "--verdicts takes events, labels and networks from the daemon's configuration");
	o->n_worlds = 1;
	return 0;
}

static int parse_options(struct options *o, int *argc, char **argv)
{
	*o = (struct options){ .rules_dir = ctl_option(argc, argv, "--rules"), .out = ctl_option(argc, argv, "--out"),
			       .asn_kinds = ctl_option(argc, argv, "--asn-kinds"), .is_check = ctl_flag(argc, argv, "--check"),
			       .is_verdicts = ctl_flag(argc, argv, "--verdicts"),
			       .l2 = 1, .max_error = -1 };
	const char *l2 = ctl_option(argc, argv, "--l2"), *max_error = ctl_option(argc, argv, "--max-error");
	if (!take_paths(&o->events, "--events", argc, argv) || !take_paths(&o->labels, "--labels", argc, argv) ||
	    !take_paths(&o->networks, "--networks", argc, argv))
		return ctl_usage(&ctl_calibrate, "at most %d files of a sort", WORLDS_MAX);
	int status = ctl_no_more_options(&ctl_calibrate, argc, argv);
	if (status != 0)
		return status;
	if (*argc > 1)
		return ctl_usage(&ctl_calibrate, "'%s' belongs to no option; events are named with --events", argv[1]);
	if (l2 != NULL && (!read_real(l2, 1000, &o->l2) || o->l2 < 0.001))
		return ctl_usage(&ctl_calibrate, "--l2 takes a number of 0.001 to 1000, not '%s'", l2);
	if (max_error != NULL && !read_real(max_error, 1, &o->max_error))
		return ctl_usage(&ctl_calibrate, "--max-error takes a number of 0 to 1, not '%s'", max_error);
	if (o->is_check && o->out != NULL)
		return ctl_usage(&ctl_calibrate, "--check writes no table, so --out has nothing to take");
	if (o->max_error >= 0 && !has_report(o))
		return ctl_usage(&ctl_calibrate, "--max-error needs --check, or --out");
	return o->is_verdicts ? name_journal(o) : pair_up(o);
}

/* -- the work -- */

static enum err write_table(struct calibration *c, const char *path, struct errbuf *eb)
{
	struct bytes fitted_on[WORLDS_MAX];
	struct text lines[WORLDS_MAX] = { { 0 } }, content = { 0 };
	struct table_source source = { c->rules, c->counts, fitted_on, c->n_worlds };
	for (unsigned i = 0; i < c->n_worlds; i++) {
		world_describe(&c->worlds[i], &lines[i]);
		fitted_on[i] = text_bytes(&lines[i]);
	}
	table_write(&source, &content);
	enum err err = table_save(text_bytes(&content), path, eb);
	text_free(&content);
	for (unsigned i = 0; i < c->n_worlds; i++)
		text_free(&lines[i]);
	return err;
}

static enum err load_rules(const char *dir, const struct options *o, struct ruleset **rules, struct errbuf *eb)
{
	struct text problems = { 0 };
	enum err err = ruleset_load(dir, false, rules, &problems, eb);
	if (err != ERR_OK)
		fwrite(text_bytes(&problems).ptr, 1, problems.len, stderr);
	text_free(&problems);
	if (err == ERR_OK && !o->is_check && (*rules)->table.n == 0)
		err = errbuf_set(eb, ERR_INPUT, "%s: no rule has tokens (`by`): there is nothing to fit", dir);
	if (err == ERR_OK && !o->is_check && o->is_verdicts && !(*rules)->table.is_given)
		err = errbuf_set(eb, ERR_INPUT, "%s: there is no table.yaml that verdicts could move; fit one to labels first", dir);
	return err;
}

static enum err load_files(struct options *o, struct ruleset **rules, struct errbuf *eb)
{
	char *shipped_rules = o->rules_dir == NULL ? config_shipped_path("rules/default") : NULL;
	char *shipped_kinds = o->asn_kinds == NULL ? config_shipped_path("config/asn-kinds.csv") : NULL;
	enum err err = load_rules(o->rules_dir != NULL ? o->rules_dir : shipped_rules, o, rules, eb);
	for (unsigned i = 0; i < o->n_worlds && err == ERR_OK; i++)
		err = world_open(&o->worlds[i], o->asn_kinds != NULL ? o->asn_kinds : shipped_kinds, eb);
	free(shipped_rules);
	free(shipped_kinds);
	return err;
}

static enum err load_journal(struct options *o, const struct config *config, struct ruleset **rules, struct errbuf *eb)
{
	struct world *w = &o->worlds[0];
	w->state_dir = config->state_dir;
	enum err err = load_rules(o->rules_dir != NULL ? o->rules_dir : config->rules_dir, o, rules, eb);
	if (err == ERR_OK)
		err = judgement_enrich(config, &w->enrich, eb);
	return err == ERR_OK ? world_open_journal(w, &(*rules)->kinds, eb) : err;
}

/* Where everybody is one person, or nobody twice, every table looks right. */
static enum err check_classes(const struct calibration *c, struct errbuf *eb)
{
	struct labels_counts all = { 0 };
	bool has_several = false;
	for (unsigned i = 0; i < c->n_worlds; i++) {
		struct labels_counts one = labels_counts(c->worlds[i].labels);
		all.accounts += one.accounts;
		all.persons += one.persons;
		has_several |= one.persons > 1;
	}
	if (!has_several)
		return errbuf_set(eb, ERR_INPUT, "the labels are of one person: a check needs accounts of others, too");
	if (all.persons == all.accounts)
		return errbuf_set(eb, ERR_INPUT, "no person of the labels has two accounts: a check needs some that have; they are written "
						 "with one word in the column person");
	return ERR_OK;
}

/* Without a report the table itself is the output. */
static enum err work(struct calibration *c, const struct options *o, struct errbuf *eb)
{
	enum err err = o->is_check ? ERR_OK : calibration_fit(c, eb);
	if (err == ERR_OK && !o->is_check)
		err = write_table(c, o->out != NULL ? o->out : "-", eb);
	if (err == ERR_OK && has_report(o))
		err = calibration_check(c, eb);
	if (err == ERR_OK && o->is_check && !o->is_verdicts)
		err = check_classes(c, eb);
	for (unsigned i = 0; i < c->n_worlds; i++)
		if (c->worlds[i].n_events > 0) /* else nothing was looked at yet */
			world_print_left_over(&c->worlds[i]);
	return err;
}

static int calibrate(struct ctl *ctl, struct options *o, const struct config *config)
{
	struct calibration c = { .ctl = ctl, .worlds = o->worlds, .n_worlds = o->n_worlds, .l2 = o->l2, .is_update = o->is_verdicts };
	struct errbuf eb = { { 0 } };
	int status = 0;
	enum err err = o->is_verdicts ? load_journal(o, config, &c.rules, &eb) : load_files(o, &c.rules, &eb);
	if (err == ERR_OK)
		err = work(&c, o, &eb);
	if (err != ERR_OK)
		status = ctl_fail("%s", eb.text);
	else if (has_report(o))
		status = calibration_report(&c, o->max_error);
	for (unsigned i = 0; i < o->n_worlds; i++)
		world_close(&o->worlds[i]);
	calibration_fini(&c);
	ruleset_free(c.rules);
	return status;
}

static int calibrate_run(struct ctl *ctl, int argc, char **argv)
{
	struct options *o = xcalloc(1, sizeof(*o));
	int status = parse_options(o, &argc, argv);
	const struct config *config = status == 0 && o->is_verdicts ? ctl_config(ctl) : NULL;
	if (status == 0)
		status = o->is_verdicts && config == NULL ? 1 : calibrate(ctl, o, config);
	free(o);
	return status;
}

static const struct reference_option calibrate_options[] = {
	{ "--events", "FILE", "Events; several times for several worlds, each with labels of its own.", NULL },
	{ "--labels", "FILE", "CSV with the columns account and person, and operator_person where somebody works for others.", NULL },
	{ "--networks", "FILE", "A networks file; with several worlds one each.", NULL },
	{ "--asn-kinds", "FILE", "The list of AS numbers whose kind is known; without it the shipped one.", NULL },
	{ "--rules", "DIR", "The folder of rules; without it the shipped one, with --verdicts the configured one.", NULL },
	{ "--verdicts", NULL, "Moves the table that there is by what people judged: labels and events are those of the daemon's journal.", NULL },
	{ "--out", "FILE", "Where the table goes, at once and whole; without it to standard output.", NULL },
	{ "--l2", "X", "How much weights are held near 0, where there are few pairs; without it 1.", NULL },
	{ "--check", NULL, "Fits nothing: says how far scores are probabilities with the table that there is.", NULL },
	{ "--max-error", "X", "Fails when the calibration error is above.", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_calibrate = {
	.name = "calibrate", .arguments = "[--events=FILE --labels=FILE | --verdicts] [OPTION]...", .options = calibrate_options, .run = calibrate_run,
	.help = "Fits the table of the rules (table.yaml) to accounts whose persons are known, or checks it against them.",
	.more = "Pairs of one operator's clients, and of an operator and a client, are left out. The same files give the same bytes.",
	.example = "assocctl calibrate --events events.ndjson --labels labels.csv --networks networks.csv --out rules/table.yaml",
};
