/* Questions about one kind, family or timing rule in expressions. */
#ifndef ASSOCD_RULES_CALLS_H
#define ASSOCD_RULES_CALLS_H

#include "expression_types.h"

bool parser_is_call(const struct token *name);
/* The field of name(word), or -1 with the problem reported. */
int parser_call(struct parser *p, const struct token *name, const struct token *word);

#endif
