/* The audit log for whoever may read it. That somebody did stands in it, too. */
#include <stdlib.h>

#include "call.h"
#include "daemon/audit/trail.h"
#include "daemon/base/clock.h"

#define LIMIT_USUAL 100
#define LIMIT_MAX 1000

static void on_page(void *arg, enum err result, struct bytes json, const char *error)
{
	struct api_later *later = arg;
	struct api_call call = api_later_begin(later);

	if (result == ERR_OK) {
		text_add(call.out, json);
		api_reply_json(&call, 200);
	} else if (result == ERR_NOTFOUND) {
		api_problem(&call, 410, "after", "%s; ask again without `after`", error);
	} else {
		api_busy(&call, error);
	}
	api_later_end(&call);
	free(later);
}

/* False: answered. */
static bool take_time(struct api_call *call, const char *name, int64_t *out)
{
	struct bytes text = http_query(call->http, name);

	if (text.len == 0 || time_parse_rfc3339(text, out))
		return true;
	api_problem(call, 400, "query", "`%s` is a time as 2026-01-31T08:00:00Z", name);
	return false;
}

static bool take_query(struct api_call *call, struct audit_query *q)
{
	struct bytes after = http_query(call->http, "after");
	uint64_t limit;

	if (!api_query_number(call, "limit", LIMIT_USUAL, LIMIT_MAX, &limit) || !take_time(call, "since", &q->since_ms) ||
	    !take_time(call, "until", &q->until_ms))
		return false;
	q->max = limit > 0 ? (unsigned)limit : 1;
	q->actor = http_query(call->http, "actor");
	q->action = http_query(call->http, "action");
	q->about[0] = http_query(call->http, "about");
	if (!call->engine || q->about[0].len == 0 || !api_resolve_account(call, q->about[0], &q->about[1]))
		q->about[1] = BYTES_NONE;
	if (after.len == 0 || audit_read_cursor(after, q))
		return true;
	api_problem(call, 400, "query", "`after` is the `next` of the page before");
	return false;
}

void get_audit(struct api_call *call)
{
	struct api_ports *ports = &call->api->setup.ports;
	struct api_later *later;
	struct audit_query q = { 0 };

	if (!take_query(call, &q))
		return;
	later = xmalloc(sizeof(*later));
	*later = api_later(call);
	if (ports->audit && ports->audit(ports->arg, &q, on_page, later) == ERR_OK)
		return;
	free(later);
	api_busy(call, "as many questions wait as can be answered");
}
