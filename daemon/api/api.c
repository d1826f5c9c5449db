/* The HTTP door: opening it, and the way of one request: match, check Host and Origin, check the token, call the handler.
 * I1: every request is answered exactly once, by its handler, by a check, or later by intake's completion. */
#include "api.h"

#include <stdlib.h>

#include "audit.h"
#include "daemon/audit/trail.h"
#include "daemon/base/log.h"
#include "daemon/vendor/json.h"
#include "ingest.h"
#include "live.h"
#include "router.h"

#define HEADERS_MAX (32 * 1024)
#define IDLE_TIMEOUT_S 60
#define CONNECTIONS_DEFAULT 1024
#define JSON_DEPTH_MAX 16
#define STATEMENT_MAX (64 * 1024)
#define TOKENS_LOOK_MS 1000

static const char *const class_names[] = { "2xx", "3xx", "4xx", "5xx", NULL };
static const char *const token_reasons[] = { "unknown", "role", NULL };
static const char *const door_reasons[] = { "host", "origin", NULL };
static const char *const limited_by[] = { "address", "token", NULL };

static const struct metric_row metric_rows[API_METRICS] = {
	[API_REQUESTS] = { "assocd_http_requests_total", METRIC_COUNTER, "Requests answered, by class of status.", "class", class_names },
	[API_TOKENS_REFUSED] = { "assocd_http_tokens_refused_total", METRIC_COUNTER, "Requests with an unknown token, or one without the role.", "reason", token_reasons },
	[API_DOORS_REFUSED] = { "assocd_http_doors_refused_total", METRIC_COUNTER, "Requests for another host, or from a page of another origin.", "reason", door_reasons },
	[API_INGEST] = { "assocd_ingest_seconds", METRIC_HISTOGRAM, "Time from the receipt of events over HTTP to their answer.", NULL, NULL },
	[API_LIMITED] = { "assocd_http_limited_total", METRIC_COUNTER, "Requests put off (429) because too many came.", "by", limited_by },
};

/* 404 or 405. */
static void answer_unmatched(struct api_call *call, const struct route_choice *choice)
{
	struct bytes path = http_path(call->http);
	struct text allowed = { 0 };

	if (!choice->other) {
		api_problem(call, 404, "path", "there is nothing at this path; /openapi.json lists what there is");
		return;
	}
	route_allowed(api_routes, path, &allowed);
	http_reply_header(call->http, "Allow", allowed.ptr);
	api_problem(call, 405, "method", "this path takes %s", allowed.ptr);
	text_free(&allowed);
}

/* A parameter that nothing reads is a misspelt one: `?stat=open` would list all. False: answered 400. */
static bool knows_query(struct api_call *call)
{
	const char *names[API_QUERY_MAX], *near;
	struct bytes name;
	unsigned n;

	if (strncmp(call->route->pattern, "/v1/", 4) != 0 || !http_query_other(call->http, NULL, 0, &name))
		return true;
	n = route_query_names(call->route, call->arena, names);
	if (!http_query_other(call->http, names, n, &name))
		return true;
	name = bytes_slice(name, 0, 60);
	near = bytes_nearest(name, names, n);
	api_problem(call, 400, "query", "unknown parameter \"%.*s\"%s%s%s", BYTES_ARG(name), near ? "; did you mean \"" : "",
		    near ? near : n ? "; /openapi.json lists those of this path" : "; this path takes none", near ? "\"?" : "");
	return false;
}

static void run_route(struct api_call *call)
{
	struct api *api = call->api;

	if (!route_decode(call->params, call->arena)) {
		api_problem(call, 400, "path", "the path holds a broken percent escape");
		return;
	}
	if (!knows_query(call))
		return;
	call->engine = api->setup.ports.engine(api->setup.ports.arg);
	audit_note(call, false);
	if ((call->route->needs & NEEDS_ENGINE) && !call->engine) {
		api_busy(call, "the state is still being read; /readyz tells when it is there");
		return;
	}
	call->route->fn(call);
}

