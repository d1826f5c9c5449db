/* Operation: health, readiness, status, metrics, and the page at the root. */
#include "call.h"
#include "daemon/base/clock.h"
#include "daemon/intake/intake.h"
#include "render.h"

void get_healthz(struct api_call *call)
{
	api_reply(call, 200, "text/plain; charset=utf-8", BYTES_LIT("ok\n"));
}

void get_readyz(struct api_call *call)
{
	struct api_ports *ports = &call->api->setup.ports;
	struct intake *in = call->api->setup.intake;
	bool is_ready = true;

	if (!call->engine) {
		is_ready = false;
		text_adds(call->out, "the state is still being read\n");
	}
	if (ports->is_ready && !ports->is_ready(ports->arg, call->out))
		is_ready = false;
	if (intake_is_congested(in)) {
		is_ready = false;
		if (intake_failure(in, NULL) == ERR_OK)
			text_adds(call->out, "more events are waiting than can be kept\n");
	}
	if (is_ready)
		text_adds(call->out, "ready\n");
	else
		http_reply_header(call->http, "Retry-After", "2");
	api_reply(call, is_ready ? 200 : 503, "text/plain; charset=utf-8", text_bytes(call->out));
}

void get_status(struct api_call *call)
{
	struct api_ports *ports = &call->api->setup.ports;
	struct engine_stats stats;
	struct http_counts counts;

	http_server_counts(call->api->server, &counts);
	json_open_object(call->out);
	json_member_string(call->out, "version", BYTES_LIT(ASSOCD_VERSION));
	json_member_time(call->out, "now", clock_wall_ms());
	if (call->engine) {
		engine_stats(call->engine, &stats);
		render_stats(call->out, &stats);
	}
	json_member_int(call->out, "http_connections", (int64_t)counts.connections);
	json_member_int(call->out, "http_requests", (int64_t)counts.requests);
	if (ports->status)
		ports->status(ports->arg, call->out);
	json_close_object(call->out);
	api_reply_json(call, 200);
}

static void print_server_counts(struct api *api, struct text *out)
{
	struct http_counts counts;

	http_server_counts(api->server, &counts);
	text_addf(out,
		  "# HELP assocd_http_connections Connections open now.\n# TYPE assocd_http_connections gauge\nassocd_http_connections %llu\n"
		  "# HELP assocd_http_connections_refused_total Connections closed at once because there were too many.\n"
		  "# TYPE assocd_http_connections_refused_total counter\nassocd_http_connections_refused_total %llu\n"
		  "# HELP assocd_http_malformed_total Requests refused before they reached a route.\n"
		  "# TYPE assocd_http_malformed_total counter\nassocd_http_malformed_total %llu\n"
		  "# HELP assocd_http_timeouts_total Connections ended because nothing came in time.\n"
		  "# TYPE assocd_http_timeouts_total counter\nassocd_http_timeouts_total %llu\n",
		  (unsigned long long)counts.connections, (unsigned long long)counts.refused_connections,
		  (unsigned long long)counts.refused_requests, (unsigned long long)counts.timeouts);
}

void get_metrics(struct api_call *call)
{
	struct api_ports *ports = &call->api->setup.ports;

	if (ports->metrics)
		ports->metrics(ports->arg, call->out);
	metrics_print(call->api->metrics, call->out);
	print_server_counts(call->api, call->out);
	api_reply(call, 200, "text/plain; version=0.0.4; charset=utf-8", text_bytes(call->out));
}

void get_index(struct api_call *call)
{
	struct text *out = call->out;

	text_adds(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>assocd</title>\n"
		       "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
		       "td{padding:.2rem 1rem .2rem 0;vertical-align:top}code{white-space:nowrap}</style></head><body>\n"
		       "<h1>assocd " ASSOCD_VERSION "</h1>\n<p>This daemon tells which accounts are run by the same people, and why. "
		       "Everything but the open paths needs a token: <code>Authorization: Bearer TOKEN</code>; the first one is in "
		       "<code>admin.token</code> in the state folder. On the command line: <code>assocctl help</code>.</p>\n<table>\n");
	for (const struct route *r = api_routes; r->method; r++)
		text_addf(out, "<tr><td><code>%s %s</code></td><td>%s%s</td></tr>\n", r->method, r->pattern, r->summary, r->roles ? "" : " (open)");
	text_adds(out, "</table></body></html>\n");
	http_reply_header(call->http, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
	api_reply(call, 200, "text/html; charset=utf-8", text_bytes(out));
}
