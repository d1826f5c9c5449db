/* Trees back to text: everything that is not a single word stands in brackets, so that no binding is lost. */
#include "expression.h"

#include "daemon/base/clock.h"

static const char *const operator_names[] = {
	[EXPR_AND] = "and", [EXPR_OR] = "or", [EXPR_EQ] = "==", [EXPR_NE] = "!=", [EXPR_LT] = "<", [EXPR_LE] = "<=",
	[EXPR_GT] = ">", [EXPR_GE] = ">=", [EXPR_IN] = "in", [EXPR_STARTSWITH] = "startswith", [EXPR_ENDSWITH] = "endswith",
	[EXPR_CONTAINS] = "contains", [EXPR_ADD] = "+", [EXPR_SUB] = "-", [EXPR_MUL] = "*", [EXPR_DIV] = "/",
};

static void print_text(struct bytes text, struct text *out)
{
	char quote = bytes_find_char(text, '"') >= 0 ? '\'' : '"';
	text_addc(out, quote);
	text_add(out, text);
	text_addc(out, quote);
}

static void print_number(int64_t milli, struct text *out)
{
	int64_t whole = milli / 1000, rest = milli % 1000;
	if (rest)
		text_addf(out, "%lld.%03lld", (long long)whole, (long long)rest);
	else
		text_addi(out, whole);
}

/* As it is written, in the largest unit that divides it. */
static void print_duration(int64_t ms, struct text *out)
{
	char written[32];
	text_adds(out, ms < 0 ? "-" : "");
	text_adds(out, ms == 0 ? "0s" : time_duration_written(ms < 0 ? -ms : ms, written, sizeof(written)));
}

static void print_constant(const struct value *v, struct text *out)
{
	switch (v->type) {
	case VALUE_BOOL:
		text_adds(out, v->num ? "true" : "false");
		break;
	case VALUE_NUMBER:
		print_number(v->num, out);
		break;
	case VALUE_DURATION:
		print_duration(v->num, out);
		break;
	case VALUE_LIST:
		for (unsigned i = 0; i < v->n_list; i++) {
			text_adds(out, i ? ", " : "[");
			print_text(v->list[i], out);
		}
		text_addc(out, ']');
		break;
	default:
		print_text(v->text, out);
	}
}

static void print_inner(const struct expr *e, struct text *out)
{
	bool is_single = e->op == EXPR_CONST || e->op == EXPR_FIELD || e->op == EXPR_HAS;
	if (!is_single)
		text_addc(out, '(');
	expression_print(e, out);
	if (!is_single)
		text_addc(out, ')');
}

/* A call stands as it was written. */
static void print_field(const struct expr *e, struct text *out)
{
	if (field_is_call(e->field))
		text_add(out, e->constant.text);
	else if (field_is_window(e->field))
		text_addf(out, WINDOW_PREFIX "%.*s", BYTES_ARG(e->window));
	else
		text_adds(out, field_rows[e->field].name);
}

void expression_print(const struct expr *e, struct text *out)
{
	switch (e->op) {
	case EXPR_CONST:
		print_constant(&e->constant, out);
		break;
	case EXPR_FIELD:
		print_field(e, out);
		break;
	case EXPR_HAS:
		text_adds(out, "has(");
		print_field(e, out);
		text_addc(out, ')');
		break;
	case EXPR_NOT:
		text_adds(out, "not ");
		print_inner(e->left, out);
		break;
	default:
		print_inner(e->left, out);
		text_addf(out, " %s ", operator_names[e->op]);
		print_inner(e->right, out);
	}
}