void api_serve(void *arg, const char *path, http_fn *fn, void *fn_arg)
{
	struct api *api = arg;
	unsigned i = 0;

	while (i < API_GUESTS_MAX && api->guests[i].path && strcmp(api->guests[i].path, path) != 0)
		i++;
	BUG_ON(i == API_GUESTS_MAX);
	api->guests[i] = (struct api_guest){ path, fn, fn_arg };
}

/* A path that a collector answers. */
static const struct api_guest *guest_of(const struct api *api, struct bytes path)
{
	for (unsigned i = 0; i < API_GUESTS_MAX && api->guests[i].path; i++)
		if (api->guests[i].fn && bytes_is(path, api->guests[i].path))
			return &api->guests[i];
	return NULL;
}

static void on_request(struct http_request *r, void *arg)
{
	struct api *api = arg;
	struct api_call call = { .api = api, .http = r, .arena = api->arena, .out = &api->out };
	const struct api_guest *guest = guest_of(api, http_path(r));
	struct route_choice choice;

	text_clear(call.out);
	if (guest) {
		if (api_check_host(&call) == ERR_OK)
			guest->fn(r, guest->arg);
		arena_reset(api->arena);
		return;
	}
	route_choose(api_routes, http_method(r), http_path(r), &choice);
	call.route = choice.route;
	memcpy(call.params, choice.params, sizeof(call.params));
	if (api_check_address(&call) == ERR_OK && api_check_origin(&call) == ERR_OK) {
		if (!choice.route)
			answer_unmatched(&call, &choice);
		else if (api_check_token(&call) == ERR_OK)
			run_route(&call);
	}
	arena_reset(api->arena);
}

/* The name in "NAME:PORT" is ours too, unless it stands for every address. */
static void note_listen_host(struct api *api)
{
	const char *listen = api->setup.listen[0], *colon = strrchr(listen, ':');
	size_t n = colon ? (size_t)(colon - listen) : 0;

	if (!colon || strncmp(listen, "unix:", 5) == 0 || strncmp(listen, "fd:", 3) == 0 || n >= sizeof(api->listen_host))
		return;
	if (strncmp(listen, "0.0.0.0:", 8) == 0 || strncmp(listen, "[::]:", 5) == 0)
		return;
	memcpy(api->listen_host, listen, n);
}

/* `assocctl token` edits the file; it needs no right to send signals for it to take effect. */
static void look_at_tokens(void *arg)
{
	struct api *api = arg;
	struct errbuf eb = { { 0 } };
	bool is_known = api->tokens_refusal.text[0] != '\0';

	loop_timer_set(api->token_look, TOKENS_LOOK_MS);
	if (!is_known && !tokens_have_changed(api->tokens, api->setup.state_dir))
		return;
	if (api_reload_tokens(api, &eb) == ERR_OK)
		log_info("api", "the tokens have changed; the new set is in force");
	else if (!is_known)
		log_warn("api", "%s; the old tokens stay in force", eb.text);
}

static enum err open_doors(struct api *api, struct errbuf *eb)
{
	const struct api_setup *setup = &api->setup;
	struct http_setup http = {
		.fn = on_request,
		.admits = api_admits,
		.arg = api,
		.max_body = API_BODY_MAX,
		.max_headers = HEADERS_MAX,
		.idle_timeout_s = IDLE_TIMEOUT_S,
		.max_connections = setup->max_connections ? setup->max_connections : CONNECTIONS_DEFAULT,
		.tls = setup->tls,
	};

	for (unsigned i = 0; i < setup->n_listen && i < API_DOORS_MAX; i++) {
		enum err err;

		http.address = setup->listen[i];
		err = http_server_new(setup->loop, &http, &api->servers[i], eb);
		if (err != ERR_OK) {
			errbuf_prefix(eb, "%s", i == 0 ? "`listen`" : "`http_socket`");
			return err;
		}
	}
	return ERR_OK;
}

