/* I1: sorted by precedes.  I2: two sessions of one slot and key lie further apart than the gap.  I3: at most SESSIONS_KEPT of a
 * slot. */
#include "sessions.h"

#include <string.h>

#include "daemon/base/err.h"

#define DAY_S 86400
#define LENGTH_MAX_S 0xffffff /* half a year without a silence: what comes then begins another */

static bool precedes(const struct session *x, const struct session *y)
{
	if (x->start_s != y->start_s)
		return x->start_s < y->start_s;
	return x->slot != y->slot ? x->slot < y->slot : x->key < y->key;
}

static uint32_t end_of(const struct session *s)
{
	return s->start_s + s->length_s;
}

static bool falls_into(const struct session *s, const struct session_use *use)
{
	if (s->slot != use->slot || s->key != use->key)
		return false;
	uint32_t start_s = use->at_s < s->start_s ? use->at_s : s->start_s, end_s = use->at_s > end_of(s) ? use->at_s : end_of(s);
	return use->at_s + use->gap_s >= s->start_s && use->at_s <= end_of(s) + use->gap_s && end_s - start_s <= LENGTH_MAX_S;
}

/* The place of the youngest session before `from` that the use falls into, or -1. */
static int find(const struct sessions *list, const struct session_use *use, int from)
{
	for (int i = from - 1; i >= 0; i--) {
		if (falls_into(&list->at[i], use))
			return i;
		if ((uint64_t)list->at[i].start_s + list->longest_s + use->gap_s < use->at_s)
			break;
	}
	return -1;
}

static void take_out(struct sessions *list, int at)
{
	list->n--;
	memmove(&list->at[at], &list->at[at + 1], (size_t)(list->n - at) * sizeof(*list->at));
}

static void put_in(struct sessions *list, struct session session)
{
	int at = list->n;
	while (at > 0 && precedes(&session, &list->at[at - 1]))
		at--;
	memmove(&list->at[at + 1], &list->at[at], (size_t)(list->n - at) * sizeof(*list->at));
	list->at[at] = session;
	list->n++;
	list->slots |= 1u << session.slot;
	if (session.length_s > list->longest_s)
		list->longest_s = session.length_s;
}

bool sessions_extend(struct sessions *list, const struct session_use *use)
{
	int late = list != NULL ? find(list, use, list->n) : -1;
	if (late < 0)
		return false;
	struct session wide = list->at[late];
	int early = find(list, use, late);
	uint32_t end_s = use->at_s > end_of(&wide) ? use->at_s : end_of(&wide);
	uint32_t start_s = early >= 0 ? list->at[early].start_s : wide.start_s;
	start_s = use->at_s < start_s ? use->at_s : start_s;
	if (early >= 0 && end_s - start_s > LENGTH_MAX_S)
		return true; /* they stay two */
	take_out(list, late);
	if (early >= 0)
		take_out(list, early);
	wide.start_s = start_s;
	wide.length_s = (end_s - start_s) & LENGTH_MAX_S;
	put_in(list, wide);
	return true;
}

static void make_room(struct sessions **list)
{
	struct sessions *l = *list;
	if (l != NULL && l->n < l->cap)
		return;
	unsigned cap = l == NULL ? 2 : l->cap + (l->cap + 1u) / 2;
	*list = xrealloc(l, sizeof(*l) + cap * sizeof(*l->at));
	if (l == NULL)
		**list = (struct sessions){ .n = 0 };
	(*list)->cap = (uint16_t)cap;
}

static void drop_oldest(struct sessions *list, unsigned slot)
{
	int oldest = -1;
	unsigned n = 0;
	for (int i = list->n - 1; i >= 0; i--)
		if (list->at[i].slot == slot) {
			oldest = i;
			n++;
		}
	if (n > SESSIONS_KEPT)
		take_out(list, oldest);
}

void sessions_begin(struct sessions **list, const struct session_use *use)
{
	make_room(list);
	put_in(*list, (struct session){ .start_s = use->at_s, .key = use->key, .slot = use->slot & 0xff });
	if ((*list)->n > SESSIONS_KEPT)
		drop_oldest(*list, use->slot);
}

struct session_sum sessions_sum(const struct sessions *list, unsigned slot, const uint32_t *key)
{
	struct session_sum sum = { .n = 0 };
	for (unsigned i = 0; list != NULL && i < list->n; i++) {
		const struct session *s = &list->at[i];
		if (s->slot != slot || (key != NULL && s->key != *key))
			continue;
		if (sum.n++ == 0)
			sum.first_s = s->start_s;
		if (end_of(s) > sum.last_s)
			sum.last_s = end_of(s);
	}
	return sum;
}

void sessions_hours(const struct sessions *list, const struct session_test *test, struct session_hours *out)
{
	const uint32_t bin_s = DAY_S / HOUR_BINS;
	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; list != NULL && i < list->n; i++) {
		const struct session *s = &list->at[i];
		if (s->slot != test->slot)
			continue;
		uint32_t first = s->start_s / bin_s, last = (end_of(s) + test->within_s) / bin_s;
		if (last - first >= HOUR_BINS)
			last = first + HOUR_BINS - 1;
		out->begin[first % HOUR_BINS]++;
		for (uint32_t bin = first; bin <= last; bin++)
			out->last[bin % HOUR_BINS]++;
	}
}

bool sessions_is_near(const struct sessions *list, const struct session_test *test, uint32_t key, uint32_t at_s)
{
	for (int i = list != NULL ? list->n - 1 : -1; i >= 0; i--) {
		const struct session *s = &list->at[i];
		if ((uint64_t)s->start_s + list->longest_s + test->within_s < at_s)
			return false;
		if (s->slot == test->slot && (s->key == key) == test->is_same_key && s->start_s <= (uint64_t)at_s + test->within_s &&
		    (uint64_t)end_of(s) + test->within_s >= at_s)
			return true;
	}
	return false;
}

/* Does s follow one of the first n of y? */
static bool follows_one(const struct session *s, const struct sessions *y, unsigned n, const struct session_test *test)
{
	for (unsigned k = n; k-- > 0;) {
		const struct session *r = &y->at[k];
		if ((uint64_t)r->start_s + y->longest_s + test->within_s < s->start_s)
			return false;
		if (r->slot == test->slot && (r->key == s->key) == test->is_same_key && (uint64_t)end_of(r) + test->within_s >= s->start_s)
			return true;
	}
	return false;
}

static bool is_mute(const struct session_test *test, uint32_t key)
{
	for (unsigned i = 0; i < test->n_mute; i++)
		if (test->mute[i] == key)
			return true;
	return false;
}

/* `ties`: also those that begin in one second with it. */
static unsigned count_following(const struct sessions *x, const struct sessions *y, const struct session_test *test, bool ties)
{
	unsigned turns = 0, before = 0;
	for (unsigned i = 0; i < x->n; i++) {
		const struct session *s = &x->at[i];
		while (before < y->n && (y->at[before].start_s < s->start_s || (ties && y->at[before].start_s == s->start_s)))
			before++;
		if (s->slot == test->slot && !is_mute(test, s->key))
			turns += follows_one(s, y, before, test);
	}
	return turns;
}

unsigned sessions_turns(const struct sessions *a, const struct sessions *b, const struct session_test *test)
{
	if (a == NULL || b == NULL || !(a->slots & b->slots & 1u << test->slot))
		return 0;
	return count_following(a, b, test, true) + count_following(b, a, test, false);
}
