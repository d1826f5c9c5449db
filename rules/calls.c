/* What conditions and tokens ask about one kind, family or timing rule: holders(device.id), surprise("worked-in-turn").
 * I1: a kind that is asked about is indexed, a fact or has its days summed, as the question needs. */
#include "calls.h"

#include "daemon/base/bits.h"

bool builder_sum_days(struct builder *b, unsigned kind)
{
	uint64_t *bits = b->set.coverage_kinds, bit = UINT64_C(1) << (kind & 63);
	if (bits[kind >> 6] & bit)
		return true;
	if (__builtin_popcountll(bits[0]) + __builtin_popcountll(bits[1]) == COVERAGE_SLOTS)
		return false;
	bits[kind >> 6] |= bit;
	return true;
}

/* A question that nothing could ever answer. */
static void check_kind(struct parser *p, const char *call, unsigned kind, const struct token *word)
{
	const struct kind *row = &p->r->builder->set.kinds.rows[kind];
	bool is_of_event = strcmp(call, "value") == 0;
	if (is_of_event && row->privacy != PRIVACY_PLAIN)
		parser_fail(p, word->offset, arena_printf(p->r->arena, "'%.*s' is not kept in the clear (class: plain): no event has a value of it to ask for",
							  BYTES_ARG(word->text)));
	else if (!is_of_event && strcmp(call, "agreement") != 0 && row->hub_cap == 0)
		parser_fail(p, word->offset, arena_printf(p->r->arena, "kind '%.*s' has hub_cap 0: no two accounts ever share a value of it",
							  BYTES_ARG(word->text)));
}

static void use_kind(struct parser *p, const char *call, unsigned kind, const struct token *word)
{
	struct builder *b = p->r->builder;
	bool is_fact = strcmp(call, "agreement") == 0;
	bool needs_days = strncmp(call, "coverage", 8) == 0 || strcmp(call, "days_low") == 0;
	if (needs_days && !builder_sum_days(b, kind))
		parser_fail(p, word->offset, arena_printf(b->arena, "the days of %d other kinds are summed already; ask less for coverage",
							  COVERAGE_SLOTS));
	if (is_fact)
		b->set.kinds.rows[kind].is_fact = true;
	else
		b->set.kinds.rows[kind].is_indexed = true;
}

int builder_timing(struct builder *b, struct bytes id)
{
	for (unsigned i = 0; i < b->n_timing_ids; i++)
		if (bytes_eq(b->timing_ids[i], id))
			return (int)i;
	if (b->n_timing_ids == TIMINGS_MAX)
		return -1;
	b->timing_ids[b->n_timing_ids] = arena_bytes(b->arena, id);
	return (int)b->n_timing_ids++;
}

static int argument_of(struct parser *p, const struct call_row *call, const struct token *word)
{
	struct yaml_node at = *p->at;
	at.text = word->text;
	int found = -1;
	switch (call->argument) {
	case CALL_KIND:
	case CALL_COUNTED:
		found = builder_kind(p->r, &at);
		break;
	case CALL_FAMILY:
		found = builder_family(p->r, &at);
		break;
	case CALL_TIMING:
		found = builder_timing(p->r->builder, word->text);
		if (found < 0)
			return parser_fail(p, word->offset, "more than 8 timing rules are asked about"), -1;
		return found;
	}
	p->has_failed |= found < 0; /* the problem is reported already */
	return found;
}

int parser_call(struct parser *p, const struct token *name, const struct token *word)
{
	int call = call_find(name->text);
	if (!(call_rows[call].scopes & p->scope))
		return parser_fail(p, name->offset, arena_printf(p->r->arena, "'%.*s(...)' is asked of %s; here %s is asked about", BYTES_ARG(name->text),
							 parser_scopes(p, call_rows[call].scopes), parser_scopes(p, p->scope))), -1;
	if (word->type != TOKEN_WORD && word->type != TOKEN_TEXT)
		return parser_fail(p, word->offset, "the name of a kind, family or rule is expected"), -1;
	int argument = argument_of(p, &call_rows[call], word);
	if (argument < 0)
		return -1;
	if (call_rows[call].argument == CALL_COUNTED && !p->r->builder->set.kinds.rows[argument].is_counted)
		return parser_fail(p, word->offset, arena_printf(p->r->arena, "'%.*s' is not a counted kind, such as tls.claim", BYTES_ARG(word->text))), -1;
	if (call_rows[call].argument == CALL_KIND)
		check_kind(p, call_rows[call].name, (unsigned)argument, word);
	if (call_rows[call].argument == CALL_KIND || call_rows[call].argument == CALL_COUNTED)
		use_kind(p, call_rows[call].name, (unsigned)argument, word);
	return call_field(call, (unsigned)argument);
}

bool parser_is_call(const struct token *name)
{
	return name->type == TOKEN_WORD && call_find(name->text) >= 0;
}
