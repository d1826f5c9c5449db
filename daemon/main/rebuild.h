/* A second engine that is made from the journal beside the first. */
#ifndef ASSOCD_MAIN_REBUILD_H
#define ASSOCD_MAIN_REBUILD_H

#include "daemon.h"

struct removal; /* removal.c: events of a site that go out first */

struct rebuild {
	struct judgement next; /* rules and enrich NULL: those of now */
	struct journal_map *journal; /* of next.rules, NULL: that of now */
	uint64_t seq;          /* applied to next so far */
	int64_t started_us, said_us;
	struct removal *removal;
};

struct rebuild *rebuild_new(struct daemon *d);

/* removal.c */
bool removal_is_done(const struct removal *m);
struct bytes removal_site(const struct removal *m);
void step_removal(struct daemon *d, struct rebuild *r);
/* Answers whoever asked, once. */
void removal_answer(struct removal *m, enum err result, const char *text);
void removal_free(struct removal *m);

#endif
