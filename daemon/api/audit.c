/* The audit log: lines are appended and never changed, but for those that name an account that is erased.
 * I1: accounts are named as the engine knows them; of others nothing is said, so that after an erasure no line names it.
 *     Neither are values, which may be of a hashed kind, nor what was searched for. An erasure itself says no name: who asked
 *     for it outlives it.
 * I2: the file is opened for each line: whoever rotates it need not tell the daemon.
 * I3: a line that could not be written whole is cut and counted, and the next one that can is preceded by how many are missing.
 * I4: what a crash left of a line is cut before the next one. */
#include "audit.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static void render_line(struct api_call *call, bool refused, struct text *line)
{
	const struct route *route = call->route;

	if (call->api->unaudited > 0) { /* I3 */
		json_open_object(line);
		json_member_time(line, "at", clock_wall_ms());
		json_member_int(line, "missing", call->api->unaudited);
		json_close_object(line);
		text_addc(line, '\n');
	}
	json_open_object(line);
	json_member_time(line, "at", clock_wall_ms());
	json_member_string(line, "actor", bytes_of(call->grant.name));
	json_member_string(line, "from", bytes_of(http_peer(call->http)));
	json_key(line, "did");
	json_string(line, bytes_of(arena_printf(call->arena, "%s %s", route->method, route->pattern)));
	add_what(call, refused, line);
	if (refused)
		json_member_bool(line, "refused", true);
	json_close_object(line);
	text_addc(line, '\n');
}

/* All of the lines or nothing. */
static bool write_lines(int fd, struct bytes lines)
{
	struct stat st;
	ssize_t n;

	if (file_cut_half_line(fd) != ERR_OK || fstat(fd, &st) != 0) /* I4 */
		return false;
	n = write(fd, lines.ptr, lines.len);
	if (n == (ssize_t)lines.len)
		return true;
	if (n >= 0)
		errno = ENOSPC;
	if (n > 0 && ftruncate(fd, st.st_size) != 0) /* I3 */
		log_debug("api", "the audit log may end with a half line");
	return false;
}

static bool append(const char *path, struct bytes line)
{
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	bool is_done;

	if (fd < 0)
		return false;
	is_done = write_lines(fd, line);
	return close(fd) == 0 && is_done;
}

void audit_note(struct api_call *call, bool refused)
{
	struct api *api = call->api;
	struct text line = { 0 };
	char path[PATH_MAX];

	if (!(call->route->needs & AUDITED) && !is_change(call->route))
		return;
	if (refused && route_decode(call->params, call->arena)) /* before it is run: whom it would have been about */
		call->engine = api->setup.ports.engine(api->setup.ports.arg);
	snprintf(path, sizeof(path), "%s/" AUDIT_FILE, api->setup.state_dir);
	render_line(call, refused, &line);
	if (append(path, text_bytes(&line)))
		api->unaudited = 0;
	else if (api->unaudited++ == 0)
		log_warn("api", "cannot write to %s: %s; requests are answered, and how many are missing will be written there", path, strerror(errno));
	text_free(&line);
}
