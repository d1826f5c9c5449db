/* Answers of conditions by the values that they ask for, direct-mapped by a hash of the values' keys.
 * I1: a combination stands for its answer by 64 bits of hash over keys that are hashes themselves, as the index has them. */
#include "event_condition.h"

#include <stdlib.h>

#include "daemon/engine/pairs/memo.h"

#define SLOTS 512
#define KINDS_ASKED_MAX 8

struct answer {
	uint64_t combination;
	bool is_filled, holds;
};

struct event_condition {
	const struct expr *when;
	bool is_remembered; /* it asks for nothing else than these */
	bool asks_network, asks_country, asks_ok;
	bool needs_country; /* where the address has none it cannot hold, and is not asked further */
	uint16_t kinds[KINDS_ASKED_MAX];
	unsigned n_kinds;
	struct answer *answers;
};

static bool add_kind(struct event_condition *c, unsigned kind)
{
	for (unsigned i = 0; i < c->n_kinds; i++)
		if (c->kinds[i] == kind)
			return true;
	if (c->n_kinds == KINDS_ASKED_MAX)
		return false;
	c->kinds[c->n_kinds++] = (uint16_t)kind;
	return true;
}

static bool add_field(struct event_condition *c, int field)
{
	if (field_is_call(field))
		return bytes_is(bytes_of(call_rows[field_call(field)].name), "value") && add_kind(c, field_argument(field));
	bool is_network = field == field_find(BYTES_LIT("event.network")), is_ok = field == field_find(BYTES_LIT("event.ok"));
	bool is_country = field == field_find(BYTES_LIT("event.country"));
	c->asks_network |= is_network;
	c->asks_country |= is_country;
	c->asks_ok |= is_ok;
	return is_network || is_country || is_ok;
}

/* False: something is asked for that may change from one event with the same values to the next. */
static bool add_asked(struct event_condition *c, const struct expr *e)
{
	if (e == NULL || e->op == EXPR_CONST)
		return true;
	if (e->op == EXPR_FIELD || e->op == EXPR_HAS)
		return add_field(c, e->field);
	return add_asked(c, e->left) && add_asked(c, e->right);
}

static bool names_field(const struct expr *e, int field)
{
	return e != NULL && ((e->op == EXPR_FIELD && e->field == field) || names_field(e->left, field) || names_field(e->right, field));
}

/* Whether it cannot be true while the field is missing. Of what is negated only a comparison is looked at: "not (a and b)" may be
 * true by the other. */
static bool needs_field(const struct expr *e, int field)
{
	const struct expr *asked = e->op == EXPR_NOT ? e->left : e;
	if (e->op == EXPR_AND)
		return needs_field(e->left, field) || needs_field(e->right, field);
	if (e->op == EXPR_OR)
		return needs_field(e->left, field) && needs_field(e->right, field);
	return asked->op != EXPR_AND && asked->op != EXPR_OR && asked->op != EXPR_NOT && names_field(asked, field);
}

struct event_condition *event_condition_new(const struct expr *when)
{
	struct event_condition *c = xcalloc(1, sizeof(*c));
	c->when = when;
	c->is_remembered = when != NULL && add_asked(c, when);
	c->needs_country = when != NULL && needs_field(when, field_find(BYTES_LIT("event.country")));
	return c;
}

void event_condition_free(struct event_condition *c)
{
	if (c == NULL)
		return;
	free(c->answers);
	free(c);
}

/* Key of the value that value(KIND) answers with, 0 where there is none. */
static uint64_t key_of(const struct event *ev, unsigned kind)
{
	for (unsigned i = 0; i < ev->n_attrs && ev->attrs[i].kind <= kind; i++)
		if (ev->attrs[i].kind == kind && ev->attrs[i].shown.len > 0)
			return ev->attrs[i].key;
	return 0;
}

/* Keys are hashes with a seed of their own. */
static uint64_t mix(uint64_t hash, uint64_t part)
{
	hash = (hash ^ part) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 32;
}

static uint64_t combination_of(const struct event_condition *c, const struct engine *e)
{
	const struct event *ev = e->event;
	bool asks_address = (c->asks_network || c->asks_country) && ev->has_ip;
	const struct network *network = asks_address ? memo_network(e->memo, e->enrich, &ev->ip) : NULL;
	uint64_t combination = mix((network != NULL ? network->kind : NET_KINDS) * 2 + (c->asks_ok && ev->is_failed), 0);
	if (c->asks_country && network != NULL)
		combination = mix(combination, (uint64_t)(uint8_t)network->country[0] << 8 | (uint8_t)network->country[1]);
	for (unsigned i = 0; i < c->n_kinds; i++)
		combination = mix(combination, key_of(ev, c->kinds[i]));
	return combination;
}

static bool evaluate(const struct event_condition *c, const struct field_subject *subject)
{
	struct field_subject asked = *subject;
	return expr_test(c->when, field_answer, &asked) == YES;
}

static bool has_country(const struct engine *e)
{
	return e->event->has_ip && memo_network(e->memo, e->enrich, &e->event->ip)->country[0] != '\0';
}

bool event_condition_holds(struct event_condition *c, const struct field_subject *subject)
{
	if (c->needs_country && !has_country(subject->e))
		return false;
	if (c->when == NULL || !c->is_remembered)
		return c->when == NULL || evaluate(c, subject);
	if (c->answers == NULL)
		c->answers = xcalloc(SLOTS, sizeof(*c->answers));
	uint64_t combination = combination_of(c, subject->e);
	struct answer *answer = &c->answers[combination % SLOTS];
	if (!answer->is_filled || answer->combination != combination)
		*answer = (struct answer){ .combination = combination, .is_filled = true, .holds = evaluate(c, subject) };
	return answer->holds;
}
