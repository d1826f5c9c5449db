/* Neighbours.
 * I1: a list is sorted, strongest first, by account id among equals.
 * I2: whoever stands in a list is the other account of a stored pair. */
#include "support.h"

#include <assert.h>
#include <stdlib.h>

#include "observe.h"
#include "pairs.h"
#include "waiting.h"

static struct near_list *list_of(struct account *account, enum pass pass) { return &account->near[pass - PASS_SUPPORT]; }
static const struct near_list *list_read(const struct engine *e, uint32_t account, enum pass pass)
{
	return &e->accounts.at[account].near[pass - PASS_SUPPORT];
}

static bool comes_before(const struct near *x, const struct near *y)
{
	return x->strength_mb != y->strength_mb ? x->strength_mb > y->strength_mb : x->other < y->other;
}

static const struct near *near_find(const struct near_list *list, uint32_t other)
{
	for (unsigned i = 0; i < list->n; i++)
		if (list->at[i].other == other)
			return &list->at[i];
	return NULL;
}

static void near_take_out(struct near_list *list, const struct near *entry)
{
	unsigned at = (unsigned)(entry - list->at);
	list->n--;
	list->changes++;
	memmove(&list->at[at], &list->at[at + 1], (list->n - at) * sizeof(*list->at));
}

static void near_insert(struct near_list *list, const struct near *entry)
{
	unsigned at = 0;
	while (at < list->n && comes_before(&list->at[at], entry))
		at++;
	if (at == NEAR_KEPT)
		return;
	unsigned kept = list->n < NEAR_KEPT ? list->n : NEAR_KEPT - 1;
	if (list->n < NEAR_KEPT && (list->n & (list->n - 1)) == 0)
		list->at = xrealloc(list->at, (list->n == 0 ? 1u : list->n * 2u) * sizeof(*list->at));
	memmove(&list->at[at + 1], &list->at[at], (kept - at) * sizeof(*list->at));
	list->at[at] = *entry;
	list->n = (uint8_t)(kept + 1);
	list->changes++;
}

static void near_moves(struct engine *e, uint32_t account, int32_t from_mb, int32_t to_mb)
{
	if (to_mb - from_mb >= NEAR_MOVED_MB || from_mb - to_mb >= NEAR_MOVED_MB)
		waiting_add(e, account);
}

static void near_set(struct engine *e, enum pass pass, uint32_t account, const struct near *entry)
{
	struct near_list *list = list_of(&e->accounts.at[account], pass);
	const struct near *known = near_find(list, entry->other);
	if (known != NULL && known->strength_mb == entry->strength_mb && known->value == entry->value)
		return;
	const int32_t least_mb = e->rules->scoring.neighbour_from_mb;
	near_moves(e, account, known != NULL ? known->strength_mb : least_mb, entry->strength_mb > least_mb ? entry->strength_mb : least_mb);
	if (known != NULL)
		near_take_out(list, known);
	if (entry->strength_mb >= least_mb)
		near_insert(list, entry);
}

void support_set(struct engine *e, enum pass pass, uint32_t a, uint32_t b, const struct near *strength)
{
	near_set(e, pass, a, &(struct near){ b, strength->strength_mb, strength->value });
	near_set(e, pass, b, &(struct near){ a, strength->strength_mb, strength->value });
}

static void near_forget(struct engine *e, enum pass pass, uint32_t account, uint32_t other)
{
	struct near_list *list = list_of(&e->accounts.at[account], pass);
	const struct near *known = near_find(list, other);
	if (known == NULL)
		return;
	near_moves(e, account, known->strength_mb, e->rules->scoring.neighbour_from_mb);
	near_take_out(list, known);
}

void support_forget(struct engine *e, uint32_t a, uint32_t b)
{
	for (int pass = PASS_SUPPORT; pass < PASSES; pass++) {
		near_forget(e, (enum pass)pass, a, b);
		near_forget(e, (enum pass)pass, b, a);
	}
}

