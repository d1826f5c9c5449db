/* Sinks as the configuration has them, and what people ask of them. */
#ifndef ASSOCD_MAIN_SINK_ACTS_H
#define ASSOCD_MAIN_SINK_ACTS_H

#include "daemon.h"

/* Is every entry of `sinks:` right? Nothing is kept. */
enum err sinks_check(const struct config *c, struct errbuf *eb) MUST_CHECK;
enum err start_sinks(struct daemon *d, struct errbuf *eb) MUST_CHECK;
/* Fit api_ports.sinks and api_ports.sink_act. */
void report_sinks(void *arg, struct text *json);
enum err act_on_sink(void *arg, enum api_sink_act act, struct bytes name, api_json_fn *done, void *done_arg);

#endif
