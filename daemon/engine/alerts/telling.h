/* Alerts that changed, until whoever is told of them is told. */
#ifndef ASSOCD_ENGINE_ALERTS_TELLING_H
#define ASSOCD_ENGINE_ALERTS_TELLING_H

#include "alert_table.h"

#define UNTOLD_NOTED 0x80 /* in alert.untold: it is in touched.alerts */

/* The form that it has now goes out; silently: into the table of alerts, and no sink is told. */
void alert_emit(struct engine *e, enum effect_type type, struct alert *alert);
void alert_emit_silently(struct engine *e, enum effect_type type, struct alert *alert);
/* The alert changed, and is told at the end of the event; at once where its policy groups nothing. */
void telling_note(struct engine *e, enum effect_type type, struct alert *alert);
/* It is looked at at the end of the event; with a type, it changed so. */
void telling_list(struct engine *e, uint32_t number);
void telling_list_change(struct engine *e, uint32_t number, enum effect_type type);

#endif
