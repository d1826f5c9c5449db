#include "idle.h"

static void find_windows(const struct builder *b, const struct policy_rule *policy, struct text *out)
{
	for (unsigned i = 0; i < policy->n_windows; i++) {
		const struct window_rule *window = &b->windows.at[policy->first_window + i];
		if (!window->is_asked)
			text_addf(out, "%.*s:%u:%u: warning: the window '%.*s' is asked by no condition of its policy\n", BYTES_ARG(policy->head.file),
				  window->line, window->column, BYTES_ARG(window->name));
	}
}

void idle_find(struct builder *b)
{
	struct text out = { 0 };
	for (size_t i = 0; i < b->policies.n; i++)
		find_windows(b, &b->policies.at[i], &out);
	for (unsigned i = 0; i < b->n_lists; i++)
		if (!b->lists[i].is_used)
			text_addf(&out, "%.*s:1: warning: no attribute and no rule names the list '%.*s'\n", BYTES_ARG(b->lists[i].path),
				  BYTES_ARG(b->lists[i].name));
	b->set.warnings = arena_bytes(b->arena, text_bytes(&out));
	text_free(&out);
}
