/* Answers about two accounts that are being weighed: one handler a field, one a call.
 * I1: nothing here changes the engine, and no answer depends on declared relations. */
#include "profile.h"

#include "claims.h"
#include "daemon/engine/state/accounts.h"
#include "daemon/engine/state/weights.h"
#include "turns.h"

static void give_number(struct value *out, int64_t milli) { *out = (struct value){ .type = VALUE_NUMBER, .num = milli }; }
static void give_duration(struct value *out, int64_t ms) { *out = (struct value){ .type = VALUE_DURATION, .num = ms }; }
static void give_network(struct value *out, unsigned network)
{
	*out = (struct value){ .type = VALUE_TEXT, .text = bytes_of(network_kind_names[network]) };
}

static const struct shared_group *best_of(const struct profile *p, unsigned kind)
{
	return p->best[kind] > 0 ? &p->groups[p->best[kind] - 1] : NULL;
}

static unsigned shared_count(const struct profile *p, unsigned kind)
{
	unsigned n = 0;
	for (unsigned i = 0; i < p->n; i++)
		n += p->groups[i].kind == kind && !p->groups[i].is_recycled ? p->groups[i].n : 0;
	return n;
}

/* ---- calls ---- */

typedef void call_handler(struct profile *p, unsigned argument, struct value *out);

static void call_shared(struct profile *p, unsigned kind, struct value *out)
{
	give_number(out, p->best[kind] > 0 ? 1000 * (int64_t)shared_count(p, kind) : 0);
}

static void call_holders(struct profile *p, unsigned kind, struct value *out)
{
	if (best_of(p, kind) != NULL)
		give_number(out, INT64_C(1000) * best_of(p, kind)->holders);
}

static void call_rarity(struct profile *p, unsigned kind, struct value *out)
{
	if (best_of(p, kind) != NULL)
		give_number(out, weights_rarity(p->e->weights, best_of(p, kind)->holders));
}

static void call_gap(struct profile *p, unsigned kind, struct value *out)
{
	if (best_of(p, kind) != NULL)
		give_duration(out, INT64_C(1000) * best_of(p, kind)->gap_s);
}

static void call_network(struct profile *p, unsigned kind, struct value *out)
{
	if (best_of(p, kind) != NULL)
		give_network(out, best_of(p, kind)->network);
}

/* Share of the account's days with the kind that are days on shared values, in 1/1000; -1 where none is shared. */
static int64_t coverage_milli(const struct profile *p, unsigned kind, bool is_a)
{
	unsigned slot = p->e->plan.kinds[kind].coverage;
	if (slot == 0 || p->best[kind] == 0)
		return -1;
	uint32_t days = p->e->accounts.at[is_a ? p->a : p->b].days[slot - 1], shared = 0;
	for (unsigned i = 0; i < p->n; i++)
		if (p->groups[i].kind == kind && !p->groups[i].is_recycled)
			shared += is_a ? p->groups[i].days_a : p->groups[i].days_b;
	return shared < days ? (int64_t)shared * 1000 / days : 1000;
}

static void call_coverage_low(struct profile *p, unsigned kind, struct value *out)
{
	int64_t a = coverage_milli(p, kind, true), b = coverage_milli(p, kind, false);
	if (a >= 0)
		give_number(out, a < b ? a : b);
}

static void call_coverage_high(struct profile *p, unsigned kind, struct value *out)
{
	int64_t a = coverage_milli(p, kind, true), b = coverage_milli(p, kind, false);
	if (a >= 0)
		give_number(out, a > b ? a : b);
}

static void call_days_low(struct profile *p, unsigned kind, struct value *out)
{
	unsigned slot = p->e->plan.kinds[kind].coverage;
	uint32_t a = slot > 0 ? p->e->accounts.at[p->a].days[slot - 1] : 0, b = slot > 0 ? p->e->accounts.at[p->b].days[slot - 1] : 0;
	give_number(out, INT64_C(1000) * (a < b ? a : b));
}

