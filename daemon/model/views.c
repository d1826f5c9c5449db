/* The words for what views hold; order is that of the enums. */
#include "views.h"

const char *const link_state_names[LINK_STATES] = { "suspected", "explained", "joint", "confirmed", "cleared", "withdrawn" };

const char *const band_names[BANDS] = { "none", "possible", "probable", "strong" };

const char *const alert_state_names[ALERT_STATES] = { "open", "acknowledged", "appealed", "resolved" };
