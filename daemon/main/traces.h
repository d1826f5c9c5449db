/* Do bytes still stand anywhere in what the daemon keeps? The files are read as they lie on the disk, free space of the
 * database and all. */
#ifndef ASSOCD_MAIN_TRACES_H
#define ASSOCD_MAIN_TRACES_H

#include "daemon/base/text.h"

#define TRACES_WORDS 3
#define TRACES_SHORTEST 7 /* what is shorter is found in anything */

struct traces {
	uint64_t bytes;             /* read */
	uint64_t database, elsewhere; /* times found */
	struct text where;          /* names of files beside the database */
	uint64_t barred;            /* files that could not be read */
	struct text barred_at;      /* the first of them, and why */
};
/* Every regular file of the state folder, and the alert log with what rotation made of it. The caller frees both texts. */
struct traces_wanted {
	struct bytes exact; /* wherever it stands */
	struct bytes words[TRACES_WORDS]; /* where they are no part of a longer name; one that stands twice counts once */
};
void traces_look(const char *dir, const char *alert_log, const struct traces_wanted *wanted, struct traces *out);

#endif