static void call_agreement(struct profile *p, unsigned kind, struct value *out)
{
	static const struct bytes words[] = { [AGREEMENT_EQUAL] = { "equal", 5 }, [AGREEMENT_OVERLAP] = { "overlap", 7 },
					      [AGREEMENT_DIFFER] = { "differ", 6 } };
	int agreement = agreement_on(&p->agreements, kind);
	if (agreement >= 0)
		*out = (struct value){ .type = VALUE_TEXT, .text = words[agreement] };
}

static void call_kinds(struct profile *p, unsigned family, struct value *out)
{
	give_number(out, INT64_C(1000) * kind_set_common(&p->e->plan.family_kinds[family], &p->shares));
}

static void call_turns(struct profile *p, unsigned slot, struct value *out)
{
	give_number(out, INT64_C(1000) * p->turns[slot]);
}

static void call_turn_share(struct profile *p, unsigned slot, struct value *out)
{
	unsigned sessions = turns_sessions(p, slot);
	if (sessions > 0)
		give_number(out, INT64_C(1000) * p->turns[slot] / sessions);
}

static void call_surprise(struct profile *p, unsigned slot, struct value *out)
{
	give_number(out, turns_surprise_mb(p, slot));
}

static const struct { const char *name; call_handler *fn; } calls[] = {
	{ "shared", call_shared }, { "holders", call_holders }, { "rarity", call_rarity }, { "gap", call_gap },
	{ "network", call_network }, { "coverage_low", call_coverage_low }, { "coverage_high", call_coverage_high }, { "days_low", call_days_low },
	{ "agreement", call_agreement }, { "kinds", call_kinds }, { "turns", call_turns }, { "surprise", call_surprise }, { "turn_share", call_turn_share },
};

/* The event's own value of the kind. */
static void event_value(const struct engine *e, unsigned kind, struct value *out)
{
	for (unsigned i = 0; i < e->event->n_attrs && e->event->attrs[i].kind <= kind; i++)
		if (e->event->attrs[i].kind == kind && e->event->attrs[i].shown.len > 0) {
			*out = (struct value){ .type = VALUE_TEXT, .text = e->event->attrs[i].shown };
			return;
		}
}

static const struct { const char *name; claims_handler *fn; } event_calls[] = {
	{ "value", event_value }, { "claimants", claims_claimants }, { "claim_share", claims_claim_share },
	{ "stack_holders", claims_stack_holders }, { "stack_share", claims_stack_share },
};
#define CALLS (ARRAY_LEN(calls) + ARRAY_LEN(event_calls))

/* ---- fields ---- */

typedef void pair_handler(const struct profile *p, struct value *out);

static const struct account *account_a(const struct profile *p) { return &p->e->accounts.at[p->a]; }
static const struct account *account_b(const struct profile *p) { return &p->e->accounts.at[p->b]; }

static void value_network(const struct profile *p, struct value *out) { give_network(out, p->value->network); }
static void value_holders(const struct profile *p, struct value *out) { give_number(out, INT64_C(1000) * p->value->holders); }
static void value_rarity(const struct profile *p, struct value *out) { give_number(out, weights_rarity(p->e->weights, p->value->holders)); }
static void value_gap(const struct profile *p, struct value *out) { give_duration(out, INT64_C(1000) * p->value->gap_s); }
static void value_shared(const struct profile *p, struct value *out) { give_number(out, INT64_C(1000) * p->value->n); }

static void pair_same_site(const struct profile *p, struct value *out)
{
	*out = (struct value){ .type = VALUE_BOOL, .num = account_same_site(p->e, p->a, p->b) };
}

/* The account closed first counts, by the first event of the other. */
static void pair_since_closure(const struct profile *p, struct value *out)
{
	const struct account *older = profile_older(p), *newer = older == account_a(p) ? account_b(p) : account_a(p);
	if (older->is_closed)
		give_duration(out, newer->first_ms - older->closed_ms);
}

static void pair_days_low(const struct profile *p, struct value *out)
{
	uint32_t a = account_a(p)->use_days, b = account_b(p)->use_days;
	give_number(out, INT64_C(1000) * (a < b ? a : b));
}

static void pair_days_high(const struct profile *p, struct value *out)
{
	uint32_t a = account_a(p)->use_days, b = account_b(p)->use_days;
	give_number(out, INT64_C(1000) * (a > b ? a : b));
}

