/* Lines into intake and what became of them back to the sender: POST /v1/events, and the one line of a statement.
 * I1: a request whose lines were offered is answered by group_done and by nothing else.
 * I2: while intake is congested requests queue in order of arrival, because their connection pauses meanwhile: that is
 *     back-pressure, and costs the sender less than being sent away. What has waited too long is told to come again, and
 *     at once when nothing can be kept at all. */
#include "ingest.h"

#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/intake/intake.h"
#include "render.h"

#define LINKS_IN_ANSWER 10
#define QUEUE_RETRY_MS 2
#define QUEUE_LIMIT_US 2000000

/* Lives until the answer. */
struct waiting {
	struct api *api;
	struct http_request *http;
	enum ingest_answer answer;
	enum audience audience;
	enum event_voice voice;
	struct bytes body;      /* of the request; it stays in place until the answer, as does the site that its query gives */
	struct bytes site;
	int64_t since_us;       /* in the queue */
	int64_t received_us;
	struct waiting *next;
};

static bool is_statement(enum ingest_answer answer)
{
	return answer == ANSWER_STATEMENT || answer == ANSWER_STATEMENTS;
}

static bool has_lines(enum ingest_answer answer)
{
	return answer == ANSWER_COUNTS || answer == ANSWER_STATEMENTS;
}

/* The operator reads which file it is in the log and in the status; a sender needs to know what became of his events. */
static void answer_failure(struct api_call *call, enum err failure)
{
	api_busy(call, failure == ERR_FULL
			       ? "the disk of this daemon is full; none of this is acknowledged: send all of it again later"
		       : failure == ERR_NOMEM
			       ? "this daemon has no more memory; none of this is acknowledged: send all of it again later"
			       : "this daemon cannot write its journal; none of this is acknowledged: send all of it again later");
}

static int status_of_refusal(const char *error)
{
	static const struct {
		const char *error;
		int status;
	} known[] = { { "json", 400 }, { "utf8", 400 }, { "size", 413 }, { "trust", 403 } };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(error, known[i].error) == 0)
			return known[i].status;
	return 422;
}

static void answer_refusal(struct api_call *call, const struct intake_group *g)
{
	if (g->n_refusals > 0)
		api_problem(call, status_of_refusal(g->refusals[0].error), g->refusals[0].error, "%s", g->refusals[0].detail);
	else
		api_problem(call, 400, "json", "the body holds no event");
}

static void answer_assessment(struct api_call *call, const struct intake_group *g)
{
	struct account_view account;

	if (!call->engine || engine_assess(call->engine, g->account, LINKS_IN_ANSWER, call->arena, &account) != ERR_OK)
		account = (struct account_view){ .name = g->account }; /* an event that leaves no account: kept all the same */
	json_open_object(call->out);
	render_assessment(call->out, &account, g->last_seq, g->duplicate > 0);
	intake_ignored_json(call->out, g);
	json_close_object(call->out);
	api_reply_json(call, 200);
}

static void answer_counts(struct api_call *call, const struct intake_group *g)
{
	json_open_object(call->out);
	json_member_int(call->out, "accepted", (int64_t)g->accepted);
	json_member_int(call->out, "duplicate", (int64_t)g->duplicate);
	intake_group_json(call->out, g);
	json_close_object(call->out);
	api_reply_json(call, 200);
}

static void answer_statement(struct api_call *call, const struct intake_group *g)
{
	json_open_object(call->out);
	json_member_int(call->out, "accepted", (int64_t)g->accepted);
	json_member_int(call->out, "duplicate", (int64_t)g->duplicate);
	json_member_int(call->out, "seq", (int64_t)g->last_seq);
	intake_ignored_json(call->out, g);
	json_close_object(call->out);
	api_reply_json(call, 200);
}

