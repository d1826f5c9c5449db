/* Lines to events, groups to answers.
 * I1: a group is answered once: when it is sealed and waits for no batch.
 * I2: a duplicate of an event that is not yet durable waits for that event's batch: acknowledged means committed.
 * I3: `done` is called from intake_turn only, never from inside an offer or a seal. */
#include "internal.h"

#include "daemon/model/attr_memo.h"
#include "daemon/model/network.h"
#include "daemon/model/session.h"
#include "daemon/base/utf8.h"

#include <stdio.h>
#include <stdlib.h>

#define SCRATCH_BLOCK 16384

struct intake *intake_new(const struct intake_setup *setup)
{
	struct intake *in = xcalloc(1, sizeof(*in));

	in->setup = *setup;
	in->parser = json_parser_new(EVENT_LINE_MAX, EVENT_DEPTH_MAX);
	in->scratch = arena_new(SCRATCH_BLOCK);
	in->memo = attr_memo_new();
	in->known = known_new(setup->known_ids);
	in->committed_seq = in->assigned_seq = setup->last_seq;
	in->applied_seq = in->applied_durable = setup->applied_seq;
	outgoing_init(&in->waiting);
	for (unsigned i = 0; i < BATCHES; i++) {
		in->batches[i].arena = arena_new(BATCH_BLOCK);
		outgoing_init(&in->batches[i].effects);
		batch_reset(&in->batches[i]);
	}
	in->gathering = &in->batches[0];
	in->gathering->number = ++in->batch_numbers;
	return in;
}

static void group_free(struct group *g)
{
	free(g->pub.refusals);
	free(g->pub.ignorings);
	free(g);
}

static void batch_fini(struct batch *b)
{
	arena_free(b->arena);
	VEC_FREE(&b->events);
	VEC_FREE(&b->rows);
	VEC_FREE(&b->owners);
	VEC_FREE(&b->lines);
	VEC_FREE(&b->groups);
	idset_fini(&b->ids);
	outgoing_fini(&b->effects);
}

void intake_free(struct intake *in)
{
	if (!in)
		return;
	for (unsigned i = 0; i < BATCHES; i++)
		batch_fini(&in->batches[i]);
	for (size_t i = 0; i < in->answered.n; i++)
		group_free(in->answered.at[i]);
	VEC_FREE(&in->answered);
	outgoing_fini(&in->waiting);
	free(in->effects.at);
	known_free(in->known);
	arena_free(in->scratch);
	text_free(&in->encoded);
	attr_memo_free(in->memo);
	json_parser_free(in->parser);
	free(in);
}

void intake_know(struct intake *in, uint64_t id_hash, int64_t arrived_ms)
{
	known_add(in->known, id_hash, arrived_ms);
}

void intake_forget(struct intake *in, uint64_t id_hash)
{
	known_remove(in->known, id_hash);
}

struct intake_group *intake_open(struct intake *in, const struct intake_group *setup)
{
	struct group *g = xcalloc(1, sizeof(*g));

	g->pub = *setup;
	g->pub.result = ERR_OK;
	g->pub.error = (struct errbuf){ "" };
	g->pub.lines = g->pub.accepted = g->pub.duplicate = g->pub.refused = g->pub.ignored = g->pub.last_seq = 0;
	g->pub.account = BYTES_NONE;
	g->pub.refusals = g->pub.ignorings = NULL;
	g->pub.n_refusals = g->pub.n_ignorings = 0;
	g->wall_ms = in->setup.ports.wall_ms(in->setup.ports.arg);
	in->stats.groups++;
	return &g->pub;
}

uint64_t group_line(const struct group *g)
{
	return (g->pub.first_line ? g->pub.first_line : 1) + g->pub.lines - 1;
}

static void say(struct intake_refusal *r, uint64_t line, const char *error, struct bytes detail)
{
	r->line = line;
	r->error = error;
	snprintf(r->detail, sizeof(r->detail), "%.*s", BYTES_ARG(bytes_slice(detail, 0, sizeof(r->detail) - 1)));
}

