/* assocctl stacks: TLS and TCP stacks, and who claims them. */
#include <stdio.h>

#include "print.h"

extern const struct ctl_command ctl_stacks;

/* "chrome windows 812, curl 3". */
static struct text claims_text(const struct json_doc *doc, const struct json_node *stack)
{
	const struct json_node *list = json_get(doc, stack, "claims"), *claim = json_first(doc, list);
	struct text out = { 0 };

	for (const char *comma = ""; claim; claim = json_after(doc, list, claim), comma = ", ") {
		text_adds(&out, comma);
		text_add(&out, json_get_text(doc, claim, "agent"));
		text_addf(&out, " %lld of %lld", (long long)json_get_int(doc, claim, "accounts", 0), (long long)json_get_int(doc, claim, "of", 0));
	}
	return out;
}

static void add_rarity(struct table *t, const struct json_doc *doc, const struct json_node *stack)
{
	const struct json_node *rarity = json_get(doc, stack, "rarity");
	char text[32];
	int n = snprintf(text, sizeof(text), "%.1f", rarity && rarity->type == JSON_DOUBLE ? rarity->real : rarity ? (double)rarity->num : 0.0);

	table_text(t, bytes_make(text, (size_t)n));
}

static void print_stacks(struct ctl *ctl, const struct json_doc *doc)
{
	static const char *const heads[] = { "kind", "stack", ">accounts", ">bits", "says it is", NULL };
	struct table *t = table_new(ctl, heads);
	const struct json_node *list = json_get(doc, doc->nodes, "stacks"), *stack = json_first(doc, list);

	for (; stack; stack = json_after(doc, list, stack)) {
		struct text claims = claims_text(doc, stack);

		table_text(t, json_get_text(doc, stack, "kind"));
		table_text(t, json_get_text(doc, stack, "stack"));
		table_int(t, json_get_int(doc, stack, "accounts", 0));
		add_rarity(t, doc, stack);
		table_text(t, text_bytes(&claims));
		text_free(&claims);
	}
	table_end(t, "no event told of a TLS or TCP stack");
}

static int stacks_run(struct ctl *ctl, int argc, char **argv)
{
	const char *limit = ctl_option(&argc, argv, "--limit");
	struct text path = { 0 };
	const struct json_doc *doc;
	int status = ctl_no_arguments(&ctl_stacks, argc, argv);

	if (status)
		return status;
	text_adds(&path, "/v1/stacks?limit=");
	ctl_escape(&path, bytes_of(limit ? limit : "50"));
	doc = ctl_show(ctl, path.ptr, &status);
	text_free(&path);
	if (doc)
		print_stacks(ctl, doc);
	return status;
}

static const struct reference_option stacks_options[] = {
	{ "--limit", "N", "At most so many of each kind, 1 to 1000; without it 50.", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ctl_command ctl_stacks = {
	.name = "stacks", .arguments = "[OPTION]...", .options = stacks_options, .run = stacks_run,
	.help = "Lists the TLS and TCP stacks seen, how many accounts have each, and which browsers and systems they say they are.",
	.more = "Bits say how rare a stack is here: log2(accounts / those that have it). `chrome windows 8 of 412`: of 412 accounts that say they "
		"are that browser on that system, 8 have this stack. Where they are few of many, and the stack is mostly something else's, it is worth "
		"a look; the rule stack-of-another-claim looks.",
};
