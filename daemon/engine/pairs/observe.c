/* An event's values go into the index and the account's facts; whom it newly meets becomes a candidate.
 * I1: candidate_list holds each account once (candidate_stamp), in the order the values stand in the event.
 * I2: failed attempts never come here. */
#include "observe.h"

#include <stdio.h>
#include <stdlib.h>

#include "candidates.h"
#include "daemon/engine/evidence/sessions.h"
#include "daemon/engine/state/accounts.h"
#include "marking.h"
#include "rescore.h"

#define DAY_S 86400

/* The latest holders of a value that is new to the account. */
static void meet_holders(struct engine *e, uint32_t account, uint32_t value)
{
	const uint32_t *holders;
	unsigned n = index_holders(e->index, value, &holders);
	unsigned first = n > e->rules->scoring.holders_kept ? n - e->rules->scoring.holders_kept : 0;
	if (index_value_is_mute(index_value(e->index, value)))
		return;
	for (unsigned i = first; i < n; i++)
		if (holders[i] != account)
			candidate_add(e, holders[i]);
}

/* 3, 4, 6, 8, 12, 16 ...: the value is now worth half a bit less to each pair of its holders, also to those who do not
 * come back. */
static bool holders_took_a_step(const struct engine *e, uint32_t value)
{
	const struct index_value *v = index_value(e->index, value);
	if (index_value_is_mute(v) || v->holders < 3)
		return false;
	uint32_t odd = v->holders >> __builtin_ctz(v->holders);
	return odd == 1 || odd == 3;
}

struct observation {
	struct engine *e;
	const struct event *ev;
	const struct gathered *gathered;
	uint32_t account;
	uint32_t at_s;
	unsigned tokens;
};

/* value: its id where gathering found it. */
static struct index_seen observe_value(struct observation *ob, const struct attr *attr, uint32_t value)
{
	struct engine *e = ob->e;
	const struct kind_plan *plan = &e->plan.kinds[attr->kind];
	struct index_use use = {
		.key = attr->key, .value = value, .kind = (uint8_t)attr->kind, .network = (uint8_t)ob->gathered->network.kind,
		.at_s = ob->at_s,
		.keeps_shown = plan->is_counted, .hub_cap = plan->is_counted ? UINT32_MAX : e->rules->kinds.rows[attr->kind].hub_cap, .shown = attr->shown,
	};
	struct index_seen seen;
	index_observe(e->index, ob->account, &use, &seen);
	if (plan->is_counted)
		return seen;
	if (seen.is_new)
		mark_new_use(e, ob->ev, attr, seen.value);
	if (plan->coverage != 0 && seen.is_new_day)
		e->accounts.at[ob->account].days[plan->coverage - 1]++;
	if (seen.became_hub || (seen.is_new && holders_took_a_step(e, seen.value)))
		pairs_withdraw_value(e, seen.value);
	if (!seen.became_hub && plan->meets && seen.depth >= e->rules->scoring.holders_kept &&
	    ob->tokens < e->rules->scoring.tokens_per_event) {
		ob->tokens++;
		meet_holders(e, ob->account, seen.value);
	}
	return seen;
}

/* Its text is written when a second account holds it: nine of ten never need one. */
static void observe_port_block(struct observation *ob, const struct event *ev)
{
	const struct gathered *g = ob->gathered;
	if (!g->has_block)
		return;
	const struct attr attr = { .key = g->block_key, .kind = (uint16_t)ob->e->plan.port_block_kind, .shown = BYTES_NONE };
	struct index_seen seen = observe_value(ob, &attr, g->block_value);
	if (!seen.wants_shown)
		return;
	char address[IP_TEXT_SIZE], text[IP_TEXT_SIZE + 32];
	uint32_t first, last;
	gather_block(ob->e, g, ev, &first, &last);
	int len = snprintf(text, sizeof(text), "%s ports %u-%u", ip_format(&ev->ip, address), first, last);
	index_set_shown(ob->e->index, seen.value, bytes_make(text, (size_t)len));
}

static int compare_keys(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
	return a < b ? -1 : a > b;
}

/* All values of one kind in one event, from attrs[first]; returns how many. */
static unsigned observe_fact(struct engine *e, uint32_t account, const struct event *ev, unsigned first)
{
	uint64_t keys[FACT_KEYS_MAX];
	unsigned kind = ev->attrs[first].kind, n = 0, at = first;
	for (; at < ev->n_attrs && ev->attrs[at].kind == kind; at++)
		if (n < FACT_KEYS_MAX)
			keys[n++] = ev->attrs[at].key;
	if (!e->plan.kinds[kind].is_fact)
		return at - first;
	if (e->plan.kinds[kind].is_set) {
		qsort(keys, n, sizeof(*keys), compare_keys);
		account_set_fact(&e->accounts.at[account], kind, keys, n);
		return at - first;
	}
	for (unsigned i = 0; i < n; i++)
		account_add_fact(&e->accounts.at[account], kind, keys[i]);
	return at - first;
}

uint32_t observe_address(const struct engine *e, const struct event *ev)
{
	for (unsigned i = 0; i < ev->n_attrs && (int)ev->attrs[i].kind <= e->plan.session_kind; i++)
		if ((int)ev->attrs[i].kind == e->plan.session_kind)
			return session_key(ev->attrs[i].key);
	return 0;
}

/* A session ends by silence or by another address; a late event may begin one too. */
static bool session_begins(struct engine *e, struct account *account, const struct event *ev, uint32_t at_s)
{
	uint32_t address = observe_address(e, ev), last_s = account->last_use_s;
	uint32_t gap_s = (uint32_t)(e->rules->scoring.session_gap_ms / 1000);
	bool is_new = account->use_days == 0 || at_s > last_s + gap_s || at_s + gap_s < last_s ||
		      (address != 0 && address != account->session_ip);
	account->use_days += account->use_days == 0 || at_s / DAY_S > last_s / DAY_S;
	if (address != 0)
		account->session_ip = address;
	if (at_s > last_s)
		account->last_use_s = at_s;
	return is_new;
}

bool observe_event(struct engine *e, const struct event *ev, uint32_t account, const struct gathered *g)
{
	uint32_t at_s = (uint32_t)(ev->ts_ms / 1000);
	bool is_session = session_begins(e, &e->accounts.at[account], ev, at_s);
	struct observation ob = { .e = e, .ev = ev, .gathered = g, .account = account, .at_s = at_s };
	candidates_begin(e);
	for (unsigned i = 0; i < ev->n_attrs;) {
		unsigned run = observe_fact(e, account, ev, i);
		bool is_observed = e->plan.kinds[ev->attrs[i].kind].is_observed;
		for (unsigned k = i; is_observed && k < i + run; k++)
			observe_value(&ob, &ev->attrs[k], g->values[k]);
		i += run;
	}
	observe_port_block(&ob, ev);
	return is_session;
}
