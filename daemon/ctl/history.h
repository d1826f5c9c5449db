/* Histories of accounts and clusters, shown alike. */
#ifndef ASSOCD_CTL_HISTORY_H
#define ASSOCD_CTL_HISTORY_H

#include "ctl.h"

/* kind: "accounts", "clusters". The exit status. */
int history_show(struct ctl *ctl, const char *kind, const char *name);

#endif
