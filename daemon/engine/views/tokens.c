/* Tokens of the stored pairs, for fitting the table. */
#include "daemon/engine/state/accounts.h"

#include "daemon/engine/evidence/tokens.h"
#include "daemon/engine/evidence/weigh.h"
#include "daemon/engine/pairs/pairs.h"
#include "daemon/engine/pairs/rescore.h"
#include "tokens.h"

/* Each token belongs to one pass, which its number tells. */
static void take_tokens(const struct token_table *table, const struct weighing *w, enum pass pass, uint32_t *into, struct pair_tokens *out)
{
	uint32_t from = pass == PASS_OWN ? 0 : table->end[pass - 1];
	out->tokens[pass] = into;
	out->before_mb[pass] = w->before_mb[pass];
	for (unsigned i = 0; i < w->n; i++)
		if (w->items[i].note == NOTE_NONE && w->items[i].token >= from && w->items[i].token < table->end[pass])
			into[out->n[pass]++] = w->items[i].token;
}

void engine_each_tokens(const struct engine *e, tokens_fn *fn, void *arg)
{
	uint32_t tokens[PASSES][EVIDENCE_MAX];
	struct weighing w;
	for (size_t i = 0; i < e->pairs.n; i++) {
		const struct pair *pair = &e->pairs.at[i];
		if (pair->a == NONE || !pair_counts(e, pair))
			continue;
		struct pair_tokens out = { .a = account_name(e, pair->a), .b = account_name(e, pair->b) };
		(void)weigh_pair(e, pair->a, pair->b, true, &w);
		(void)weigh_support(e, &w, INT32_MIN);
		for (int pass = 0; pass < PASSES; pass++)
			take_tokens(&e->rules->table, &w, (enum pass)pass, tokens[pass], &out);
		fn(arg, &out);
	}
}

void engine_rescore_all(struct engine *e)
{
	static const struct event nothing;
	e->event = &nothing;
	for (int pass = 0; pass < PASSES; pass++) /* neighbours of all first, then what they say */
		for (size_t i = 0; i < e->pairs.n; i++)
			if (e->pairs.at[i].a != NONE)
				pair_rescore(e, e->pairs.at[i].a, e->pairs.at[i].b);
	e->event = NULL;
}
