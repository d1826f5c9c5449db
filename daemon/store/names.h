/* Payloads in the journal name attribute kinds by index. Which names the indexes stand for is kept beside them: a list
 * holds from its sequence number on, until the next one. */
#ifndef ASSOCD_STORE_NAMES_H
#define ASSOCD_STORE_NAMES_H

#include "daemon/base/bytes.h"
#include "daemon/base/err.h"

/* names: one a line, in order of index. */
typedef enum err store_names_fn(void *arg, uint64_t from_seq, struct bytes names);
/* In order of from_seq. */
enum err store_read_names(const char *dir, store_names_fn *fn, void *arg, struct errbuf *eb) MUST_CHECK;
/* Replaces a list of the same from_seq. While nothing is in flight. */
enum err store_add_names(const char *dir, uint64_t from_seq, struct bytes names, struct errbuf *eb) MUST_CHECK;

#endif
