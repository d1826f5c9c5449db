/* A new key of hashed kinds: main makes it, the answer follows. */
#include <stdlib.h>

#include "call.h"
#include "daemon/base/log.h"
#include "render.h"

static void on_rotated(void *arg, enum err result, const char *error, int64_t previous_until_ms)
{
	struct api_later *later = arg;
	struct api_call call = api_later_begin(later);

	if (result == ERR_OK) {
		json_open_object(call.out);
		json_member_bool(call.out, "changed", true);
		render_optional_time(call.out, "old_until", previous_until_ms);
		json_close_object(call.out);
		api_reply_json(&call, 200);
	} else if (result == ERR_EXISTS) {
		api_problem(&call, 409, "changing", "%s", error);
	} else {
		api_busy(&call, error);
	}
	api_later_end(&call);
	free(later);
}

void post_key_rotate(struct api_call *call)
{
	struct api_setup *setup = &call->api->setup;
	struct api_later *later;

	if (!setup->rotate_key) {
		api_problem(call, 409, "running", "keys are changed by a running daemon");
		return;
	}
	log_info("keys", "%s asks for a new key of hashed kinds", call->grant.name[0] ? call->grant.name : "admin");
	later = xmalloc(sizeof(*later));
	*later = api_later(call);
	setup->rotate_key(setup->ports.arg, on_rotated, later);
}
