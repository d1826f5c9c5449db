/* What a table of the calibrated tier is fitted to (assocctl calibrate): the tokens of pairs, and pairs read anew. */
#ifndef ASSOCD_ENGINE_VIEWS_TOKENS_H
#define ASSOCD_ENGINE_VIEWS_TOKENS_H

#include "daemon/engine/engine.h"

/* Tokens of every stored pair, in order of their making, pass by pass, and the bits before each pass: what a table is
 * fitted to. */
struct pair_tokens {
	struct bytes a, b;
	const uint32_t *tokens[PASSES];
	unsigned n[PASSES];
	int32_t before_mb[PASSES];
};
typedef void tokens_fn(void *arg, const struct pair_tokens *tokens);
void engine_each_tokens(const struct engine *e, tokens_fn *fn, void *arg);
/* Reads every stored pair anew, after the bits of the table changed. */
void engine_rescore_all(struct engine *e);

#endif
