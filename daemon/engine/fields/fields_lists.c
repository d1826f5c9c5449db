/* Fields whose answer is a list or is made up on the spot: it lies in the engine's room until the field is asked again.
 * I1: a list is sorted and without repeats, as conditions expect. */
#include "fields.h"

#include <stdlib.h>

#include "daemon/engine/evidence/evidence.h"
#include "daemon/engine/pairs/memo.h"
#include "daemon/engine/pairs/relations.h"

static const struct pair *pair_of(const struct field_subject *s)
{
	return &s->e->pairs.at[s->pair];
}

static int compare_texts(const void *x, const void *y)
{
	return bytes_cmp(*(const struct bytes *)x, *(const struct bytes *)y);
}

static void give_list(struct value *out, struct bytes *list, unsigned n)
{
	unsigned kept = 0;
	if (n > 1)
		qsort(list, n, sizeof(*list), compare_texts);
	for (unsigned i = 0; i < n; i++)
		if (i == 0 || !bytes_eq(list[i], list[kept - 1]))
			list[kept++] = list[i];
	*out = (struct value){ .type = VALUE_LIST, .list = list, .n_list = kept };
}

void field_event_ip(const struct field_subject *s, struct value *out)
{
	char *room = s->e->field_room->ip;
	if (s->e->event->has_ip)
		*out = (struct value){ .type = VALUE_TEXT, .text = bytes_of(ip_format(&s->e->event->ip, room)) };
}

void field_event_network(const struct field_subject *s, struct value *out)
{
	const struct event *event = s->e->event;
	if (!event->has_ip)
		return;
	const struct network *network = memo_network(s->e->memo, s->e->enrich, &event->ip);
	*out = (struct value){ .type = VALUE_TEXT, .text = bytes_of(network_kind_names[network->kind]) };
}

void field_event_country(const struct field_subject *s, struct value *out)
{
	const struct event *event = s->e->event;
	if (!event->has_ip)
		return;
	const struct network *network = memo_network(s->e->memo, s->e->enrich, &event->ip);
	if (network->country[0] != '\0')
		*out = (struct value){ .type = VALUE_TEXT, .text = bytes_of(network->country) };
}

void field_account_relations(const struct field_subject *s, struct value *out)
{
	const struct account *account = &s->e->accounts.at[s->account];
	struct bytes *list = s->e->field_room->relations;
	unsigned n = 0;
	for (unsigned i = 0; i < account->n_groups && n < FIELD_LIST_MAX; i++)
		list[n++] = relation_kind(s->e, account->groups[i]);
	give_list(out, list, n);
}

void field_link_families(const struct field_subject *s, struct value *out)
{
	struct bytes *list = s->e->field_room->families;
	unsigned n = 0;
	for (unsigned i = 0; i < s->e->rules->n_families; i++)
		if (pair_of(s)->families >> i & 1)
			list[n++] = s->e->rules->families[i];
	give_list(out, list, n);
}

void field_link_explained_by(const struct field_subject *s, struct value *out)
{
	unsigned relation = pair_of(s)->explained;
	struct bytes *list = s->e->field_room->explained;
	unsigned n = 0;
	if (relation > 0 && s->e->rules->relations[relation - 1].explains)
		list[n++] = s->e->rules->relations[relation - 1].name;
	give_list(out, list, n);
}

void field_link_relation(const struct field_subject *s, struct value *out)
{
	struct bytes *list = s->e->field_room->common;
	give_list(out, list, relation_kinds(s->e, pair_of(s)->a, pair_of(s)->b, list));
}

void field_link_evidence(const struct field_subject *s, struct value *out)
{
	struct bytes *list = s->e->field_room->evidence;
	*out = (struct value){ .type = VALUE_LIST, .list = list, .n_list = rule_set_ids(s->e, pair_of(s)->rules, list) };
}
