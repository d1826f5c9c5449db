/* What a condition may ask: one handler a field, found by the field's name. An account field in link scope is not
 * answered: MISSING makes the condition UNKNOWN. */
#include "fields.h"

#include <stdlib.h>

#include "breach.h"
#include "daemon/base/decimal.h"
#include "daemon/engine/evidence/profile.h"
#include "daemon/engine/pairs/contagion_levels.h"
#include "daemon/engine/pairs/relations.h"
#include "daemon/engine/pairs/verdicts.h"
#include "daemon/engine/state/accounts.h"
#include "windows.h"

static void give_number(struct value *out, int64_t n)
{
	*out = (struct value){ .type = VALUE_NUMBER, .num = n * 1000 };
}

static void give_bool(struct value *out, bool is_true)
{
	*out = (struct value){ .type = VALUE_BOOL, .num = is_true };
}

static void give_text(struct value *out, struct bytes text)
{
	*out = (struct value){ .type = VALUE_TEXT, .text = text };
}

static void give_duration(struct value *out, int64_t ms)
{
	*out = (struct value){ .type = VALUE_DURATION, .num = ms };
}

static const struct account *account_of(const struct field_subject *s)
{
	return &s->e->accounts.at[s->account];
}

static const struct pair *pair_of(const struct field_subject *s)
{
	return &s->e->pairs.at[s->pair];
}

/* The account that came first, and the one that came later. */
static const struct account *older_of(const struct field_subject *s)
{
	const struct account *a = &s->e->accounts.at[pair_of(s)->a], *b = &s->e->accounts.at[pair_of(s)->b];
	return b->first_ms != 0 && b->first_ms < a->first_ms ? b : a;
}

static const struct account *newer_of(const struct field_subject *s)
{
	const struct account *a = &s->e->accounts.at[pair_of(s)->a], *b = &s->e->accounts.at[pair_of(s)->b];
	return older_of(s) == a ? b : a;
}

static void event_type_field(const struct field_subject *s, struct value *out) { give_text(out, s->e->event->word); }
static void event_ok(const struct field_subject *s, struct value *out) { give_bool(out, !s->e->event->is_failed); }
static void event_account(const struct field_subject *s, struct value *out) { give_text(out, s->e->event->account); }
static void event_site(const struct field_subject *s, struct value *out)
{
	give_text(out, event_account_site(s->e->event->account));
}

static void give_text_if_any(struct value *out, struct bytes text)
{
	if (text.len > 0)
		give_text(out, text);
}

static void give_decimal(struct value *out, struct bytes text)
{
	int64_t milli;
	if (decimal_parse(text, &milli))
		*out = (struct value){ .type = VALUE_NUMBER, .num = milli };
}

static void event_value(const struct field_subject *s, struct value *out) { give_decimal(out, s->e->event->value); }
static void event_round(const struct field_subject *s, struct value *out) { give_decimal(out, s->e->event->round); }
static void event_kind(const struct field_subject *s, struct value *out) { give_text_if_any(out, s->e->event->kind); }
static void event_reason(const struct field_subject *s, struct value *out) { give_text_if_any(out, s->e->event->reason); }

static void account_risk_field(const struct field_subject *s, struct value *out)
{
	give_number(out, account_risk(s->e, s->account));
}

static void account_contagion(const struct field_subject *s, struct value *out)
{
	*out = (struct value){ .type = VALUE_NUMBER, .num = contagion_of(s->e, s->account) };
}

static void account_contagion_links(const struct field_subject *s, struct value *out)
{
	uint32_t path[CONTAGION_PATH_MAX];
	unsigned n = contagion_path(s->e, s->account, path);
	if (n > 0)
		give_number(out, n - 1);
}

static void account_verdict(const struct field_subject *s, struct value *out)
{
	if (account_of(s)->judged != JUDGED_NOTHING)
		give_text(out, account_of(s)->judged == JUDGED_CLEAN ? BYTES_LIT("clean") : BYTES_LIT("confirmed"));
}

static void account_links(const struct field_subject *s, struct value *out)
{
	unsigned n = 0;
	for (uint32_t i = 0; i < account_of(s)->n_pairs; i++)
		n += s->e->pairs.at[account_of(s)->pairs[i]].score >= s->e->rules->scoring.score_bands[0];
	give_number(out, n);
}

static void account_events(const struct field_subject *s, struct value *out) { give_number(out, account_of(s)->events); }
static void account_failed(const struct field_subject *s, struct value *out) { give_number(out, account_of(s)->failed); }
static void account_name_field(const struct field_subject *s, struct value *out)
{
	give_text(out, account_name(s->e, s->account));
}
static void account_is_closed(const struct field_subject *s, struct value *out) { give_bool(out, account_of(s)->is_closed); }
static void account_age(const struct field_subject *s, struct value *out)
{
	give_duration(out, s->e->now_ms - account_of(s)->first_ms);
}
static void account_site(const struct field_subject *s, struct value *out)
{
	give_text(out, event_account_site(account_name(s->e, s->account)));
}

