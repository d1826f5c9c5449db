/* Alerts: opened, updated and resolved. */
#ifndef ASSOCD_ENGINE_ALERTS_ALERTS_H
#define ASSOCD_ENGINE_ALERTS_ALERTS_H

#include "alert_table.h"

void alert_open(struct engine *e, uint32_t policy, const struct alert_subject *subject, int score);
/* Deadline and steps count from now on. */
void alert_begin_clock(const struct engine *e, struct alert *alert);
void alert_update(struct engine *e, struct alert *alert, int score);
/* Takes the policy's step: another level, another recommendation. */
void alert_escalate(struct engine *e, struct alert *alert, unsigned step);
void alert_resolve(struct engine *e, struct alert *alert, const char *resolution, struct bytes reason);
/* As alert_resolve, and it does not open anew while its condition holds. */
void alert_close(struct engine *e, struct alert *alert, struct bytes resolution, struct bytes reason);
/* It changed: its newest form goes to whoever is told, at the end of the event where it is grouped with others (merging.h). */
void alert_tell(struct engine *e, enum effect_type type, struct alert *alert);
/* A text of the alert; empty: none. */
void alert_set_text(struct engine *e, uint32_t *place, struct bytes text);
/* The account appeals: the alert stays until appeal_end, or until a person settles it. False: it is resolved, or appealed in
 * this round already. */
bool alert_appeal(struct engine *e, struct alert *alert, unsigned round);
/* The appeal came to nothing that settles the alert: its condition counts again. */
void alert_end_appeal(struct engine *e, struct alert *alert);
/* The condition became NO: what a person resolved may open anew from now on. */
void alert_forget(struct engine *e, struct alert *alert);
void alert_fini(struct alert *alert);

#endif
