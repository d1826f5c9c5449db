/* Sliding windows over the events of accounts, as policies declare them (rules/ruleset.h). */
#ifndef ASSOCD_ENGINE_FIELDS_WINDOWS_H
#define ASSOCD_ENGINE_FIELDS_WINDOWS_H

#include "fields.h"

/* Entries of one window of one account; beyond, the two that lie nearest to each other become one. */
#define WINDOW_ENTRIES_MAX 256

/* Of COUNT and SUM a run of events, of DISTINCT the latest use of a value, else one event. */
struct window_entry {
	int64_t first_ms, at_ms; /* of the run: its first and its last event */
	int64_t value;           /* how many, their sum, the value's hash, the value, or 1: below the bound */
};

struct window_state {
	uint64_t key; /* account and window */
	struct window_entry *at;
	uint32_t n, cap;
};

struct windows *windows_new(const struct ruleset *rules);
void windows_free(struct windows *w);
static inline bool window_is_of_time(enum window_take take)
{
	return take == TAKE_TIME_BELOW || take == TAKE_TIME_AT_LEAST;
}

/* The current event enters the account's window with that value. */
void windows_enter(struct engine *e, uint32_t account, unsigned window, int64_t value);
/* What the account's window holds, also what has slid out of it since; NULL: nothing. */
const struct window_state *windows_find(const struct windows *w, uint32_t account, unsigned window);
/* windows_answer.c: window.NAME of the subject, as of now. */
void window_answer(const struct field_subject *subject, unsigned window, struct value *out);

/* As engine_save and engine_load. */
enum err windows_save(const struct windows *w, engine_write_fn *write, void *arg) MUST_CHECK;
enum err windows_load(struct windows *w, uint64_t n_accounts, engine_read_fn *read, void *arg) MUST_CHECK;

#endif
