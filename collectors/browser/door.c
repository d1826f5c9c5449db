/* I1: the checks go from cheap to dear: size, rate, key, origin, then the body, its nonce and its session.
 * I2: an answer carries CORS headers for an origin that is listed, and for no other. */
#include "door.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/base/rates.h"
#include "daemon/model/ip.h"
#include "daemon/vendor/json.h"

enum reason { REASON_METHOD, REASON_SIZE, REASON_RATE, REASON_KEY, REASON_ORIGIN, REASON_JSON, REASON_VALUE, REASON_NONCE, REASON_SESSION, REASONS };
static const char *const reason_names[REASONS + 1] = {
	"method", "size", "rate", "key", "origin", "json", "value", "nonce", "session", NULL,
};
static const int reason_status[REASONS] = { 405, 413, 429, 403, 403, 400, 422, 403, 403 };
static const char *const join_names[] = { "at_once", "late", NULL };

const struct metric_row browser_metric_rows[BROWSER_METRICS] = {
	[BROWSER_OBSERVATIONS] = { "assocd_browser_observations_total", METRIC_COUNTER, "Observations that pages sent and that were taken.", NULL, NULL },
	[BROWSER_REFUSED] = { "assocd_browser_refused_total", METRIC_COUNTER, "Requests of pages that were refused.", "reason", reason_names },
	[BROWSER_JOINED] = { "assocd_browser_joined_total", METRIC_COUNTER, "Events that an observation was joined with, as they were read or behind them.",
			     "when", join_names },
	[BROWSER_SESSIONS] = { "assocd_browser_sessions", METRIC_GAUGE, "Sessions that are remembered.", NULL, NULL },
	[BROWSER_FORGOTTEN] = { "assocd_browser_sessions_forgotten_total", METRIC_COUNTER, "Sessions that were forgotten early, for want of room.", NULL, NULL },
};

struct asking {
	struct browser_door *door;
	struct http_request *http;
	struct bytes origin;
	int64_t now_ms;
};

static void refuse(const struct asking *a, enum reason reason, const char *detail)
{
	struct text out = { 0 };

	metrics_add(a->door->metrics, BROWSER_REFUSED, reason, 1);
	json_open_object(&out);
	json_member_string(&out, "type", BYTES_LIT("about:blank"));
	json_member_string(&out, "title", BYTES_LIT("Refused"));
	json_member_int(&out, "status", reason_status[reason]);
	json_member_string(&out, "error", bytes_of(reason_names[reason]));
	json_member_string(&out, "detail", bytes_of(detail));
	json_close_object(&out);
	if (reason == REASON_METHOD)
		http_reply_header(a->http, "Allow", "GET, POST, OPTIONS");
	http_reply_header(a->http, "Cache-Control", "no-store");
	http_reply(a->http, reason_status[reason], "application/problem+json", text_bytes(&out));
	text_free(&out);
}

/* A proxy on this machine says whom it speaks for: the last entry is its own. */
static struct bytes address_of(const struct http_request *r)
{
	struct bytes forwarded = http_header(r, "X-Forwarded-For");
	ptrdiff_t comma;

	if (!http_peer_is_loopback(r) || forwarded.len == 0)
		return bytes_of(http_peer(r));
	while ((comma = bytes_find_char(forwarded, ',')) >= 0)
		forwarded = bytes_slice(forwarded, (size_t)comma + 1, forwarded.len);
	return bytes_trim(forwarded);
}

/* I2 */
static bool is_listed_anywhere(const struct asking *a)
{
	for (unsigned i = 0; i < a->door->settings->n_sites; i++)
		if (browser_site_allows(&a->door->settings->sites[i], a->origin))
			return true;
	return false;
}

static void allow_origin(const struct asking *a)
{
	char origin[300];

	if (a->origin.len == 0 || a->origin.len >= sizeof(origin) || !is_listed_anywhere(a))
		return;
	memcpy(origin, a->origin.ptr, a->origin.len);
	origin[a->origin.len] = '\0';
	http_reply_header(a->http, "Access-Control-Allow-Origin", origin);
	http_reply_header(a->http, "Vary", "Origin");
}

