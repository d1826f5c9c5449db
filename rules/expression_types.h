/* What the parser keeps while it reads one expression, and the typing of its nodes. */
#ifndef ASSOCD_RULES_EXPRESSION_TYPES_H
#define ASSOCD_RULES_EXPRESSION_TYPES_H

#include "expression.h"
#include "lexer.h"

struct parser {
	struct reader *r;
	const struct yaml_node *at;
	unsigned scope;
	struct lexer lexer;
	struct token token; /* the next one */
	unsigned depth, nodes;
	bool has_failed;
};

struct expr_items {
	const struct expr *const *at;
	unsigned n;
};

/* Reports at the offset, once; always NULL. */
const struct expr *parser_fail(struct parser *p, unsigned offset, const char *what);
struct expr *parser_node(struct parser *p, enum expr_op op, enum value_type type);

/* The field that a token names in this scope, or -1 with the problem reported. */
int parser_field(struct parser *p, const struct token *word);
enum value_type parser_field_type(const struct parser *p, int field);
bool parser_names_no_field(const struct parser *p, struct bytes word);
/* Score of a band in thousandths, or -1. */
/* "a link or a cluster": what is asked about there. */
const char *parser_scopes(const struct parser *p, unsigned scopes);
int64_t parser_band(const struct parser *p, struct bytes word);

/* Typed nodes; NULL with the problem reported at the operator. */
const struct expr *parser_binary(struct parser *p, const struct token *operator, const struct expr *left, const struct expr *right);
const struct expr *parser_not(struct parser *p, const struct token *operator, const struct expr *e);
const struct expr *parser_in_items(struct parser *p, unsigned offset, const struct expr *left, const struct expr_items *items);
const struct expr *parser_in_list(struct parser *p, const struct token *at, const struct expr *left, const struct named_list *list);
const struct expr *parser_in_field(struct parser *p, const struct token *at, const struct expr *left, const struct expr *right);

#endif
