/* The engine's state as bytes. One machine's snapshot is read by the same build: the file around it carries format,
 * binding and checksum; here every reference is checked once more, and at the end whether the parts agree (snapshot_check.c).
 *   header | names | group names | index | graph | accounts with pairs, groups, facts, neighbours | pairs | groups |
 *   alerts | standing | leads | said | rule sets | verdicts | marks and their notes | history | windows | sessions |
 *   accounts that wait
 * Strings are a 32-bit length and the bytes. pair_of, alert_ids, deadlines and the memo are made anew. */
#include "snapshot_parts.h"

#include "daemon/engine/alerts/deadlines.h"
#include "daemon/engine/alerts/merging.h"
#include "daemon/engine/evidence/support.h"
#include "daemon/engine/fields/windows.h"
#include "daemon/engine/pairs/changes.h"
#include "daemon/engine/pairs/pairs.h"
#include "daemon/engine/pairs/verdicts.h"
#include "daemon/engine/pairs/waiting.h"
#include "daemon/engine/state/marks.h"
#include "daemon/engine/state/weights.h"
#include "timing.h"

#define SNAPSHOT_VERSION 14

static void put_text(struct out *out, struct bytes text)
{
	uint32_t n = (uint32_t)text.len;
	put(out, &n, sizeof(n));
	put(out, text.ptr, text.len);
}

#define TEXT_MAX (64 * 1024)

/* malloc'd and NUL-ended, NULL when empty or on failure. */
static char *get_text(struct in *in, uint32_t *len)
{
	get(in, len, sizeof(*len));
	corrupt_if(in, *len > TEXT_MAX);
	if (in->err != ERR_OK || *len == 0)
		return NULL;
	char *text = xmalloc(*len + 1u);
	get(in, text, *len);
	text[*len] = '\0';
	return text;
}

static void put_names(struct out *out, const struct strtab *names)
{
	for (uint32_t i = 0; i < strtab_count(names); i++)
		put_text(out, strtab_text(names, i));
}

static void get_names(struct in *in, struct strtab *names, uint64_t n)
{
	for (uint64_t i = 0; i < n && in->err == ERR_OK; i++) {
		uint32_t len = 0;
		char *text = get_text(in, &len);
		if (in->err == ERR_OK)
			corrupt_if(in, strtab_intern(names, bytes_make(text != NULL ? text : "", len)) != i);
		free(text);
	}
}

static void put_account(struct out *out, const struct account *account)
{
	struct account plain = *account;
	plain.pairs = plain.groups = NULL;
	plain.facts = NULL;
	for (int round = 0; round < SUPPORT_ROUNDS; round++)
		plain.near[round].at = NULL;
	plain.sessions = NULL;
	put(out, &plain, sizeof(plain));
	put(out, account->pairs, account->n_pairs * sizeof(*account->pairs));
	put(out, account->groups, account->n_groups * sizeof(*account->groups));
	put(out, account->facts, account->n_facts * sizeof(*account->facts));
	for (int round = 0; round < SUPPORT_ROUNDS; round++)
		put(out, account->near[round].at, account->near[round].n * sizeof(struct near));
}

/* Lists grow when their length reaches a power of two (support.c). */
static void get_near(struct in *in, struct near_list *list, const struct snapshot_header *h)
{
	unsigned room = 1;
	while (room < list->n)
		room *= 2;
	if (list->n == 0 || in->err != ERR_OK)
		return;
	list->at = xmalloc(room * sizeof(*list->at));
	get(in, list->at, list->n * sizeof(*list->at));
	for (unsigned i = 0; in->err == ERR_OK && i < list->n; i++)
		corrupt_if(in, list->at[i].other >= h->accounts);
}

/* Runs of facts, by kind, fill the list. */
static bool facts_are_runs(const struct engine *e, const struct account *account)
{
	unsigned at = 0, next = 0;
	while (at < account->n_facts) {
		unsigned kind = fact_kind(account->facts[at]), n = fact_keys(account->facts[at]);
		if (kind < next || kind >= e->rules->kinds.n || n > FACT_KEYS_MAX)
			return false;
		next = kind + 1;
		at += 1 + n;
	}
	return at == account->n_facts;
}

