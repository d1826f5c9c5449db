/* Metrics as rows of a table.
 * I1: values of row r lie at first[r] .. first[r + 1]: one a series; a histogram has one a bucket, then +Inf, then the
 *     sum in microseconds. */
#include "metrics.h"

#include <stdlib.h>

#include "err.h"

static const struct {
	uint64_t us;
	const char *le;
} buckets[] = {
	{ 10, "1e-05" }, { 30, "3e-05" }, { 100, "0.0001" }, { 300, "0.0003" }, { 1000, "0.001" }, { 3000, "0.003" },
	{ 10000, "0.01" }, { 30000, "0.03" }, { 100000, "0.1" }, { 300000, "0.3" }, { 1000000, "1" }, { 3000000, "3" },
	{ 10000000, "10" },
};
#define BUCKETS ARRAY_LEN(buckets)

struct metrics {
	const struct metric_row *rows;
	size_t n;
	size_t *first;
	uint64_t *values;
};

static size_t series_of(const struct metric_row *row)
{
	if (row->type == METRIC_HISTOGRAM)
		return BUCKETS + 2;
	size_t n = 0;
	while (row->label && row->label_values[n])
		n++;
	return row->label ? n : 1;
}

struct metrics *metrics_new(const struct metric_row *rows, size_t n)
{
	struct metrics *m = xcalloc(1, sizeof(*m));
	m->rows = rows;
	m->n = n;
	m->first = xcalloc(n + 1, sizeof(*m->first));
	for (size_t i = 0; i < n; i++)
		m->first[i + 1] = m->first[i] + series_of(&rows[i]);
	m->values = xcalloc(m->first[n], sizeof(*m->values));
	return m;
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	free(m->first);
	free(m->values);
	free(m);
}

static uint64_t *series(const struct metrics *m, unsigned row, unsigned label)
{
	BUG_ON(row >= m->n || m->first[row] + label >= m->first[row + 1]);
	return &m->values[m->first[row] + label];
}

void metrics_add(struct metrics *m, unsigned row, unsigned label, uint64_t by)
{
	*series(m, row, label) += by;
}

void metrics_set(struct metrics *m, unsigned row, unsigned label, int64_t value)
{
	*series(m, row, label) = (uint64_t)value;
}

void metrics_observe_us(struct metrics *m, unsigned row, uint64_t us)
{
	metrics_observe_many_us(m, row, us, 1);
}

void metrics_observe_many_us(struct metrics *m, unsigned row, uint64_t us, uint64_t n)
{
	BUG_ON(row >= m->n || m->rows[row].type != METRIC_HISTOGRAM);
	unsigned bucket = 0;
	while (bucket < BUCKETS && us > buckets[bucket].us)
		bucket++;
	*series(m, row, bucket) += n;
	*series(m, row, BUCKETS + 1) += us * n;
}

static void print_histogram(const struct metrics *m, unsigned row, struct text *out)
{
	const char *name = m->rows[row].name;
	uint64_t count = 0;
	for (unsigned i = 0; i < BUCKETS; i++) {
		count += *series(m, row, i);
		text_addf(out, "%s_bucket{le=\"%s\"} %llu\n", name, buckets[i].le, (unsigned long long)count);
	}
	count += *series(m, row, BUCKETS);
	uint64_t sum = *series(m, row, BUCKETS + 1);
	text_addf(out, "%s_bucket{le=\"+Inf\"} %llu\n", name, (unsigned long long)count);
	text_addf(out, "%s_sum %llu.%06llu\n%s_count %llu\n", name, (unsigned long long)(sum / 1000000),
		(unsigned long long)(sum % 1000000), name, (unsigned long long)count);
}

static void print_escaped(struct text *out, const char *s, bool quoted)
{
	for (; *s; s++) {
		if (*s == '\n') {
			text_adds(out, "\\n");
			continue;
		}
		if (*s == '\\' || (quoted && *s == '"'))
			text_addc(out, '\\');
		text_addc(out, *s);
	}
}

static void print_series(const struct metrics *m, unsigned row, unsigned label, struct text *out)
{
	const struct metric_row *r = &m->rows[row];
	text_adds(out, r->name);
	if (r->label) {
		text_addf(out, "{%s=\"", r->label);
		print_escaped(out, r->label_values[label], true);
		text_adds(out, "\"}");
	}
	text_addc(out, ' ');
	if (r->type == METRIC_GAUGE)
		text_addi(out, (int64_t)*series(m, row, label));
	else
		text_addu(out, *series(m, row, label));
	text_addc(out, '\n');
}

void metrics_print(const struct metrics *m, struct text *out)
{
	static const char *const types[] = { "counter", "gauge", "histogram" };
	for (unsigned row = 0; row < m->n; row++) {
		const struct metric_row *r = &m->rows[row];
		text_addf(out, "# HELP %s ", r->name);
		print_escaped(out, r->help, false);
		text_addf(out, "\n# TYPE %s %s\n", r->name, types[r->type]);
		if (r->type == METRIC_HISTOGRAM) {
			print_histogram(m, row, out);
			continue;
		}
		for (unsigned label = 0; label < m->first[row + 1] - m->first[row]; label++)
			print_series(m, row, label, out);
	}
}
