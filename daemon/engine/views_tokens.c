/* Tokens of the stored pairs, for fitting the table. */
#include "accounts.h"

#include "pairs.h"
#include "tokens.h"
#include "weigh.h"

static unsigned take_tokens(const struct weighing *w, unsigned first, uint32_t *out)
{
	unsigned n = 0;
	for (unsigned i = first; i < w->n; i++)
		if (w->items[i].token != NONE && w->items[i].note == NOTE_NONE)
			out[n++] = w->items[i].token;
	return n;
}

void engine_each_tokens(const struct engine *e, tokens_fn *fn, void *arg)
{
	uint32_t first[EVIDENCE_MAX], support[EVIDENCE_MAX];
	struct weighing w;
	for (size_t i = 0; i < e->pairs.n; i++) {
		const struct pair *pair = &e->pairs.at[i];
		if (pair->a == NONE || !pair_counts(e, pair))
			continue;
		struct pair_tokens out = { .a = account_name(e, pair->a), .b = account_name(e, pair->b), .first = first, .support = support };
		weigh_pair(e, pair->a, pair->b, true, &w);
		unsigned n = w.n;
		out.first_mb = w.strength_mb;
		weigh_support(e, pair->a, pair->b, &w);
		out.n_first = take_tokens(&w, 0, first);
		out.n_support = take_tokens(&w, n, support);
		for (unsigned k = 0; k < out.n_first; k++)
			if (first[k] >= e->rules->table.n_first)
				out.n_first = k; /* those of support come last */
		out.score = w.computed;
		fn(arg, &out);
	}
}

void engine_rescore_all(struct engine *e)
{
	static const struct event nothing;
	e->event = &nothing;
	for (int pass = 0; pass < 2; pass++) /* neighbours of all first, then what they say */
		for (size_t i = 0; i < e->pairs.n; i++)
			if (e->pairs.at[i].a != NONE)
				pair_rescore(e, e->pairs.at[i].a, e->pairs.at[i].b);
	e->event = NULL;
}
