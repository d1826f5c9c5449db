/* Those who send to the bench: lines in groups, and the writer that commits them. */
#ifndef TESTS_UNIT_INTAKE_SENDERS_H
#define TESTS_UNIT_INTAKE_SENDERS_H

#include "daemon/base/text.h"
#include "intake_bench.h"

static inline void note_answer(struct intake_group *g, void *arg)
{
	struct bench *t = arg;

	t->answered++;
	t->result = g->result;
	t->accepted = g->accepted;
	t->duplicate = g->duplicate;
	t->refused = g->refused;
	t->ignored = g->ignored;
	t->last_seq = g->last_seq;
	snprintf(t->account, sizeof(t->account), "%.*s", (int)g->account.len, g->account.ptr);
	if (g->n_ignorings > 0) {
		struct text json = { 0 };
		json_open_object(&json);
		intake_group_json(&json, g);
		json_close_object(&json);
		snprintf(t->detail, sizeof(t->detail), "%s", json.ptr);
		text_free(&json);
	}
	if (g->n_refusals == 0)
		return;
	snprintf(t->error, sizeof(t->error), "%s", g->refusals[0].error);
	snprintf(t->detail, sizeof(t->detail), "%s", g->refusals[0].detail);
	t->error_line = g->refusals[0].line;
}

static inline struct intake_group *group(struct bench *t, enum event_voice voice)
{
	struct intake_group g = { .source = SOURCE_HTTP, .voice = voice, .done = note_answer, .arg = t };

	return intake_open(t->in, &g);
}

static inline enum verdict_of_line offer(struct bench *t, struct intake_group *g, const char *line)
{
	return intake_offer(t->in, g, bytes_of(line));
}

static inline enum verdict_of_line offer_id(struct bench *t, struct intake_group *g, unsigned id)
{
	char line[200];

	snprintf(line, sizeof(line), "{\"id\":\"e%u\",\"ts\":%lld,\"type\":\"login\",\"account\":\"a%u\"}", id, NOW, id);
	return offer(t, g, line);
}

static inline int64_t turn(struct bench *t)
{
	return intake_turn(t->in, t->us);
}

/* Completes the oldest batch. */
static inline void complete(struct bench *t, enum err result)
{
	struct store_batch *b = t->queue.at[0];

	memmove(t->queue.at, t->queue.at + 1, --t->queue.n * sizeof(b));
	b->result = result;
	for (size_t i = 0; result == ERR_OK && i < b->n_events; i++)
		VEC_PUSH(&t->durable, b->events[i].id_hash);
	for (size_t i = 0; result == ERR_OK && i < b->n_alerts; i++) {
		VEC_PUSH(&t->alerts, strndup(b->alerts[i].id.ptr, b->alerts[i].id.len));
		assert_non_null(strstr(b->alerts[i].json.ptr, "\"schema\":\"assocd.alert/1\""));
	}
	if (result == ERR_OK && b->applied_seq > t->applied_durable)
		t->applied_durable = b->applied_seq;
	if (result == ERR_OK && b->sink.len > 0)
		t->sink_through = b->sink_through;
	intake_completed(t->in, b);
}

/* What a lone sender sees: one group of one line, committed. */
static inline void send_line(struct bench *t, const char *line, enum event_voice voice)
{
	struct intake_group *g = group(t, voice);
	unsigned before = t->answered;

	t->error[0] = '\0';
	offer(t, g, line);
	intake_seal(t->in, g);
	turn(t);
	while (t->queue.n > 0)
		complete(t, ERR_OK);
	turn(t);
	assert_int_equal(t->answered, before + 1);
}

#endif
