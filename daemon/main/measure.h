/* What the daemon measures of itself beside what its parts count: latencies, memory, space, certificate, what a reload
 * refused; and the limit of memory, beyond which events are refused. The struct daemon holds the metrics; these are its verbs. */
#ifndef ASSOCD_MAIN_MEASURE_H
#define ASSOCD_MAIN_MEASURE_H

#include <stddef.h>
#include <stdint.h>

struct daemon;
struct metrics;
struct text;

struct metrics *measures_new(void);
/* n events were applied in so many microseconds together; a commit took so many. */
void measure_scoring(struct daemon *d, size_t n, int64_t took_us);
void measure_commit(struct daemon *d, int64_t took_us);
/* For /metrics, and as members of the object in work. */
void measures_print(struct daemon *d, struct text *out);
void measures_status(struct daemon *d, struct text *json);
/* Bars intake when the process is larger than memory_limit, and lets go when it has shrunk. Microseconds until it wants to
 * be called again, -1: never. */
int64_t step_memory(struct daemon *d, int64_t mono_us);

#endif
