/* Where alerts go: main knows, the answer follows. */
#include <stdlib.h>

#include "call.h"

static void on_answer(void *arg, enum err result, struct bytes json, const char *error)
{
	struct api_later *later = arg;
	struct api_call call = api_later_begin(later);

	if (result == ERR_OK) {
		text_add(call.out, json);
		api_reply_json(&call, 200);
	} else {
		api_busy(&call, error);
	}
	api_later_end(&call);
	free(later);
}

static void act(struct api_call *call, enum api_sink_act what)
{
	struct api_ports *ports = &call->api->setup.ports;
	struct api_later *later = xmalloc(sizeof(*later));
	enum err err;

	*later = api_later(call);
	err = ports->sink_act ? ports->sink_act(ports->arg, what, call->params[0], on_answer, later) : ERR_NOTFOUND;
	if (err == ERR_OK)
		return;
	free(later);
	if (err == ERR_NOTFOUND)
		api_not_found(call, "sink", call->params[0]);
	else
		api_busy(call, "as many of these requests wait as can be answered");
}

void get_sinks(struct api_call *call)
{
	struct api_ports *ports = &call->api->setup.ports;

	json_open_object(call->out);
	json_key(call->out, "sinks");
	if (ports->sinks)
		ports->sinks(ports->arg, call->out);
	else
		json_raw(call->out, BYTES_LIT("[]"));
	json_close_object(call->out);
	api_reply_json(call, 200);
}

void get_sink_dead(struct api_call *call)
{
	act(call, SINK_ACT_DEAD);
}

void post_sink_test(struct api_call *call)
{
	act(call, SINK_ACT_TEST);
}

void post_sink_retry(struct api_call *call)
{
	act(call, SINK_ACT_RETRY);
}