static void group_done(struct intake_group *g, void *arg)
{
	struct waiting *waiting = arg;
	struct api *api = waiting->api;
	struct api_call call = { .api = api, .http = waiting->http, .arena = api->arena, .out = &api->out };

	text_clear(call.out);
	call.engine = api->setup.ports.engine(api->setup.ports.arg);
	if (g->result != ERR_OK)
		answer_failure(&call, g->result);
	else if (has_lines(waiting->answer))
		answer_counts(&call, g);
	else if (g->accepted + g->duplicate == 0)
		answer_refusal(&call, g);
	else if (waiting->answer == ANSWER_STATEMENT)
		answer_statement(&call, g);
	else
		answer_assessment(&call, g);
	arena_reset(api->arena);
	metrics_observe_us(api->metrics, API_INGEST, (uint64_t)(clock_mono_us() - waiting->received_us));
	free(waiting);
}

static void offer_lines(struct intake *in, struct intake_group *g, struct bytes body)
{
	while (body.len > 0) {
		ptrdiff_t feed = bytes_find_char(body, '\n');
		struct bytes line = bytes_slice(body, 0, feed < 0 ? body.len : (size_t)feed);

		intake_offer(in, g, line);
		body = bytes_slice(body, line.len + 1, body.len);
	}
}

static void start(struct waiting *w, struct bytes body)
{
	struct intake *in = w->api->setup.intake;
	struct intake_group *g;
	struct intake_group setup = {
		.source = SOURCE_HTTP,
		.default_site = w->site,
		.audience = w->audience,
		.voice = w->voice,
		.first_line = 1,
		.done = group_done,
		.arg = w,
	};

	g = intake_open(in, &setup);
	if (has_lines(w->answer))
		offer_lines(in, g, body);
	else
		intake_offer(in, g, body);
	intake_seal(in, g);
}

static void send_away(struct waiting *w)
{
	struct api_call call = { .api = w->api, .http = w->http, .arena = w->api->arena, .out = &w->api->out };
	enum err failure = intake_failure(w->api->setup.intake, NULL);

	if (failure)
		answer_failure(&call, failure);
	else
		api_busy(&call, "more events are waiting than can be kept at the moment; send this again shortly");
	free(w);
}

static struct waiting *queue_take(struct api *api)
{
	struct waiting *w = api->queue_first;

	api->queue_first = w->next;
	if (!api->queue_first)
		api->queue_last = NULL;
	return w;
}

static void queue_put(struct api *api, struct waiting *w)
{
	w->since_us = clock_mono_us();
	if (api->queue_last)
		api->queue_last->next = w;
	else
		api->queue_first = w;
	api->queue_last = w;
	loop_timer_set(api->queue_retry, QUEUE_RETRY_MS);
}

void ingest_retry(void *arg)
{
	struct api *api = arg;
	int64_t now = clock_mono_us();

	if (intake_failure(api->setup.intake, NULL))
		ingest_send_all_away(api);
	while (api->queue_first && !intake_is_congested(api->setup.intake)) {
		struct waiting *w = queue_take(api);

		start(w, w->body);
	}
	while (api->queue_first && now - api->queue_first->since_us > QUEUE_LIMIT_US)
		send_away(queue_take(api));
	if (api->queue_first)
		loop_timer_set(api->queue_retry, QUEUE_RETRY_MS);
}

void ingest_send_all_away(struct api *api)
{
	while (api->queue_first)
		send_away(queue_take(api));
}

/* What `backfill` says; false: answered 400. */
static bool query_audience(struct api_call *call, enum audience *out)
{
	static const struct {
		const char *word;
		enum audience audience;
	} words[] = { { "", AUDIENCE_ALL }, { "0", AUDIENCE_ALL }, { "1", AUDIENCE_NONE }, { "true", AUDIENCE_NONE },
		      { "log", AUDIENCE_LOG } };
	struct bytes said = http_query(call->http, "backfill");

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (bytes_is(said, words[i].word)) {
			*out = words[i].audience;
			return true;
		}
	api_problem(call, 400, "query", "backfill is 1 (history: no sink is told), log (of the sinks only the alert log is told) or 0");
	return false;
}

