/* What the audit log says of a request.
 * I1: accounts are named as the engine knows them; of others nothing is said, so that after an erasure no line names it.
 *     Neither are values, which may be of a hashed kind, nor what was searched for. An erasure itself says no name: who asked
 *     for it outlives it.
 * I2: an entry that could not be written is counted, and the next one that can is preceded by how many are missing. */
#include "audit.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "daemon/audit/trail.h"
#include "daemon/base/clock.h"
#include "daemon/base/file.h"
#include "daemon/base/log.h"
#include "router.h"

#define ACCOUNTS_MAX 64

static bool is_change(const struct route *route)
{
	return strcmp(route->method, "POST") == 0 && !(route->roles & ROLE_INGEST);
}

static void name_account(struct api_call *call, struct text *line, struct bytes asked)
{
	struct bytes name;

	if (asked.len > 0 && api_resolve_account(call, asked, &name)) /* I1 */
		json_string(line, name);
}

static void add_accounts(struct api_call *call, struct text *line)
{
	struct bytes asked;

	json_key(line, "accounts");
	json_open_array(line);
	for (unsigned i = 0; i < API_PARAMS_MAX && call->engine; i++)
		name_account(call, line, call->params[i]);
	for (unsigned n = 0; n < ACCOUNTS_MAX && call->engine && http_query_at(call->http, "account", n, &asked); n++)
		name_account(call, line, asked);
	if (call->engine)
		name_account(call, line, http_query(call->http, "about"));
	json_close_array(line);
}

/* Of an alert or a cluster: 16 hexadecimal digits, or c and a number. Somebody may have put an account there. */
static bool has_form_of_id(struct bytes id)
{
	size_t n = id.len > 1 && id.ptr[0] == 'c' ? 1 : 0;

	if (n == 0 && id.len != 16)
		return false;
	for (; n < id.len && n < 17; n++)
		if (!isxdigit((unsigned char)id.ptr[n]))
			return false;
	return n == id.len;
}

static void add_what(struct api_call *call, bool refused, struct text *line)
{
	const struct route *route = call->route;
	bool is_administrators = route->roles == ROLE_ADMIN && !refused;

	if (route->needs & NAMES_ACCOUNTS)
		add_accounts(call, line);
	if ((route->needs & (NAMES_THING | NAMES_ACCOUNTS)) &&
	    (has_form_of_id(call->params[0]) || (is_administrators && !(route->needs & NAMES_ACCOUNTS))))
		json_member_string(line, "id", call->params[0]);
}

static void add_missing(struct api *api)
{
	struct text entry = { 0 };

	json_open_object(&entry);
	json_member_time(&entry, "at", clock_wall_ms());
	json_member_int(&entry, "missing", api->unaudited);
	trail_add(api->trail, &entry);
	text_free(&entry);
}

static void add_entry(struct api_call *call, bool refused)
{
	const struct route *route = call->route;
	struct text entry = { 0 };

	json_open_object(&entry);
	json_member_time(&entry, "at", clock_wall_ms());
	json_member_string(&entry, "actor", bytes_of(call->grant.name));
	json_member_string(&entry, "from", bytes_of(http_peer(call->http)));
	json_key(&entry, "did");
	json_string(&entry, bytes_of(arena_printf(call->arena, "%s %s", route->method, route->pattern)));
	add_what(call, refused, &entry);
	if (refused)
		json_member_bool(&entry, "refused", true);
	trail_add(call->api->trail, &entry);
	text_free(&entry);
}

void audit_note(struct api_call *call, bool refused)
{
	struct api *api = call->api;

	if (!(call->route->needs & AUDITED) && !is_change(call->route))
		return;
	if (refused && route_decode(call->params, call->arena)) /* before it is run: whom it would have been about */
		call->engine = api->setup.ports.engine(api->setup.ports.arg);
	if (api->unaudited > 0) /* I2 */
		add_missing(api);
	add_entry(call, refused);
	if (trail_write(api->trail))
		api->unaudited = 0;
	else if (api->unaudited++ == 0)
		log_warn("api", "cannot write to %s/" AUDIT_FILE ": %s%s; requests are answered, and how many are missing will be written there",
			 api->setup.state_dir, strerror(errno), file_remedy(errno));
}
