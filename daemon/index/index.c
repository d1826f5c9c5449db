/* Postings: which account used which value, when, on how many days.
 * I1: an account's postings are sorted by value id, each value once.
 * I2: a value with one holder keeps it in `list`; with more, `kept` of them stand in the holders' pool.
 * I3: `holders` counts every account that ever held the value and was not evicted; `kept` is at most INDEX_HOLDERS_MAX. */
#include "index_state.h"

#include <stdlib.h>

#include "daemon/base/vec.h"

#define DAY_S 86400
#define PREFETCH_POSTINGS 32

struct index *index_new(void)
{
	struct index *ix = xcalloc(1, sizeof(*ix));
	holders_init(&ix->holders);
	ix->shown = vec_reserve(ix->shown, &ix->cap_shown, 1, 1);
	ix->shown[0] = '\0';
	ix->n_shown = 1;
	return ix;
}

void index_free(struct index *ix)
{
	if (ix == NULL)
		return;
	for (size_t i = 0; i < ix->n_accounts; i++)
		free(ix->accounts[i].at);
	free(ix->accounts);
	free(ix->values);
	free(ix->shown);
	holders_fini(&ix->holders);
	table_fini(&ix->table);
	free(ix);
}

void index_reserve_account(struct index *ix, uint32_t account)
{
	if (account < ix->n_accounts)
		return;
	ix->accounts = vec_reserve(ix->accounts, &ix->cap_accounts, (size_t)account + 1, sizeof(*ix->accounts));
	memset(&ix->accounts[ix->n_accounts], 0, (account + 1 - ix->n_accounts) * sizeof(*ix->accounts));
	ix->n_accounts = (size_t)account + 1;
}

void index_prefetch(const struct index *ix, uint64_t key)
{
	table_prefetch(&ix->table, key);
}

void index_prefetch_record(const struct index *ix, uint64_t key)
{
	table_prefetch_record(&ix->table, ix->values, key);
}

uint32_t index_find_for_use(const struct index *ix, uint64_t key)
{
	uint32_t id = table_find(&ix->table, ix->values, key);
	if (id != UINT32_MAX && ix->values[id].kept > 1)
		__builtin_prefetch(&ix->holders.pool[ix->values[id].list]);
	return id;
}

void index_prefetch_account(const struct index *ix, uint32_t account)
{
	if (account < ix->n_accounts)
		__builtin_prefetch(&ix->accounts[account]);
}

void index_prefetch_postings(const struct index *ix, uint32_t account)
{
	if (account >= ix->n_accounts || ix->accounts[account].n == 0)
		return;
	const struct account_postings *list = &ix->accounts[account];
	for (uint32_t i = 0; i < list->n && i < PREFETCH_POSTINGS; i += 64 / sizeof(struct posting))
		__builtin_prefetch(&list->at[i]);
}