static bool account_is_possible(const struct account *account, const struct snapshot_header *h)
{
	return is_bool(&account->is_closed) && is_bool(&account->has_windows) && is_bool(&account->is_waiting) && account->judged < JUDGED_VALUES &&
	       account->n_pairs <= h->pairs && account->n_groups <= RELATIONS_PER_ACCOUNT;
}

static void get_account(struct in *in, const struct engine *e, struct account *account, const struct snapshot_header *h)
{
	get(in, account, sizeof(*account));
	corrupt_if(in, in->err == ERR_OK && !account_is_possible(account, h));
	for (int round = 0; round < SUPPORT_ROUNDS; round++) {
		corrupt_if(in, account->near[round].n > NEAR_KEPT);
		account->near[round].at = NULL;
		account->near[round].n = in->err == ERR_OK ? account->near[round].n : 0;
	}
	account->pairs = account->groups = NULL;
	account->facts = NULL;
	account->sessions = NULL;
	if (in->err != ERR_OK) {
		account->n_pairs = account->n_groups = account->n_facts = 0;
		return;
	}
	account->cap_pairs = account->n_pairs;
	account->pairs = get_array(in, account->n_pairs, sizeof(*account->pairs));
	account->groups = get_array(in, account->n_groups, sizeof(*account->groups));
	account->facts = get_array(in, account->n_facts, sizeof(*account->facts));
	for (int round = 0; round < SUPPORT_ROUNDS; round++)
		get_near(in, &account->near[round], h);
	for (uint32_t i = 0; in->err == ERR_OK && i < account->n_pairs; i++)
		corrupt_if(in, account->pairs[i] >= h->pairs);
	for (uint32_t i = 0; in->err == ERR_OK && i < account->n_groups; i++)
		corrupt_if(in, account->groups[i] >= h->groups);
	corrupt_if(in, in->err == ERR_OK && !facts_are_runs(e, account));
}

static void put_groups(struct out *out, const struct engine *e)
{
	for (size_t i = 0; i < e->groups.n; i++) {
		const struct group *group = &e->groups.at[i];
		uint64_t head[2] = { group->relation, group->members.n };
		put(out, head, sizeof(head));
		put(out, group->members.at, group->members.n * sizeof(uint32_t));
		put(out, group->declared.at, group->declared.n * sizeof(struct declaration));
	}
}

static void get_group(struct in *in, struct engine *e, uint32_t i, const struct snapshot_header *h)
{
	uint64_t head[2] = { 0 };
	get(in, head, sizeof(head));
	corrupt_if(in, head[1] > h->accounts || (head[0] != RELATION_OWN && head[0] >= e->rules->n_relations));
	struct group group = { .relation = (uint8_t)head[0], .name = i };
	if (in->err == ERR_OK) {
		group.members.at = get_array(in, head[1], sizeof(uint32_t));
		group.members.n = group.members.cap = head[1];
		group.declared.at = get_array(in, head[1], sizeof(struct declaration));
		group.declared.n = group.declared.cap = head[1];
	}
	VEC_PUSH(&e->groups, group);
	for (size_t k = 0; in->err == ERR_OK && k < group.members.n; k++)
		corrupt_if(in, group.members.at[k] >= h->accounts || group.declared.at[k].said >= h->said);
}

static void put_verdicts(struct out *out, const struct engine *e)
{
	const struct verdict *rows;
	uint64_t n;
	verdicts_save(e->verdicts, &rows, &n);
	put(out, &n, sizeof(n));
	put(out, rows, n * sizeof(*rows));
}

static void get_verdicts(struct in *in, struct engine *e, const struct snapshot_header *h)
{
	uint64_t n = 0;
	get(in, &n, sizeof(n));
	for (uint64_t i = 0; i < n && in->err == ERR_OK; i++) {
		struct verdict row = { 0 };
		get(in, &row, sizeof(row));
		corrupt_if(in, row.a >= h->accounts || (row.b != NONE && row.b >= h->accounts) || row.said >= h->said ||
				       row.judged >= JUDGED_VALUES);
		if (in->err == ERR_OK)
			verdicts_restore(e->verdicts, &row);
	}
}

