/* Sentences of rules, filled in: what an analyst reads, and what the subject of a decision may be told. */
#include <stdlib.h>

#include "daemon/base/clock.h"

#include "daemon/engine/evidence/support.h"
#include "daemon/engine/state/accounts.h"
#include "views.h"

#define COMMON_NAMED 4

/* The strongest of the neighbours that both have. */
static void fill_common(const struct engine *e, const struct pair *ends, struct text *out)
{
	uint32_t common[COMMON_NAMED];
	unsigned n = support_common(e, ends->a, ends->b, common, COMMON_NAMED);
	for (unsigned i = 0; i < n; i++) {
		text_adds(out, i > 0 ? ", " : "");
		text_add(out, account_name(e, common[i]));
	}
	if (n == 0)
		text_adds(out, "none");
}

static void fill_day(const struct posting *use, bool is_first, struct text *out)
{
	char day[TIME_TEXT_SIZE];
	if (use == NULL)
		return;
	time_format((int64_t)(is_first ? use->first_s : use->last_s) * 1000, day);
	text_addf(out, "%.10s", day);
}

/* mine: the use of the account that is told, where it alone is. */
struct filling { const struct engine *e; const struct pair *ends; const struct evidence *item; const struct posting *mine; };

/* What became of it, as a verb: "the names of A and B agree in part". */
static const char *agreement_of(const struct evidence *item)
{
	static const char *const verbs[] = { [AGREEMENT_EQUAL] = "agree", [AGREEMENT_OVERLAP] = "agree in part", [AGREEMENT_DIFFER] = "differ" };
	return item->compare != NULL ? verbs[item->outcome] : "";
}

static void fill_placeholder(const struct filling *f, struct bytes name, struct text *out)
{
	char gap[32];
	if (bytes_is(name, "a"))
		text_add(out, account_name(f->e, f->ends->a));
	else if (bytes_is(name, "b"))
		text_add(out, account_name(f->e, f->ends->b));
	else if (bytes_is(name, "value"))
		text_add(out, f->item->value != NONE ? index_shown(f->e->index, f->item->value) : BYTES_NONE);
	else if (bytes_is(name, "holders"))
		text_addu(out, f->item->holders);
	else if (bytes_is(name, "gap"))
		text_adds(out, time_duration_text((int64_t)f->item->gap_s * 1000, gap, sizeof(gap)));
	else if (bytes_is(name, "network"))
		text_adds(out, network_kind_names[f->item->network]);
	else if (bytes_is(name, "common"))
		fill_common(f->e, f->ends, out);
	else if (bytes_is(name, "agreement"))
		text_adds(out, agreement_of(f->item));
	else if (bytes_is(name, "found") && f->item->token != NONE)
		ruleset_token_words(f->e->rules, f->item->token, out);
	else if (bytes_is(name, "first") || bytes_is(name, "last"))
		fill_day(f->mine, bytes_is(name, "first"), out);
}

static struct bytes fill(const struct filling *f, struct bytes form, struct arena *a)
{
	struct text text = { 0 };
	for (size_t at = 0; at < form.len;) {
		struct bytes rest = bytes_slice(form, at, form.len);
		ptrdiff_t end = rest.ptr[0] == '{' ? bytes_find_char(rest, '}') : -1;
		if (end < 0) {
			text_addc(&text, rest.ptr[0]);
			at++;
			continue;
		}
		fill_placeholder(f, bytes_slice(rest, 1, (size_t)end - 1), &text);
		at += (size_t)end + 1;
	}
	struct bytes out = arena_bytes(a, text_bytes(&text));
	text_free(&text);
	return out;
}

struct bytes view_sentence(const struct engine *e, const struct pair *ends, const struct evidence *item, struct arena *a)
{
	return fill(&(struct filling){ e, ends, item, NULL }, evidence_head(item)->explain, a);
}

static bool has_place(struct bytes form, const char *place)
{
	return bytes_find(form, bytes_of(place)) >= 0;
}

void view_said_apart(const struct engine *e, const struct pair *ends, const struct evidence *item, struct arena *a, struct evidence_view *out)
{
	static const char *const words[] = { [AGREEMENT_EQUAL] = "equal", [AGREEMENT_OVERLAP] = "overlap", [AGREEMENT_DIFFER] = "differ" };
	uint32_t common[COMMON_NAMED];
	out->explain = evidence_head(item)->explain;
	out->subject = evidence_head(item)->subject;
	out->agreement = bytes_of(item->compare != NULL ? words[item->outcome] : "");
	if (item->token != NONE && has_place(out->explain, "{found}"))
		out->n_found = ruleset_token_found(e->rules, item->token, a, &out->found);
	if (!has_place(out->explain, "{common}"))
		return;
	struct bytes *names = ARENA_ARRAY(a, struct bytes, COMMON_NAMED);
	out->n_common = support_common(e, ends->a, ends->b, common, COMMON_NAMED);
	for (unsigned i = 0; i < out->n_common; i++)
		names[i] = account_name(e, common[i]);
	out->common = names;
}

struct bytes view_told(const struct engine *e, const struct evidence *item, const struct posting *mine, struct arena *a)
{
	return fill(&(struct filling){ e, NULL, item, mine }, evidence_head(item)->subject, a);
}