uint32_t support_version(const struct engine *e, uint32_t a, uint32_t b)
{
	uint32_t version = 1;
	for (int pass = PASS_SUPPORT; pass < PASSES; pass++)
		version += list_read(e, a, (enum pass)pass)->changes + list_read(e, b, (enum pass)pass)->changes;
	return version;
}

/* Where each one stands in a list: those of one place begin at `first`, by 1 + their number, and go on at `next`; 0 ends them. */
#define NEAR_PLACES 64
struct near_places {
	uint8_t first[NEAR_PLACES], next[NEAR_KEPT];
};

static unsigned place_of(uint32_t other) { return other * 0x9e3779b1u >> 26; }
static_assert(NEAR_PLACES == 1 << (32 - 26), "as many as place_of tells apart");

static void places_make(struct near_places *p, const struct near_list *list)
{
	memset(p->first, 0, sizeof(p->first));
	for (unsigned i = 0; i < list->n; i++) {
		uint8_t *first = &p->first[place_of(list->at[i].other)];
		p->next[i] = *first;
		*first = (uint8_t)(i + 1);
	}
}

static const struct near *places_find(const struct near_places *p, const struct near_list *list, uint32_t other)
{
	for (unsigned i = p->first[place_of(other)]; i > 0; i = p->next[i - 1])
		if (list->at[i - 1].other == other)
			return &list->at[i - 1];
	return NULL;
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
	const struct near_list *x = list_read(e, a, pass), *y = list_read(e, b, pass);
	const struct near *own = near_find(x, b);
	unsigned dx = x->n - (own != NULL), dy = y->n - (near_find(y, a) != NULL);
	struct near_places places;
	*out = (struct support_facts){ .degree_low = dx < dy ? dx : dy, .degree_high = dx > dy ? dx : dy };
	if (dx == 0 || dy == 0)
		return;
	places_make(&places, y);
	for (unsigned i = 0; i < x->n; i++) {
		const struct near *other = places_find(&places, y, x->at[i].other);
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
		const struct near_list *list = list_read(e, account, (enum pass)pass);
		for (unsigned i = 0; i < list->n; i += 64 / sizeof(*list->at))
			__builtin_prefetch(&list->at[i]);
	}
}

/* The neighbours' own lists are asked for before the first is read. */
static void ask_neighbours(const struct engine *e, const struct near_list *own)
{
	for (unsigned i = 0; i < own->n && own->at[i].strength_mb > 0; i++)
		__builtin_prefetch(list_read(e, own->at[i].other, PASS_AGAIN));
	for (unsigned i = 0; i < own->n && own->at[i].strength_mb > 0; i++)
		support_prefetch(e, own->at[i].other);
}

void support_add_candidates(struct engine *e, uint32_t account)
{
	unsigned left = NEAR_KEPT;
	const struct near_list *own = list_read(e, account, PASS_AGAIN);
	struct near_places places;
	ask_neighbours(e, own);
	places_make(&places, own);
	for (unsigned i = 0; i < own->n && own->at[i].strength_mb > 0; i++) {
		const struct near_list *middle = list_read(e, own->at[i].other, PASS_AGAIN);
		for (unsigned k = 0; k < middle->n && middle->at[k].strength_mb > 0 && left > 0; k++) {
			uint32_t other = middle->at[k].other;
			if (other == account || places_find(&places, own, other) != NULL || pair_find(e, account, other) != NULL)
				continue;
			observe_candidate(e, other);
			left--;
		}
	}
}

unsigned support_common(const struct engine *e, uint32_t a, uint32_t b, uint32_t *out, unsigned max)
{
	const struct near_list *x = list_read(e, a, PASS_AGAIN), *y = list_read(e, b, PASS_AGAIN);
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
	const struct near *near = near_find(list_read(e, account, pass), other);
	return near != NULL ? near->strength_mb : e->rules->scoring.neighbour_from_mb;
}

uint32_t support_value(const struct engine *e, uint32_t account, uint32_t other)
{
	const struct near *near = near_find(list_read(e, account, PASS_SUPPORT), other);
	return near != NULL ? near->value : NONE;
}
