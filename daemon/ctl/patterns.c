/* A table of interned keys.
 * I1: key = offset in steps | tokens, rising; each as 32 bits, the highest byte first, the offset with its sign turned: so
 *     keys are ordered as bytes as their numbers are.
 * I2: the key's id in `keys` is its place in `counts`. */
#include "patterns.h"

#include <stdlib.h>

#include "daemon/base/map.h"
#include "daemon/base/vec.h"

#define OFFSET_STEPS_MAX (100000 / PATTERN_OFFSET_STEP_MB)

struct patterns {
	struct strtab *keys;
	struct VEC(struct pattern_totals) counts;
	struct VEC(struct logistic_row) rows;
	uint32_t *tokens; /* of the rows */
};

struct patterns *patterns_new(void)
{
	struct patterns *p = xcalloc(1, sizeof(*p));
	p->keys = strtab_new();
	return p;
}

static void drop_rows(struct patterns *p)
{
	free(p->tokens);
	p->tokens = NULL;
	VEC_FREE(&p->rows);
}

void patterns_free(struct patterns *p)
{
	if (p == NULL)
		return;
	drop_rows(p);
	strtab_free(p->keys);
	VEC_FREE(&p->counts);
	free(p);
}

static void put_number(char *at, uint32_t number)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (char)(number >> (24 - 8 * i));
}

static uint32_t get_number(const char *at)
{
	uint32_t number = 0;
	for (unsigned i = 0; i < 4; i++)
		number = number << 8 | (unsigned char)at[i];
	return number;
}

static int32_t steps_of(int32_t offset_mb)
{
	int32_t half = offset_mb < 0 ? -PATTERN_OFFSET_STEP_MB / 2 : PATTERN_OFFSET_STEP_MB / 2;
	if (offset_mb > OFFSET_STEPS_MAX * PATTERN_OFFSET_STEP_MB)
		return OFFSET_STEPS_MAX;
	if (offset_mb < -OFFSET_STEPS_MAX * PATTERN_OFFSET_STEP_MB)
		return -OFFSET_STEPS_MAX;
	return (offset_mb + half) / PATTERN_OFFSET_STEP_MB;
}

static void take_sorted(const struct pattern *pattern, uint32_t *tokens)
{
	for (unsigned i = 0; i < pattern->n; i++) {
		unsigned k = i;
		for (; k > 0 && tokens[k - 1] > pattern->tokens[i]; k--)
			tokens[k] = tokens[k - 1];
		tokens[k] = pattern->tokens[i];
	}
}

static void count(struct pattern_totals *totals, bool is_positive)
{
	totals->pairs++;
	totals->positives += is_positive;
}

void patterns_add(struct patterns *p, const struct pattern *pattern, bool is_positive)
{
	uint32_t tokens[PATTERN_TOKENS_MAX];
	char key[4 * (PATTERN_TOKENS_MAX + 1)];
	BUG_ON(pattern->n > PATTERN_TOKENS_MAX);
	take_sorted(pattern, tokens);
	put_number(key, (uint32_t)steps_of(pattern->offset_mb) ^ 0x80000000u);
	for (unsigned i = 0; i < pattern->n; i++)
		put_number(key + 4 * (i + 1), tokens[i]);
	uint32_t id = strtab_intern(p->keys, bytes_make(key, 4 * ((size_t)pattern->n + 1)));
	if (id == p->counts.n)
		VEC_PUSH(&p->counts, ((struct pattern_totals){ 0 }));
	count(&p->counts.at[id], is_positive);
}

void patterns_count(const struct patterns *p, struct pattern_totals *counts, uint32_t n_tokens)
{
	for (uint32_t id = 0; id < p->counts.n; id++) {
		struct bytes key = strtab_text(p->keys, id);
		for (size_t at = 4; at < key.len; at += 4) {
			uint32_t token = get_number(key.ptr + at);
			BUG_ON(token >= n_tokens);
			if (at > 4 && get_number(key.ptr + at - 4) == token)
				continue;
			counts[token].pairs += p->counts.at[id].pairs;
			counts[token].positives += p->counts.at[id].positives;
		}
	}
}

static int compare_ids(const void *a, const void *b, void *keys)
{
	return bytes_cmp(strtab_text(keys, *(const uint32_t *)a), strtab_text(keys, *(const uint32_t *)b));
}

static size_t all_tokens(const struct patterns *p)
{
	size_t n = 0;
	for (uint32_t id = 0; id < p->counts.n; id++)
		n += strtab_text(p->keys, id).len / 4 - 1;
	return n;
}

static struct logistic_row row_of(const struct patterns *p, uint32_t id, uint32_t *room)
{
	struct bytes key = strtab_text(p->keys, id);
	struct pattern_totals totals = p->counts.at[id];
	int32_t steps = (int32_t)(get_number(key.ptr) ^ 0x80000000u);
	struct logistic_row row = { .tokens = room, .n = (unsigned)(key.len / 4 - 1), .offset = steps * (PATTERN_OFFSET_STEP_MB / 1000.0),
				    .positives = (double)totals.positives, .negatives = (double)(totals.pairs - totals.positives) };
	for (unsigned i = 0; i < row.n; i++)
		room[i] = get_number(key.ptr + 4 * (i + 1));
	return row;
}

const struct logistic_row *patterns_rows(struct patterns *p, size_t *n)
{
	uint32_t *ids = xmalloc((p->counts.n + 1) * sizeof(*ids)), *room;
	drop_rows(p);
	room = p->tokens = xmalloc((all_tokens(p) + 1) * sizeof(*room));
	for (uint32_t id = 0; id < p->counts.n; id++)
		ids[id] = id;
	qsort_r(ids, p->counts.n, sizeof(*ids), compare_ids, p->keys);
	for (size_t i = 0; i < p->counts.n; i++) {
		struct logistic_row row = row_of(p, ids[i], room);
		room += row.n;
		VEC_PUSH(&p->rows, row);
	}
	free(ids);
	*n = p->rows.n;
	return p->rows.at;
}
