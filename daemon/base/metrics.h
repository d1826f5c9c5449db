/* Counters, gauges and histograms as rows of a table; printed in the Prometheus text format (version 0.0.4).
 * A registry is owned by the loop thread; other threads hand over their numbers. Labels are bounded by the table:
 * never an account or an address. */
#ifndef ASSOCD_BASE_METRICS_H
#define ASSOCD_BASE_METRICS_H

#include "text.h"

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metric_row {
	const char *name; /* with the assocd_ prefix, base units, _total for counters */
	enum metric_type type;
	const char *help;
	const char *label;               /* label name, or NULL */
	const char *const *label_values; /* NULL-terminated, when label is set */
};

struct metrics;

/* rows is borrowed for life; a metric is named by its index in rows, a series by (index, label index). */
struct metrics *metrics_new(const struct metric_row *rows, size_t n);
void metrics_free(struct metrics *m);
void metrics_add(struct metrics *m, unsigned row, unsigned label, uint64_t by);
void metrics_set(struct metrics *m, unsigned row, unsigned label, int64_t value);
/* Histogram in seconds, buckets 10 us .. 10 s by powers of about 3. */
void metrics_observe_us(struct metrics *m, unsigned row, uint64_t us);
/* The same value n times. */
void metrics_observe_many_us(struct metrics *m, unsigned row, uint64_t us, uint64_t n);
void metrics_print(const struct metrics *m, struct text *out);

#endif
