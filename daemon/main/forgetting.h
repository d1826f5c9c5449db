/* What has had its time (`retain_...`, `truncate_addresses`) goes out of the journal: after the start, and then once a day. */
#ifndef ASSOCD_MAIN_FORGETTING_H
#define ASSOCD_MAIN_FORGETTING_H

#include "daemon.h"

/* Microseconds until it wants to be called again, -1: by event. */
int64_t step_forgetting(struct daemon *d, int64_t mono_us);
/* Something of it is on its way: it must come back before forgetting_free. */
bool forgetting_is_busy(const struct daemon *d);
void forgetting_free(struct daemon *d);

#endif
