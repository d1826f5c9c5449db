/* Accounts: names and facts.
 * I1: an account's id is its name's id in the name table; both count up together.
 * I2: an account's facts are in order of their kinds. */
#include "accounts.h"

#include <stdlib.h>

uint32_t account_intern(struct engine *e, struct bytes name)
{
	uint32_t id = strtab_intern(e->names, name);
	while (e->accounts.n <= id) {
		struct account blank = { .session_ip = NONE };
		VEC_PUSH(&e->accounts, blank);
	}
	return id;
}

uint32_t account_find(const struct engine *e, struct bytes name)
{
	return strtab_find(e->names, name);
}

struct bytes account_name(const struct engine *e, uint32_t account)
{
	return strtab_text(e->names, account);
}

/* Where the kind's run stands, or would. */
static unsigned fact_place(const struct account *account, unsigned kind)
{
	unsigned at = 0;
	while (at < account->n_facts && fact_kind(account->facts[at]) < kind)
		at += 1 + fact_keys(account->facts[at]);
	return at;
}

static bool is_fact_at(const struct account *account, unsigned at, unsigned kind)
{
	return at < account->n_facts && fact_kind(account->facts[at]) == kind;
}

void account_set_fact(struct account *account, unsigned kind, const uint64_t *keys, unsigned n)
{
	if (n > FACT_KEYS_MAX)
		n = FACT_KEYS_MAX;
	unsigned at = fact_place(account, kind);
	unsigned old = is_fact_at(account, at, kind) ? 1 + fact_keys(account->facts[at]) : 0;
	unsigned size = account->n_facts - old + 1 + n;
	if (old != 1 + n) {
		unsigned tail = account->n_facts - at - old;
		if (size > account->n_facts)
			account->facts = xrealloc(account->facts, size * sizeof(*account->facts));
		memmove(account->facts + at + 1 + n, account->facts + at + old, tail * sizeof(*account->facts));
	}
	account->facts[at] = (uint64_t)kind << 8 | n;
	memcpy(account->facts + at + 1, keys, n * sizeof(*keys));
	account->n_facts = (uint16_t)size;
}

void account_add_fact(struct account *account, unsigned kind, uint64_t key)
{
	unsigned n;
	const uint64_t *known = account_fact(account, kind, &n);
	for (unsigned i = 0; i < n; i++)
		if (known[i] == key)
			return;
	uint64_t keys[FACT_KEYS_LATEST];
	unsigned drop = n == FACT_KEYS_LATEST ? 1 : 0;
	if (n > drop)
		memcpy(keys, known + drop, (n - drop) * sizeof(*keys));
	keys[n - drop] = key;
	account_set_fact(account, kind, keys, n - drop + 1);
}

const uint64_t *account_fact(const struct account *account, unsigned kind, unsigned *n)
{
	unsigned at = fact_place(account, kind);
	*n = 0;
	if (!is_fact_at(account, at, kind))
		return NULL;
	*n = fact_keys(account->facts[at]);
	return account->facts + at + 1;
}

bool account_same_site(const struct engine *e, uint32_t a, uint32_t b)
{
	return bytes_eq(event_account_site(account_name(e, a)), event_account_site(account_name(e, b)));
}