enum err api_new(const struct api_setup *setup, struct api **out, struct errbuf *eb)
{
	struct api *api = xcalloc(1, sizeof(*api));
	enum err err;

	api->setup = *setup;
	api->token_rates = rates_new();
	api->address_rates = rates_new();
	note_listen_host(api);
	api->arena = arena_new(64 * 1024);
	api->parser = json_parser_new(STATEMENT_MAX, JSON_DEPTH_MAX);
	api->queue_retry = loop_timer_new(setup->loop, ingest_retry, api);
	api->trail = trail_new(setup->state_dir);
	api->live = live_new(api);
	api->token_look = loop_timer_new(setup->loop, look_at_tokens, api);
	loop_timer_set(api->token_look, TOKENS_LOOK_MS);
	api->metrics = metrics_new(metric_rows, API_METRICS);
	err = tokens_open(setup->state_dir, &api->tokens, eb);
	if (err == ERR_OK)
		err = open_doors(api, eb);
	if (err != ERR_OK) {
		api_free(api);
		return err;
	}
	*out = api;
	return ERR_OK;
}

void api_free(struct api *api)
{
	if (!api)
		return;
	ingest_send_all_away(api);
	live_free(api->live);
	loop_timer_free(api->queue_retry);
	loop_timer_free(api->token_look);
	for (unsigned i = 0; i < API_DOORS_MAX; i++)
		http_server_free(api->servers[i]);
	rates_free(api->token_rates);
	rates_free(api->address_rates);
	tokens_free(api->tokens);
	trail_free(api->trail);
	arena_free(api->arena);
	json_parser_free(api->parser);
	metrics_free(api->metrics);
	text_free(&api->out);
	free(api);
}

void api_set_hash_key(struct api *api, struct hmac_key *key)
{
	api->setup.hash_key = key;
}

unsigned api_port(const struct api *api)
{
	return http_server_port(api->servers[0]);
}

void api_counts(const struct api *api, struct http_counts *out)
{
	*out = (struct http_counts){ 0 };
	for (unsigned i = 0; i < api->setup.n_listen; i++) {
		struct http_counts one;

		http_server_counts(api->servers[i], &one);
		out->connections += one.connections;
		out->refused_connections += one.refused_connections;
		out->requests += one.requests;
		out->refused_requests += one.refused_requests;
		out->timeouts += one.timeouts;
	}
}

enum err api_reload_tokens(struct api *api, struct errbuf *eb)
{
	struct tokens *fresh;
	enum err err;

	errbuf_clear(&api->tokens_refusal);
	err = tokens_open(api->setup.state_dir, &fresh, &api->tokens_refusal);
	if (err != ERR_OK)
		return errbuf_set(eb, err, "%s", api->tokens_refusal.text);
	tokens_free(api->tokens);
	api->tokens = fresh;
	live_end_all(api->live);
	return ERR_OK;
}

const char *api_tokens_refusal(const struct api *api)
{
	return api->tokens_refusal.text;
}

unsigned api_unaudited(const struct api *api)
{
	return api->unaudited;
}

/* The routes of statements have checked their role already; this is for events. */
enum event_voice api_voice(const struct token_grant *grant)
{
	if (grant->roles & ROLE_ANALYST)
		return VOICE_ANALYST;
	return grant->roles & ROLE_TRUSTED ? VOICE_TRUSTED : VOICE_PLAIN;
}

bool api_may_ingest(void *arg, struct bytes token, enum event_voice *voice)
{
	struct api *api = arg;
	struct token_grant grant;

	if (!tokens_check(api->tokens, token, &grant) || !(grant.roles & ROLE_INGEST)) {
		metrics_add(api->metrics, API_TOKENS_REFUSED, 0, 1);
		return false;
	}
	*voice = api_voice(&grant);
	return true;
}
