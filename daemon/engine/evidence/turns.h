/* Accounts worked one after the other: how often two took turns, and how far that exceeds chance. */
#ifndef ASSOCD_ENGINE_EVIDENCE_TURNS_H
#define ASSOCD_ENGINE_EVIDENCE_TURNS_H

#include "profile.h"
#include "sessions.h"

/* How sessions of the rule meet. */
struct session_test turns_test(const struct timing_rule *rule);
/* Turns of the two by every rule, into the profile. */
void turns_count(struct profile *p, const struct value_test *kept);
/* Sessions of the account that has fewer, in which a turn could have been taken. */
unsigned turns_sessions(const struct profile *p, unsigned slot);
/* 0 unless the rule's least turns were seen; beyond chance in 1/1000 bit: c log2(c / l) - (c - l) log2(e), l = turns expected
 * of two accounts that are active as often as these and independent (Poisson tail, Chernoff's bound). */
int32_t turns_surprise_mb(const struct profile *p, unsigned slot);

#endif
