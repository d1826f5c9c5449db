/* Which row of a route table a path belongs to. Matching is on the raw path, so that an encoded slash stays inside its
 * segment; parameters are decoded after it. A parameter takes exactly one segment that is not empty. */
#include "router.h"

#include "daemon/vendor/percent.h"

static struct bytes next_segment(struct bytes *path)
{
	ptrdiff_t slash;
	struct bytes segment;

	*path = bytes_slice(*path, 1, path->len); /* the slash in front */
	slash = bytes_find_char(*path, '/');
	segment = bytes_slice(*path, 0, slash < 0 ? path->len : (size_t)slash);
	*path = bytes_slice(*path, segment.len, path->len);
	return segment;
}

bool route_match(const char *pattern, struct bytes path, struct bytes params[API_PARAMS_MAX])
{
	struct bytes want = bytes_of(pattern);
	unsigned n = 0;

	while (want.len > 0 && path.len > 0) {
		struct bytes expected = next_segment(&want), got = next_segment(&path);

		if (bytes_starts(expected, BYTES_LIT("{"))) {
			BUG_ON(n == API_PARAMS_MAX);
			if (got.len == 0)
				return false;
			params[n++] = got;
		} else if (!bytes_eq(expected, got)) {
			return false;
		}
	}
	return want.len == 0 && path.len == 0;
}

void route_choose(const struct route *routes, const char *method, struct bytes path, struct route_choice *out)
{
	struct bytes params[API_PARAMS_MAX] = { BYTES_NONE, BYTES_NONE, BYTES_NONE };

	*out = (struct route_choice){ 0 };
	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	for (const struct route *r = routes; r->method; r++) {
		if (!route_match(r->pattern, path, params))
			continue;
		memcpy(out->params, params, sizeof(params));
		if (strcmp(r->method, method) == 0) {
			out->route = r;
			return;
		}
		out->other = r;
	}
}

void route_allowed(const struct route *routes, struct bytes path, struct text *out)
{
	struct bytes params[API_PARAMS_MAX];

	for (const struct route *r = routes; r->method; r++) {
		if (!route_match(r->pattern, path, params))
			continue;
		text_addf(out, "%s%s", out->len ? ", " : "", strcmp(r->method, "GET") == 0 ? "GET, HEAD" : r->method);
	}
}

bool route_decode(struct bytes params[API_PARAMS_MAX], struct arena *a)
{
	for (unsigned i = 0; i < API_PARAMS_MAX; i++) {
		char *to;
		size_t n;

		if (params[i].len == 0)
			continue;
		to = arena_alloc(a, params[i].len);
		if (!decode_percent(params[i], false, to, &n))
			return false;
		params[i] = bytes_make(to, n);
	}
	return true;
}

unsigned route_query_names(const struct route *route, struct arena *a, const char *names[API_QUERY_MAX])
{
	unsigned n = 0;

	for (const char *at = route->query; at; at = strchr(at, '&') ? strchr(at, '&') + 1 : NULL) {
		BUG_ON(n == API_QUERY_MAX);
		names[n++] = arena_str(a, bytes_make(at, strcspn(at, "=")));
	}
	return n;
}