static void pair_overlap(const struct profile *p, struct value *out)
{
	const struct account *a = account_a(p), *b = account_b(p);
	int64_t start = a->first_ms > b->first_ms ? a->first_ms : b->first_ms;
	int64_t end = a->last_ms < b->last_ms ? a->last_ms : b->last_ms;
	give_duration(out, end - start);
}

static void support_direct(const struct profile *p, struct value *out) { give_number(out, p->support->direct_mb); }
static void support_common(const struct profile *p, struct value *out) { give_number(out, INT64_C(1000) * p->support->common); }
static void support_best(const struct profile *p, struct value *out)
{
	if (p->support->has_path)
		give_number(out, p->support->best_mb);
}
static void support_degree_low(const struct profile *p, struct value *out) { give_number(out, INT64_C(1000) * p->support->degree_low); }
static void support_degree_high(const struct profile *p, struct value *out)
{
	give_number(out, INT64_C(1000) * p->support->degree_high);
}
static void support_independent(const struct profile *p, struct value *out)
{
	give_number(out, INT64_C(1000) * p->support->independent);
}
static void support_share_low(const struct profile *p, struct value *out)
{
	if (p->support->degree_low > 0)
		give_number(out, INT64_C(1000) * p->support->common / p->support->degree_low);
}
static void support_share_high(const struct profile *p, struct value *out)
{
	if (p->support->degree_high > 0)
		give_number(out, INT64_C(1000) * p->support->common / p->support->degree_high);
}

static const struct { const char *name; pair_handler *fn; } pair_fields[] = {
	{ "value.network", value_network }, { "value.holders", value_holders }, { "value.rarity", value_rarity },
	{ "value.gap", value_gap }, { "value.shared", value_shared },
	{ "pair.same_site", pair_same_site }, { "pair.since_closure", pair_since_closure }, { "pair.days_low", pair_days_low },
	{ "pair.days_high", pair_days_high }, { "pair.overlap", pair_overlap },
	{ "support.direct", support_direct }, { "support.best", support_best }, { "support.common", support_common },
	{ "support.independent", support_independent },
	{ "support.degree_low", support_degree_low }, { "support.degree_high", support_degree_high },
	{ "support.share_low", support_share_low }, { "support.share_high", support_share_high },
};

/* Handlers by number of field and call, found by name once. */
struct pair_handlers {
	pair_handler *fields[FIELDS_MAX];
	call_handler *calls[CALLS];
	claims_handler *event_calls[CALLS];
};

struct pair_handlers *pair_handlers_new(void)
{
	struct pair_handlers *h = xcalloc(1, sizeof(*h));
	for (size_t i = 0; i < ARRAY_LEN(pair_fields); i++) {
		int field = field_find(bytes_of(pair_fields[i].name));
		BUG_ON(field < 0 || field >= FIELDS_MAX);
		h->fields[field] = pair_fields[i].fn;
	}
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		int call = call_find(bytes_of(calls[i].name));
		BUG_ON(call < 0 || (size_t)call >= CALLS);
		h->calls[call] = calls[i].fn;
	}
	for (size_t i = 0; i < ARRAY_LEN(event_calls); i++) {
		int call = call_find(bytes_of(event_calls[i].name));
		BUG_ON(call < 0 || (size_t)call >= CALLS);
		h->event_calls[call] = event_calls[i].fn;
	}
	return h;
}

void pair_answer(void *profile, int field, struct value *out)
{
	struct profile *p = profile;
	const struct pair_handlers *h = p->e->pair_handlers;
	out->type = VALUE_MISSING;
	if (field_is_call(field)) {
		if (h->calls[field_call(field)] != NULL)
			h->calls[field_call(field)](p, field_argument(field), out);
	} else if (h->fields[field] != NULL)
		h->fields[field](p, out);
}

void call_answer(const struct engine *e, uint32_t pair, int field, struct value *out)
{
	claims_handler *of_event = e->pair_handlers->event_calls[field_call(field)];
	if (of_event != NULL) {
		of_event(e, field_argument(field), out);
		return;
	}
	if (pair == NONE)
		return;
	struct profile p;
	profile_make(&p, e, e->pairs.at[pair].a, e->pairs.at[pair].b, NONE);
	pair_answer(&p, field, out);
}
