/* Turns and cohorts in the snapshot:   count | account, timing, turns ... | cohorts */
#include "timing.h"

#include <stdlib.h>

struct record {
	uint32_t account;
	struct account_timing timing;
};

static enum err save_account(const struct engine *e, uint32_t account, engine_write_fn *write, void *arg)
{
	struct record record;
	memset(&record, 0, sizeof(record));
	record.account = account;
	record.timing = *e->accounts.at[account].timing;
	const struct turns *turns = record.timing.turns;
	record.timing.turns = NULL;
	enum err err = write(arg, &record, sizeof(record));
	if (err == ERR_OK && record.timing.n > 0)
		err = write(arg, turns, record.timing.n * sizeof(*turns));
	return err;
}

enum err timing_save(const struct engine *e, engine_write_fn *write, void *arg)
{
	uint64_t n = 0;
	for (size_t i = 0; i < e->accounts.n; i++)
		n += e->accounts.at[i].timing != NULL;
	enum err err = write(arg, &n, sizeof(n));
	for (uint32_t i = 0; err == ERR_OK && i < e->accounts.n; i++)
		if (e->accounts.at[i].timing != NULL)
			err = save_account(e, i, write, arg);
	return err == ERR_OK ? write(arg, e->cohorts, TIMINGS_MAX * sizeof(*e->cohorts)) : err;
}

static enum err load_account(struct engine *e, engine_read_fn *read, void *arg)
{
	struct record record;
	enum err err = read(arg, &record, sizeof(record));
	if (err != ERR_OK)
		return err;
	struct account_timing *timing = &record.timing;
	if (record.account >= e->accounts.n || timing->n > TURNS_KEPT || e->accounts.at[record.account].timing != NULL)
		return ERR_CORRUPT;
	timing->cap = timing->n;
	timing->turns = timing->n > 0 ? xmalloc(timing->n * sizeof(*timing->turns)) : NULL;
	e->accounts.at[record.account].timing = xmalloc(sizeof(*timing));
	*e->accounts.at[record.account].timing = *timing;
	if (timing->n > 0)
		err = read(arg, timing->turns, timing->n * sizeof(*timing->turns));
	for (uint32_t i = 0; err == ERR_OK && i < timing->n; i++)
		if (timing->turns[i].other >= e->accounts.n)
			err = ERR_CORRUPT;
	return err;
}

enum err timing_load(struct engine *e, engine_read_fn *read, void *arg)
{
	uint64_t n = 0;
	enum err err = read(arg, &n, sizeof(n));
	if (err == ERR_OK && n > e->accounts.n)
		err = ERR_CORRUPT;
	for (uint64_t i = 0; err == ERR_OK && i < n; i++)
		err = load_account(e, read, arg);
	if (err == ERR_OK)
		err = read(arg, e->cohorts, TIMINGS_MAX * sizeof(*e->cohorts));
	for (unsigned i = 0; err == ERR_OK && i < TIMINGS_MAX; i++)
		for (unsigned k = 0; err == ERR_OK && k < e->cohorts[i].n; k++)
			if (e->cohorts[i].n > COHORT_KEPT || e->cohorts[i].account[k] >= e->accounts.n)
				err = ERR_CORRUPT;
	return err;
}
