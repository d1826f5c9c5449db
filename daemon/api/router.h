/* Which row of a route table a path belongs to. */
#ifndef ASSOCD_API_ROUTER_H
#define ASSOCD_API_ROUTER_H

#include "call.h"

/* Does the raw path fit the pattern? Its parameters come out as sent, still percent-encoded. */
bool route_match(const char *pattern, struct bytes path, struct bytes params[API_PARAMS_MAX]);

struct route_choice {
	const struct route *route;  /* NULL: none fits */
	const struct route *other;  /* fits the path, not the method */
	struct bytes params[API_PARAMS_MAX];
};
/* HEAD counts as GET. */
void route_choose(const struct route *routes, const char *method, struct bytes path, struct route_choice *out);
/* "GET, HEAD, POST": methods that the path takes. */
void route_allowed(const struct route *routes, struct bytes path, struct text *out);
/* Decodes the parameters into the arena; false on a broken escape. */
bool route_decode(struct bytes params[API_PARAMS_MAX], struct arena *a);

#define API_QUERY_MAX 8
/* Names of the query parameters that the route takes, in the arena. */
unsigned route_query_names(const struct route *route, struct arena *a, const char *names[API_QUERY_MAX]);

#endif