/* False: refused. */
static bool is_within(const struct asking *a, uint64_t key, unsigned a_minute, const char *otherwise)
{
	char seconds[16];
	unsigned wait_s;

	if (rates_take(a->door->rates, key, (struct rate){ a_minute, RATE_MINUTE_US }, clock_mono_us(), &wait_s))
		return true;
	snprintf(seconds, sizeof(seconds), "%u", wait_s);
	http_reply_header(a->http, "Retry-After", seconds);
	refuse(a, REASON_RATE, otherwise);
	return false;
}

/* The site whose page asks; NULL: refused. A page of the daemon's own origin, behind a proxy of the site's, sends no Origin with GET. */
static const struct browser_site *site_of(const struct asking *a, struct bytes key, bool needs_origin)
{
	const struct browser_site *site = key.len ? browser_site_of(a->door->settings, key) : NULL;

	if (!site) {
		refuse(a, REASON_KEY, key.len ? "no site of the configuration has this key" : "the site's key is missing");
		return NULL;
	}
	if ((a->origin.len > 0 || needs_origin) && !browser_site_allows(site, a->origin)) {
		refuse(a, REASON_ORIGIN, "the page's origin is none of this key's; `origins` of the site lists them");
		return NULL;
	}
	return is_within(a, bytes_hash(key, 1), a->door->settings->rate, "too many requests of this key in one minute") ? site : NULL;
}

static void give_nonce(const struct asking *a)
{
	struct bytes key = http_query(a->http, "key");
	struct text nonce = { 0 }, out = { 0 };

	if (!site_of(a, key, false))
		return;
	if (nonces_give(a->door->nonces, key, a->now_ms, &nonce) != ERR_OK) {
		refuse(a, REASON_RATE, "no random bytes are to be had now");
		text_free(&nonce);
		return;
	}
	json_open_object(&out);
	json_member_string(&out, "nonce", text_bytes(&nonce));
	json_close_object(&out);
	http_reply_header(a->http, "Cache-Control", "no-store");
	http_reply(a->http, 200, "application/json", text_bytes(&out));
	text_free(&nonce);
	text_free(&out);
}

/* Whatever it answers, the site of the configuration stays for the daemon's life. */
static void keep_observation(const struct asking *a, const struct browser_site *site)
{
	struct browser_door *door = a->door;
	struct observation *o = &door->observation;
	struct bytes account = BYTES_NONE;
	enum sighting sighting;

	observation_add(o, "user_agent", http_header(a->http, "User-Agent"));
	observation_add(o, "accept_language", http_header(a->http, "Accept-Language"));
	sighting = sightings_see(door->sightings, o, bytes_of(site->site), a->now_ms, &account);
	if (sighting == SIGHTING_FOREIGN) {
		refuse(a, REASON_SESSION, "the session is another device's, or another site's");
		return;
	}
	metrics_add(door->metrics, BROWSER_OBSERVATIONS, 0, 1);
	if (sighting == SIGHTING_LATE)
		door->late(door->arg, account, o->session, a->now_ms);
	http_reply_header(a->http, "Cache-Control", "no-store");
	http_reply(a->http, 204, NULL, BYTES_NONE);
}

static void take_observation(const struct asking *a)
{
	struct browser_door *door = a->door;
	struct observation *o = &door->observation;
	struct bytes body = http_body(a->http);
	const struct browser_site *site;
	struct errbuf eb = { "" };
	struct json_doc doc;

	if (json_parse(door->parser, body, &doc, &eb) != ERR_OK) {
		refuse(a, REASON_JSON, eb.text);
		return;
	}
	site = site_of(a, doc.nodes->type == JSON_OBJECT ? json_get_text(&doc, doc.nodes, "key") : BYTES_NONE, true);
	if (!site)
		return;
	if (decode_observation(&doc, o, &eb) != ERR_OK)
		refuse(a, REASON_VALUE, eb.text);
	else if (nonces_take(door->nonces, o->key, o->nonce, a->now_ms) != ERR_OK)
		refuse(a, REASON_NONCE, "the nonce is not one of this daemon for this key, is older than ten minutes, or was used before");
	else
		keep_observation(a, site);
}

