/* The HTTP door: one table of routes over the engine's queries and intake. Dispatch, 404, 405 and the OpenAPI document
 * come from that table. Owned by the loop thread; everything in the setup is borrowed for the life of the api.
 *
 * Doors: /healthz, /readyz, / and, on loopback, /metrics are open; everything else needs a bearer token
 * with a role, or a Unix socket and a user who has one. STATE/admin.token (0600) is made at the first start; further
 * tokens are lines of STATE/tokens (token_lines.h), read again when they change. Host and Origin are checked on every
 * request, on loopback too. */
#ifndef ASSOCD_API_API_H
#define ASSOCD_API_API_H

#include "daemon/base/text.h"
#include "daemon/intake/intake.h"
#include "daemon/vendor/loop.h"

#define API_DOORS_MAX 4

struct api;
struct audit_query;
struct engine;
struct hmac_key;
struct ruleset;

typedef void api_removed_fn(void *done_arg, enum err result, uint64_t removed, const char *error);

/* Events of an account and statements that name it, newest first; valid during the call. */
struct api_events {
	enum err result;
	const char *error;
	const struct event *at;
	unsigned n;
	uint64_t next; /* sequence number that more of them may come before; 0: these are all */
};
typedef void api_events_fn(void *done_arg, const struct api_events *found);
struct api_events_query {
	struct bytes account;
	uint64_t before; /* only events with a smaller sequence number */
	unsigned max;
};

/* What became of an erasure; valid during the call. */
struct api_erased {
	enum err result;
	const char *error;
	uint64_t events, told, log_lines; /* that went; told: rows of alerts and outbox */
	unsigned compressed_logs;         /* that were not looked into */
	uint64_t unread_lines;            /* of logs: too long */
	const char *unread_at;            /* the first of them, FILE:LINE */
	uint64_t searched_bytes, left;    /* of all files afterwards, and how often the name is still in them */
	const char *left_in;
	uint64_t unsearched;              /* files that could not be read then */
	const char *unsearched_at;        /* the first of them, and why */
	bool was_packed;
};
typedef void api_erased_fn(void *done_arg, const struct api_erased *erased);
/* Called later, once, on the loop thread: the answer's JSON, or what went wrong. */
typedef void api_json_fn(void *done_arg, enum err result, struct bytes json, const char *error);
enum api_sink_act { SINK_ACT_TEST, SINK_ACT_RETRY, SINK_ACT_DEAD };

/* What main answers for the api. The engine and the rules may be swapped between two calls (a reload). */
struct api_ports {
	void *arg;
	/* NULL while there is none yet: queries are answered 503. */
	struct engine *(*engine)(void *arg);
	const struct ruleset *(*rules)(void *arg);
	/* Further members of the /v1/status object (json_member_...); may be NULL. */
	void (*status)(void *arg, struct text *json);
	/* Prometheus text of everything but the api's own counters; may be NULL. */
	void (*metrics)(void *arg, struct text *out);
	/* Takes every event of the site, and of sites that start with "SITE-", out of the journal and rebuilds. done is
	 * called later, once, on the loop thread. May be NULL: then it can be done only while the daemon is stopped. */
	void (*remove_site)(void *arg, struct bytes site, api_removed_fn *done, void *done_arg);
	/* false: not ready, with one reason a line; may be NULL. */
	bool (*is_ready)(void *arg, struct text *reasons);
	/* What came in, minute by minute: {"at":[...],"accepted":[...],"refused":[...]}; may be NULL. */
	void (*series)(void *arg, struct text *json);
	/* Reads the journal; done is called later, once, on the loop thread. ERR_BUSY: not now. NULL: there is no journal. */
	enum err (*events)(void *arg, const struct api_events_query *query, api_events_fn *done, void *done_arg);
	/* Tries a rule file that is to hold `text` on the stored events; ERR_INPUT or ERR_BUSY with the reason. Ends that. Its
	 * state, and in the end what it would change, as a JSON object. NULL: there is no journal. */
	enum err (*trial_begin)(void *arg, struct bytes file, struct bytes text, struct errbuf *eb);
	void (*trial_cancel)(void *arg);
	void (*trial_render)(void *arg, struct text *json);
	/* Takes everything about the account out and keeps it from coming back. done is called later, once, on the loop thread. */
	void (*erase)(void *arg, struct bytes account, api_erased_fn *done, void *done_arg);
	/* [{"sink":..}, ..]; may be NULL. */
	void (*sinks)(void *arg, struct text *json);
	/* Sends a test, brings dead letters back, lists them. ERR_NOTFOUND: there is no such sink; ERR_BUSY: not now. */
	enum err (*sink_act)(void *arg, enum api_sink_act act, struct bytes name, api_json_fn *done, void *done_arg);
	/* A page of the audit log; the texts of the query are borrowed for this call. ERR_BUSY: not now. */
	enum err (*audit)(void *arg, const struct audit_query *query, api_json_fn *done, void *done_arg);
};

/* Who comes by a Unix socket needs no token. The daemon's own user and root are administrators anyway. */
#define API_PEERS_MAX 32
struct api_peer {
	uid_t uid;
	unsigned roles; /* enum role */
	char *name;     /* of the user */
};

/* previous_until_ms: when the key before goes; 0: never. */
typedef void api_rotated_fn(void *done_arg, enum err result, const char *error, int64_t previous_until_ms);

struct api_setup {
	struct loop *loop;
	struct intake *intake;
	struct api_ports ports;
	struct hmac_key *hash_key;         /* as in event_context; search needs it for hashed kinds */
	/* Makes another one beside it; arg is that of ports. done is called once, now or later; ERR_EXISTS: there are two. May be NULL. */
	void (*rotate_key)(void *arg, api_rotated_fn *done, void *done_arg);
	const char *listen[API_DOORS_MAX]; /* as loop_listen: "127.0.0.1:8787", "unix:/path", "fd:3"; the first is the main one */
	unsigned n_listen;
	struct tls_server *tls;            /* spoken over TCP; NULL: plain */
	const char *state_dir;
	const char *default_site;          /* "" or NULL: none */
	const char *const *allowed_hosts;  /* Host names beyond the loopback names */
	unsigned n_allowed_hosts;
	const struct api_peer *peers;
	unsigned n_peers;
	unsigned token_rate, address_rate; /* requests a second; 0: no limit */
	size_t max_connections;            /* of each door; 0: 1024 */
};

/* Opens the door: makes or reads the tokens, listens. ERR_BUSY when the address is taken. */
enum err api_new(const struct api_setup *setup, struct api **out, struct errbuf *eb) MUST_CHECK;
/* Requests that still wait for intake must have been answered before: drain intake first. */
void api_free(struct api *api);
void api_set_hash_key(struct api *api, struct hmac_key *key);
unsigned api_port(const struct api *api); /* of the first door; the bound one, also for port 0 */
/* Reads STATE/tokens again (SIGHUP); on an error the old set stays. */
enum err api_reload_tokens(struct api *api, struct errbuf *eb) MUST_CHECK;
/* Why the file, read last, was refused; "" when it was taken. */
const char *api_tokens_refusal(const struct api *api);
/* How many requests the audit log misses since it was written last; 0 while it is. */
unsigned api_unaudited(const struct api *api);
/* Fits collector_host.serve: requests for the path go to fn, from any origin and without a token. fn NULL: no longer. */
struct http_request;
void api_serve(void *api, const char *path, void (*fn)(struct http_request *r, void *arg), void *fn_arg);
/* Fits collector_host.may_ingest: does the token give the role ingest, and what may it state? */
bool api_may_ingest(void *api, struct bytes token, enum event_voice *voice);

#endif
