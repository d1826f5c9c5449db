/* What was found and what came in, over time: columns, as a plot takes them. */
#include "call.h"

#define DAYS 90
#define DAY_S 86400

enum column { AT, ACCOUNTS, LINKS, ALERTS };

static int64_t cell(const struct days_view *days, unsigned i, enum column which)
{
	switch (which) {
	case AT:
		return (days->first_day + i) * DAY_S;
	case ACCOUNTS:
		return days->at[i].accounts;
	case LINKS:
		return days->at[i].links;
	default:
		return days->at[i].alerts;
	}
}

static void render_days(struct text *out, const struct days_view *days)
{
	static const char *const keys[] = { [AT] = "at", [ACCOUNTS] = "accounts", [LINKS] = "links", [ALERTS] = "alerts" };

	json_open_object(out);
	for (enum column which = AT; which <= ALERTS; which++) {
		json_key(out, keys[which]);
		json_open_array(out);
		for (unsigned i = 0; i < days->n; i++)
			json_int(out, cell(days, i, which));
		json_close_array(out);
	}
	json_close_object(out);
}

void get_series(struct api_call *call)
{
	struct api_ports *ports = &call->api->setup.ports;
	struct days_view days;

	engine_days(call->engine, DAYS, call->arena, &days);
	json_open_object(call->out);
	json_key(call->out, "days");
	render_days(call->out, &days);
	json_key(call->out, "minutes");
	if (ports->series)
		ports->series(ports->arg, call->out);
	else
		json_null(call->out);
	json_close_object(call->out);
	api_reply_json(call, 200);
}
