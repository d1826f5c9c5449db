/* A copy of the database beside a running daemon, and whether a copy is whole. */
#ifndef ASSOCD_STORE_BACKUP_H
#define ASSOCD_STORE_BACKUP_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

struct backup_progress { void (*tell)(void *arg, uint64_t done, uint64_t of); void *arg; };
/* DIR/assocd.db as of one moment into the new file `to`, synced. It disturbs no daemon: the write-ahead log only grows until
 * the copy is done. On an error there is no `to`. */
enum err backup_make(const char *dir, const char *to, const struct backup_progress *progress, struct errbuf *eb) MUST_CHECK;

struct backup_facts { uint64_t events, last_seq, alerts, bytes; };
/* Reads all of a database that nobody writes: structure, indexes, every event of the journal, and their number. ERR_BUSY when
 * a write-ahead log lies beside it. */
enum err backup_verify(const char *path, struct backup_facts *out, struct errbuf *eb) MUST_CHECK;

#endif
