/* Inside of the index, shared by its files. */
#ifndef ASSOCD_INDEX_INDEX_STATE_H
#define ASSOCD_INDEX_INDEX_STATE_H

#include "holders.h"
#include "table.h"

struct account_postings {
	struct posting *at;
	uint32_t n, cap;
};

struct index {
	struct table table;
	struct index_value *values;
	size_t n_values, cap_values;
	struct holders holders;
	struct account_postings *accounts;
	size_t n_accounts, cap_accounts;
	char *shown; /* pool of NUL-ended texts; place 0 is the empty text */
	size_t n_shown, cap_shown;
	uint64_t n_postings, n_hubs, limits_hit;
};

/* Makes room for postings of accounts up to `account`. */
void index_reserve_account(struct index *ix, uint32_t account);

#endif
