/* What judges: rules, networks and the engine over them. */
#ifndef ASSOCD_MAIN_JUDGEMENT_H
#define ASSOCD_MAIN_JUDGEMENT_H

#include "config.h"
#include "daemon/engine/engine.h"

/* Everything that judges, loaded together: a reload makes a second one. */
struct judgement {
	struct ruleset *rules;
	struct enrich *enrich;
	struct engine *engine;
};

enum err judgement_load(const struct config *c, struct judgement *out, struct errbuf *eb) MUST_CHECK;
void judgement_free(struct judgement *j);
/* An empty engine of those rules, which tries the experimental ones (engine_try_rules). */
struct engine *judgement_engine(const struct judgement *j);
/* Networks of the configuration, then those that `assocctl db import` put into the state folder. */
enum err judgement_enrich(const struct config *c, struct enrich **out, struct errbuf *eb) MUST_CHECK;
/* What a snapshot is bound to: rules, networks and the key of hashed kinds. */
uint64_t judgement_binding(const struct judgement *j, uint64_t key_fingerprint);

#endif
