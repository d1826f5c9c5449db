/* Operation: health, readiness, status, metrics. */
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

static void add_bands(const struct ruleset *rules, struct text *out)
{
	json_key(out, "bands");
	json_open_object(out);
	for (unsigned i = 1; i < BANDS; i++)
		json_member_int(out, band_names[i], rules->scoring.score_bands[i - 1]);
	json_close_object(out);
}

void api_status(struct api *api, struct text *out)
{
	struct api_ports *ports = &api->setup.ports;
	const struct engine *engine = ports->engine(ports->arg);
	struct engine_stats stats;
	struct http_counts counts;

	api_counts(api, &counts);
	json_open_object(out);
	json_member_string(out, "version", BYTES_LIT(ASSOCD_VERSION));
	json_member_time(out, "now", clock_wall_ms());
	if (engine) {
		engine_stats(engine, &stats);
		render_stats(out, &stats);
		add_bands(ports->rules(ports->arg), out);
	}
	json_member_int(out, "http_connections", (int64_t)counts.connections);
	json_member_int(out, "http_requests", (int64_t)counts.requests);
	if (ports->status)
		ports->status(ports->arg, out);
	json_close_object(out);
}

void get_status(struct api_call *call)
{
	api_status(call->api, call->out);
	api_reply_json(call, 200);
}

static void print_server_counts(struct api *api, struct text *out)
{
	struct http_counts counts;

	api_counts(api, &counts);
	text_addf(out,
		  "# HELP assocd_http_connections Connections open now.\n# TYPE assocd_http_connections gauge\nassocd_http_connections %llu\n"
		  "# HELP assocd_http_connections_refused_total Connections closed at once because there were too many.\n"
		  "# TYPE assocd_http_connections_refused_total counter\nassocd_http_connections_refused_total %llu\n"
		  "# HELP assocd_http_malformed_total Requests refused before they reached a route.\n"
		  "# TYPE assocd_http_malformed_total counter\nassocd_http_malformed_total %llu\n"
		  "# HELP assocd_http_timeouts_total Connections ended because nothing came, or no reply was taken, in time.\n"
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
