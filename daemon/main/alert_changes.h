/* What the outside knows of alerts against what an engine says. They part when alerts change without an event: other
 * rules or networks, events taken out. */
#ifndef ASSOCD_MAIN_ALERT_CHANGES_H
#define ASSOCD_MAIN_ALERT_CHANGES_H

#include "daemon/engine/engine.h"
#include "daemon/store/store.h"

struct alerts_told {
	uint64_t through_seq; /* changes by later events are told anyhow */
	const char *reason;   /* why one stands no more, where its engine does not say */
	struct bytes gone;    /* a site that was taken out: its alerts go without a word; empty: none */
	const struct erased *erased; /* erased.h: what is told names none of them; NULL: nobody was */
};
/* Effects that bring whoever knows the alerts of `before` to those of `now`, each for the audience that knows of it. */
void alerts_since_engine(const struct alerts_told *told, const struct engine *before, const struct engine *now,
			 struct effects *out);
/* The same for whoever knows what the table of alerts says. */
enum err alerts_since_store(const struct alerts_told *told, const char *dir, const struct engine *now, struct effects *out,
			    struct errbuf *eb) MUST_CHECK;

#endif