static void link_score(const struct field_subject *s, struct value *out) { give_number(out, pair_of(s)->score); }
static void link_computed(const struct field_subject *s, struct value *out) { give_number(out, pair_of(s)->computed); }
static void link_state(const struct field_subject *s, struct value *out)
{
	give_text(out, bytes_of(link_state_names[pair_of(s)->state]));
}

static void link_band(const struct field_subject *s, struct value *out)
{
	give_text(out, bytes_of(band_names[score_band(s->e, pair_of(s)->score)]));
}

static void link_same_site(const struct field_subject *s, struct value *out)
{
	give_bool(out, account_same_site(s->e, pair_of(s)->a, pair_of(s)->b));
}

static void link_family_count(const struct field_subject *s, struct value *out)
{
	give_number(out, __builtin_popcount(pair_of(s)->families));
}

static void link_beyond_relation(const struct field_subject *s, struct value *out)
{
	int32_t mb;
	if (breach_bits(s->e, pair_of(s), &mb))
		*out = (struct value){ .type = VALUE_NUMBER, .num = mb };
}

static void link_one_joint(const struct field_subject *s, struct value *out)
{
	give_bool(out, relation_one_is_joint(s->e, pair_of(s)->a, pair_of(s)->b));
}

static void link_a_closed(const struct field_subject *s, struct value *out)
{
	give_bool(out, s->e->accounts.at[pair_of(s)->a].is_closed);
}

static void link_b_closed(const struct field_subject *s, struct value *out)
{
	give_bool(out, s->e->accounts.at[pair_of(s)->b].is_closed);
}

static void link_any_closed(const struct field_subject *s, struct value *out)
{
	give_bool(out, older_of(s)->is_closed || newer_of(s)->is_closed);
}

static void link_both_closed(const struct field_subject *s, struct value *out)
{
	give_bool(out, older_of(s)->is_closed && newer_of(s)->is_closed);
}

static void link_newer_closed(const struct field_subject *s, struct value *out) { give_bool(out, newer_of(s)->is_closed); }
static void link_older_closed(const struct field_subject *s, struct value *out) { give_bool(out, older_of(s)->is_closed); }

static void link_gap_since_closure(const struct field_subject *s, struct value *out)
{
	const struct account *older = older_of(s), *newer = newer_of(s);
	if (older->is_closed && newer->first_ms != 0)
		give_duration(out, newer->first_ms - older->closed_ms);
}

static const uint32_t *cluster_members(const struct field_subject *s, unsigned *n)
{
	const uint32_t *members;
	*n = graph_members(s->e->graph, s->cluster, &members);
	return members;
}

static void cluster_size(const struct field_subject *s, struct value *out)
{
	unsigned n;
	cluster_members(s, &n);
	give_number(out, n);
}

static void cluster_closed(const struct field_subject *s, struct value *out)
{
	unsigned n, closed = 0;
	const uint32_t *members = cluster_members(s, &n);
	for (unsigned i = 0; i < n; i++)
		closed += s->e->accounts.at[members[i]].is_closed;
	give_number(out, closed);
}

static void cluster_open(const struct field_subject *s, struct value *out)
{
	struct value closed;
	unsigned n;
	cluster_members(s, &n);
	cluster_closed(s, &closed);
	give_number(out, (int64_t)n - closed.num / 1000);
}

static void count_links(const struct field_subject *s, struct cluster_links *out)
{
	unsigned n;
	const uint32_t *members = cluster_members(s, &n);
	*out = (struct cluster_links){ .is_counted = true, .least = 1000 };
	for (unsigned i = 0; i < n; i++) {
		const struct account *account = &s->e->accounts.at[members[i]];
		for (uint32_t k = 0; k < account->n_pairs; k++) {
			const struct pair *pair = &s->e->pairs.at[account->pairs[k]];
			if (pair->a != members[i] || graph_cluster_of(s->e->graph, pair->b) != s->cluster ||
			    pair->score < s->e->rules->scoring.score_bands[0])
				continue;
			out->n++;
			out->suspected += pair->state == LINK_SUSPECTED || pair->state == LINK_CONFIRMED;
			out->least = pair->score < out->least ? pair->score : out->least;
			out->most = pair->score > out->most ? pair->score : out->most;
		}
	}
}

static struct cluster_links cluster_links(const struct field_subject *s)
{
	struct cluster_links own = { .is_counted = false }, *links = s->links != NULL ? s->links : &own;
	if (!links->is_counted)
		count_links(s, links);
	return *links;
}

static void cluster_link_count(const struct field_subject *s, struct value *out) { give_number(out, cluster_links(s).n); }
static void cluster_suspected(const struct field_subject *s, struct value *out) { give_number(out, cluster_links(s).suspected); }
static void cluster_min_score(const struct field_subject *s, struct value *out) { give_number(out, cluster_links(s).least); }
static void cluster_max_score(const struct field_subject *s, struct value *out) { give_number(out, cluster_links(s).most); }

