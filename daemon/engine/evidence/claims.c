#include "claims.h"

/* Accounts that hold each of the event's three values. */
struct counts { int64_t stack, claim, agent; };

static int64_t holders_of(const struct engine *e, uint64_t key)
{
	uint32_t value = index_find(e->index, key);
	return value != UINT32_MAX ? index_value(e->index, value)->holders : 0;
}

static bool count(const struct engine *e, unsigned kind, struct counts *out)
{
	*out = (struct counts){ 0 };
	for (unsigned i = 0; i < e->event->n_attrs; i++) {
		const struct attr *attr = &e->event->attrs[i];
		if (attr->kind != kind)
			continue;
		ptrdiff_t bar = bytes_find_char(attr->shown, '|');
		*(bar < 0 ? &out->stack : bar == 0 ? &out->agent : &out->claim) = holders_of(e, attr->key);
	}
	return out->stack > 0 && out->claim > 0 && out->agent > 0;
}

static void give(struct value *out, int64_t milli)
{
	*out = (struct value){ .type = VALUE_NUMBER, .num = milli };
}

void claims_claimants(const struct engine *e, unsigned kind, struct value *out)
{
	struct counts n;
	if (count(e, kind, &n))
		give(out, n.agent * 1000);
}

void claims_claim_share(const struct engine *e, unsigned kind, struct value *out)
{
	struct counts n;
	if (count(e, kind, &n))
		give(out, n.claim * 1000 / n.agent);
}

void claims_stack_holders(const struct engine *e, unsigned kind, struct value *out)
{
	struct counts n;
	if (count(e, kind, &n))
		give(out, n.stack * 1000);
}

void claims_stack_share(const struct engine *e, unsigned kind, struct value *out)
{
	struct counts n;
	if (count(e, kind, &n))
		give(out, n.claim * 1000 / n.stack);
}
