/* Reading a request: method, path, query, headers, body, peer. */
#include "http_connection.h"
#include "percent.h"

const char *http_method(const struct http_request *r)
{
	return r->method;
}

struct bytes http_path(const struct http_request *r)
{
	return r->head.path;
}

/* Steps to the next "name=value" of a query; false at its end. */
static bool next_pair(struct bytes *rest, struct bytes *name, struct bytes *value)
{
	ptrdiff_t cut, equals;
	struct bytes pair;

	if (rest->len == 0)
		return false;
	cut = bytes_find_char(*rest, '&');
	pair = bytes_slice(*rest, 0, cut < 0 ? rest->len : (size_t)cut);
	*rest = bytes_slice(*rest, pair.len + 1, rest->len);
	equals = bytes_find_char(pair, '=');
	*name = bytes_slice(pair, 0, equals < 0 ? pair.len : (size_t)equals);
	*value = equals < 0 ? BYTES_NONE : bytes_slice(pair, (size_t)equals + 1, pair.len);
	return true;
}

static bool decode_value(struct http_request *r, struct bytes value, struct bytes *out)
{
	char *to;
	size_t n;

	if (!r->arena)
		r->arena = arena_new(4096);
	to = arena_alloc(r->arena, value.len + 1);
	if (!decode_percent(value, true, to, &n))
		return false;
	to[n] = '\0';
	*out = bytes_make(to, n);
	return true;
}

bool http_query_at(struct http_request *r, const char *name, unsigned n, struct bytes *out)
{
	struct bytes rest = r->head.query, key, value;

	while (next_pair(&rest, &key, &value))
		if (bytes_is(key, name) && n-- == 0)
			return decode_value(r, value, out);
	return false;
}

struct bytes http_query(struct http_request *r, const char *name)
{
	struct bytes out;

	return http_query_at(r, name, 0, &out) ? out : BYTES_NONE;
}

static bool is_one_of(struct bytes name, const char *const *names, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (bytes_is(name, names[i]))
			return true;
	return false;
}

bool http_query_other(const struct http_request *r, const char *const *names, unsigned n, struct bytes *out)
{
	struct bytes rest = r->head.query, value;

	while (next_pair(&rest, out, &value))
		if (!is_one_of(*out, names, n))
			return true;
	return false;
}

bool http_has_query(struct http_request *r, const char *name)
{
	struct bytes rest = r->head.query, key, value;

	while (next_pair(&rest, &key, &value))
		if (bytes_is(key, name))
			return true;
	return false;
}

struct bytes http_header(const struct http_request *r, const char *name)
{
	return strcasecmp(name, "host") == 0 ? r->head.host : http_head_field(&r->head, name);
}

struct bytes http_body(struct http_request *r)
{
	return r->body;
}

const char *http_peer(const struct http_request *r)
{
	return r->peer;
}

bool http_peer_user(const struct http_request *r, uid_t *out)
{
	if (!loop_stream_is_local(r->stream))
		return false;
	*out = loop_stream_uid(r->stream);
	return true;
}

bool http_peer_is_loopback(const struct http_request *r)
{
	return r->is_loopback;
}
