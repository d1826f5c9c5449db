/* The strongest links of all accounts: where a first look starts. */
#include "call.h"
#include "daemon/base/vec.h"
#include "render.h"

#include <stdlib.h>

#define LINKS_MAX 1000

struct listing {
	struct VEC(struct link_view) links;
};

static void take_link(void *arg, const struct link_view *link)
{
	struct listing *listing = arg;

	VEC_PUSH(&listing->links, *link);
}

/* Strongest first, then by what evidence alone gives, then by name. */
static int compare_links(const void *x, const void *y)
{
	const struct link_view *a = x, *b = y;
	int order;

	if (a->score != b->score)
		return a->score < b->score ? 1 : -1;
	if (a->strength_mb != b->strength_mb)
		return a->strength_mb < b->strength_mb ? 1 : -1;
	order = bytes_cmp(a->a, b->a);
	return order != 0 ? order : bytes_cmp(a->b, b->b);
}

void get_links(struct api_call *call)
{
	struct listing listing = { 0 };
	uint64_t min, limit;

	if (!api_query_number(call, "min", 500, 1000, &min) || !api_query_number(call, "limit", 100, LINKS_MAX, &limit))
		return;
	engine_each_link(call->engine, (int)min, take_link, &listing);
	if (listing.links.n > 0)
		qsort(listing.links.at, listing.links.n, sizeof(*listing.links.at), compare_links);
	json_open_object(call->out);
	json_key(call->out, "links");
	json_open_array(call->out);
	for (size_t i = 0; i < listing.links.n && i < limit; i++)
		render_link(call->out, &listing.links.at[i]);
	json_close_array(call->out);
	json_member_int(call->out, "total", (int64_t)listing.links.n);
	json_close_object(call->out);
	VEC_FREE(&listing.links);
	api_reply_json(call, 200);
}
