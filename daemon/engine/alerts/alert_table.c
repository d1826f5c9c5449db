/* Alerts: found. */
#include "alert_table.h"

#include <stdlib.h>
#include <string.h>

uint64_t alert_key(uint32_t policy, const struct alert_subject *s)
{
	uint32_t words[4] = { policy, s->scope, s->a, s->b };
	return bytes_hash(bytes_make((const char *)words, sizeof(words)), 0xa1e27);
}

struct alert *alert_find(const struct engine *e, uint32_t policy, const struct alert_subject *subject)
{
	if (e->reach[policy].remembered == 0)
		return NULL;
	uint32_t at = u64map_get(e->alert_of, alert_key(policy, subject));
	return at == U64MAP_NONE ? NULL : &e->alerts.at[at];
}

/* 16 hex digits in lower case, as view_alert_id writes them. */
static bool read_id(struct bytes text, uint64_t *id)
{
	static const char digits[] = "0123456789abcdef";
	*id = 0;
	for (size_t i = 0; i < text.len; i++) {
		const char *digit = text.ptr[i] != '\0' ? strchr(digits, text.ptr[i]) : NULL;
		if (digit == NULL)
			return false;
		*id = *id << 4 | (uint64_t)(digit - digits);
	}
	return text.len == 16;
}

struct alert *alert_by_id(const struct engine *e, struct bytes text)
{
	uint64_t id;
	uint32_t at = read_id(text, &id) ? u64map_get(e->alert_ids, id) : U64MAP_NONE;
	return at == U64MAP_NONE || alert_is_shadow(e, &e->alerts.at[at]) ? NULL : &e->alerts.at[at];
}

static void add_standing(const struct engine *e, const struct alert_subject *subject, struct alert_numbers *out)
{
	for (unsigned i = 0; i < e->rules->n_policies; i++) {
		const struct alert *alert = e->rules->policies[i].scope == subject->scope ? alert_find(e, i, subject) : NULL;
		if (alert != NULL && alert->state != ALERT_RESOLVED && !alert_is_shadow(e, alert))
			VEC_PUSH(out, (uint32_t)(alert - e->alerts.at));
	}
}

static int compare_numbers(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return (a > b) - (a < b);
}

/* By the account's own subjects and not through all alerts: every answered event asks. */
void alerts_of_account(const struct engine *e, uint32_t account, struct alert_numbers *out)
{
	const struct account *acc = &e->accounts.at[account];
	uint32_t cluster = graph_cluster_of(e->graph, account);
	add_standing(e, &(struct alert_subject){ .scope = POLICY_ACCOUNT, .a = account, .b = NONE }, out);
	if (cluster != GRAPH_NONE)
		add_standing(e, &(struct alert_subject){ .scope = POLICY_CLUSTER, .a = cluster, .b = NONE }, out);
	for (uint32_t i = 0; i < acc->n_pairs; i++) {
		const struct pair *pair = &e->pairs.at[acc->pairs[i]];
		if (pair->flags & PAIR_ALERTED)
			add_standing(e, &(struct alert_subject){ .scope = POLICY_LINK, .a = pair->a, .b = pair->b }, out);
	}
	if (out->n > 1)
		qsort(out->at, out->n, sizeof(*out->at), compare_numbers);
}

bool alert_is_merged(const struct alert *alert)
{
	return alert->lead != NONE;
}

const struct alert *alert_leading(const struct engine *e, const struct alert *alert)
{
	return alert->lead != NONE ? &e->alerts.at[alert->lead] : alert;
}

uint8_t merged_level(const struct engine *e, const struct alert *lead)
{
	uint8_t level = lead->level;
	struct id_span merged = alert_merged(lead);
	for (size_t i = 0; i < merged.n; i++) {
		const struct alert *one = &e->alerts.at[merged.at[i]];
		if (one->state != ALERT_RESOLVED && one->level > level)
			level = one->level;
	}
	return level;
}
