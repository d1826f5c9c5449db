/* The types of sinks: a line here and a file beside it is all that a new one needs. */
#include "sink.h"

const struct sink *const sink_types[] = { &sink_webhook, &sink_alertmanager, &sink_syslog, &sink_journald, &sink_mail, NULL };