static const struct {
	const char *name;
	field_handler *fn;
} handlers[] = {
	{ "event.type", event_type_field }, { "event.ok", event_ok }, { "event.account", event_account },
	{ "event.site", event_site }, { "event.ip", field_event_ip }, { "event.network", field_event_network },
	{ "event.country", field_event_country },
	{ "event.value", event_value }, { "event.kind", event_kind }, { "event.reason", event_reason }, { "event.round", event_round },
	{ "account.risk", account_risk_field }, { "account.contagion", account_contagion },
	{ "account.contagion_links", account_contagion_links },
	{ "account.verdict", account_verdict }, { "account.links", account_links }, { "account.events", account_events },
	{ "account.failed", account_failed }, { "account.is_closed", account_is_closed }, { "account.age", account_age },
	{ "account.site", account_site }, { "account.name", account_name_field },
	{ "account.relations", field_account_relations },
	{ "link.score", link_score }, { "link.computed", link_computed }, { "link.state", link_state },
	{ "link.band", link_band }, { "link.same_site", link_same_site }, { "link.family_count", link_family_count },
	{ "link.beyond_relation", link_beyond_relation }, { "link.one_joint", link_one_joint },
	{ "link.a_closed", link_a_closed }, { "link.b_closed", link_b_closed }, { "link.any_closed", link_any_closed },
	{ "link.both_closed", link_both_closed }, { "link.newer_closed", link_newer_closed },
	{ "link.older_closed", link_older_closed }, { "link.gap_since_closure", link_gap_since_closure },
	{ "link.explained_by", field_link_explained_by }, { "link.relation", field_link_relation },
	{ "link.families", field_link_families }, { "link.evidence", field_link_evidence },
	{ "cluster.size", cluster_size }, { "cluster.closed", cluster_closed }, { "cluster.open", cluster_open },
	{ "cluster.links", cluster_link_count }, { "cluster.suspected", cluster_suspected }, { "cluster.min_score", cluster_min_score },
	{ "cluster.max_score", cluster_max_score },
};

#define PAIR_SCOPES (SCOPE_PAIR | SCOPE_VALUE | SCOPE_SUPPORT)

void fields_prepare(struct engine *e)
{
	e->field_handlers = xcalloc(FIELDS_MAX, sizeof(*e->field_handlers));
	e->field_room = xcalloc(1, sizeof(*e->field_room));
	for (size_t i = 0; i < ARRAY_LEN(handlers); i++) {
		int field = field_find(bytes_of(handlers[i].name));
		BUG_ON(field >= FIELDS_MAX);
		if (field >= 0)
			e->field_handlers[field] = handlers[i].fn;
	}
	/* A field that conditions may name and nobody answers would be UNKNOWN for ever. */
	for (int field = 0; field_rows[field].name != NULL; field++)
		BUG_ON(e->field_handlers[field] == NULL && !(field_rows[field].scopes & PAIR_SCOPES));
	e->pair_handlers = pair_handlers_new();
}

void field_answer(void *subject, int field, struct value *out)
{
	const struct field_subject *s = subject;
	out->type = VALUE_MISSING;
	if (field_is_call(field)) {
		call_answer(s->e, s->pair, field, out);
		return;
	}
	if (field_is_window(field)) {
		window_answer(s, (unsigned)(field - FIELD_WINDOWS), out);
		return;
	}
	unsigned scopes = field_rows[field].scopes;
	bool is_asked = (scopes & SCOPE_EVENT) || (s->account != NONE && (scopes & SCOPE_ACCOUNT)) ||
			(s->pair != NONE && (scopes & SCOPE_LINK)) || (s->cluster != NONE && (scopes & SCOPE_CLUSTER));
	if (is_asked && s->e->field_handlers[field] != NULL)
		s->e->field_handlers[field](s, out);
}

static uint32_t bit_of_word(struct bytes word)
{
	for (unsigned t = EVENT_ACTIVITY + 1; t < EVENT_TYPES; t++)
		if (bytes_is(word, event_types[t].name))
			return 1u << t;
	return 1u << EVENT_ACTIVITY;
}

static uint32_t types_of(const struct expr *expr, int type_field)
{
	uint32_t bits = 0;
	if (expr == NULL)
		return UINT32_MAX;
	if (expr->op == EXPR_AND)
		return types_of(expr->left, type_field) & types_of(expr->right, type_field);
	if (expr->op == EXPR_OR)
		return types_of(expr->left, type_field) | types_of(expr->right, type_field);
	if ((expr->op != EXPR_EQ && expr->op != EXPR_IN) || expr->left->op != EXPR_FIELD || expr->left->field != type_field ||
	    expr->right->op != EXPR_CONST)
		return UINT32_MAX;
	if (expr->op == EXPR_EQ)
		return bit_of_word(expr->right->constant.text);
	for (unsigned i = 0; i < expr->right->constant.n_list; i++)
		bits |= bit_of_word(expr->right->constant.list[i]);
	return bits;
}

uint32_t field_event_types(const struct expr *expr)
{
	return types_of(expr, field_find(BYTES_LIT("event.type")));
}
