/* What lists of neighbours say of two accounts. */
#include "support.h"

#include "near.h"

uint32_t support_version(const struct engine *e, uint32_t a, uint32_t b)
{
	uint32_t version = 1;
	for (int pass = PASS_SUPPORT; pass < PASSES; pass++)
		version += near_list_of(e, a, (enum pass)pass)->changes + near_list_of(e, b, (enum pass)pass)->changes;
	return version;
}

/* Three who hold one value are three times the same witness. */
static bool is_independent(const struct near *own, const struct near *x, const struct near *y)
{
	return x->value == NONE || x->value != y->value || (own != NULL && own->value != x->value);
}

static void hear_witness(const struct near *own, const struct near *x, const struct near *y, struct support_facts *out)
{
	int32_t weaker = y->strength_mb < x->strength_mb ? y->strength_mb : x->strength_mb;
	if (!out->has_path || weaker > out->best_mb)
		out->best_mb = weaker;
	out->has_path = true;
	out->common += weaker > 0;
	out->independent += weaker > 0 && is_independent(own, x, y);
}

void support_read(const struct engine *e, enum pass pass, uint32_t a, uint32_t b, struct support_facts *out)
{
	const struct near_list *x = near_list_of(e, a, pass), *y = near_list_of(e, b, pass);
	const struct near *own = near_find(x, b);
	unsigned dx = x->n - (own != NULL), dy = y->n - (near_find(y, a) != NULL);
	struct near_places places;
	*out = (struct support_facts){ .degree_low = dx < dy ? dx : dy, .degree_high = dx > dy ? dx : dy };
	if (dx == 0 || dy == 0)
		return;
	near_places_make(&places, y);
	for (unsigned i = 0; i < x->n; i++) {
		const struct near *other = near_places_find(&places, y, x->at[i].other);
		if (other != NULL)
			hear_witness(own, &x->at[i], other, out);
	}
}

enum witnesses support_witnesses(const struct support_facts *facts)
{
	if (facts->degree_high == 0)
		return WITNESSES_NO_NEIGHBOURS;
	if (facts->degree_low == 0)
		return WITNESSES_ONE_ALONE;
	if (!facts->has_path)
		return WITNESSES_NONE;
	return facts->common == 0 ? WITNESSES_WEAK : WITNESSES_LINKED;
}

void support_prefetch(const struct engine *e, uint32_t account)
{
	for (int pass = PASS_SUPPORT; pass < PASSES; pass++) {
		const struct near_list *list = near_list_of(e, account, (enum pass)pass);
		for (unsigned i = 0; i < list->n; i += 64 / sizeof(*list->at))
			__builtin_prefetch(&list->at[i]);
	}
}

unsigned support_common(const struct engine *e, uint32_t a, uint32_t b, uint32_t *out, unsigned max)
{
	const struct near_list *x = near_list_of(e, a, PASS_AGAIN), *y = near_list_of(e, b, PASS_AGAIN);
	unsigned n = 0;
	for (unsigned i = 0; i < x->n && n < max && x->at[i].strength_mb > 0; i++) {
		const struct near *other = near_find(y, x->at[i].other);
		if (other != NULL && other->strength_mb > 0)
			out[n++] = x->at[i].other;
	}
	return n;
}

int32_t support_strength_mb(const struct engine *e, enum pass pass, uint32_t account, uint32_t other)
{
	const struct near *near = near_find(near_list_of(e, account, pass), other);
	return near != NULL ? near->strength_mb : e->rules->scoring.neighbour_from_mb;
}

uint32_t support_value(const struct engine *e, uint32_t account, uint32_t other)
{
	const struct near *near = near_find(near_list_of(e, account, PASS_SUPPORT), other);
	return near != NULL ? near->value : NONE;
}