static void put_marks(struct out *out, const struct engine *e)
{
	const struct mark_note *notes;
	uint32_t counts[2] = { 0 };
	while (mark_at(e, counts[0]) != NULL)
		counts[0]++;
	marks_notes(e, &notes, &counts[1]);
	put(out, counts, sizeof(counts));
	put(out, mark_at(e, 0), counts[0] * sizeof(struct mark));
	put(out, notes, counts[1] * sizeof(*notes));
}

static void get_marks(struct in *in, struct engine *e, const struct snapshot_header *h)
{
	uint32_t counts[2] = { 0 };
	get(in, counts, sizeof(counts));
	corrupt_if(in, counts[0] > MARKS_MAX);
	for (uint32_t i = 0; i < counts[0] && in->err == ERR_OK; i++) {
		struct mark row = { 0 };
		get(in, &row, sizeof(row));
		corrupt_if(in, row.word >= MARK_WORDS || row.bits > 128 || (row.said != NONE && row.said >= h->said) || row.shown >= h->said ||
				       (row.kind != MARK_OF_RANGE && row.kind >= e->rules->kinds.n));
		if (in->err == ERR_OK)
			marks_restore(e->marks, &row);
	}
	for (uint32_t i = 0; i < counts[1] && in->err == ERR_OK; i++) {
		struct mark_note note = { 0 };
		get(in, &note, sizeof(note));
		corrupt_if(in, note.mark >= counts[0] || note.said >= h->said);
		if (in->err == ERR_OK)
			marks_restore_note(e->marks, &note);
	}
}

struct change_check { const struct engine *e; uint64_t values; };

static bool check_change(void *arg, const struct change *change)
{
	const struct change_check *check = arg;
	return change_is_sane(check->e, check->values, change);
}

static void get_history(struct in *in, struct engine *e)
{
	struct index_counts counts;
	if (in->err == ERR_OK)
		in->err = history_load(e->history, in->read, in->arg);
	if (in->err != ERR_OK)
		return;
	index_counts(e->index, &counts);
	struct change_check check = { e, counts.values };
	corrupt_if(in, !history_each(e->history, check_change, &check));
}

enum err engine_save(const struct engine *e, engine_write_fn *write, void *arg)
{
	struct out out = { write, arg, ERR_OK };
	struct snapshot_header h = {
		.version = SNAPSHOT_VERSION, .size_of_pair = sizeof(struct pair), .size_of_account = sizeof(struct account),
		.free_pair = e->free_pair, .names = strtab_count(e->names),
		.group_names = strtab_count(e->group_names), .accounts = e->accounts.n, .pairs = e->pairs.n,
		.n_pairs = e->n_pairs, .groups = e->groups.n, .alerts = e->alerts.n, .standing = u64map_count(e->alert_of),
		.n_accounts = e->n_accounts, .population = weights_population(e->weights), .seq = e->seq,
		.said = strtab_count(e->said), .rule_sets = strtab_count(e->rule_sets), .n_events = e->n_events,
		.limits_hit = e->limits_hit, .now_ms = e->now_ms,
		.leads = merging_leads(e),
	};
	put(&out, &h, sizeof(h));
	put_names(&out, e->names);
	put_names(&out, e->group_names);
	if (out.err == ERR_OK)
		out.err = index_save(e->index, write, arg);
	if (out.err == ERR_OK)
		out.err = graph_save(e->graph, write, arg);
	for (size_t i = 0; i < e->accounts.n; i++)
		put_account(&out, &e->accounts.at[i]);
	put(&out, e->pairs.at, e->pairs.n * sizeof(struct pair));
	put_groups(&out, e);
	snapshot_put_alerts(&out, e);
	put_names(&out, e->said);
	put_names(&out, e->rule_sets);
	put_verdicts(&out, e);
	put_marks(&out, e);
	if (out.err == ERR_OK)
		out.err = history_save(e->history, write, arg);
	if (out.err == ERR_OK)
		out.err = windows_save(e->windows, write, arg);
	if (out.err == ERR_OK)
		out.err = timing_save(e, write, arg);
	return out.err == ERR_OK ? waiting_save(e, write, arg) : out.err;
}

