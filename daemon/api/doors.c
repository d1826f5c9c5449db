/* Who may come in: the Host a request was meant for, the Origin of a page that sent it, the bearer token and its role.
 * A page elsewhere can make a browser send requests to a loopback port (by a form, or by rebinding a name of its own to
 * 127.0.0.1), so both are checked on loopback too. */
#include <stdio.h>

#include "audit.h"
#include "daemon/base/clock.h"
#include "daemon/model/ip.h"

static struct bytes without_port(struct bytes host)
{
	ptrdiff_t at = (ptrdiff_t)host.len;

	while (at > 0 && host.ptr[at - 1] >= '0' && host.ptr[at - 1] <= '9')
		at--;
	if (at > 0 && (size_t)at <= host.len && host.ptr[at - 1] == ':' && host.ptr[host.len - 1] != ']')
		return bytes_slice(host, 0, (size_t)at - 1);
	return host;
}

static bool is_our_host(const struct api *api, struct bytes host)
{
	static const char *const loopback[] = { "localhost", "127.0.0.1", "[::1]" };
	struct bytes name = without_port(host);

	for (size_t i = 0; i < ARRAY_LEN(loopback); i++)
		if (bytes_eq_nocase(name, bytes_of(loopback[i])))
			return true;
	if (api->listen_host[0] && bytes_eq_nocase(name, bytes_of(api->listen_host)))
		return true;
	for (unsigned i = 0; i < api->setup.n_allowed_hosts; i++) {
		struct bytes allowed = bytes_of(api->setup.allowed_hosts[i]);

		if (bytes_eq_nocase(host, allowed) || bytes_eq_nocase(name, allowed))
			return true;
	}
	return false;
}

static bool is_our_origin(struct bytes origin, struct bytes host)
{
	ptrdiff_t cut = bytes_find(origin, BYTES_LIT("://"));
	struct bytes scheme = bytes_slice(origin, 0, cut < 0 ? 0 : (size_t)cut);

	if (!bytes_is(scheme, "http") && !bytes_is(scheme, "https"))
		return false;
	return bytes_eq_nocase(bytes_slice(origin, (size_t)cut + 3, origin.len), host);
}

