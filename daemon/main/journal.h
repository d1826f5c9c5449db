/* From journal rows to events of today: payloads are decoded, and kind indexes of an older list of kinds translated. */
#ifndef ASSOCD_MAIN_JOURNAL_H
#define ASSOCD_MAIN_JOURNAL_H

#include "daemon/model/event.h"
#include "daemon/store/store.h"

struct journal_map;
/* Reads the lists of names of the store. */
enum err journal_map_new(const char *dir, const struct kinds *kinds, struct journal_map **out, struct errbuf *eb) MUST_CHECK;
void journal_map_free(struct journal_map *m);
/* Does the newest list differ from these kinds? */
bool journal_map_is_stale(const struct journal_map *m);
/* From here on payloads are written by these kinds. */
enum err journal_note_kinds(const char *dir, const struct kinds *kinds, uint64_t from_seq, struct errbuf *eb) MUST_CHECK;
/* Values of events up to `through` count by their second key, and those of hashed kinds that have none are gone. */
void journal_map_retire(struct journal_map *m, uint64_t through);
/* The event, its strings and attributes in the arena. ERR_CORRUPT names the row. */
enum err journal_event(const struct journal_map *m, const struct store_event *row, struct arena *a, struct event *out,
		       struct errbuf *eb) MUST_CHECK;

#endif
