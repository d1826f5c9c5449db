/* The rule set in the making, and the one place that owns all its memory. Only the compiler's own files see it. */
#ifndef ASSOCD_RULES_BUILDER_H
#define ASSOCD_RULES_BUILDER_H

#include "daemon/base/vec.h"
#include "keys.h"
#include "ruleset.h"

#define LIST_VALUES_MAX 100000
#define LISTS_MAX 64

struct values VEC(struct bytes);

/* A named list (lists/NAME.txt or .yaml): sorted, without repeats. */
struct named_list {
	struct bytes name, path;
	bool is_used;
	const struct bytes *at;
	unsigned n;
};

struct builder {
	struct ruleset set; /* first: a ruleset handed out is its builder */
	struct arena *arena;
	const struct ruleset_change *change; /* NULL: the folder as it is */
	struct problems problems;
	bool are_rules_wrong; /* a token that none of them makes is then no problem of the table's */
	struct text canonical; /* what judges, without prose and positions: the hash is taken of it */
	struct named_list lists[LISTS_MAX];
	unsigned n_lists;
	struct VEC(struct signal_rule) signals;
	struct VEC(struct compare_rule) compares;
	struct VEC(struct limit_rule) limits;
	struct VEC(struct policy_rule) policies;
	struct VEC(struct bytes) disabled; /* ids of rules that were checked and left out */
	struct VEC(struct timing_rule) timings;
	struct VEC(struct interaction_rule) interactions;
	struct bytes timing_ids[TIMINGS_MAX]; /* in the order in which rules name them */
	unsigned n_timing_ids;
	struct VEC(struct window_rule) windows; /* of all policies */
	size_t first_window;                    /* of the policy that is being read */
};

/* Empty, with the defaults of scoring; problems may be NULL members. */
struct builder *builder_new(struct text *report, struct errbuf *eb);
void builder_free(struct builder *b);
/* Moves the collected rules into the set, in the order of their ids, and takes the hash. */
void builder_seal(struct builder *b);

enum file_form { FORM_ATTRIBUTES, FORM_SCORING, FORM_LIST, FORM_RULE, FORM_TABLE };
/* The content of one file, from memory; a list is named "input". */
void decode_rule_file(struct builder *b, enum file_form form, struct bytes content);

const struct named_list *builder_find_list(const struct builder *b, struct bytes name);
/* The same for who goes on to use it. */
const struct named_list *builder_use_list(struct builder *b, struct bytes name);
/* Sorts, removes repeats, copies into the arena. */
struct named_list builder_make_list(struct builder *b, struct bytes name, struct bytes *values, size_t n);
const char *builder_list_nearest(const struct builder *b, struct bytes name);

/* Each reads one file's root into the builder; problems are collected. */
void attributes_read(struct reader *r, const struct yaml_node *root);
void attributes_finish(struct builder *b);
void scoring_read(struct reader *r, const struct yaml_node *root);
void scoring_defaults(struct builder *b);
void list_read_yaml(struct reader *r, const struct yaml_node *root, struct bytes name);
void list_read_text(struct builder *b, const char *path, struct bytes name, struct bytes content);
void rule_read(struct reader *r, const struct yaml_node *root, struct bytes file);

/* table.yaml, after every rule is read and numbered (tokens_number). */
void table_read(struct reader *r, const struct yaml_node *root);
void tokens_number(struct builder *b);
/* What people read of an axis that is read otherwise; NULL: nothing given. */
void token_says_read(struct reader *r, const struct yaml_node *say, struct token_axis *axis);
/* A list of axes under `by`, asked in the scope. */
void tokens_read_axes(struct reader *r, const struct yaml_node *at, unsigned scope, struct token_set *out);
/* Every timing rule that is asked about is there, and has its slot. */
void timings_finish(struct builder *b);
void timing_read(struct reader *r, const struct yaml_node *at, struct timing_rule *rule);
void interaction_read(struct reader *r, const struct yaml_node *at, struct interaction_rule *rule);
/* The kind's days of use are summed for each account; false when those of COVERAGE_SLOTS others are already. */
bool builder_sum_days(struct builder *b, unsigned kind);
/* Slot of a timing rule by its id, whether it was read already or not; -1 when there are too many. */
int builder_timing(struct builder *b, struct bytes id);

/* Reports every {word} of a text that is not among the words, NULL-ended. */
void rule_check_words(struct reader *r, const struct yaml_node *at, const char *const *words);

/* Index of a name, or -1 with the problem reported at `at`. */
int builder_kind(struct reader *r, const struct yaml_node *at);
int builder_family(struct reader *r, const struct yaml_node *at);
/* Bits of a list of kinds or families. */
void builder_kind_bits(struct reader *r, const struct yaml_node *list, uint64_t bits[2]);
uint32_t builder_family_bits(struct reader *r, const struct yaml_node *list);
int builder_relation(struct reader *r, const struct yaml_node *at);

/* The tables, for the reference. */
extern const struct key_row attribute_keys[], scoring_keys[], list_keys[], rule_keys[], signal_keys[], compare_keys[], limit_keys[],
	policy_keys[], window_keys[], timing_keys[], interaction_keys[], table_keys[];

#endif
