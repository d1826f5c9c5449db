/* What an event must satisfy beyond its form: time against the wall clock, and who may state what. */
#include "internal.h"

#include "daemon/base/clock.h"
#include "daemon/model/erased.h"

const char *const intake_reasons[] = {
	"json", "utf8", "key", "type", "ts", "account", "value", "size", "relation", "future", "trust", "erased", "other",
};
_Static_assert(ARRAY_LEN(intake_reasons) == INTAKE_REASONS, "one counter a reason");

unsigned intake_reason_index(const char *reason)
{
	for (unsigned i = 0; i < INTAKE_REASONS - 1; i++)
		if (bytes_is(bytes_of(intake_reasons[i]), reason))
			return i;
	return INTAKE_REASONS - 1;
}

static const char *const needs[] = {
	[VOICE_TRUSTED] = "a token that is marked trusted", [VOICE_ANALYST] = "the role analyst",
};

static const char *check_time(const struct intake *in, const struct group *g, int64_t ts_ms, struct errbuf *eb)
{
	char text[TIME_TEXT_SIZE], ahead[32], limit[32];
	int64_t ahead_ms = ts_ms - g->wall_ms;

	if (event_check_ts(ts_ms, eb))
		return "ts";
	if (g->pub.audience != AUDIENCE_ALL || ahead_ms <= in->setup.future_limit_ms)
		return NULL;
	time_format(ts_ms, text);
	errbuf_set(eb, ERR_INPUT, "\"ts\" %s is %s ahead of this machine's clock (`future_limit` is %s)", text,
		   time_duration_text(ahead_ms, ahead, sizeof(ahead)),
		   time_duration_written(in->setup.future_limit_ms, limit, sizeof(limit)));
	return "future";
}

const char *intake_check(const struct intake *in, const struct group *g, const struct event *ev, struct errbuf *eb)
{
	if (g->pub.voice < event_types[ev->type].needs && g->pub.source != SOURCE_INTERNAL) {
		errbuf_set(eb, ERR_DENIED, "a statement (%s) needs %s", event_types[ev->type].name, needs[event_types[ev->type].needs]);
		return "trust";
	}
	if (erased_names(in->setup.ports.context(in->setup.ports.arg)->erased, ev)) {
		errbuf_set(eb, ERR_DENIED, "it names an account that was erased");
		return "erased";
	}
	return check_time(in, g, ev->ts_ms, eb);
}
