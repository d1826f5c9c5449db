/* What capture and join say of themselves. */
#ifndef ASSOCD_COLLECTORS_PACKETS_REPORT_H
#define ASSOCD_COLLECTORS_PACKETS_REPORT_H

#include "join.h"
#include "sources.h"

/* Members of the status. */
void packets_status(const struct sources *sources, const struct join *join, struct text *json);
/* In the Prometheus text format. */
void packets_metrics(const struct sources *sources, const struct join *join, struct text *out);

#endif
