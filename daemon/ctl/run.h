/* The command line of assocctl, whole: global options, finding the command, help, completion. */
#ifndef ASSOCD_CTL_RUN_H
#define ASSOCD_CTL_RUN_H

#include <stdio.h>

#include "ctl.h"

/* Returns the exit status. */
int ctl_run(int argc, char **argv);
void ctl_take_global_options(struct ctl *ctl, int *argc, char **argv);
/* The row whose words start the arguments, the longest name first; *words is how many they are. NULL: none. */
const struct ctl_command *ctl_find(int argc, char **argv, int *words);
/* Says what is nearest to it; returns 2. */
int ctl_unknown_command(int argc, char **argv);
void ctl_print_help(const struct ctl_command *command); /* NULL: all */
/* Is the word the first of commands of several words ("rules")? */
bool ctl_begins_commands(const char *word);
/* Those of that first word, each with its sentence; NULL: all, under their headings. */
void ctl_list_commands(FILE *to, const char *first);
/* What may follow the words, the last of which is only begun: one a line into out. False: a file name belongs there. */
bool ctl_complete(struct ctl *ctl, int argc, char **argv, struct text *out);

#endif
