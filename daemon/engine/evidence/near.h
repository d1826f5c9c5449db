/* Lists of neighbours (support.h): finding who stands in them. */
#ifndef ASSOCD_ENGINE_EVIDENCE_NEAR_H
#define ASSOCD_ENGINE_EVIDENCE_NEAR_H

#include <assert.h>

#include "support.h"

static inline const struct near_list *near_list_of(const struct engine *e, uint32_t account, enum pass pass)
{
	return &e->accounts.at[account].near[pass - PASS_SUPPORT];
}

static inline const struct near *near_find(const struct near_list *list, uint32_t other)
{
	for (unsigned i = 0; i < list->n; i++)
		if (list->at[i].other == other)
			return &list->at[i];
	return NULL;
}

/* Where each one stands in a list: those of one place begin at `first`, by 1 + their number, and go on at `next`; 0 ends them. */
#define NEAR_PLACES 64
struct near_places {
	uint8_t first[NEAR_PLACES], next[NEAR_KEPT];
};

static inline unsigned near_place_of(uint32_t other) { return other * 0x9e3779b1u >> 26; }
static_assert(NEAR_PLACES == 1 << (32 - 26), "as many as near_place_of tells apart");

static inline void near_places_make(struct near_places *p, const struct near_list *list)
{
	memset(p->first, 0, sizeof(p->first));
	for (unsigned i = 0; i < list->n; i++) {
		uint8_t *first = &p->first[near_place_of(list->at[i].other)];
		p->next[i] = *first;
		*first = (uint8_t)(i + 1);
	}
}

static inline const struct near *near_places_find(const struct near_places *p, const struct near_list *list, uint32_t other)
{
	for (unsigned i = p->first[near_place_of(other)]; i > 0; i = p->next[i - 1])
		if (list->at[i - 1].other == other)
			return &list->at[i - 1];
	return NULL;
}

#endif