static void check_header(struct in *in, const struct snapshot_header *h)
{
	const uint64_t limit = NONE;
	bool is_ours = h->version == SNAPSHOT_VERSION && h->size_of_pair == sizeof(struct pair) &&
		       h->size_of_account == sizeof(struct account);
	if (in->err == ERR_OK && !is_ours)
		in->err = ERR_VERSION;
	corrupt_if(in, h->names != h->accounts || h->group_names != h->groups || h->accounts >= limit || h->pairs >= limit ||
			       h->groups >= limit || h->alerts >= limit);
}

static void get_pairs(struct in *in, struct engine *e, const struct snapshot_header *h)
{
	VEC_RESERVE(&e->pairs, h->pairs);
	e->pairs.n = h->pairs;
	get(in, e->pairs.at, h->pairs * sizeof(struct pair));
	for (uint32_t i = 0; in->err == ERR_OK && i < h->pairs; i++) {
		const struct pair *pair = &e->pairs.at[i];
		if (pair->a == NONE)
			continue;
		corrupt_if(in, pair->a >= h->accounts || pair->b >= h->accounts || pair->a >= pair->b ||
				       pair->state >= LINK_STATES || pair->explained > e->rules->n_relations ||
				       pair->rules >= h->rule_sets || pair->own_rules >= h->rule_sets);
		if (in->err == ERR_OK)
			pairs_restore(e, i);
	}
}

static void set_numbers(struct engine *e, const struct snapshot_header *h)
{
	e->free_pair = h->free_pair;
	e->n_pairs = h->n_pairs;
	e->n_accounts = h->n_accounts;
	e->seq = h->seq;
	e->n_events = h->n_events;
	e->limits_hit = h->limits_hit;
	e->now_ms = h->now_ms;
	weights_restore_population(e->weights, e->rules, h->population);
}

enum err engine_load(struct engine *e, engine_read_fn *read, void *arg)
{
	struct in in = { read, arg, ERR_OK };
	struct snapshot_header h = { 0 };
	get(&in, &h, sizeof(h));
	check_header(&in, &h);
	if (in.err != ERR_OK)
		return in.err;
	get_names(&in, e->names, h.names);
	get_names(&in, e->group_names, h.group_names);
	if (in.err == ERR_OK)
		in.err = index_load(e->index, read, arg);
	if (in.err == ERR_OK)
		in.err = graph_load(e->graph, read, arg);
	for (uint64_t i = 0; in.err == ERR_OK && i < h.accounts; i++) {
		struct account blank = { 0 };
		VEC_PUSH(&e->accounts, blank);
		get_account(&in, e, &e->accounts.at[i], &h);
		e->room_of_lists += e->accounts.at[i].cap_pairs;
	}
	if (in.err == ERR_OK)
		get_pairs(&in, e, &h);
	for (uint32_t i = 0; in.err == ERR_OK && i < h.groups; i++)
		get_group(&in, e, i, &h);
	snapshot_get_alerts(&in, e, &h);
	get_names(&in, e->said, h.said);
	get_names(&in, e->rule_sets, h.rule_sets);
	get_verdicts(&in, e, &h);
	get_marks(&in, e, &h);
	get_history(&in, e);
	if (in.err == ERR_OK)
		in.err = windows_load(e->windows, h.accounts, read, arg);
	if (in.err == ERR_OK)
		set_numbers(e, &h);
	if (in.err == ERR_OK)
		deadlines_restore(e);
	if (in.err == ERR_OK)
		in.err = timing_load(e, read, arg);
	if (in.err == ERR_OK)
		in.err = waiting_load(e, read, arg);
	return in.err == ERR_OK ? snapshot_check(e) : in.err;
}
