/* One request on its way through the api, and what the files of this folder share. */
#ifndef ASSOCD_API_CALL_H
#define ASSOCD_API_CALL_H

#include "api.h"
#include "daemon/base/arena.h"
#include "daemon/base/metrics.h"
#include "daemon/base/rates.h"
#include "daemon/engine/engine.h"
#include "daemon/vendor/http.h"
#include "tokens.h"

#define API_BODY_MAX (8u * 1024 * 1024)
#define API_LINES_MAX 10000
#define API_PARAMS_MAX 3
#define API_GUESTS_MAX 8

struct json_parser;
struct waiting;
struct live;
struct trail;

enum api_metric { API_REQUESTS, API_TOKENS_REFUSED, API_DOORS_REFUSED, API_LIMITED, API_INGEST, API_METRICS };
enum { CLASS_2XX, CLASS_3XX, CLASS_4XX, CLASS_5XX };

struct api {
	struct api_setup setup;
	struct http_server *servers[API_DOORS_MAX]; /* one a door */
	struct rates *token_rates, *address_rates;
	struct tokens *tokens;
	struct arena *arena;  /* of the request in work; reset when its handler has returned */
	struct text out;      /* the answer being written */
	struct json_parser *parser;
	struct metrics *metrics;
	struct waiting *queue_first, *queue_last; /* requests with events that intake has no room for (ingest.c) */
	struct loop_timer *queue_retry;
	struct live *live; /* who looks on (live.h) */
	struct loop_timer *token_look;
	struct trail *trail; /* the audit log */
	unsigned unaudited; /* requests that the audit log misses at its end */
	struct errbuf tokens_refusal; /* said once, until they are taken again */
	struct api_guest { const char *path; http_fn *fn; void *arg; } guests[API_GUESTS_MAX]; /* paths that collectors answer */
	char listen_host[256]; /* of the first door; "" when it is a wildcard, a socket file or a handed-over descriptor */
};

struct route;
struct api_call {
	struct api *api;
	struct http_request *http;
	const struct route *route;
	const struct engine *engine; /* set for routes that need one */
	struct bytes params[API_PARAMS_MAX];
	struct arena *arena;
	struct text *out;
	struct token_grant grant;
};

typedef void route_fn(struct api_call *call);

/* audit.h: NAMES_ACCOUNTS: the parameters, and `account` of the query, are accounts; NAMES_THING: the first is another id. */
enum { NEEDS_NOTHING = 0, NEEDS_ENGINE = 1, OPEN_ON_LOOPBACK = 2, AUDITED = 4, NAMES_ACCOUNTS = 8, NAMES_THING = 16 };
#define ABOUT_ACCOUNTS (NEEDS_ENGINE | AUDITED | NAMES_ACCOUNTS)
#define ABOUT_A_THING (NEEDS_ENGINE | AUDITED | NAMES_THING)

/* One row is a route: dispatch, 404, 405 and the OpenAPI document are made from it. */
struct route {
	const char *method;
	const char *pattern; /* "/v1/links/{a}/{b}" */
	unsigned roles;      /* any of these; 0 = open */
	unsigned needs;      /* NEEDS_ENGINE, OPEN_ON_LOOPBACK, AUDITED .. */
	route_fn *fn;
	const char *summary;
	const char *query;   /* "limit=most entries (1 to 1000)&state=...": what it takes, or NULL: none is */
	const char *body;    /* schema of the request body, or NULL */
	const char *result;  /* schema of the answer, or NULL */
};
extern const struct route api_routes[]; /* ended by a NULL method */

/* What is left of a call whose handler has returned without an answer. */
struct api_later { struct api *api; struct http_request *http; };
static inline struct api_later api_later(const struct api_call *call) { return (struct api_later){ call->api, call->http }; }
/* The call once more, with an empty answer; it has neither engine, parameters nor grant. */
struct api_call api_later_begin(const struct api_later *later);
/* It was answered: what it took of the arena goes back. */
void api_later_end(struct api_call *call);

/* Ends the call with what is in call->out. */
void api_reply_json(struct api_call *call, int status);
void api_reply(struct api_call *call, int status, const char *type, struct bytes body);
/* Of content that changes with the daemon only: kept by the client, asked for again with its tag, then 304; or, where the path itself
 * changes with the content, kept for good. */
struct api_content { const char *type, *tag; struct bytes body; bool is_for_good; };
void api_reply_kept(struct api_call *call, const struct api_content *content);
/* Ends the call with an RFC 9457 problem document. error: stable word or NULL. */
void api_problem(struct api_call *call, int status, const char *error, const char *fmt, ...) PRINTF_LIKE(4, 5);
void api_busy(struct api_call *call, const char *why); /* 503 with Retry-After */
void api_not_found(struct api_call *call, const char *what, struct bytes name);

/* Number in a query parameter, `otherwise` when absent; false (and answered 400) when it is none or out of range. */
bool api_query_number(struct api_call *call, const char *name, uint64_t otherwise, uint64_t max, uint64_t *out);

/* The value of a kind, by its key of 16 hexadecimal digits; false: answered. */
struct value_holders_view;
bool api_find_value(struct api_call *call, struct bytes kind, struct bytes key, struct value_holders_view *out);
/* Alerts of these ids, as many as an answer names; how many. */
struct alert_view;
unsigned api_standing(struct api_call *call, const struct bytes *ids, unsigned n_ids, struct alert_view **out);
/* Name as the engine knows it: as it is, else with the default site in front. False when neither is known. */
bool api_resolve_account(struct api_call *call, struct bytes name, struct bytes *out);

route_fn get_account, get_account_links, get_account_history, get_link, get_links, get_cluster, get_cluster_history, get_alerts,
	get_alert, get_report, get_pair_report, get_search, get_correlate, get_hubs, get_stacks, get_rules;
route_fn get_account_events, get_value, get_marks, get_mark_effect, post_marks, get_rule, get_backtest,
	post_backtest, post_backtest_cancel, get_subject, post_subject_erase, post_key_rotate;
route_fn post_events, post_relations, post_verdicts, post_alert_act, post_alert_acts, get_alert_history, get_alert_related, post_site_remove;
route_fn get_status, get_metrics, get_healthz, get_readyz, get_openapi, get_index, get_web_file, get_me, get_live, get_series;
route_fn get_audit, get_sinks, get_sink_dead, post_sink_test, post_sink_retry;

/* The answer of /v1/status, whole. */
void api_status(struct api *api, struct text *out);
/* What events that came with this token may state. */
enum event_voice api_voice(const struct token_grant *grant);
/* Fits http_setup.admits: large bodies are received from known tokens only. */
bool api_admits(struct http_request *r, void *api);
/* ERR_BUSY with the answer given (429): this address comes too often. */
enum err api_check_address(struct api_call *call) MUST_CHECK;
/* Of all doors together. */
void api_counts(const struct api *api, struct http_counts *out);
/* ERR_DENIED with the answer given: the Host is not ours. */
enum err api_check_host(struct api_call *call) MUST_CHECK;
/* ERR_DENIED with the answer given: Host or Origin are not ours. */
enum err api_check_origin(struct api_call *call) MUST_CHECK;
/* Token or user, role for call->route, rate of the token; sets call->grant. ERR_DENIED or ERR_BUSY with the answer given. */
enum err api_check_token(struct api_call *call) MUST_CHECK;

#endif
