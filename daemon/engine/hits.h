/* How often the condition of each policy came true. An experimental policy alerts nobody and is counted alike: hits remember
 * for whom it holds, so that a condition that stays true is one hit. */
#ifndef ASSOCD_ENGINE_HITS_H
#define ASSOCD_ENGINE_HITS_H

#include "engine.h"

struct hits;

struct hits *hits_new(const struct ruleset *rules);
void hits_free(struct hits *h);
/* An alert of a policy was opened. */
void hits_count(struct hits *h, uint32_t policy);
/* Experimental policies: key is that of the policy and its subject (alert_key). */
bool hits_stands(const struct hits *h, uint64_t key);
void hits_begin(struct hits *h, uint32_t policy, uint64_t key);
void hits_end(struct hits *h, uint64_t key);
/* As engine_save and engine_load. */
enum err hits_save(const struct hits *h, engine_write_fn *write, void *arg) MUST_CHECK;
enum err hits_load(struct hits *h, engine_read_fn *read, void *arg) MUST_CHECK;
uint64_t hits_of(const struct hits *h, uint32_t policy);

#endif