static bool is_too_large(const struct asking *a)
{
	uint64_t n = 0;

	return http_body(a->http).len > BROWSER_BODY_MAX ||
	       (bytes_to_u64(http_header(a->http, "Content-Length"), &n) && n > BROWSER_BODY_MAX);
}

static void answer_preflight(const struct asking *a)
{
	if (!is_listed_anywhere(a)) {
		refuse(a, REASON_ORIGIN, "no site of the configuration lists this origin");
		return;
	}
	http_reply_header(a->http, "Access-Control-Allow-Methods", "GET, POST");
	http_reply_header(a->http, "Access-Control-Allow-Headers", "Content-Type");
	http_reply_header(a->http, "Access-Control-Max-Age", "86400");
	http_reply(a->http, 204, NULL, BYTES_NONE);
}

void browser_door_collect(struct http_request *r, void *arg)
{
	struct asking a = { .door = arg, .http = r, .origin = http_header(r, "Origin"), .now_ms = clock_wall_ms() };
	const char *method = http_method(r);

	allow_origin(&a);
	if (is_too_large(&a))
		refuse(&a, REASON_SIZE, "the body is larger than 8 KiB");
	else if (!is_within(&a, ip_line_hash(address_of(r)), a.door->settings->rate_address, "too many requests of this address in one minute"))
		return;
	else if (strcmp(method, "OPTIONS") == 0)
		answer_preflight(&a);
	else if (strcmp(method, "GET") == 0)
		give_nonce(&a);
	else if (strcmp(method, "POST") == 0)
		take_observation(&a);
	else
		refuse(&a, REASON_METHOD, "this path takes GET and POST");
}

void browser_door_script(struct http_request *r, void *arg)
{
	struct browser_door *door = arg;
	struct asking a = { .door = door, .http = r, .origin = BYTES_NONE };
	bool takes_gzip = bytes_find(http_header(r, "Accept-Encoding"), BYTES_LIT("gzip")) >= 0;

	if (strcmp(http_method(r), "GET") != 0 && strcmp(http_method(r), "HEAD") != 0) {
		refuse(&a, REASON_METHOD, "this path takes GET");
		return;
	}
	if (!browser_script.plain) {
		http_reply_header(r, "Cache-Control", "no-store");
		http_reply(r, 503, "application/problem+json",
			   BYTES_LIT("{\"type\":\"about:blank\",\"title\":\"Not built in\",\"status\":503,\"detail\":\"this daemon was built without the page "
				     "script: @fingerprintjs/fingerprintjs and esbuild could not be fetched (.ci/web.sh); build it again where npm works\"}\n"));
		return;
	}
	http_reply_header(r, "Cache-Control", "public, max-age=3600");
	http_reply_header(r, "ETag", browser_script.tag);
	http_reply_header(r, "X-Content-Type-Options", "nosniff");
	http_reply_header(r, "Cross-Origin-Resource-Policy", "cross-origin");
	http_reply_header(r, "Vary", "Accept-Encoding");
	if (bytes_is(http_header(r, "If-None-Match"), browser_script.tag)) {
		http_reply(r, 304, NULL, BYTES_NONE);
		return;
	}
	if (takes_gzip)
		http_reply_header(r, "Content-Encoding", "gzip");
	http_reply(r, 200, "text/javascript; charset=utf-8",
		   takes_gzip ? bytes_make(browser_script.packed, browser_script.n_packed) : bytes_make(browser_script.plain, browser_script.n_plain));
}
