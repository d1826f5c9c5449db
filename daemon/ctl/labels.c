/* Names as ids: an account's person and operator are two ids of one table, since an operator is a person too.
 * I1: rows.at[i] belongs to the i-th name of `accounts`; an account that was only named in a judged pair has no person. */
#include "labels.h"

#include <stdlib.h>

#include "daemon/base/file.h"
#include "daemon/base/map.h"
#include "daemon/base/vec.h"
#include "daemon/enrich/csv.h"

struct row { uint32_t person, operator_person; }; /* STRTAB_NONE: none */

struct labels {
	struct strtab *accounts, *people;
	struct VEC(struct row) rows;
	struct u64map *persons; /* in people, that have an account */
	struct u64map *judged; /* the two ids, the smaller first -> is_same */
	struct labels_counts counts;
};

struct labels *labels_new(void)
{
	struct labels *l = xcalloc(1, sizeof(*l));
	l->accounts = strtab_new();
	l->people = strtab_new();
	l->persons = u64map_new();
	l->judged = u64map_new();
	return l;
}

void labels_free(struct labels *l)
{
	if (l == NULL)
		return;
	strtab_free(l->accounts);
	strtab_free(l->people);
	u64map_free(l->persons);
	u64map_free(l->judged);
	VEC_FREE(&l->rows);
	free(l);
}

static uint32_t account_of(struct labels *l, struct bytes account)
{
	uint32_t id = strtab_intern(l->accounts, account);
	if (id == l->rows.n)
		VEC_PUSH(&l->rows, ((struct row){ STRTAB_NONE, STRTAB_NONE }));
	return id;
}

enum err labels_add(struct labels *l, struct bytes account, struct bytes person, struct bytes operator_person)
{
	struct row row = { strtab_intern(l->people, person),
			   operator_person.len > 0 ? strtab_intern(l->people, operator_person) : STRTAB_NONE };
	uint32_t id = account_of(l, account);
	struct row *known = &l->rows.at[id];
	if (known->person == STRTAB_NONE) {
		*known = row;
		l->counts.accounts++;
		l->counts.persons += u64map_get(l->persons, row.person) == U64MAP_NONE;
		u64map_put(l->persons, row.person, 0);
	}
	return known->person == row.person && known->operator_person == row.operator_person ? ERR_OK : ERR_EXISTS;
}

static uint64_t pair_key(uint32_t a, uint32_t b)
{
	return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

void labels_judge_pair(struct labels *l, struct bytes a, struct bytes b, bool is_same)
{
	uint32_t first = account_of(l, a), second = account_of(l, b);
	uint64_t key = pair_key(first, second);
	if (first == second)
		return;
	l->counts.pairs += u64map_get(l->judged, key) == U64MAP_NONE;
	u64map_put(l->judged, key, is_same);
}

static bool is_left_out(const struct row *a, const struct row *b)
{
	if (a->operator_person != STRTAB_NONE && (a->operator_person == b->operator_person || a->operator_person == b->person))
		return true;
	return b->operator_person != STRTAB_NONE && b->operator_person == a->person;
}

enum label labels_of(const struct labels *l, struct bytes a, struct bytes b)
{
	uint32_t first = strtab_find(l->accounts, a), second = strtab_find(l->accounts, b);
	if (first == STRTAB_NONE || second == STRTAB_NONE || first == second)
		return LABEL_NONE;
	uint32_t judged = u64map_get(l->judged, pair_key(first, second));
	const struct row *x = &l->rows.at[first], *y = &l->rows.at[second];
	if (judged != U64MAP_NONE)
		return judged ? LABEL_SAME : LABEL_DIFFERENT;
	if (x->person == STRTAB_NONE || y->person == STRTAB_NONE)
		return LABEL_NONE;
	if (x->person == y->person)
		return LABEL_SAME;
	return is_left_out(x, y) ? LABEL_LEFT_OUT : LABEL_DIFFERENT;
}

void labels_meet(struct labels *l, struct bytes account)
{
	bool is_known = strtab_find(l->accounts, account) != STRTAB_NONE;
	l->counts.met += is_known;
	l->counts.unknown += !is_known;
}

struct labels_counts labels_counts(const struct labels *l)
{
	return l->counts;
}

/* -- the file -- */

enum { COLUMN_ACCOUNT, COLUMN_PERSON, COLUMN_OPERATOR };
static const struct csv_column columns[] = {
	[COLUMN_ACCOUNT] = { "account", true }, [COLUMN_PERSON] = { "person", true }, [COLUMN_OPERATOR] = { "operator_person", false },
};

static enum err take_row(void *arg, const struct bytes *fields, struct errbuf *eb)
{
	struct bytes account = fields[COLUMN_ACCOUNT], person = fields[COLUMN_PERSON];
	if (account.len == 0)
		return errbuf_set(eb, ERR_INPUT, "the account is empty");
	if (person.len == 0)
		return errbuf_set(eb, ERR_INPUT, "the person of account '%.*s' is empty; leave out accounts whose person is not known",
				  BYTES_ARG(bytes_slice(account, 0, 100)));
	if (labels_add(arg, account, person, fields[COLUMN_OPERATOR]) != ERR_OK)
		return errbuf_set(eb, ERR_INPUT, "account '%.*s' is there before with another person or operator",
				  BYTES_ARG(bytes_slice(account, 0, 100)));
	return ERR_OK;
}

static void ignore_column(void *arg, struct bytes name)
{
}

enum err labels_read(const char *path, struct labels **out, struct errbuf *eb)
{
	struct text content = { 0 };
	struct labels *l = labels_new();
	struct csv_reader reader = { columns, ARRAY_LEN(columns), take_row, ignore_column, l };
	enum err err = file_read(path, CSV_FILE_MAX, &content, eb);
	if (err == ERR_OK)
		err = csv_read(text_bytes(&content), path, &reader, eb);
	if (err == ERR_OK && l->counts.accounts == 0)
		err = errbuf_set(eb, ERR_INPUT, "%s: there is no account in it", path);
	text_free(&content);
	if (err == ERR_OK)
		*out = l;
	else
		labels_free(l);
	return err;
}
