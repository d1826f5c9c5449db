/* assocctl calibrate: a table of bits fitted to accounts whose persons are known, and how far scores are probabilities. */
#include "calibrate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/main/config.h"
#include "print.h"

#define WORLDS_MAX 32

extern const struct ctl_command ctl_calibrate;

struct options {
	const char *rules_dir, *out, *asn_kinds;
	const char *networks[WORLDS_MAX];
	unsigned n_networks, n_labels, n_worlds;
	struct world worlds[WORLDS_MAX];
	double l2, max_error; /* max_error < 0: any */
	bool is_check;
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

static bool take_paths(struct options *o, int *argc, char **argv)
{
	const char *path;
	while ((path = ctl_option(argc, argv, "--events")) != NULL)
		if (o->n_worlds == WORLDS_MAX)
			return false;
		else
			o->worlds[o->n_worlds++].events = path;
	while ((path = ctl_option(argc, argv, "--labels")) != NULL)
		if (o->n_labels == WORLDS_MAX)
			return false;
		else
			o->worlds[o->n_labels++].labels_path = path;
	while ((path = ctl_option(argc, argv, "--networks")) != NULL)
		if (o->n_networks == WORLDS_MAX)
			return false;
		else
			o->networks[o->n_networks++] = path;
	return true;
}

/* The i-th of each belong together; all networks to the only world. 0, or the exit status with the reason said. */
static int pair_up(struct options *o)
{
	if (o->n_worlds == 0 || o->n_labels == 0)
		return ctl_usage(&ctl_calibrate, "name a file of events and one of labels: --events FILE --labels FILE");
	if (o->n_worlds != o->n_labels)
		return ctl_usage(&ctl_calibrate, "%u files of events and %u of labels; the first labels belong to the first events, and so on",
				 o->n_worlds, o->n_labels);
	if (o->n_worlds > 1 && o->n_networks > 0 && o->n_networks != o->n_worlds)
		return ctl_usage(&ctl_calibrate, "%u files of events and %u of networks; give each its own, or none", o->n_worlds, o->n_networks);
	for (unsigned i = 0; i < o->n_worlds && o->n_networks > 0; i++) {
		o->worlds[i].networks = o->networks + (o->n_worlds > 1 ? i : 0);
		o->worlds[i].n_networks = o->n_worlds > 1 ? 1 : o->n_networks;
	}
	return 0;
}

static int parse_options(struct options *o, int *argc, char **argv)
{
	*o = (struct options){ .rules_dir = ctl_option(argc, argv, "--rules"), .out = ctl_option(argc, argv, "--out"),
			       .asn_kinds = ctl_option(argc, argv, "--asn-kinds"), .is_check = ctl_flag(argc, argv, "--check"),
			       .l2 = 1, .max_error = -1 };
	const char *l2 = ctl_option(argc, argv, "--l2"), *max_error = ctl_option(argc, argv, "--max-error");
	if (!take_paths(o, argc, argv))
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
	return pair_up(o);
}

/* -- what is said -- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

static void add_number(struct text *out, uint64_t n, const char *one, const char *many)
{
	print_count(out, (int64_t)n);
	text_addf(out, " %s", n == 1 ? one : many);
}

/* "events.ndjson with labels.csv: 250,000 events, 20,000 labelled accounts, 557,502 pairs, 15,043 of one person" */
static void describe_world(const struct world *w, struct text *out)
{
	text_addf(out, "%s with %s: ", base_name(w->events), base_name(w->labels_path));
	add_number(out, w->n_events, "event", "events");
	text_adds(out, ", ");
	add_number(out, w->met.met, "labelled account", "labelled accounts");
	text_adds(out, ", ");
	add_number(out, w->pairs.pairs, "pair", "pairs");
	text_adds(out, ", ");
	print_count(out, (int64_t)w->pairs.positives);
	text_adds(out, " of one person");
}

/* What of the labels and pairs was of no use, on standard error. */
static void print_left_over(const struct world *w)
{
	struct text out = { 0 };
	uint64_t without_events = w->met.accounts - (w->met.accounts < w->met.met ? w->met.accounts : w->met.met);
	if (without_events > 0) {
		text_addf(&out, "assocctl: %s: ", w->labels_path);
		add_number(&out, without_events, "account has", "accounts have");
		text_addf(&out, " no event in %s\n", w->events);
	}
	if (w->met.unknown > 0) {
		text_addf(&out, "assocctl: %s: ", w->events);
		add_number(&out, w->met.unknown, "account has", "accounts have");
		text_addf(&out, " no label in %s; their pairs are left out\n", w->labels_path);
	}
	fwrite(text_bytes(&out).ptr, 1, out.len, stderr);
	text_free(&out);
}

static void add_real_cell(struct table *t, double value)
{
	char text[32];
	snprintf(text, sizeof(text), "%.3f", value);
	table_text(t, bytes_of(text));
}

static void print_table(struct ctl *ctl, const struct reliability *r)
{
	static const char *const heads[] = { ">score", ">pairs", ">said", ">true", ">difference", NULL };
	struct table *t = table_new(ctl, heads);
	for (unsigned i = 0; i < RELIABILITY_BINS; i++) {
		const struct reliability_bin *bin = &r->bins[i];
		char range[32];
		if (bin->pairs == 0)
			continue;
		double said = (double)bin->scores / 1000 / (double)bin->pairs, is_true = (double)bin->same / (double)bin->pairs;
		snprintf(range, sizeof(range), "%u-%u", i == 0 ? RELIABILITY_LEAST : i * 100, i + 1 == RELIABILITY_BINS ? 1000 : i * 100 + 99);
		table_text(t, bytes_of(range));
		table_int(t, (int64_t)bin->pairs);
		add_real_cell(t, said);
		add_real_cell(t, is_true);
		add_real_cell(t, said - is_true);
	}
	table_end(t, "no labelled pair has a score of 50 or more");
}

static void add_ratio(struct text *out, const char *key, double ratio)
{
	char text[32];
	snprintf(text, sizeof(text), "%.4f", ratio);
	json_key(out, key);
	json_raw(out, bytes_of(text));
}

static void add_bins(struct text *out, const struct reliability *r)
{
	json_key(out, "bins");
	json_open_array(out);
	for (unsigned i = 0; i < RELIABILITY_BINS; i++) {
		const struct reliability_bin *bin = &r->bins[i];
		if (bin->pairs == 0)
			continue;
		json_open_object(out);
		json_member_int(out, "from", i == 0 ? RELIABILITY_LEAST : (int)i * 100);
		json_member_int(out, "pairs", (int64_t)bin->pairs);
		add_ratio(out, "said", (double)bin->scores / 1000 / (double)bin->pairs);
		add_ratio(out, "true", (double)bin->same / (double)bin->pairs);
		json_close_object(out);
	}
	json_close_array(out);
}

static void print_json(const struct options *o, const struct reliability *all)
{
	struct text out = { 0 };
	json_open_object(&out);
	add_ratio(&out, "error", reliability_error(all));
	json_member_int(&out, "pairs", (int64_t)all->pairs);
	add_bins(&out, all);
	json_key(&out, "worlds");
	json_open_array(&out);
	for (unsigned i = 0; i < o->n_worlds; i++) {
		const struct world *w = &o->worlds[i];
		json_open_object(&out);
		json_member_string(&out, "events", bytes_of(w->events));
		json_member_string(&out, "labels", bytes_of(w->labels_path));
		add_ratio(&out, "error", reliability_error(&w->reliability));
		json_member_int(&out, "pairs", (int64_t)w->reliability.pairs);
		json_close_object(&out);
	}
	json_close_array(&out);
	json_close_object(&out);
	printf("%.*s\n", BYTES_ARG(text_bytes(&out)));
	text_free(&out);
}

static void print_errors(const struct options *o, const struct reliability *all)
{
	for (unsigned i = 0; i < o->n_worlds && o->n_worlds > 1; i++)
		printf("%s: calibration error %.4f\n", o->worlds[i].events, reliability_error(&o->worlds[i].reliability));
	printf("calibration error %.4f over the pairs with a score of %d or more%s\n", reliability_error(all), RELIABILITY_LEAST,
	       o->is_check ? "" : ", on what the table was fitted to");
}

/* 1 when nothing could be judged, or the error is above what may be. */
static int report(struct ctl *ctl, const struct options *o)
{
	struct reliability all = { 0 };
	for (unsigned i = 0; i < o->n_worlds; i++) {
		print_left_over(&o->worlds[i]);
		reliability_merge(&all, &o->worlds[i].reliability);
	}
	if (!has_report(o))
		return 0;
	if (all.pairs == 0)
		return ctl_fail("no pair of labelled accounts has a score of %d or more: there is nothing to judge by", RELIABILITY_LEAST);
	if (ctl->as_json) {
		print_json(o, &all);
	} else {
		print_table(ctl, &all);
		if (!ctl->as_csv)
			print_errors(o, &all);
	}
	if (o->max_error >= 0 && reliability_error(&all) > o->max_error)
		return ctl_fail("the calibration error %.4f is above %.4f", reliability_error(&all), o->max_error);
	return 0;
}

/* -- the work -- */

static enum err write_table(struct calibration *c, const char *path, struct errbuf *eb)
{
	struct bytes fitted_on[WORLDS_MAX];
	struct text lines[WORLDS_MAX] = { { 0 } }, content = { 0 };
	struct table_source source = { c->rules, c->counts, fitted_on, c->n_worlds };
	for (unsigned i = 0; i < c->n_worlds; i++) {
		describe_world(&c->worlds[i], &lines[i]);
		fitted_on[i] = text_bytes(&lines[i]);
	}
	table_write(&source, &content);
	enum err err = table_save(text_bytes(&content), path, eb);
	text_free(&content);
	for (unsigned i = 0; i < c->n_worlds; i++)
		text_free(&lines[i]);
	return err;
}

static enum err load(struct options *o, struct ruleset **rules, struct errbuf *eb)
{
	char *shipped_rules = o->rules_dir == NULL ? config_shipped_path("rules/default") : NULL;
	char *shipped_kinds = o->asn_kinds == NULL ? config_shipped_path("config/asn-kinds.csv") : NULL;
	struct text problems = { 0 };
	enum err err = ruleset_load(o->rules_dir != NULL ? o->rules_dir : shipped_rules, false, rules, &problems, eb);
	if (err != ERR_OK)
		fwrite(text_bytes(&problems).ptr, 1, problems.len, stderr);
	for (unsigned i = 0; i < o->n_worlds && err == ERR_OK; i++)
		err = world_open(&o->worlds[i], o->asn_kinds != NULL ? o->asn_kinds : shipped_kinds, eb);
	if (err == ERR_OK && !o->is_check && (*rules)->table.n == 0)
		err = errbuf_set(eb, ERR_INPUT, "no rule has tokens (`by`): there is nothing to fit");
	text_free(&problems);
	free(shipped_rules);
	free(shipped_kinds);
	return err;
}

static enum err work(struct calibration *c, const struct options *o, struct errbuf *eb)
{
	enum err err = o->is_check ? ERR_OK : calibration_fit(c, eb);
	if (err == ERR_OK && !o->is_check)
		err = write_table(c, o->out != NULL ? o->out : "-", eb);
	if (err == ERR_OK && has_report(o))
		err = calibration_check(c, eb);
	return err;
}

static int calibrate_run(struct ctl *ctl, int argc, char **argv)
{
	struct options *o = xcalloc(1, sizeof(*o));
	struct calibration c = { .ctl = ctl, .worlds = o->worlds };
	struct errbuf eb = { { 0 } };
	int status = parse_options(o, &argc, argv);
	c.n_worlds = o->n_worlds;
	c.l2 = o->l2;
	enum err err = status == 0 ? load(o, &c.rules, &eb) : ERR_OK;
	if (status == 0 && err == ERR_OK)
		err = work(&c, o, &eb);
	if (err != ERR_OK)
		status = ctl_fail("%s", eb.text);
	else if (status == 0)
		status = report(ctl, o);
	for (unsigned i = 0; i < o->n_worlds; i++)
		world_close(&o->worlds[i]);
	free(c.counts);
	ruleset_free(c.rules);
	free(o);
	return status;
}

static const struct reference_option calibrate_options[] = {
	{ "--events", "FILE", "Events; several times for several worlds, each with labels of its own.", NULL },
	{ "--labels", "FILE", "CSV with the columns account and person, and operator_person where somebody works for others.", NULL },
	{ "--networks", "FILE", "A networks file; with several worlds one each.", NULL },
	{ "--asn-kinds", "FILE", "The list of AS numbers whose kind is known; without it the shipped one.", NULL },
	{ "--rules", "DIR", "The folder of rules; without it the shipped one.", NULL },
	{ "--out", "FILE", "Where the table goes, at once and whole; without it to standard output.", NULL },
	{ "--l2", "X", "How much weights are held near 0, where there are few pairs; without it 1.", NULL },
	{ "--check", NULL, "Fits nothing: says how far scores are probabilities with the table that there is.", NULL },
	{ "--max-error", "X", "Fails when the calibration error is above.", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_calibrate = {
	.name = "calibrate", .arguments = "--events=FILE --labels=FILE [OPTION]...", .options = calibrate_options, .run = calibrate_run,
	.help = "Fits the table of the rules (table.yaml) to accounts whose persons are known, or checks it against them.",
	.more = "Pairs of one operator's clients, and of an operator and a client, are left out. The same files give the same bytes.",
	.example = "assocctl calibrate --events events.ndjson --labels labels.csv --networks networks.csv --out rules/table.yaml",
};
