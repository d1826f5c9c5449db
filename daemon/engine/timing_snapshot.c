/* Sessions and cohorts in the snapshot:   count | account, head, sessions ... | per cohort: n, uses */
#include "timing.h"

#include <stdlib.h>

struct record {
	uint32_t account, n, slots, longest_s;
};

static enum err save_account(const struct engine *e, uint32_t account, engine_write_fn *write, void *arg)
{
	const struct sessions *s = e->accounts.at[account].sessions;
	const struct record record = { account, s->n, s->slots, s->longest_s };
	enum err err = write(arg, &record, sizeof(record));
	return err == ERR_OK && s->n > 0 ? write(arg, s->at, s->n * sizeof(*s->at)) : err;
}

static enum err save_cohort(const struct cohort *c, engine_write_fn *write, void *arg)
{
	enum err err = write(arg, &c->n, sizeof(c->n));
	for (uint32_t i = 0; err == ERR_OK && i < c->n; i++)
		err = write(arg, &c->at[(c->begin + i) % COHORT_KEPT], sizeof(*c->at));
	return err;
}

enum err timing_save(const struct engine *e, engine_write_fn *write, void *arg)
{
	uint64_t n = 0;
	for (size_t i = 0; i < e->accounts.n; i++)
		n += e->accounts.at[i].sessions != NULL;
	enum err err = write(arg, &n, sizeof(n));
	for (uint32_t i = 0; err == ERR_OK && i < e->accounts.n; i++)
		if (e->accounts.at[i].sessions != NULL)
			err = save_account(e, i, write, arg);
	for (unsigned i = 0; err == ERR_OK && i < TIMINGS_MAX; i++)
		err = save_cohort(&e->cohorts[i], write, arg);
	return err;
}

static enum err load_account(struct engine *e, engine_read_fn *read, void *arg)
{
	struct record record;
	enum err err = read(arg, &record, sizeof(record));
	if (err != ERR_OK)
		return err;
	if (record.account >= e->accounts.n || record.n > TIMINGS_MAX * SESSIONS_KEPT ||
	    e->accounts.at[record.account].sessions != NULL)
		return ERR_CORRUPT;
	struct sessions *s = xmalloc(sizeof(*s) + record.n * sizeof(*s->at));
	*s = (struct sessions){ (uint16_t)record.n, (uint16_t)record.n, record.slots, record.longest_s };
	e->accounts.at[record.account].sessions = s;
	return record.n > 0 ? read(arg, s->at, record.n * sizeof(*s->at)) : ERR_OK;
}

static enum err load_cohort(const struct engine *e, struct cohort *c, engine_read_fn *read, void *arg)
{
	enum err err = read(arg, &c->n, sizeof(c->n));
	if (err == ERR_OK && c->n > COHORT_KEPT)
		err = ERR_CORRUPT;
	if (err == ERR_OK && c->n > 0)
		err = read(arg, c->at, c->n * sizeof(*c->at));
	for (uint32_t i = 0; err == ERR_OK && i < c->n; i++)
		if (c->at[i].account >= e->accounts.n)
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
	for (unsigned i = 0; err == ERR_OK && i < TIMINGS_MAX; i++)
		err = load_cohort(e, &e->cohorts[i], read, arg);
	return err;
}
