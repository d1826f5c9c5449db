/* The expression language of conditions: text to a typed tree (model/expression.h).
 *   or  and  not  == != < <= > >=  in [list], "CIDR" or a named list  startswith  endswith  contains  has(field)
 *   + - * /  on numbers and durations;  bands (possible, probable, strong) stand for their scores;  window.NAME is a window
 *   that the policy declares. */
#ifndef ASSOCD_RULES_EXPRESSION_H
#define ASSOCD_RULES_EXPRESSION_H

#include "builder.h"

#define EXPRESSION_DEPTH_MAX 32
#define EXPRESSION_NODES_MAX 1000
#define EXPRESSION_BYTES_MAX 16384
#define WINDOW_PREFIX "window."

/* A scalar as an expression of any type. NULL with the problem reported. */
const struct expr *value_compile(struct reader *r, const struct yaml_node *at, unsigned scope);
/* A scalar as a condition on `scope` (enum field_scope bits). NULL with the problem reported. */
const struct expr *condition_compile(struct reader *r, const struct yaml_node *at, unsigned scope);

/* What makes the condition one that nothing can meet, as a sentence in the arena; NULL: nothing is known. */
const char *expression_contradiction(struct arena *arena, const struct expr *e);

/* A condition as text that compiles to the same tree. */
void expression_print(const struct expr *e, struct text *out);

/* The keys under `policy:`. */
void policy_read(struct reader *r, const struct yaml_node *at, const struct rule_head *head, struct policy_rule *rule);

#endif