static uint32_t postings_lower_bound(const struct account_postings *list, uint32_t value)
{
	uint32_t low = 0, high = list->n;
	if (high > 0 && list->at[high - 1].value < value)
		return high;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (list->at[middle].value < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint32_t keep_shown(struct index *ix, struct bytes text)
{
	if (text.len == 0 || ix->n_shown + text.len + 1 > UINT32_MAX)
		return 0;
	uint32_t place = (uint32_t)ix->n_shown;
	ix->shown = vec_reserve(ix->shown, &ix->cap_shown, ix->n_shown + text.len + 1, 1);
	memcpy(&ix->shown[place], text.ptr, text.len);
	ix->shown[place + text.len] = '\0';
	ix->n_shown += text.len + 1;
	return place;
}

static uint32_t value_new(struct index *ix, const struct index_use *use, uint32_t account)
{
	ix->values = vec_reserve(ix->values, &ix->cap_values, ix->n_values + 1, sizeof(*ix->values));
	uint32_t id = (uint32_t)ix->n_values++;
	ix->values[id] = (struct index_value){
		.key = use->key, .holders = 1, .list = account, .kind = use->kind, .network = use->network, .kept = 1,
	};
	if (use->keeps_shown)
		ix->values[id].shown = keep_shown(ix, use->shown);
	table_insert(&ix->table, ix->values, id);
	return id;
}

static void value_gain_holder(struct index *ix, uint32_t id, uint32_t account, const struct index_use *use)
{
	struct index_value *value = &ix->values[id];
	value->holders++;
	if (value->kept == 1)
		value->list = holders_pair(&ix->holders, value->list, account), value->kept = 2;
	else if (value->kept == 0)
		value->list = account, value->kept = 1;
	else if (!value->is_hub)
		value->list = holders_add(&ix->holders, value->list, &value->kept, account);
	if (value->shown == 0 && value->holders > 1)
		value->shown = keep_shown(ix, use->shown);
}

static void value_lose_holder(struct index *ix, uint32_t id, uint32_t account)
{
	struct index_value *value = &ix->values[id];
	value->holders--;
	if (value->kept == 1 && value->list == account) {
		value->kept = 0;
		return;
	}
	if (value->kept < 2)
		return;
	value->kept = holders_remove(&ix->holders, value->list, value->kept, account);
	if (value->kept > 1)
		return;
	uint32_t list = value->list;
	value->list = ix->holders.pool[list];
	holders_release(&ix->holders, list, 2);
}

/* The account's longest unused value gives way, so that one busy account costs bounded memory and work. */
static void evict_oldest(struct index *ix, uint32_t account)
{
	struct account_postings *list = &ix->accounts[account];
	uint32_t oldest = 0;
	for (uint32_t i = 1; i < list->n; i++)
		if (list->at[i].last_s < list->at[oldest].last_s)
			oldest = i;
	value_lose_holder(ix, list->at[oldest].value, account);
	memmove(&list->at[oldest], &list->at[oldest + 1], (list->n - oldest - 1) * sizeof(*list->at));
	list->n--;
	ix->n_postings--;
	ix->limits_hit++;
}

static struct posting *posting_insert(struct index *ix, uint32_t account, uint32_t value)
{
	struct account_postings *list = &ix->accounts[account];
	if (list->n >= INDEX_POSTINGS_MAX)
		evict_oldest(ix, account);
	if (list->n == list->cap) {
		list->cap += 3 + list->cap / 16; /* most of the memory there is: little of it unused */
		list->at = xrealloc(list->at, list->cap * sizeof(*list->at));
	}
	uint32_t at = postings_lower_bound(list, value);
	memmove(&list->at[at + 1], &list->at[at], (list->n - at) * sizeof(*list->at));
	list->n++;
	ix->n_postings++;
	list->at[at] = (struct posting){ .value = value };
	return &list->at[at];
}

static struct posting *posting_find(const struct index *ix, uint32_t account, uint32_t value)
{
	if (account >= ix->n_accounts)
		return NULL;
	const struct account_postings *list = &ix->accounts[account];
	uint32_t at = postings_lower_bound(list, value);
	return at < list->n && list->at[at].value == value ? &list->at[at] : NULL;
}

/* Late events count at their own time: they may move first_s back, never last_s. */
static bool posting_use(struct posting *p, const struct index_use *use)
{
	bool is_new_day = use->at_s / DAY_S > p->last_s / DAY_S;
	p->days += is_new_day && p->days < UINT16_MAX;
	if (use->at_s < p->first_s)
		p->first_s = use->at_s;
	if (use->at_s > p->last_s)
		p->last_s = use->at_s;
	return is_new_day;
}

static void check_hub(struct index *ix, struct index_value *value, const struct index_use *use, struct index_seen *seen)
{
	if (value->is_hub || value->holders <= use->hub_cap)
		return;
	value->is_hub = 1;
	ix->n_hubs++;
	seen->became_hub = true;
}

void index_observe(struct index *ix, uint32_t account, const struct index_use *use, struct index_seen *seen)
{
	index_reserve_account(ix, account);
	uint32_t id = use->value != UINT32_MAX ? use->value : table_find(&ix->table, ix->values, use->key);
	bool is_first = id == UINT32_MAX;
	if (is_first)
		id = value_new(ix, use, account);
	*seen = (struct index_seen){ .value = id };
	struct posting *p = is_first ? NULL : posting_find(ix, account, id);
	struct index_value *value = &ix->values[id];
	if (p != NULL) {
		seen->is_new_day = posting_use(p, use);
		if (value->kept > 1 && !value->is_hub)
			seen->depth = holders_touch(&ix->holders, value->list, value->kept, account);
		return;
	}
	seen->is_new = seen->is_new_day = true;
	seen->depth = INDEX_HOLDERS_MAX;
	p = posting_insert(ix, account, id);
	p->first_s = p->last_s = use->at_s;
	p->days = 1;
	if (!is_first)
		value_gain_holder(ix, id, account, use);
	seen->wants_shown = ix->values[id].holders > 1 && ix->values[id].shown == 0;
	check_hub(ix, &ix->values[id], use, seen);
}

void index_set_shown(struct index *ix, uint32_t value, struct bytes text)
{
	ix->values[value].shown = keep_shown(ix, text);
}

void index_set_marked(struct index *ix, uint32_t value, bool is_marked)
{
	BUG_ON(value >= ix->n_values);
	ix->values[value].is_marked = is_marked;
}

uint32_t index_find(const struct index *ix, uint64_t key)
{
	return table_find(&ix->table, ix->values, key);
}

const struct index_value *index_value(const struct index *ix, uint32_t value)
{
	BUG_ON(value >= ix->n_values);
	return &ix->values[value];
}

struct bytes index_shown(const struct index *ix, uint32_t value)
{
	return bytes_of(&ix->shown[index_value(ix, value)->shown]);
}

unsigned index_holders(const struct index *ix, uint32_t value, const uint32_t **accounts)
{
	const struct index_value *v = index_value(ix, value);
	*accounts = v->kept > 1 ? &ix->holders.pool[v->list] : &v->list;
	return v->kept;
}

unsigned index_postings(const struct index *ix, uint32_t account, const struct posting **postings)
{
	*postings = NULL;
	if (account >= ix->n_accounts)
		return 0;
	*postings = ix->accounts[account].at;
	return ix->accounts[account].n;
}

const struct posting *index_posting(const struct index *ix, uint32_t account, uint32_t value)
{
	return posting_find(ix, account, value);
}

/* Each value of the short list is looked up in the long one: for lists of very different length. */
static unsigned intersect_by_search(const struct account_postings *small, const struct account_postings *large,
				    struct index_shared *out, unsigned max)
{
	unsigned n = 0;
	for (uint32_t i = 0; i < small->n && n < max; i++) {
		uint32_t at = postings_lower_bound(large, small->at[i].value);
		if (at < large->n && large->at[at].value == small->at[i].value)
			out[n++] = (struct index_shared){ small->at[i].value, &small->at[i], &large->at[at] };
	}
	return n;
}

static unsigned intersect_by_merge(const struct index *ix, const struct account_postings *x, const struct account_postings *y,
				   struct index_shared *out, unsigned max)
{
	unsigned n = 0;
	const struct posting *p = x->at, *p_end = x->at + x->n, *q = y->at, *q_end = y->at + y->n;
	while (p < p_end && q < q_end && n < max) {
		if (p->value == q->value) {
			__builtin_prefetch(&ix->values[p->value]);
			out[n++] = (struct index_shared){ p->value, p, q };
		}
		uint32_t pv = p->value, qv = q->value;
		p += pv <= qv;
		q += qv <= pv;
	}
	return n;
}

static void swap_sides(struct index_shared *shared, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct posting *swap = shared[i].a;
		shared[i].a = shared[i].b;
		shared[i].b = swap;
	}
}

unsigned index_intersect(const struct index *ix, uint32_t a, uint32_t b, struct index_shared *out, unsigned max)
{
	if (a >= ix->n_accounts || b >= ix->n_accounts)
		return 0;
	const struct account_postings *x = &ix->accounts[a], *y = &ix->accounts[b];
	if (x->n * 8 < y->n)
		return intersect_by_search(x, y, out, max);
	if (y->n * 8 >= x->n)
		return intersect_by_merge(ix, x, y, out, max);
	unsigned n = intersect_by_search(y, x, out, max);
	swap_sides(out, n);
	return n;
}

void index_read(const struct index *ix, uint32_t account, struct index_reader *out)
{
	const struct posting *postings;
	unsigned n = index_postings(ix, account, &postings);
	memset(out->bits, 0, sizeof(out->bits));
	out->account = account;
	for (unsigned i = 0; i < n; i++)
		out->bits[postings[i].value % INDEX_READER_BITS / 64] |= UINT64_C(1) << (postings[i].value & 63);
}

/* Bit i: the reader's account may hold the value of the i-th of n (at most 64) postings. */
static uint64_t reader_passing(const struct index_reader *reader, const struct posting *at, uint32_t n)
{
	uint64_t passing = 0;
	for (uint32_t i = 0; i < n; i++)
		passing |= (reader->bits[at[i].value % INDEX_READER_BITS / 64] >> (at[i].value & 63) & 1) << i;
	return passing;
}

/* Two accounts have next to nothing in common as a rule, and most values of the one are seen by a bit to be none of the other's. */
static unsigned intersect_by_bits(const struct index *ix, const struct index_reader *reader, const struct account_postings *other,
				  struct index_shared *out, unsigned max)
{
	const struct account_postings *own = &ix->accounts[reader->account];
	unsigned n = 0;
	for (uint32_t begin = 0; begin < other->n; begin += 64) {
		uint64_t left = reader_passing(reader, other->at + begin, other->n - begin < 64 ? other->n - begin : 64);
		for (; left != 0 && n < max; left &= left - 1) {
			const struct posting *p = &other->at[begin + (unsigned)__builtin_ctzll(left)];
			uint32_t at = postings_lower_bound(own, p->value);
			if (at == own->n || own->at[at].value != p->value)
				continue;
			__builtin_prefetch(&ix->values[p->value]);
			out[n++] = (struct index_shared){ p->value, &own->at[at], p };
		}
	}
	return n;
}

unsigned index_intersect_with(const struct index *ix, const struct index_reader *reader, uint32_t other,
			      struct index_shared *out, unsigned max)
{
	if (reader->account >= ix->n_accounts || other >= ix->n_accounts)
		return 0;
	const struct account_postings *x = &ix->accounts[reader->account], *y = &ix->accounts[other];
	unsigned n = x->n * 8 < y->n ? intersect_by_search(x, y, out, max) : intersect_by_bits(ix, reader, y, out, max);
	if (other < reader->account)
		swap_sides(out, n);
	return n;
}

void index_counts(const struct index *ix, struct index_counts *out)
{
	*out = (struct index_counts){ .values = ix->n_values, .postings = ix->n_postings, .hubs = ix->n_hubs,
				      .limits_hit = ix->limits_hit };
	out->memory = table_memory(&ix->table) + ix->cap_values * sizeof(*ix->values) +
		      ix->holders.cap * sizeof(*ix->holders.pool) + ix->cap_shown +
		      ix->cap_accounts * sizeof(*ix->accounts);
	for (size_t i = 0; i < ix->n_accounts; i++)
		out->memory += ix->accounts[i].cap * sizeof(struct posting);
}
