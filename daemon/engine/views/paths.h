/* The strongest way from one account to another over links that are shown. */
#ifndef ASSOCD_ENGINE_VIEWS_PATHS_H
#define ASSOCD_ENGINE_VIEWS_PATHS_H

#include "daemon/engine/state/state.h"

#define PATH_LINKS_MAX 8
#define PATH_ACCOUNTS_MAX 4096 /* looked at, nearest first; beyond, there is no path */

/* Accounts from a to b, both with them; 0 without a path. */
unsigned path_between(const struct engine *e, uint32_t a, uint32_t b, uint32_t path[PATH_LINKS_MAX + 1]);

#endif
