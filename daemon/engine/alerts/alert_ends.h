/* Alerts that end with time, or with the accounts that they are about. */
#ifndef ASSOCD_ENGINE_ALERTS_ALERT_ENDS_H
#define ASSOCD_ENGINE_ALERTS_ALERT_ENDS_H

#include "alert_table.h"

/* Its time is over; an alert that somebody took on, put off or was given stays. */
void alert_expire(struct engine *e, struct alert *alert, int64_t after_ms);
/* The account was closed: what stood before about closed accounts alone ends. */
void alerts_close_with_account(struct engine *e, uint32_t account);
/* It ended so, and one of the accounts that it is about now is not closed. */
bool alert_is_back(const struct engine *e, const struct alert *alert);

#endif
