/* I1: candidate_stamp has the number of the set that last had the account in it. */
#include "candidates.h"

void candidates_begin(struct engine *e)
{
	e->stamp++;
	e->candidate_list.n = 0;
}

void candidate_add(struct engine *e, uint32_t other)
{
	if (other >= e->cap_candidate_stamp) {
		size_t old = e->cap_candidate_stamp;
		e->candidate_stamp = vec_reserve(e->candidate_stamp, &e->cap_candidate_stamp, (size_t)other + 1,
						 sizeof(*e->candidate_stamp));
		memset(e->candidate_stamp + old, 0, (e->cap_candidate_stamp - old) * sizeof(*e->candidate_stamp));
	}
	if (e->candidate_stamp[other] == e->stamp)
		return;
	e->candidate_stamp[other] = e->stamp;
	VEC_PUSH(&e->candidate_list, other);
}