static enum verdict_of_line refuse(struct intake *in, struct group *g, const char *reason, const char *detail)
{
	struct intake_group *pub = &g->pub;

	pub->refused++;
	in->stats.refused[intake_reason_index(reason)]++;
	if (pub->n_refusals == INTAKE_REFUSALS_MAX)
		return LINE_REFUSED;
	pub->refusals = vec_reserve(pub->refusals, &g->refusals_cap, pub->n_refusals + 1, sizeof(*pub->refusals));
	say(&pub->refusals[pub->n_refusals++], group_line(g), reason, bytes_of(detail));
	return LINE_REFUSED;
}

void group_note_ignored(struct group *g, uint64_t line, const struct effect *effect)
{
	struct intake_group *pub = &g->pub;

	pub->ignored++;
	if (pub->n_ignorings == INTAKE_REFUSALS_MAX)
		return;
	pub->ignorings = vec_reserve(pub->ignorings, &g->ignorings_cap, pub->n_ignorings + 1, sizeof(*pub->ignorings));
	say(&pub->ignorings[pub->n_ignorings++], line, ignored_words[effect->ignored], effect->what);
}

static const char *read_line(struct intake *in, struct group *g, struct bytes line, struct event *ev, struct errbuf *eb)
{
	struct event_context ctx = *in->setup.ports.context(in->setup.ports.arg);
	struct event_refusal why = { .eb = eb };
	struct json_doc doc;

	if (line.len > EVENT_LINE_MAX) {
		errbuf_set(eb, ERR_LIMIT, "the line is longer than %d KiB", EVENT_LINE_MAX / 1024);
		return "size";
	}
	if (json_parse(in->parser, line, &doc, eb))
		return utf8_is_valid(line) ? "json" : "utf8";
	ctx.scratch = in->scratch;
	ctx.memo = in->memo;
	if (g->pub.default_site.len > 0)
		ctx.default_site = g->pub.default_site;
	if (event_from_json(&ctx, &doc, in->gathering->arena, ev, &why))
		return why.reason;
	ev->audience = g->pub.audience;
	return intake_check(in, g, ev, eb);
}

/* An event that found no packets, or nothing of its session, may wait for them. Sessions are asked for with every event, packets not:
 * the latest question may be of one that was refused. */
static void tell_sources(struct intake *in, const struct event *ev)
{
	const struct event_context *context = in->setup.ports.context(in->setup.ports.arg);

	if (ev->asked_network && context->network->accepted != NULL)
		context->network->accepted(context->network->arg);
	if (context->sessions != NULL)
		context->sessions->accepted(context->sessions->arg);
}

/* The batch that holds the id and is not durable yet, or NULL. */
static struct batch *pending_batch(struct intake *in, uint64_t id_hash)
{
	for (unsigned i = 0; i < BATCHES; i++)
		if (in->batches[i].number && idset_has(&in->batches[i].ids, id_hash))
			return &in->batches[i];
	return NULL;
}

static void note_account(struct group *g, struct bytes account)
{
	size_t n = account.len < sizeof(g->account) ? account.len : sizeof(g->account);

	memcpy(g->account, account.ptr, n);
	g->pub.account = bytes_make(g->account, n);
}

enum verdict_of_line intake_keep(struct intake *in, struct group *g, const struct event *ev)
{
	struct batch *pending = pending_batch(in, ev->id_hash);

	note_account(g, ev->account);
	if (pending || known_has(in->known, ev->id_hash)) {
		if (pending)
			group_wait_for(g, pending); /* I2 */
		g->pub.duplicate++;
		in->stats.duplicate++;
		return LINE_DUPLICATE;
	}
	in->stats.addressless += ev->lacks_address;
	batch_add(in, in->gathering, g, ev);
	group_wait_for(g, in->gathering);
	g->pub.accepted++;
	return LINE_ACCEPTED;
}

