/* Alerts: opened, updated and resolved. */
#ifndef ASSOCD_ENGINE_ALERTS_ALERTS_H
#define ASSOCD_ENGINE_ALERTS_ALERTS_H

#include "daemon/engine/state/state.h"

struct alert_subject { uint8_t scope; uint32_t a, b; };
/* Of a policy and its subject. */
uint64_t alert_key(uint32_t policy, const struct alert_subject *subject);
struct alert *alert_find(const struct engine *e, uint32_t policy, const struct alert_subject *subject);
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
/* The form that it has now goes out; silently: into the table of alerts, and no sink is told. */
void alert_emit(struct engine *e, enum effect_type type, struct alert *alert);
void alert_emit_silently(struct engine *e, enum effect_type type, struct alert *alert);
/* A text of the alert; empty: none. */
void alert_set_text(struct engine *e, uint32_t *place, struct bytes text);
/* The account appeals: the alert stays until appeal_end, or until a person settles it. False: it is resolved, or appealed in
 * this round already. */
bool alert_appeal(struct engine *e, struct alert *alert, unsigned round);
/* The appeal came to nothing that settles the alert: its condition counts again. */
void alert_end_appeal(struct engine *e, struct alert *alert);
/* Numbers of the alerts that stand about the account, its links or its cluster, oldest first. */
struct alert_numbers VEC(uint32_t);
void alerts_of_account(const struct engine *e, uint32_t account, struct alert_numbers *out);
/* NULL when there is none that people know. */
struct alert *alert_by_id(const struct engine *e, struct bytes id);
/* What a person did with it (alert_acts.c); of one that is resolved only a note counts, and that it is opened again. False: it
 * changed nothing. */
bool alert_statement(struct engine *e, const struct event *ev, struct alert *alert);
/* Its time is over; an alert that somebody took on, put off or was given stays. */
void alert_expire(struct engine *e, struct alert *alert, int64_t after_ms);
/* It is put off no longer. */
void alert_wake(struct engine *e, struct alert *alert);
/* The account was closed: what stood before about closed accounts alone ends. */
void alerts_close_with_account(struct engine *e, uint32_t account);
/* It ended so, and one of the accounts that it is about now is not closed. */
bool alert_is_back(const struct engine *e, const struct alert *alert);
/* The condition became NO: what a person resolved may open anew from now on. */
void alert_forget(struct engine *e, struct alert *alert);
void alert_fini(struct alert *alert);

#endif
