/* Alerts: found, by what they are about, by id, and of those that are merged (merging.h) the one that leads. */
#ifndef ASSOCD_ENGINE_ALERTS_ALERT_TABLE_H
#define ASSOCD_ENGINE_ALERTS_ALERT_TABLE_H

#include "daemon/engine/state/state.h"

static inline uint32_t alert_number(const struct engine *e, const struct alert *alert)
{
	return (uint32_t)(alert - e->alerts.at);
}

struct alert_subject { uint8_t scope; uint32_t a, b; };
/* Of a policy and its subject. */
uint64_t alert_key(uint32_t policy, const struct alert_subject *subject);
struct alert *alert_find(const struct engine *e, uint32_t policy, const struct alert_subject *subject);
/* Numbers of the alerts that stand about the account, its links or its cluster, oldest first. */
struct alert_numbers VEC(uint32_t);
void alerts_of_account(const struct engine *e, uint32_t account, struct alert_numbers *out);
/* NULL when there is none that people know. */
struct alert *alert_by_id(const struct engine *e, struct bytes id);

/* Of the whole that it stands for, itself among it. */
bool alert_is_merged(const struct alert *alert);
uint8_t merged_level(const struct engine *e, const struct alert *lead);
/* The one that people work on: its lead, or itself. */
const struct alert *alert_leading(const struct engine *e, const struct alert *alert);

#endif
