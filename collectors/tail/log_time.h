/* Times as log files write them. */
#ifndef ASSOCD_COLLECTORS_TAIL_LOG_TIME_H
#define ASSOCD_COLLECTORS_TAIL_LOG_TIME_H

#include "daemon/base/bytes.h"

enum time_form {
	TIME_AUTO,     /* the first of those below that fits; a bare number by its size: s, ms or us */
	TIME_RFC3339,  /* 2026-01-01T00:00:00.123+01:00, also +0100 */
	TIME_SYSLOG,   /* Jan  1 00:00:00: no year, no zone */
	TIME_CLF,      /* 01/Jan/2026:00:00:00 +0100 */
	TIME_DATETIME, /* 2026-01-01 00:00:00.123, 2026/01/01 00:00:00: no zone */
	TIME_EPOCH_S, TIME_EPOCH_MS, TIME_EPOCH_US,
	TIME_FORMS
};
extern const char *const time_form_names[TIME_FORMS];

/* What a time without year or zone is read against. */
struct time_basis {
	int64_t file_ms;    /* modification time of the file: a year is the latest that is not after it + 1 day */
	bool is_local;      /* zone of this machine */
	int offset_minutes; /* else: east of UTC */
};

/* Years 1970 to 9999. False when the text does not have the form. */
bool decode_log_time(struct bytes text, enum time_form form, const struct time_basis *basis, int64_t *ms);

#endif
