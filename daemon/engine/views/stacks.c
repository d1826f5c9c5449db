/* Stacks and who claims them. A kind that is counted has three sorts of values: "STACK", "STACK|AGENT" for what its accounts say
 * they are, and "|AGENT" for all that say so. */
#include <stdlib.h>

#include "daemon/base/bits.h"
#include "daemon/base/map.h"
#include "daemon/engine/state/state.h"

#define CLAIMS_SHOWN 8

struct row {
	uint32_t value;
	unsigned kind, accounts;
	struct VEC(struct claim_view) claims;
};

struct rows {
	const struct engine *e;
	struct VEC(struct row) of;
	struct u64map *by_stack; /* hash of kind and stack -> row */
	struct u64map *by_agent; /* hash of kind and agent -> accounts */
};

static bool is_counted(const struct rows *r, uint32_t value)
{
	const struct index_value *v = index_value(r->e->index, value);

	return r->e->plan.kinds[v->kind].is_counted && v->holders > 0;
}

static uint64_t hash_of(unsigned kind, struct bytes stack)
{
	return bytes_hash(stack, kind + 1);
}

static void add_stack(struct rows *r, uint32_t value)
{
	const struct index_value *v = index_value(r->e->index, value);
	struct bytes shown = index_shown(r->e->index, value);
	ptrdiff_t bar = bytes_find_char(shown, '|');

	if (is_counted(r, value) && bar == 0)
		u64map_put(r->by_agent, hash_of(v->kind, bytes_slice(shown, 1, shown.len)), v->holders);
	if (!is_counted(r, value) || bar >= 0)
		return;
	u64map_put(r->by_stack, hash_of(v->kind, shown), (uint32_t)r->of.n);
	VEC_PUSH(&r->of, ((struct row){ .value = value, .kind = v->kind, .accounts = v->holders }));
}

static void add_claim(struct rows *r, uint32_t value)
{
	const struct index_value *v = index_value(r->e->index, value);
	struct bytes shown = index_shown(r->e->index, value);
	ptrdiff_t bar = bytes_find_char(shown, '|');
	uint32_t row;

	if (!is_counted(r, value) || bar <= 0)
		return;
	row = u64map_get(r->by_stack, hash_of(v->kind, bytes_slice(shown, 0, (size_t)bar)));
	if (row == U64MAP_NONE)
		return;
	struct bytes agent = bytes_slice(shown, (size_t)bar + 1, shown.len);
	uint32_t of = u64map_get(r->by_agent, hash_of(v->kind, agent));
	VEC_PUSH(&r->of.at[row].claims, ((struct claim_view){ agent, v->holders, of != U64MAP_NONE && of > v->holders ? of : v->holders }));
}

/* Ties by the order in which values came, which a replay repeats. */
static int compare_rows(const void *x, const void *y)
{
	const struct row *a = x, *b = y;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->accounts != b->accounts)
		return a->accounts > b->accounts ? -1 : 1;
	return a->value < b->value ? -1 : a->value > b->value;
}

static int compare_claims(const void *x, const void *y)
{
	const struct claim_view *a = x, *b = y;

	if (a->accounts != b->accounts)
		return a->accounts > b->accounts ? -1 : 1;
	return bytes_cmp(a->agent, b->agent);
}

static void view(const struct engine *e, const struct row *row, struct arena *a, struct stack_view *out)
{
	const struct kind *kind = &e->rules->kinds.rows[row->kind];
	unsigned n = row->claims.n < CLAIMS_SHOWN ? (unsigned)row->claims.n : CLAIMS_SHOWN;
	struct claim_view *claims = ARENA_ARRAY(a, struct claim_view, n + 1);

	if (row->claims.n > 0)
		qsort(row->claims.at, row->claims.n, sizeof(*row->claims.at), compare_claims);
	for (unsigned i = 0; i < n; i++)
		claims[i] = row->claims.at[i];
	*out = (struct stack_view){
		.kind = kind->name, .kind_title = kind->title, .stack = index_shown(e->index, row->value), .accounts = row->accounts,
		.rarity_mb = bits_log2_ratio(e->n_accounts > row->accounts ? e->n_accounts : row->accounts, row->accounts),
		.claims = claims, .n_claims = n,
	};
}

static unsigned view_rows(struct rows *r, unsigned max, struct arena *a, struct stack_view *out)
{
	unsigned n = 0, of_kind = 0;

	for (size_t i = 0; i < r->of.n; i++) {
		of_kind = i > 0 && r->of.at[i].kind == r->of.at[i - 1].kind ? of_kind + 1 : 1;
		if (of_kind <= max)
			view(r->e, &r->of.at[i], a, &out[n++]);
	}
	return n;
}

unsigned engine_stacks(const struct engine *e, unsigned max, struct arena *a, struct stack_view **out)
{
	struct rows r = { .e = e, .by_stack = u64map_new(), .by_agent = u64map_new() };
	struct index_counts counts;
	unsigned n;

	index_counts(e->index, &counts);
	for (uint32_t i = 0; i < counts.values; i++)
		add_stack(&r, i);
	for (uint32_t i = 0; i < counts.values; i++)
		add_claim(&r, i);
	if (r.of.n > 0)
		qsort(r.of.at, r.of.n, sizeof(*r.of.at), compare_rows);
	*out = ARENA_ARRAY(a, struct stack_view, r.of.n + 1);
	n = view_rows(&r, max, a, *out);
	for (size_t i = 0; i < r.of.n; i++)
		VEC_FREE(&r.of.at[i].claims);
	VEC_FREE(&r.of);
	u64map_free(r.by_stack);
	u64map_free(r.by_agent);
	return n;
}