static bool is_reading(const struct api_call *call)
{
	const char *method = http_method(call->http);

	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static enum err put_off(struct api_call *call, unsigned by, unsigned wait_s, const char *whose)
{
	char seconds[16];

	snprintf(seconds, sizeof(seconds), "%u", wait_s);
	metrics_add(call->api->metrics, API_LIMITED, by, 1);
	http_reply_header(call->http, "Retry-After", seconds);
	api_problem(call, 429, "rate", "%s; the next is taken in %u s", whose, wait_s);
	return ERR_BUSY;
}

/* What stands for one sender. */
static uint64_t address_key(const struct http_request *r)
{
	uid_t uid;

	if (http_peer_user(r, &uid))
		return bytes_hash(bytes_make((const char *)&uid, sizeof(uid)), 1);
	return ip_line_hash(bytes_of(http_peer(r)));
}

static struct rate per_second(unsigned requests)
{
	return (struct rate){ requests, RATE_SECOND_US };
}

enum err api_check_address(struct api_call *call)
{
	struct api *api = call->api;
	unsigned wait_s;

	if (api->setup.address_rate == 0 ||
	    rates_take(api->address_rates, address_key(call->http), per_second(api->setup.address_rate), clock_mono_us(), &wait_s))
		return ERR_OK;
	return put_off(call, 0, wait_s, "more requests come from this address than `address_rate` of the configuration allows");
}

static enum err check_token_rate(struct api_call *call)
{
	struct api *api = call->api;
	const struct token_grant *grant = &call->grant;
	unsigned rate = grant->rate ? grant->rate : api->setup.token_rate, wait_s;

	if (rates_take(api->token_rates, bytes_hash(bytes_of(grant->name), 0), per_second(rate), clock_mono_us(), &wait_s))
		return ERR_OK;
	return put_off(call, 1, wait_s, "more requests come with this token than its rate allows");
}

enum err api_check_host(struct api_call *call)
{
	struct bytes host = http_header(call->http, "Host");

	if (is_our_host(call->api, host))
		return ERR_OK;
	metrics_add(call->api->metrics, API_DOORS_REFUSED, 0, 1);
	api_problem(call, 421, "host", "this daemon does not answer for the host \"%.*s\"; `allowed_hosts` in the configuration names further ones",
		    BYTES_ARG(bytes_slice(host, 0, 100)));
	return ERR_DENIED;
}

enum err api_check_origin(struct api_call *call)
{
	struct bytes host = http_header(call->http, "Host"), origin = http_header(call->http, "Origin");

	if (api_check_host(call) != ERR_OK)
		return ERR_DENIED;
	if (origin.len > 0 && !is_reading(call) && !is_our_origin(origin, host)) {
		metrics_add(call->api->metrics, API_DOORS_REFUSED, 1, 1);
		api_problem(call, 403, "origin", "a page of another origin may not send this");
		return ERR_DENIED;
	}
	return ERR_OK;
}

static enum err refuse_token(struct api_call *call, const char *detail)
{
	http_reply_header(call->http, "WWW-Authenticate", "Bearer realm=\"assocd\"");
	api_problem(call, 401, "token", "%s", detail);
	return ERR_DENIED;
}

/* The roles that would do, as words. */
static const char *roles_text(struct api_call *call, unsigned roles)
{
	struct bytes text = BYTES_NONE;

	for (unsigned bit = 1; bit <= ROLE_TRUSTED; bit <<= 1)
		if (roles & bit)
			text = bytes_of(arena_printf(call->arena, "%.*s%s%s", BYTES_ARG(text), text.len ? " or " : "", role_name(bit)));
	return arena_str(call->arena, text);
}

static bool is_bearer(struct bytes header)
{
	return bytes_eq_nocase(bytes_slice(header, 0, 7), BYTES_LIT("Bearer "));
}

static struct bytes bearer_token(struct bytes header)
{
	return bytes_trim(bytes_slice(header, 7, header.len));
}

/* Who came by a Unix socket: the kernel says which user it is. NULL: none that has a role. */
static const struct api_peer *peer_of(const struct api *api, const struct http_request *r)
{
	uid_t uid;

	if (!http_peer_user(r, &uid))
		return NULL;
	for (unsigned i = 0; i < api->setup.n_peers; i++)
		if (api->setup.peers[i].uid == uid)
			return &api->setup.peers[i];
	return NULL;
}

bool api_admits(struct http_request *r, void *arg)
{
	struct bytes header = http_header(r, "Authorization");
	struct token_grant grant;

	if (header.len == 0)
		return peer_of(arg, r) != NULL;
	return is_bearer(header) && tokens_check(((struct api *)arg)->tokens, bearer_token(header), &grant);
}

static bool grant_to_user(struct api_call *call)
{
	const struct api_peer *peer = peer_of(call->api, call->http);

	if (!peer)
		return false;
	call->grant.roles = peer->roles;
	snprintf(call->grant.name, sizeof(call->grant.name), "%s", peer->name);
	return true;
}

static enum err check_role(struct api_call *call, unsigned wanted)
{
	enum err err = check_token_rate(call);
	if (err != ERR_OK || call->grant.roles & wanted)
		return err;
	metrics_add(call->api->metrics, API_TOKENS_REFUSED, 1, 1);
	audit_note(call, true);
	if (http_header(call->http, "Authorization").len == 0)
		api_problem(call, 403, "role", "the user \"%s\" has not the role %s; `peers` in the configuration gives roles", call->grant.name,
			    roles_text(call, wanted));
	else
		api_problem(call, 403, "role", "the token \"%s\" has not the role %s", call->grant.name, roles_text(call, wanted));
	return ERR_DENIED;
}

enum err api_check_token(struct api_call *call)
{
	struct bytes header = http_header(call->http, "Authorization");
	unsigned wanted = call->route->roles;

	if (wanted == 0 || ((call->route->needs & OPEN_ON_LOOPBACK) && http_peer_is_loopback(call->http)))
		return ERR_OK;
	if (header.len == 0 && grant_to_user(call))
		return check_role(call, wanted);
	if (header.len == 0)
		return refuse_token(call, "this needs a token: Authorization: Bearer TOKEN; the first one is in admin.token in the state folder");
	if (!is_bearer(header)) {
		metrics_add(call->api->metrics, API_TOKENS_REFUSED, 0, 1);
		return refuse_token(call, "the Authorization header is not of the form Bearer TOKEN");
	}
	if (!tokens_check(call->api->tokens, bearer_token(header), &call->grant)) {
		metrics_add(call->api->metrics, API_TOKENS_REFUSED, 0, 1);
		return refuse_token(call, "the token is not known: it was revoked, is not whole, or is one of another daemon");
	}
	return check_role(call, wanted);
}
