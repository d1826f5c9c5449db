/* Taking a site out whole. Main does it, because the journal is edited and the state rebuilt; the answer follows. */
#include <stdlib.h>

#include "call.h"

struct removal {
	struct api *api;
	struct http_request *http;
};

static void on_removed(void *arg, enum err result, uint64_t removed, const char *error)
{
	struct removal *removal = arg;
	struct api *api = removal->api;
	struct api_call call = { .api = api, .http = removal->http, .arena = api->arena, .out = &api->out };

	text_clear(call.out);
	if (result == ERR_OK) {
		json_open_object(call.out);
		json_member_int(call.out, "removed", (int64_t)removed);
		json_close_object(call.out);
		api_reply_json(&call, 200);
	} else {
		api_busy(&call, error);
	}
	arena_reset(api->arena);
	free(removal);
}

void post_site_remove(struct api_call *call)
{
	struct api_ports *ports = &call->api->setup.ports;
	struct removal *removal;

	if (!ports->remove_site) {
		api_problem(call, 409, "running", "a site can be taken out only while the daemon is stopped");
		return;
	}
	removal = xcalloc(1, sizeof(*removal));
	*removal = (struct removal){ .api = call->api, .http = call->http };
	ports->remove_site(ports->arg, call->params[0], on_removed, removal);
}
