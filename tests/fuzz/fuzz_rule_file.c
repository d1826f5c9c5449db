/* Any bytes as each form of a rule file: problems are counted, nothing else happens. What compiled prints to text that
 * compiles again. */
#include <stdint.h>

#include "rules/expression.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

static void recompile(struct builder *b, const struct policy_rule *policy)
{
	struct text text = {0};
	struct reader r = { .problems = &b->problems, .arena = b->arena, .builder = b };

	expression_print(policy->when, &text);
	const struct yaml_node at = { .type = YAML_SCALAR, .line = 1, .column = 1, .text = text_bytes(&text) };
	if (text.len < EXPRESSION_BYTES_MAX / 4)
		BUG_ON(!condition_compile(&r, &at, (unsigned)policy->scope));
	text_free(&text);
}

static void compile_as(struct bytes content, enum file_form form)
{
	const struct bytes base[] = {
		BYTES_LIT("scoring: {}\nfamilies: [device]\nrelations: {agency: {explains: true}}\n"),
		BYTES_LIT("attributes: [{kind: device.id, title: device, path: device.id, hub_cap: 12}]\n"),
	};
	struct builder *b = builder_new(NULL, NULL);
	decode_rule_file(b, FORM_SCORING, base[0]);
	decode_rule_file(b, FORM_ATTRIBUTES, base[1]);
	attributes_finish(b);
	BUG_ON(b->problems.n);
	decode_rule_file(b, form, content);
	if (form == FORM_ATTRIBUTES)
		attributes_finish(b);
	builder_seal(b);
	for (unsigned i = 0; !b->problems.n && i < b->set.n_policies; i++)
		recompile(b, &b->set.policies[i]);
	builder_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	for (int form = FORM_ATTRIBUTES; form <= FORM_RULE; form++)
		compile_as(bytes_make((const char *)in, n), (enum file_form)form);
	return 0;
}
