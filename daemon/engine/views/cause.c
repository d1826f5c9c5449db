/* Why something changed, apart: what a sentence about it is made of. */
#include "daemon/engine/pairs/changes.h"
#include "daemon/engine/pairs/verdicts.h"
#include "views.h"

static void of_value(const struct engine *e, uint32_t number, struct cause_view *out)
{
	const struct index_value *value = index_value(e->index, number);
	const struct kind *kind = &e->rules->kinds.rows[value->kind];
	out->word = "value";
	out->kind = kind->name;
	out->shown = index_shown(e->index, number);
	out->holders = value->is_hub ? kind->hub_cap : value->holders;
	out->is_at_least = value->is_hub;
}

/* "device 789664c0": what a mark is on begins with the title of its kind; the longest that fits. */
static void of_mark(const struct engine *e, struct bytes on, struct cause_view *out)
{
	struct bytes longest = BYTES_LIT("addresses");
	out->word = "mark";
	if (!bytes_starts(on, longest))
		longest = BYTES_NONE;
	for (unsigned i = 0; i < e->rules->kinds.n; i++) {
		const struct kind *kind = &e->rules->kinds.rows[i];
		if (kind->title.len <= longest.len || !bytes_starts(on, kind->title) ||
		    (on.len > kind->title.len && on.ptr[kind->title.len] != ' '))
			continue;
		longest = kind->title;
		out->kind = kind->name;
	}
	out->shown = bytes_trim(bytes_slice(on, longest.len, on.len));
}

static void of_said(const struct engine *e, const struct said *said, struct cause_view *out)
{
	out->word = "statement";
	out->statement = said->type;
	out->value = said->value;
	out->actor = said->actor;
	out->reason = said->reason;
	if (bytes_is(said->type, event_types[EVENT_MARK].name))
		of_mark(e, said->proof, out);
	else
		out->proof = said->proof;
}

static struct cause_view *cause_new(struct arena *a)
{
	struct cause_view *out = ARENA_NEW(a, struct cause_view);
	out->kind = out->shown = out->statement = out->value = out->actor = out->reason = out->proof = BYTES_NONE;
	return out;
}

const struct cause_view *view_cause(const struct engine *e, const struct change *change, struct arena *a)
{
	struct cause_view *out = cause_new(a);
	struct said said;
	switch ((enum change_cause)change->cause) {
	case CAUSE_VALUE:
		of_value(e, change->because, out);
		return out;
	case CAUSE_STATEMENT:
		said_read(e, change->because, &said);
		of_said(e, &said, out);
		return out;
	case CAUSE_RULES:
		out->word = "rules";
		return out;
	case CAUSE_EVENTS_OUT:
		out->word = "events_out";
		return out;
	case CAUSE_ALERT:
	case CAUSE_EVIDENCE:
	case CAUSES:
		break;
	}
	return NULL;
}

const struct cause_view *view_link_cause(const struct engine *e, const struct pair *pair, struct arena *a)
{
	const struct verdict *verdict = verdict_of(e, pair->a, pair->b);
	if (pair->state == LINK_WITHDRAWN) {
		const struct change *change = change_of_link(e, pair->a, pair->b);
		return change != NULL ? view_cause(e, change, a) : NULL;
	}
	if (verdict == NULL || pair->state == LINK_JOINT)
		return NULL;
	struct cause_view *out = cause_new(a);
	struct said said;
	said_read(e, verdict->said, &said);
	of_said(e, &said, out);
	out->ts_ms = verdict->ts_ms;
	if (pair->flags & PAIR_REOPENED)
		out->new_mb = pair->strength_mb - verdict->strength_mb;
	return out;
}
