/* Who was erased, in the state folder: STATE/erased.key (32 random bytes) and STATE/erased, a line an account:
 * the HMAC-SHA-256 of its name under that key in hexadecimal, and the time. Lines are only ever added. */
#ifndef ASSOCD_MAIN_TOMBSTONES_H
#define ASSOCD_MAIN_TOMBSTONES_H

#include "daemon/model/erased.h"

/* NULL in *out when nobody was. ERR_CORRUPT names the line. */
enum err tombstones_read(const char *dir, struct erased **out, struct errbuf *eb) MUST_CHECK;
/* Before the first of its events goes, synced; the key is made with the first. Nothing is added when it is there. */
enum err tombstones_add(const char *dir, struct bytes account, struct errbuf *eb) MUST_CHECK;

/* How many of the lines this database is free of: a database that was restored from a backup knows of fewer than there are. */
#define TOMBSTONES_FACT "erased"

#endif
