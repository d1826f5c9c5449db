/* The two paths that pages ask: /collect.js, and /v1/collect, which gives a nonce (GET) and takes an observation (POST). They need
 * no token: a site's public key and the origin of the page say whose it is. Whatever is refused is counted by reason. */
#ifndef ASSOCD_COLLECTORS_BROWSER_DOOR_H
#define ASSOCD_COLLECTORS_BROWSER_DOOR_H

#include "daemon/base/metrics.h"
#include "daemon/vendor/http.h"
#include "nonces.h"
#include "settings.h"
#include "sightings.h"

enum browser_metric { BROWSER_OBSERVATIONS, BROWSER_REFUSED, BROWSER_JOINED, BROWSER_SESSIONS, BROWSER_FORGOTTEN, BROWSER_METRICS };

struct browser_door {
	const struct browser_settings *settings;
	struct sightings *sightings;
	struct nonces *nonces;
	struct rates *rates;
	struct json_parser *parser;
	struct metrics *metrics;
	struct observation observation;
	/* The account of a session that was heard of late. */
	void (*late)(void *arg, struct bytes account, struct bytes session, int64_t now_ms);
	void *arg;
};

extern const struct metric_row browser_metric_rows[BROWSER_METRICS];
#define BROWSER_BODY_MAX (8 * 1024)

/* http_fn: arg is the door. */
void browser_door_script(struct http_request *r, void *arg);
void browser_door_collect(struct http_request *r, void *arg);

/* Generated from web/collect by the build; NULL where what it is bundled of could not be fetched. */
struct browser_script { const char *plain, *packed; size_t n_plain, n_packed; const char *tag; };
extern const struct browser_script browser_script;

#endif
