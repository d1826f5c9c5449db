/* Profiles of pairs.
 * I1: hubs are left out, and values that people marked.  I2: recycled addresses have a group of their own that `best` never names. */
#include "profile.h"
#include "turns.h"


uint32_t posting_gap_s(const struct posting *a, const struct posting *b)
{
	uint32_t start = a->first_s > b->first_s ? a->first_s : b->first_s;
	uint32_t end = a->last_s < b->last_s ? a->last_s : b->last_s;
	return start > end ? start - end : 0;
}

/* As the kind's signals say. */
static bool is_recycled(const struct engine *e, const struct index_value *value, uint32_t gap_s)
{
	const struct kind_plan *plan = &e->plan.kinds[value->kind];
	return (plan->recycled_nets >> value->network & 1) && (int64_t)gap_s * 1000 >= plan->recycled_gap_ms;
}

static struct shared_group *group_of(struct profile *p, const struct index_value *value, bool is_recycled)
{
	for (unsigned i = p->n; i-- > 0;)
		if (p->groups[i].kind == value->kind && p->groups[i].network == value->network && p->groups[i].is_recycled == is_recycled)
			return &p->groups[i];
	if (p->n == SHARED_GROUPS_MAX)
		return NULL;
	struct shared_group *group = &p->groups[p->n++];
	*group = (struct shared_group){ .kind = value->kind, .network = value->network, .is_recycled = is_recycled,
					.holders = UINT32_MAX, .gap_s = UINT32_MAX };
	return group;
}

static bool is_rarer(const struct shared_group *group, uint32_t holders, uint32_t gap_s)
{
	return holders < group->holders || (holders == group->holders && gap_s < group->gap_s);
}

static void add_shared(struct profile *p, const struct index_shared *shared)
{
	const struct index_value *value = index_value(p->e->index, shared->value);
	if (index_value_is_mute(value) || p->e->plan.kinds[value->kind].is_ignored_on >> value->network & 1)
		return;
	uint32_t gap_s = posting_gap_s(shared->a, shared->b);
	struct shared_group *group = group_of(p, value, is_recycled(p->e, value, gap_s));
	if (group == NULL)
		return;
	group->n++;
	group->days_a += shared->a->days;
	group->days_b += shared->b->days;
	if (!is_rarer(group, value->holders, gap_s))
		return;
	group->value = shared->value;
	group->holders = value->holders;
	group->gap_s = gap_s;
	group->a = shared->a;
	group->b = shared->b;
}

static void find_best(struct profile *p)
{
	p->shares = (struct kind_set){ { 0 } };
	for (unsigned i = 0; i < p->n; i++) {
		const struct shared_group *group = &p->groups[i];
		uint8_t *best = &p->best[group->kind];
		if (group->is_recycled)
			continue;
		kind_set_add(&p->shares, group->kind);
		if (*best == 0 || is_rarer(&p->groups[*best - 1], group->holders, group->gap_s))
			*best = (uint8_t)(i + 1);
	}
}

static void forget_groups(struct profile *p)
{
	p->n = 0;
	memset(p->best, 0, p->e->rules->kinds.n);
}

static unsigned find_shared(const struct engine *e, uint32_t a, uint32_t b, struct index_shared *out)
{
	if (e->reader->account == a || e->reader->account == b)
		return index_intersect_with(e->index, e->reader, e->reader->account == a ? b : a, out, SHARED_MAX);
	return index_intersect(e->index, a, b, out, SHARED_MAX);
}

void profile_make(struct profile *p, const struct engine *e, uint32_t a, uint32_t b, uint32_t without)
{
	p->e = e;
	p->a = a;
	p->b = b;
	p->value = NULL;
	p->support = NULL;
	forget_groups(p);
	p->n_shared = find_shared(e, a, b, p->shared);
	for (unsigned i = 0; i < p->n_shared; i++)
		if (p->shared[i].value != without)
			add_shared(p, &p->shared[i]);
	find_best(p);
	compare_accounts(e, a, b, &p->agreements);
	turns_count(p, NULL);
}

void profile_keep(struct profile *p, const struct value_test *kept)
{
	forget_groups(p);
	for (unsigned i = 0; i < p->n_shared; i++)
		if (kept->passes(kept->arg, p->shared[i].value))
			add_shared(p, &p->shared[i]);
	find_best(p);
}

const struct account *profile_older(const struct profile *p)
{
	const struct account *a = &p->e->accounts.at[p->a], *b = &p->e->accounts.at[p->b];
	return b->first_ms >= a->first_ms ? a : b;
}
