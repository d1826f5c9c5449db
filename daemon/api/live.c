/* Server-sent events. The status is written once a tick for all who look on, whatever their number.
 * I1: the timer runs while somebody looks on.
 * I2: a tick takes at most a fiftieth of the time: with millions of pairs it comes less often. */
#include "live.h"

#include <stdlib.h>

#include "call.h"
#include "daemon/base/clock.h"

#define TICK_MS 1000
#define QUIET_TICKS 5 /* nothing changed: still a sign of life, so that whoever left is noticed */
#define SHARE 50
#define ONLOOKERS_MAX 64

struct onlooker {
	struct live *live;
	struct http_request *http;
	struct onlooker *next;
};

struct live {
	struct api *api;
	struct loop_timer *timer;
	struct onlooker *first;
	unsigned n, quiet;
	uint64_t told; /* sequence number of what was told last */
	struct text text;
};

static uint64_t now_at(const struct live *live)
{
	const struct api_ports *ports = &live->api->setup.ports;
	const struct engine *engine = ports->engine(ports->arg);

	return engine ? engine_seq(engine) : 0;
}

static void write_status(struct live *live)
{
	text_clear(&live->text);
	text_adds(&live->text, "event: status\ndata: ");
	api_status(live->api, &live->text);
	text_adds(&live->text, "\n\n");
	live->told = now_at(live);
	live->quiet = 0;
}

static void remove_onlooker(struct onlooker *who)
{
	struct onlooker **at = &who->live->first;

	while (*at != who)
		at = &(*at)->next;
	*at = who->next;
	who->live->n--;
	free(who);
}

static void on_gone(void *arg)
{
	remove_onlooker(arg);
}

static void end(struct onlooker *who)
{
	http_stream_end(who->http);
	remove_onlooker(who);
}

static void tell_all(struct live *live)
{
	struct onlooker *next;

	for (struct onlooker *who = live->first; who; who = next) {
		next = who->next;
		if (!http_stream_write(who->http, text_bytes(&live->text)))
			end(who);
	}
}

static void on_tick(void *arg)
{
	struct live *live = arg;
	int64_t began_us = clock_mono_us(), took_ms;

	if (!live->first)
		return;
	if (now_at(live) != live->told || ++live->quiet >= QUIET_TICKS) {
		write_status(live);
		tell_all(live);
	}
	took_ms = (clock_mono_us() - began_us) / 1000;
	loop_timer_set(live->timer, took_ms * SHARE > TICK_MS ? took_ms * SHARE : TICK_MS); /* I2 */
}

struct live *live_new(struct api *api)
{
	struct live *live = xcalloc(1, sizeof(*live));

	live->api = api;
	live->timer = loop_timer_new(api->setup.loop, on_tick, live);
	return live;
}

void live_end_all(struct live *live)
{
	while (live->first)
		end(live->first);
}

void live_free(struct live *live)
{
	if (!live)
		return;
	live_end_all(live);
	loop_timer_free(live->timer);
	text_free(&live->text);
	free(live);
}

void get_live(struct api_call *call)
{
	struct live *live = call->api->live;
	struct onlooker *who;

	if (strcmp(http_method(call->http), "HEAD") == 0) {
		api_reply(call, 200, "text/event-stream", BYTES_NONE);
		return;
	}
	if (live->n == ONLOOKERS_MAX) {
		api_busy(call, "as many look on as can be told");
		return;
	}
	who = xcalloc(1, sizeof(*who));
	*who = (struct onlooker){ .live = live, .http = call->http, .next = live->first };
	live->first = who;
	if (live->n++ == 0)
		loop_timer_set(live->timer, TICK_MS); /* I1 */
	metrics_add(call->api->metrics, API_REQUESTS, CLASS_2XX, 1);
	http_reply_header(call->http, "Cache-Control", "no-store");
	http_reply_header(call->http, "X-Content-Type-Options", "nosniff");
	http_stream_begin(call->http, "text/event-stream", on_gone, who);
	write_status(live);
	if (!http_stream_write(who->http, text_bytes(&live->text)))
		end(who);
}