enum verdict_of_line intake_offer(struct intake *in, struct intake_group *pub, struct bytes line)
{
	struct group *g = (struct group *)pub;
	struct errbuf eb = { "" };
	enum verdict_of_line verdict;
	struct event *ev;
	const char *reason;

	pub->lines++;
	in->stats.lines[pub->source]++;
	if (bytes_trim(line).len == 0)
		return LINE_ACCEPTED;
	ev = arena_alloc(in->gathering->arena, sizeof(*ev));
	reason = read_line(in, g, line, ev, &eb);
	verdict = reason ? refuse(in, g, reason, eb.text) : intake_keep(in, g, ev);
	if (verdict == LINE_ACCEPTED)
		tell_sources(in, ev);
	if (in->gathering->events.n == 0)
		arena_reset(in->gathering->arena); /* nothing but duplicates and refused lines so far */
	return verdict;
}

void intake_seal(struct intake *in, struct intake_group *pub)
{
	struct group *g = (struct group *)pub;

	g->is_sealed = true;
	group_finish_if_done(in, g);
}

void group_wait_for(struct group *g, struct batch *b)
{
	if (g->in_batch == b->number)
		return;
	for (size_t i = 0; g->pending > 0 && i < b->groups.n; i++)
		if (b->groups.at[i] == g)
			return;
	if (b->number > g->in_batch)
		g->in_batch = b->number;
	g->pending++;
	VEC_PUSH(&b->groups, g);
}

void group_finish_if_done(struct intake *in, struct group *g)
{
	if (!g->is_sealed || g->pending > 0 || g->is_queued)
		return;
	g->is_queued = true; /* I1 */
	VEC_PUSH(&in->answered, g);
}

void groups_answer(struct intake *in)
{
	/* An answer may open, fill and seal the sender's next group: that one waits for the next turn. */
	size_t n = in->answered.n;

	for (size_t i = 0; i < n; i++) {
		struct group *g = in->answered.at[i];

		g->pub.done(&g->pub, g->pub.arg);
		group_free(g);
	}
	in->answered.n -= n;
	if (n > 0 && in->answered.n > 0)
		memmove(in->answered.at, in->answered.at + n, in->answered.n * sizeof(in->answered.at[0]));
}

bool intake_is_congested(const struct intake *in)
{
	const struct batch *b = in->gathering;

	return in->is_paused || in->failure || in->barred ||
	       b->events.n >= in->setup.batch_events * GATHERED_EVENTS_FACTOR || arena_used(b->arena) > GATHERED_BYTES_MAX;
}

enum err intake_failure(const struct intake *in, const char **text)
{
	if (text)
		*text = in->failure ? in->failure_text.text : in->barred_text.text;
	return in->failure ? in->failure : in->barred;
}

void intake_bar(struct intake *in, enum err why, const char *text)
{
	in->barred = why;
	errbuf_clear(&in->barred_text);
	if (why != ERR_OK)
		(void)errbuf_set(&in->barred_text, why, "%s", text);
}

void intake_hold(struct intake *in, bool held)
{
	in->is_held = held;
}

void intake_pause(struct intake *in, bool paused)
{
	in->is_paused = paused;
}

bool intake_is_empty(const struct intake *in)
{
	return in->gathering->events.n == 0;
}

bool intake_is_settled(const struct intake *in)
{
	return in->in_flight == 0 && in->waiting.rows.n == 0 && in->applied_durable == in->applied_seq && !batch_has_due_mark(in);
}

void intake_stats(const struct intake *in, struct intake_stats *out)
{
	*out = in->stats;
	out->known = known_count(in->known);
	out->known_memory = known_memory(in->known);
	out->batch_memory = 0;
	for (unsigned i = 0; i < BATCHES; i++)
		out->batch_memory += arena_kept(in->batches[i].arena);
	out->gathered = in->gathering->events.n;
	out->last_seq = in->committed_seq;
}
