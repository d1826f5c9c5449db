/* The daemon's own log: one line, a topic, a fact, the name of the thing, what happens next. To standard error: with the
 * <N> priority prefix of sd-daemon(3) where the journal reads it ($JOURNAL_STREAM of systemd.exec(5)), else with the time,
 * and the date too where it is no terminal. Control bytes are escaped. */
#ifndef ASSOCD_BASE_LOG_H
#define ASSOCD_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARN = 4, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

/* Process-wide threshold, set once by main before threads start. */
void log_set_level(enum log_level level);
void log_line(enum log_level level, const char *topic, const char *fmt, ...) PRINTF_LIKE(3, 4);
#define log_error(topic, ...) log_line(LOG_LEVEL_ERROR, topic, __VA_ARGS__)
#define log_warn(topic, ...) log_line(LOG_LEVEL_WARN, topic, __VA_ARGS__)
#define log_info(topic, ...) log_line(LOG_LEVEL_INFO, topic, __VA_ARGS__)
#define log_debug(topic, ...) log_line(LOG_LEVEL_DEBUG, topic, __VA_ARGS__)

/* For what others can make happen as often as they like: one line a while, whatever happens. */
struct log_pace {
	int64_t again_us;  /* not before */
	uint64_t left_out; /* since the last line */
};
#define LOG_PACE_US (60 * INT64_C(1000000))
/* True when a line is due: at once after a quiet time, then every LOG_PACE_US. It stands for *n happenings. */
bool log_is_due(struct log_pace *pace, int64_t mono_us, uint64_t happened, uint64_t *n);

#endif
