/* What calibrate says: worlds in a sentence, what was of no use, the reliability of scores. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate.h"
#include "print.h"

/* The file and the folder that it is in: a table does not say whose machine it was made on. */
static const char *short_path(const char *path)
{
	const char *at = path + strlen(path);
	for (unsigned slashes = 0; at > path && (at[-1] != '/' || slashes < 1); at--)
		slashes += at[-1] == '/';
	return at;
}

static void add_number(struct text *out, uint64_t n, const char *one, const char *many)
{
	print_count(out, (int64_t)n);
	text_addf(out, " %s", n == 1 ? one : many);
}

void world_describe(const struct world *w, struct text *out)
{
	if (w->state_dir != NULL)
		text_adds(out, "the table that was there, moved by verdicts of a journal: ");
	else
		text_addf(out, "%s with %s: ", short_path(w->events), short_path(w->labels_path));
	add_number(out, w->n_events, "event", "events");
	text_adds(out, ", ");
	if (w->state_dir == NULL) {
		add_number(out, w->met.met, "labelled account", "labelled accounts");
		text_adds(out, ", ");
	}
	add_number(out, w->pairs.pairs, "pair", "pairs");
	text_adds(out, ", ");
	print_count(out, (int64_t)w->pairs.positives);
	text_adds(out, " of one person");
}

static void add_without_events(const struct world *w, struct text *out)
{
	if (w->met.met >= w->met.accounts)
		return;
	text_addf(out, "assocctl: %s: ", w->labels_path);
	add_number(out, w->met.accounts - w->met.met, "account has", "accounts have");
	text_addf(out, " no event in %s\n", w->events);
}

static void add_without_labels(const struct world *w, struct text *out)
{
	if (w->met.unknown == 0)
		return;
	text_addf(out, "assocctl: %s: ", w->events);
	add_number(out, w->met.unknown, "account has", "accounts have");
	text_addf(out, " no label in %s; their pairs are left out\n", w->labels_path);
}

static void add_left_out(const struct world *w, struct text *out)
{
	if (w->n_left_out == 0)
		return;
	text_addf(out, "assocctl: %s: ", w->labels_path);
	add_number(out, w->n_left_out, "pair", "pairs");
	text_adds(out, " of one operator's clients, or of an operator and a client, left out\n");
}

/* Judged pairs that share nothing a rule looks at. Known only of a fit. */
static void add_not_met(const struct world *w, struct text *out)
{
	if (w->pairs.pairs == 0 || w->pairs.pairs >= w->met.pairs)
		return;
	text_addf(out, "assocctl: %s: ", w->state_dir);
	add_number(out, w->met.pairs - w->pairs.pairs, "judged pair has", "judged pairs have");
	text_adds(out, " nothing in common that a rule looks at\n");
}

void world_print_left_over(const struct world *w)
{
	struct text out = { 0 };
	if (w->state_dir != NULL) {
		add_not_met(w, &out);
	} else {
		add_without_events(w, &out);
		add_without_labels(w, &out);
		add_left_out(w, &out);
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
	table_end(t, "no pair with a label has a score of 50 or more");
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

static struct bytes name_of(const struct world *w)
{
	return bytes_of(w->state_dir != NULL ? w->state_dir : w->events);
}

static void print_json(const struct calibration *c, const struct reliability *all)
{
	struct text out = { 0 };
	json_open_object(&out);
	add_ratio(&out, "error", reliability_error(all));
	json_member_int(&out, "pairs", (int64_t)all->pairs);
	add_bins(&out, all);
	json_key(&out, "worlds");
	json_open_array(&out);
	for (unsigned i = 0; i < c->n_worlds; i++) {
		const struct reliability *r = &c->worlds[i].reliability;
		json_open_object(&out);
		json_member_string(&out, "events", name_of(&c->worlds[i]));
		add_ratio(&out, "error", reliability_error(r));
		json_member_int(&out, "pairs", (int64_t)r->pairs);
		json_close_object(&out);
	}
	json_close_array(&out);
	json_close_object(&out);
	printf("%.*s\n", BYTES_ARG(text_bytes(&out)));
	text_free(&out);
}

static void print_errors(const struct calibration *c, const struct reliability *all)
{
	for (unsigned i = 0; i < c->n_worlds && c->n_worlds > 1; i++)
		printf("%.*s: calibration error %.4f\n", BYTES_ARG(name_of(&c->worlds[i])), reliability_error(&c->worlds[i].reliability));
	printf("calibration error %.4f over the pairs with a score of %d or more%s\n", reliability_error(all), RELIABILITY_LEAST,
	       c->counts == NULL ? "" : ", on what the table was fitted to");
}

int calibration_report(const struct calibration *c, double max_error)
{
	struct reliability all = { 0 };
	for (unsigned i = 0; i < c->n_worlds; i++)
		reliability_merge(&all, &c->worlds[i].reliability);
	if (all.pairs == 0)
		return ctl_fail("no pair with a label has a score of %d or more: there is nothing to judge by", RELIABILITY_LEAST);
	if (c->ctl->as_json) {
		print_json(c, &all);
	} else {
		print_table(c->ctl, &all);
		if (!c->ctl->as_csv)
			print_errors(c, &all);
	}
	if (max_error >= 0 && reliability_error(&all) > max_error)
		return ctl_fail("the calibration error %.4f is above %.4f", reliability_error(&all), max_error);
	return 0;
}
