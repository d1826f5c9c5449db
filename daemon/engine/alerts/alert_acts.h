/* What people do with alerts. */
#ifndef ASSOCD_ENGINE_ALERTS_ALERT_ACTS_H
#define ASSOCD_ENGINE_ALERTS_ALERT_ACTS_H

#include "alert_table.h"

/* What a person did with it; of one that is resolved only a note counts, and that it is opened again. False: it
 * changed nothing. */
bool alert_statement(struct engine *e, const struct event *ev, struct alert *alert);
/* It is put off no longer. */
void alert_wake(struct engine *e, struct alert *alert);

#endif
