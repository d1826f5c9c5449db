/* What a window says now: of one account, of a link's two, of a cluster's members.
 * I1: now is engine time; an entry counts while its last event is younger than the timespan.
 * I2: without an event a count, a sum and a time are 0; the latest value and the time since are missing. */
#include "windows.h"

#include <stdlib.h>

struct reading {
	const struct window_rule *rule;
	int64_t now_ms, from_ms; /* the window: behind from, up to now */
	int64_t sum;
	int64_t first_ms, latest_ms, latest; /* of entries; first_ms 0: none */
	int64_t time_ms;
	struct VEC(int64_t) values; /* DISTINCT */
};

/* The time for which the wanted side of the bound was in force. */
static int64_t time_in_force(const struct reading *r, const struct window_state *s)
{
	int64_t wanted = r->rule->take == TAKE_TIME_BELOW, total_ms = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		int64_t begins = s->at[i].at_ms > r->from_ms ? s->at[i].at_ms : r->from_ms;
		int64_t ends = i + 1 < s->n ? s->at[i + 1].at_ms : r->now_ms;
		if (s->at[i].value == wanted && ends > begins)
			total_ms += ends - begins;
	}
	return total_ms;
}

static void read_entry(struct reading *r, const struct window_entry *entry)
{
	if (entry->at_ms <= r->from_ms)
		return;
	int64_t first_ms = entry->first_ms > r->from_ms ? entry->first_ms : r->from_ms + 1;
	if (r->first_ms == 0 || first_ms < r->first_ms)
		r->first_ms = first_ms;
	if (entry->at_ms >= r->latest_ms) {
		r->latest_ms = entry->at_ms;
		r->latest = entry->value;
	}
	if (r->rule->take == TAKE_DISTINCT)
		VEC_PUSH(&r->values, entry->value);
	else if (__builtin_add_overflow(r->sum, entry->value, &r->sum))
		r->sum = entry->value > 0 ? INT64_MAX : INT64_MIN;
}

static int compare_values(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return (a > b) - (a < b);
}

static int64_t count_distinct(struct reading *r)
{
	int64_t n = 0;
	if (r->values.n > 1)
		qsort(r->values.at, r->values.n, sizeof(*r->values.at), compare_values);
	for (size_t i = 0; i < r->values.n; i++)
		n += i == 0 || r->values.at[i] != r->values.at[i - 1];
	return n;
}

static void give(struct reading *r, struct value *out)
{
	bool is_empty = r->first_ms == 0;
	switch (r->rule->take) {
	case TAKE_COUNT:
		*out = (struct value){ .type = VALUE_NUMBER, .num = r->sum * 1000 };
		break;
	case TAKE_SUM:
		*out = (struct value){ .type = VALUE_NUMBER, .num = r->sum };
		break;
	case TAKE_DISTINCT:
		*out = (struct value){ .type = VALUE_NUMBER, .num = count_distinct(r) * 1000 };
		break;
	case TAKE_LATEST:
		if (!is_empty)
			*out = (struct value){ .type = VALUE_NUMBER, .num = r->latest };
		break;
	case TAKE_SINCE_FIRST:
	case TAKE_SINCE_LATEST:
		if (!is_empty)
			*out = (struct value){ .type = VALUE_DURATION,
					       .num = r->now_ms - (r->rule->take == TAKE_SINCE_FIRST ? r->first_ms : r->latest_ms) };
		break;
	default:
		*out = (struct value){ .type = VALUE_DURATION, .num = r->time_ms };
	}
}

static void read_account(const struct field_subject *subject, uint32_t account, unsigned window, struct reading *r)
{
	const struct window_state *s = windows_find(subject->e->windows, account, window);
	if (s == NULL)
		return;
	r->time_ms += time_in_force(r, s);
	for (uint32_t i = 0; i < s->n; i++)
		read_entry(r, &s->at[i]);
}

void window_answer(const struct field_subject *subject, unsigned window, struct value *out)
{
	const struct engine *e = subject->e;
	const struct window_rule *rule = &e->rules->windows[window];
	struct reading r = { .rule = rule, .now_ms = e->now_ms, .from_ms = e->now_ms - rule->timespan_ms };
	if (subject->account != NONE) {
		read_account(subject, subject->account, window, &r);
	} else if (subject->pair != NONE) {
		read_account(subject, e->pairs.at[subject->pair].a, window, &r);
		read_account(subject, e->pairs.at[subject->pair].b, window, &r);
	} else if (subject->cluster != NONE) {
		const uint32_t *members;
		unsigned n = graph_members(e->graph, subject->cluster, &members);
		for (unsigned i = 0; i < n; i++)
			read_account(subject, members[i], window, &r);
	}
	give(&r, out);
	VEC_FREE(&r.values);
}
