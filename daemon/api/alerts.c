/* What became of an alert, and which others are about the same accounts. */
#include "call.h"
#include "render.h"

#define RELATED_MAX 1000

void get_alert_history(struct api_call *call)
{
	struct history_view history;

	if (engine_alert_history(call->engine, call->params[0], call->arena, &history) != ERR_OK) {
		api_not_found(call, "alert", call->params[0]);
		return;
	}
	render_history(call->out, "alert", &history);
	api_reply_json(call, 200);
}

void get_alert_related(struct api_call *call)
{
	struct alert_list related;
	uint64_t limit;

	if (!api_query_number(call, "limit", 20, RELATED_MAX, &limit))
		return;
	if (engine_alert_related(call->engine, call->params[0], (unsigned)limit, call->arena, &related) != ERR_OK) {
		api_not_found(call, "alert", call->params[0]);
		return;
	}
	json_open_object(call->out);
	json_key(call->out, "alerts");
	json_open_array(call->out);
	for (unsigned i = 0; i < related.n; i++)
		render_alert(call->out, &related.at[i]);
	json_close_array(call->out);
	json_close_object(call->out);
	api_reply_json(call, 200);
}
