/* One signal by itself, under the tier that judges: what it says of two accounts that share one value of its kind, used on
 * one day by both, and nothing else. For those who explain a rule or foresee what it does. */
#ifndef ASSOCD_ENGINE_LONE_H
#define ASSOCD_ENGINE_LONE_H

#include "rules/ruleset.h"

struct lone;
/* rules are borrowed: with an experimental rule promoted (rules/shadow.h), or it says nothing. */
struct lone *lone_new(const struct ruleset *rules, uint64_t accounts);
void lone_free(struct lone *l);

struct lone_link {
	int32_t mb; /* of the signal */
	int score;  /* of the link, with what the table says of two that share no more; 0 for what only supports */
};
/* False where such a value is no evidence: beyond the hub cap, or on that kind of network. */
bool lone_link(struct lone *l, unsigned signal, uint32_t holders, enum network_kind network, struct lone_link *out);

#endif
