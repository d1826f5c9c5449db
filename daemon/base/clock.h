/* Wall and monotonic clocks for the edges, and times as text. The engine never includes the first half: time arrives in events. */
#ifndef ASSOCD_BASE_CLOCK_H
#define ASSOCD_BASE_CLOCK_H

#include "bytes.h"

int64_t clock_wall_ms(void);
int64_t clock_mono_us(void);
/* CPU time of this process, user and system. */
int64_t clock_cpu_us(void);

/* "2026-01-01T00:00:00.123Z" (24 bytes and NUL). Years 0 to 9999. */
#define TIME_TEXT_SIZE 25
void time_format(int64_t ms, char out[TIME_TEXT_SIZE]);
/* RFC 3339 date-time (section 5.6), any offset, fraction of any length (cut to ms). False on anything else. */
bool time_parse_rfc3339(struct bytes text, int64_t *ms);
/* Civil UTC date to days since 1970-01-01 and back (proleptic Gregorian). */
int64_t time_days_from_civil(int year, int month, int day);
void time_civil_from_days(int64_t days, int *year, int *month, int *day);
/* "90s", "15m", "72h", "7d", "2w", "1500ms", "0": to milliseconds. False when there is no unit, or out of range. */
bool time_parse_duration(struct bytes text, int64_t *ms);
/* Short form for people: "3 d", "5 h", "12 min", "40 s". Returns out. */
char *time_duration_text(int64_t ms, char *out, size_t size);
/* As files write it, exactly: "90s", "36h", "0"; time_parse_duration reads it back. ms is not negative. Returns out. */
char *time_duration_written(int64_t ms, char *out, size_t size);

#endif
