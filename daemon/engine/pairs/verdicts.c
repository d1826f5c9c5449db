/* I1: rows has one row for each subject, its last verdict; `of` finds it. */
#include "verdicts.h"

#include <stdlib.h>

struct verdicts {
	struct VEC(struct verdict) rows;
	struct u64map *of;
};

struct verdicts *verdicts_new(void)
{
	struct verdicts *v = xcalloc(1, sizeof(*v));
	v->of = u64map_new();
	return v;
}

void verdicts_free(struct verdicts *v)
{
	VEC_FREE(&v->rows);
	u64map_free(v->of);
	free(v);
}

static uint64_t subject_key(uint32_t a, uint32_t b)
{
	return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

static struct verdict *row_of(const struct verdicts *v, uint32_t a, uint32_t b)
{
	uint32_t at = u64map_get(v->of, subject_key(a, b));
	return at == U64MAP_NONE ? NULL : &v->rows.at[at];
}

const struct verdict *verdict_of(const struct engine *e, uint32_t a, uint32_t b)
{
	const struct verdict *row = row_of(e->verdicts, a, b);
	return row != NULL && row->judged != JUDGED_NOTHING ? row : NULL;
}

void verdicts_restore(struct verdicts *v, const struct verdict *row)
{
	u64map_put(v->of, subject_key(row->a, row->b), (uint32_t)v->rows.n);
	VEC_PUSH(&v->rows, *row);
}

void verdicts_save(const struct verdicts *v, const struct verdict **at, uint64_t *n)
{
	*at = v->rows.at;
	*n = v->rows.n;
}

struct verdict *verdicts_row(struct verdicts *v, const struct verdict *fresh)
{
	struct verdict *known = row_of(v, fresh->a, fresh->b);
	if (known == NULL) {
		verdicts_restore(v, fresh);
		return row_of(v, fresh->a, fresh->b);
	}
	*known = *fresh;
	return known;
}

void verdicts_release(struct verdicts *v, uint32_t a, uint32_t b)
{
	row_of(v, a, b)->judged = JUDGED_NOTHING;
}

bool verdict_clears(const struct engine *e, struct pair *pair)
{
	if (!(pair->flags & (PAIR_CLEAN | PAIR_HELD)))
		return false;
	const struct verdict *row = verdict_of(e, pair->a, pair->b);
	int64_t gained_mb = (int64_t)pair->strength_mb - row->strength_mb;
	if (gained_mb > e->rules->scoring.verdict_reopen_mb)
		pair->flags |= PAIR_REOPENED;
	else if (gained_mb <= 0)
		pair->flags &= (uint8_t)~PAIR_REOPENED;
	return !(pair->flags & PAIR_REOPENED);
}
