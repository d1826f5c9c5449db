/* The files of a state folder beside its database, copied. */
#ifndef ASSOCD_CTL_STATE_COPY_H
#define ASSOCD_CTL_STATE_COPY_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

/* Keys, tokens, imported networks, where collectors got to: every regular file, folders and all, synced, owner and group kept
 * where that is allowed. Not the database, nor what a start makes anew (snapshot, lock, sockets), nor logs (*.jsonl*).
 * n and size are added to. `to` exists. */
struct state_copied { uint64_t files, bytes; };
enum err state_copy(const char *from, const char *to, struct state_copied *out, struct errbuf *eb) MUST_CHECK;

#endif
