/* One item of what speaks for or against a pair, and the set of rules that a link rests on. */
#ifndef ASSOCD_ENGINE_EVIDENCE_EVIDENCE_H
#define ASSOCD_ENGINE_EVIDENCE_EVIDENCE_H

#include "daemon/engine/state/state.h"

enum evidence_note { NOTE_NONE, NOTE_RECYCLED, NOTE_FURTHER, NOTE_LITTLE_COVERAGE, NOTE_GENERIC };

struct evidence {
	const struct signal_rule *signal;   /* of a shared value, or NULL */
	const struct compare_rule *compare; /* of a comparison, or NULL */
	const struct limit_rule *limit;     /* of a cap, or NULL */
	const struct timing_rule *timing;   /* of turns, or NULL */
	const struct interaction_rule *interaction; /* of an interaction or of support, or NULL */
	uint32_t token;                     /* calibrated tier; NONE without one */
	uint32_t value;                     /* shared value, NONE for the others */
	int32_t raw_mb, counted_mb;
	uint32_t holders, gap_s;
	uint16_t rule;   /* its number (rules/heads.h) */
	uint8_t outcome; /* compare: 0 equal, 1 overlap, 2 differ */
	uint8_t note;
	uint8_t network;
	const struct posting *a, *b;
};

const struct rule_head *evidence_head(const struct evidence *item);

/* Rules by their place in the order of ids (plan.rule_at). */
struct rule_set {
	uint64_t bits[RULES_MAX / 64];
};
static inline void rule_set_add(const struct engine *e, struct rule_set *set, const struct evidence *item)
{
	unsigned place = e->plan.rules[item->rule].place;
	set->bits[place >> 6] |= UINT64_C(1) << (place & 63);
}
/* Pairs hold the number of a set, of which there are few: 0 is the empty one. before: what it was, most often it still is. */
uint32_t rule_set_keep(struct engine *e, const struct rule_set *set, uint32_t before);
void rule_set_read(const struct engine *e, uint32_t number, struct rule_set *out);
/* The rules' ids, sorted; room for RULES_MAX. */
unsigned rule_set_ids(const struct engine *e, uint32_t number, struct bytes *out);

#endif
