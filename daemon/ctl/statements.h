/* What the commands share that state something. */
#ifndef ASSOCD_CTL_STATEMENTS_H
#define ASSOCD_CTL_STATEMENTS_H

#include "ctl.h"

/* Name of the user, who says it unless --actor does. */
const char *statement_user(void);
void statement_member(struct text *body, const char *key, const char *value); /* unless there is none */
/* Closes the body, sends it, says what became of it; the exit status. */
int statement_send(struct ctl *ctl, const char *path, struct text *body);

#define STATEMENT_REASON { "--reason", "TEXT", "Why; the journal keeps it.", NULL }
#define STATEMENT_ACTOR { "--actor", "NAME", "Who says it; without it the name of the user.", NULL }

#endif
