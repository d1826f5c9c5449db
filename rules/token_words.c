/* What people read of a token: its axes, one after the other, in the words of the rule or else of the expression.
 * I1: an axis that has words and whose bin has none, because nothing is known of it, is passed over. */
#include <limits.h>

#include "builder.h"
#include "daemon/model/link_views.h"
#include "expression.h"

static const char *const number_words[] = { "bin", "percent", NULL };
static const char *const say_words[] = { "bin", NULL };

/* Bins that a list of texts names: "below the first cut" is one, "not known" and "another word" are none. */
static unsigned bins_named(const struct token_axis *axis)
{
	return axis->cuts != NULL ? axis->n + 1 : axis->n;
}

void token_says_read(struct reader *r, const struct yaml_node *say, struct token_axis *axis)
{
	bool is_list = say->type == YAML_SEQUENCE;
	unsigned n = is_list ? node_children(say) : 1, i = 0;
	if (is_list && n != bins_named(axis)) {
		problem_at(r, say, "'say' has %u texts for %u bins: one a bin, from the lowest, or of the words in their order; "
				   "of a condition for no and for yes", n, bins_named(axis));
		return;
	}
	struct bytes *says = ARENA_ARRAY(r->arena, struct bytes, n);
	for (const struct yaml_node *c = is_list ? say->child : say; i < n; c = c->next, i++) {
		says[i] = BYTES_NONE;
		if (is_list && c->type == YAML_SCALAR && bytes_trim(c->text).len == 0)
			continue; /* a bin of which nothing is said */
		if (!node_text(r, c, &says[i]))
			return;
		rule_check_words(r, c, axis->of->type == VALUE_NUMBER ? number_words : say_words);
	}
	axis->says = says;
	axis->n_says = is_list ? n : 0;
}

/* "0.2" is 20, "0.99" is 99. */
static void add_cut(struct text *out, const struct token_axis *axis, unsigned cut, bool is_percent)
{
	if (is_percent)
		text_addi(out, axis->cuts[cut] / 10);
	else
		text_add(out, axis->labels[cut]);
}

static void add_range(struct text *out, const struct token_axis *axis, unsigned bin, bool is_percent)
{
	bool is_cut = axis->cuts != NULL;
	const char *unit = is_percent ? " %" : "";
	if (bin == 0) {
		text_adds(out, "unknown");
	} else if (!is_cut) {
		text_add(out, bin <= axis->n ? axis->labels[bin - 1] : BYTES_LIT("other"));
	} else if (bin == 1) {
		text_adds(out, "below ");
		add_cut(out, axis, 0, is_percent);
		text_adds(out, unit);
	} else {
		add_cut(out, axis, bin - 2, is_percent);
		text_adds(out, bin <= axis->n ? " to " : unit);
		if (bin <= axis->n)
			add_cut(out, axis, bin - 1, is_percent);
		text_adds(out, bin <= axis->n ? unit : " or more");
	}
}

static void add_form(struct text *out, const struct token_axis *axis, unsigned bin)
{
	struct bytes rest = axis->says[0];
	ptrdiff_t open;
	while ((open = bytes_find_char(rest, '{')) >= 0) {
		struct bytes word = bytes_slice(rest, (size_t)open + 1, rest.len);
		word = bytes_slice(word, 0, (size_t)bytes_find_char(word, '}')); /* closed: rule_check_words */
		text_add(out, bytes_slice(rest, 0, (size_t)open));
		add_range(out, axis, bin, axis->cuts != NULL && bytes_is(word, "percent"));
		rest = bytes_slice(rest, (size_t)open + word.len + 2, rest.len);
	}
	text_add(out, rest);
}

static bool is_passed_over(const struct token_axis *axis, unsigned bin) /* I1 */
{
	if (axis->says == NULL)
		return false;
	return bin == 0 || (axis->n_says > 0 && (bin > axis->n_says || axis->says[bin - 1].len == 0));
}

static void add_axis(struct text *out, const struct token_axis *axis, unsigned bin)
{
	if (axis->says == NULL) {
		expression_print(axis->of, out);
		text_addc(out, ' ');
		add_range(out, axis, bin, false);
	} else if (axis->n_says == 0) {
		add_form(out, axis, bin);
	} else {
		text_add(out, axis->says[bin - 1]);
	}
}

static void find_range(const struct token_axis *axis, unsigned bin, struct found_view *out)
{
	if (bin == 0)
		out->word = BYTES_LIT("unknown");
	else if (axis->cuts == NULL)
		out->word = bin <= axis->n ? axis->labels[bin - 1] : BYTES_LIT("other");
	if (bin == 0 || axis->cuts == NULL)
		return;
	if (bin > 1)
		out->from = axis->labels[bin - 2];
	if (bin <= axis->n)
		out->to = axis->labels[bin - 1];
}

static void find_axis(const struct token_axis *axis, unsigned bin, struct arena *a, struct found_view *out)
{
	struct text expression = { 0 };
	*out = (struct found_view){ BYTES_NONE, BYTES_NONE, BYTES_NONE, BYTES_NONE };
	if (axis->n_says > 0) {
		out->say = axis->says[bin - 1];
		return;
	}
	find_range(axis, bin, out);
	if (axis->says != NULL) {
		out->say = axis->says[0];
		return;
	}
	expression_print(axis->of, &expression);
	text_adds(&expression, " {bin}");
	out->say = arena_bytes(a, text_bytes(&expression));
	text_free(&expression);
}

/* The bins of a token, axis by axis; of an axis that is passed over BIN_PASSED. */
#define BIN_PASSED UINT_MAX
static void bins_of(const struct token_set *set, uint32_t token, unsigned bins[TOKEN_AXES_MAX])
{
	uint32_t rest = token - set->first, stride = set->n;
	for (unsigned i = 0; i < set->n_axes; i++) {
		stride /= set->axes[i].bins;
		bins[i] = rest / stride;
		rest %= stride;
		if (is_passed_over(&set->axes[i], bins[i]))
			bins[i] = BIN_PASSED;
	}
}

unsigned ruleset_token_found(const struct ruleset *rs, uint32_t token, struct arena *a, const struct found_view **out)
{
	const struct rule_head *head;
	const struct token_set *set = ruleset_token_set(rs, token, &head);
	BUG_ON(set == NULL);
	struct found_view *found = ARENA_ARRAY(a, struct found_view, set->n_axes + 1);
	unsigned bins[TOKEN_AXES_MAX], n = 0;
	bins_of(set, token, bins);
	for (unsigned i = 0; i < set->n_axes; i++)
		if (bins[i] != BIN_PASSED)
			find_axis(&set->axes[i], bins[i], a, &found[n++]);
	*out = found;
	return n;
}

void ruleset_token_words(const struct ruleset *rs, uint32_t token, struct text *out)
{
	const struct rule_head *head;
	const struct token_set *set = ruleset_token_set(rs, token, &head);
	BUG_ON(set == NULL);
	unsigned bins[TOKEN_AXES_MAX];
	bool is_said = false;
	bins_of(set, token, bins);
	for (unsigned i = 0; i < set->n_axes; i++) {
		if (bins[i] == BIN_PASSED)
			continue;
		text_adds(out, is_said ? ", " : "");
		add_axis(out, &set->axes[i], bins[i]);
		is_said = true;
	}
	text_adds(out, is_said ? "" : "nothing further is known");
}