/* Of accounts whose event names none; a statement names its accounts whole. False: answered 400. */
static bool query_site(struct api_call *call, enum ingest_answer answer, struct bytes *out)
{
	const char *otherwise = call->api->setup.default_site;
	struct bytes said = http_query(call->http, "site");

	*out = said.len > 0 ? said : otherwise && !is_statement(answer) ? bytes_of(otherwise) : BYTES_NONE;
	if (event_site_is_valid(said))
		return true;
	api_problem(call, 400, "query", "site: " EVENT_SITE_RULE);
	return false;
}

void ingest_offer(struct api_call *call, struct bytes body, enum ingest_answer answer)
{
	struct api *api = call->api;
	bool is_congested = intake_is_congested(api->setup.intake);
	enum audience audience;
	struct bytes default_site;
	struct waiting *w;

	if (!query_audience(call, &audience) || !query_site(call, answer, &default_site))
		return;
	w = xcalloc(1, sizeof(*w));
	*w = (struct waiting){
		.api = api, .http = call->http, .answer = answer, .body = body, .site = default_site, .received_us = clock_mono_us(),
		.audience = audience,
		.voice = is_statement(answer) ? VOICE_ANALYST : api_voice(&call->grant),
	};
	if (intake_failure(api->setup.intake, NULL) || (is_statement(answer) && is_congested))
		send_away(w); /* a statement's line is no part of the request, and would be gone */
	else if (!is_statement(answer) && (api->queue_first || is_congested))
		queue_put(api, w);
	else
		start(w, body);
}

/* The body's media type without its parameters. */
static struct bytes media_type(struct api_call *call)
{
	struct bytes type = http_header(call->http, "Content-Type");
	ptrdiff_t semicolon = bytes_find_char(type, ';');

	return bytes_trim(bytes_slice(type, 0, semicolon < 0 ? type.len : (size_t)semicolon));
}

enum body_form { FORM_REFUSED, FORM_OBJECT, FORM_LINES, FORM_LOOK };

/* What curl and simple senders say when nobody told them a type is looked into instead. */
static enum body_form form_of_type(struct bytes type)
{
	static const struct {
		const char *type;
		enum body_form form;
	} forms[] = {
		{ "application/json", FORM_OBJECT }, { "application/x-ndjson", FORM_LINES }, { "application/ndjson", FORM_LINES },
		{ "application/jsonl", FORM_LINES }, { "application/x-jsonlines", FORM_LINES }, { "", FORM_LOOK },
		{ "text/plain", FORM_LOOK }, { "application/x-www-form-urlencoded", FORM_LOOK }, { "application/octet-stream", FORM_LOOK },
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (bytes_eq_nocase(type, bytes_of(forms[i].type)))
			return forms[i].form;
	return FORM_REFUSED;
}

static uint64_t count_lines(struct bytes body)
{
	uint64_t n = 0;

	while (body.len > 0) {
		ptrdiff_t feed = bytes_find_char(body, '\n');

		n++;
		body = bytes_slice(body, feed < 0 ? body.len : (size_t)feed + 1, body.len);
	}
	return n;
}

void post_events(struct api_call *call)
{
	struct bytes body = http_body(call->http), trimmed = bytes_trim(body);
	enum body_form form = form_of_type(media_type(call));

	if (form == FORM_REFUSED) {
		api_problem(call, 415, "type", "the body is application/json (one event) or application/x-ndjson (an event a line)");
		return;
	}
	if (trimmed.len == 0) {
		api_problem(call, 400, "json", "the body is empty; it holds one event as a JSON object, or one a line");
		return;
	}
	if (form == FORM_LOOK)
		form = bytes_find_char(trimmed, '\n') < 0 ? FORM_OBJECT : FORM_LINES;
	if (form == FORM_OBJECT) {
		ingest_offer(call, trimmed, ANSWER_ASSESSMENT);
	} else if (count_lines(body) > API_LINES_MAX) {
		api_problem(call, 413, "size", "a request takes at most %d lines; cut it into several", API_LINES_MAX);
	} else {
		ingest_offer(call, body, ANSWER_COUNTS);
	}
}
