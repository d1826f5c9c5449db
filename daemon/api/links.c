/* The strongest links of all accounts: where a first look starts. */
#include "call.h"
#include "render.h"

#define LINKS_MAX 1000

void get_links(struct api_call *call)
{
	struct link_list list;
	uint64_t min, limit;

	if (!api_query_number(call, "min", 500, 1000, &min) || !api_query_number(call, "limit", 100, LINKS_MAX, &limit))
		return;
	const struct link_query query = { .min_score = (int)min, .max = (unsigned)limit };
	engine_strongest_links(call->engine, &query, call->arena, &list);
	json_open_object(call->out);
	json_key(call->out, "links");
	json_open_array(call->out);
	for (unsigned i = 0; i < list.n; i++)
		render_link(call->out, &list.at[i]);
	json_close_array(call->out);
	json_member_int(call->out, "total", (int64_t)list.total);
	json_close_object(call->out);
	api_reply_json(call, 200);
}
