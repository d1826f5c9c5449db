/* A world of two accounts without a past, and a profile that says what they share.
 * I1: a weighing of such a profile is the one that judges (weigh_profile): what is foreseen is what comes. */
#include "lone.h"

#include <stdlib.h>

#include "daemon/engine/evidence/profile.h"
#include "daemon/engine/evidence/weigh.h"
#include "daemon/engine/state/accounts.h"
#include "daemon/engine/state/weights.h"
#include "rules/alone.h"

struct lone {
	struct engine *e;
	uint64_t population;
};

static void make_account(struct engine *e, struct bytes name)
{
	uint32_t id = account_intern(e, name);
	struct account *account = &e->accounts.at[id];
	account->first_ms = account->last_ms = 1;
	account->use_days = 1;
	for (unsigned i = 0; i < COVERAGE_SLOTS; i++)
		account->days[i] = 1;
}

struct lone *lone_new(const struct ruleset *rules, uint64_t accounts)
{
	struct lone *l = xcalloc(1, sizeof(*l));
	l->e = engine_new(rules, NULL);
	l->population = alone_population(&rules->scoring, accounts);
	make_account(l->e, BYTES_LIT("a"));
	make_account(l->e, BYTES_LIT("b"));
	weights_set_population(l->e->weights, rules, accounts);
	return l;
}

void lone_free(struct lone *l)
{
	engine_free(l->e);
	free(l);
}

static void link_by_formula(const struct lone *l, const struct signal_rule *signal, int32_t place_mb, uint32_t holders,
			    struct lone_link *out)
{
	int32_t mb = alone_bits(signal, holders, l->population) + place_mb;
	out->mb = mb < signal->max_mb ? mb : signal->max_mb;
	out->score = signal->supports_only ? 0 : alone_score(&l->e->rules->scoring, out->mb, l->population);
}

static void link_by_table(const struct lone *l, const struct signal_rule *signal, uint32_t holders, enum network_kind network,
			  struct lone_link *out)
{
	struct profile p = { .e = l->e, .a = 0, .b = 1, .n = 1 };
	struct weighing w = { .a = 0, .b = 1 };
	p.groups[0] = (struct shared_group){ .kind = (uint8_t)signal->kind, .network = (uint8_t)network, .n = 1, .value = NONE,
					     .holders = holders, .days_a = 1, .days_b = 1 };
	p.best[signal->kind] = 1;
	p.shares = kind_set_of((unsigned)signal->kind);
	weigh_profile(&p, &w);
	out->score = w.computed;
	for (unsigned i = 0; i < w.n; i++)
		out->mb = w.items[i].signal == signal ? w.items[i].counted_mb : out->mb;
}

bool lone_link(struct lone *l, unsigned signal, uint32_t holders, enum network_kind network, struct lone_link *out)
{
	const struct signal_rule *rule = &l->e->rules->signals[signal];
	const struct kind *kind = &l->e->rules->kinds.rows[rule->kind];
	int32_t place_mb = kind->is_network ? rule->network_mb[network] : 0;
	*out = (struct lone_link){ 0 };
	if (holders > kind->hub_cap || place_mb == NETWORK_IGNORE)
		return false;
	if (l->e->rules->table.is_given)
		link_by_table(l, rule, holders, network, out);
	else
		link_by_formula(l, rule, place_mb, holders, out);
	return true;
}
