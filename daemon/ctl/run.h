/* The command line of assocctl, whole: global flags, finding the command, help. */
#ifndef ASSOCD_CTL_RUN_H
#define ASSOCD_CTL_RUN_H

#include "ctl.h"

/* Returns the exit status. */
int ctl_run(int argc, char **argv);
/* The row whose words start the arguments, the longest name first; *words is how many they are. NULL: none. */
const struct ctl_command *ctl_find(int argc, char **argv, int *words);
void ctl_print_help(const struct ctl_command *command); /* NULL: all */

#endif
