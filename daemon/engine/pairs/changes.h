/* What an event changed, written into the history of its accounts and clusters, with the cause. */
#ifndef ASSOCD_ENGINE_PAIRS_CHANGES_H
#define ASSOCD_ENGINE_PAIRS_CHANGES_H

#include "daemon/engine/state/state.h"
#include "history.h"

enum change_cause {
	CAUSE_EVIDENCE,  /* what the event's account did */
	CAUSE_VALUE,     /* a value that both hold is held by more: because = the value */
	CAUSE_STATEMENT, /* a verdict, a relation, a closure: because = said */
	CAUSE_ALERT,     /* because = said: who did what with it, or why it ended */
	CAUSE_RULES,     /* a reload (succession.h) */
	CAUSE_EVENTS_OUT, /* a site was taken out, or a person's events */
	CAUSES
};

/* The current statement as one text for ever: type, value, actor, reason, proof (of a mark: what it is on), each ended by a zero byte. */
uint32_t change_said(struct engine *e);
struct said { struct bytes type, value, actor, reason, proof; };
/* Any such text. */
uint32_t change_say(struct engine *e, const struct said *said);
void said_read(const struct engine *e, uint32_t said, struct said *out);

/* At the end of an event: touched pairs that are others than the history last said. */
void changes_of_links(struct engine *e);
void change_of_cluster(struct engine *e, const struct graph_change *change);
/* Of one that people know; of a shadow nothing is kept. What is of use to its readers only stands in its own history alone. */
void change_of_alert(struct engine *e, enum change_type type, uint32_t alert);
/* It is merged into the other, or stands by itself again and was merged into it. */
void change_of_merging(struct engine *e, enum change_type type, const struct alert *alert, const struct alert *other);
/* b NONE: about a alone. */
void change_of_verdict(struct engine *e, uint32_t a, uint32_t b);
/* Once it is another; before: in millionths. Told when it comes and when it goes. */
void change_of_contagion(struct engine *e, uint32_t account, uint32_t before);
/* A relation, closure or reinstatement; about NONE or the group. */
void change_stated(struct engine *e, enum change_type type, uint32_t account, uint32_t about);

/* Why the link of the two last changed, NULL when their history does not know it any more. */
const struct change *change_of_link(const struct engine *e, uint32_t a, uint32_t b);
/* "the device X is held by 312 accounts", in the arena; empty for what an account simply did. */
struct bytes change_reason(const struct engine *e, const struct change *change, struct arena *a);

/* False for a row of a snapshot that points to nothing; values: how many the index has. */
bool change_is_sane(const struct engine *e, uint64_t values, const struct change *change);

#endif
