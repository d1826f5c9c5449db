/* Taking a site out whole. Main does it, because the journal is edited and the state rebuilt; the answer follows. */
#include <stdlib.h>

#include "call.h"

static void on_removed(void *arg, enum err result, uint64_t removed, const char *error)
{
	struct api_later *later = arg;
	struct api_call call = api_later_begin(later);

	if (result == ERR_OK) {
		json_open_object(call.out);
		json_member_int(call.out, "removed", (int64_t)removed);
		json_close_object(call.out);
		api_reply_json(&call, 200);
	} else {
		api_busy(&call, error);
	}
	api_later_end(&call);
	free(later);
}

void post_site_remove(struct api_call *call)
{
	struct api_ports *ports = &call->api->setup.ports;
	struct api_later *later;

	if (!ports->remove_site) {
		api_problem(call, 409, "running", "a site can be taken out only while the daemon is stopped");
		return;
	}
	later = xmalloc(sizeof(*later));
	*later = api_later(call);
	ports->remove_site(ports->arg, call->params[0], on_removed, later);
}
