/* What the outside knows of alerts against what an engine says. They part when alerts change without an event: other
 * rules or networks, events taken out. */
#ifndef ASSOCD_MAIN_ALERT_CHANGES_H
#define ASSOCD_MAIN_ALERT_CHANGES_H

#include "daemon/base/vec.h"
#include "daemon/engine/engine.h"
#include "daemon/store/store.h"

struct alerts_told {
	struct VEC(struct alert_view) standing;
	uint64_t through_seq; /* changes by later events are told anyhow */
	const char *reason;   /* why one stands no more, where its engine does not say */
};
/* What an engine's effects told until now. The views borrow from it and from the arena. */
void alerts_told_by_engine(struct alerts_told *told, const struct engine *e, struct arena *a);
/* What the table of alerts says; in the arena. */
enum err alerts_told_by_store(struct alerts_told *told, const char *dir, struct arena *a, struct errbuf *eb) MUST_CHECK;

/* Effects that bring whoever knows `told` to what the engine says, each for the audience that knows of the alert. */
void alerts_compare(const struct alerts_told *told, const struct engine *now, struct effects *out);

#endif
