/* Processes of the same program that are not the daemon. */
#ifndef ASSOCD_MAIN_ROLES_H
#define ASSOCD_MAIN_ROLES_H

#include "config.h"

/* The exit status of the role; 2 where there is no such one. interface NULL: those of the configuration. */
int role_run(const char *role, const struct config *c, const char *interface);

#endif
