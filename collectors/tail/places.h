/* STATE/tail.places: a line of JSON for each log, replaced as a whole. It is not synced: after a power cut an older
 * version, or none, costs reading again what the event ids then show to be duplicates. */
#ifndef ASSOCD_COLLECTORS_TAIL_PLACES_H
#define ASSOCD_COLLECTORS_TAIL_PLACES_H

#include "daemon/base/text.h"

struct places;
/* A missing file is empty; a damaged line is left out. */
struct places *places_load(const char *path);
void places_free(struct places *p);
/* The line of the log that follows `path`; empty when there is none. Borrowed. */
struct bytes places_find(const struct places *p, const char *path);
enum err places_write(const char *path, struct bytes lines, struct errbuf *eb) MUST_CHECK;

#endif
