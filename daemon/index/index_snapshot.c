/* The index as bytes: counts, then the arrays as they lie in memory (one machine's snapshot is read by the same build;
 * the file around it carries format and checksum). Loading checks every reference, then rebuilds the slots.
 *   header | values | holders pool and free lists | per account: n, postings | shown pool */
#include "index_state.h"

#include <stdlib.h>

#include "daemon/base/vec.h"

struct index_header {
	uint64_t values, holders, accounts, shown, postings, hubs, limits_hit;
	uint32_t free[HOLDER_CLASSES];
};

static enum err save_accounts(const struct index *ix, index_write_fn *write, void *arg)
{
	for (size_t i = 0; i < ix->n_accounts; i++) {
		const struct account_postings *list = &ix->accounts[i];
		enum err err = write(arg, &list->n, sizeof(list->n));
		if (err == ERR_OK && list->n > 0)
			err = write(arg, list->at, list->n * sizeof(*list->at));
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

enum err index_save(const struct index *ix, index_write_fn *write, void *arg)
{
	struct index_header header = { ix->n_values, ix->holders.n, ix->n_accounts, ix->n_shown,
				       ix->n_postings, ix->n_hubs, ix->limits_hit, { 0 } };
	memcpy(header.free, ix->holders.free, sizeof(header.free));
	enum err err = write(arg, &header, sizeof(header));
	if (err == ERR_OK)
		err = write(arg, ix->values, ix->n_values * sizeof(*ix->values));
	if (err == ERR_OK)
		err = write(arg, ix->holders.pool, ix->holders.n * sizeof(*ix->holders.pool));
	if (err == ERR_OK)
		err = save_accounts(ix, write, arg);
	if (err == ERR_OK)
		err = write(arg, ix->shown, ix->n_shown);
	return err;
}

static bool header_is_sane(const struct index_header *h)
{
	const uint64_t limit = UINT32_MAX;
	return h->values < limit && h->holders < limit && h->accounts < limit && h->shown > 0 && h->shown < limit;
}

static bool value_is_sane(const struct index *ix, const struct index_value *v, struct holders_places *places)
{
	if (v->kept > INDEX_HOLDERS_MAX || v->shown >= ix->n_shown)
		return false;
	if (v->kept == 1)
		return v->list < ix->n_accounts;
	if (v->kept > 1 && !holders_places_take(places, v->list, v->kept))
		return false;
	for (unsigned i = 0; v->kept > 1 && i < v->kept; i++)
		if (ix->holders.pool[v->list + i] >= ix->n_accounts)
			return false;
	return true;
}

static bool values_are_sane(const struct index *ix)
{
	struct holders_places places;
	bool is_sane = true;
	holders_places_init(&places, &ix->holders);
	for (size_t id = 0; is_sane && id < ix->n_values; id++)
		is_sane = value_is_sane(ix, &ix->values[id], &places);
	is_sane = is_sane && holders_places_take_free(&places);
	holders_places_fini(&places);
	return is_sane;
}

static enum err load_account(struct index *ix, struct account_postings *list, index_read_fn *read, void *arg)
{
	enum err err = read(arg, &list->n, sizeof(list->n));
	if (err != ERR_OK || list->n > INDEX_POSTINGS_MAX) {
		list->n = 0;
		return err != ERR_OK ? err : ERR_CORRUPT;
	}
	list->cap = list->n;
	list->at = list->n > 0 ? xmalloc(list->n * sizeof(*list->at)) : NULL;
	if (list->n > 0)
		err = read(arg, list->at, list->n * sizeof(*list->at));
	for (uint32_t i = 0; err == ERR_OK && i < list->n; i++)
		if (list->at[i].value >= ix->n_values || (i > 0 && list->at[i].value <= list->at[i - 1].value))
			err = ERR_CORRUPT;
	return err;
}

static enum err load_arrays(struct index *ix, const struct index_header *h, index_read_fn *read, void *arg)
{
	ix->values = vec_reserve(ix->values, &ix->cap_values, h->values, sizeof(*ix->values));
	ix->n_values = h->values;
	enum err err = read(arg, ix->values, h->values * sizeof(*ix->values));
	if (err != ERR_OK)
		return err;
	ix->holders.pool = vec_reserve(ix->holders.pool, &ix->holders.cap, h->holders, sizeof(*ix->holders.pool));
	ix->holders.n = h->holders;
	err = read(arg, ix->holders.pool, h->holders * sizeof(*ix->holders.pool));
	memcpy(ix->holders.free, h->free, sizeof(h->free));
	if (h->accounts > 0)
		index_reserve_account(ix, (uint32_t)(h->accounts - 1));
	for (size_t i = 0; err == ERR_OK && i < ix->n_accounts; i++)
		err = load_account(ix, &ix->accounts[i], read, arg);
	if (err != ERR_OK)
		return err;
	ix->shown = vec_reserve(ix->shown, &ix->cap_shown, h->shown, 1);
	ix->n_shown = h->shown;
	err = read(arg, ix->shown, h->shown);
	return err == ERR_OK && ix->shown[h->shown - 1] != '\0' ? ERR_CORRUPT : err;
}

enum err index_load(struct index *ix, index_read_fn *read, void *arg)
{
	struct index_header header;
	enum err err = read(arg, &header, sizeof(header));
	if (err != ERR_OK)
		return err;
	if (!header_is_sane(&header))
		return ERR_CORRUPT;
	err = load_arrays(ix, &header, read, arg);
	if (err != ERR_OK)
		return err;
	ix->n_postings = header.postings;
	ix->n_hubs = header.hubs;
	ix->limits_hit = header.limits_hit;
	if (!values_are_sane(ix))
		return ERR_CORRUPT;
	for (uint32_t id = 0; id < ix->n_values; id++)
		table_insert(&ix->table, ix->values, id);
	return ERR_OK;
}
