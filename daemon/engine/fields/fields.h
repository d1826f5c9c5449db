/* What a condition may ask. */
#ifndef ASSOCD_ENGINE_FIELDS_FIELDS_H
#define ASSOCD_ENGINE_FIELDS_FIELDS_H

#include "daemon/engine/state/state.h"

/* Links inside a cluster, of the lowest band and more. */
struct cluster_links { bool is_counted; unsigned n, suspected; int least, most; };
struct field_subject {
	const struct engine *e;
	uint32_t account, pair, cluster; /* NONE where it is not in scope */
	struct cluster_links *links;     /* the cluster's, once counted; NULL: counted whenever asked for */
};
void fields_prepare(struct engine *e);
void field_answer(void *subject, int field, struct value *out);
/* Bit per event type for which the condition can hold, as far as its tests of event.type say; NULL: all. */
uint32_t field_event_types(const struct expr *expr);

/* Where answers that are made up on the spot lie until the next question of the same field. */
#define FIELD_LIST_MAX 136
struct field_room {
	char ip[IP_TEXT_SIZE];
	struct bytes families[FIELD_LIST_MAX], relations[FIELD_LIST_MAX], explained[1], common[RELATIONS_PER_ACCOUNT], evidence[RULES_MAX];
};
/* fields_lists.c: answers that are lists, and the event's address. */
field_handler field_event_ip, field_event_network, field_event_country, field_account_relations, field_link_families, field_link_explained_by,
	field_link_relation, field_link_evidence;

#endif
