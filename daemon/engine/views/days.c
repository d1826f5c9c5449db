/* What was found on which day, by the time of the events. */
#include "daemon/engine/alerts/alerts.h"
#include "views.h"

#define DAY_MS 86400000

/* The day's place, or -1: before the first day that is told. */
static int64_t day_at(const struct days_view *days, int64_t ms)
{
	int64_t at = ms > 0 ? ms / DAY_MS - days->first_day : -1;

	return at < days->n ? at : -1;
}

void engine_days(const struct engine *e, unsigned max, struct arena *a, struct days_view *out)
{
	int64_t at;

	*out = (struct days_view){ .n = e->now_ms > 0 ? max : 0, .first_day = e->now_ms / DAY_MS - max + 1 };
	out->at = ARENA_ARRAY(a, struct day_view, max + 1);
	memset(out->at, 0, (max + 1) * sizeof(*out->at));
	for (size_t i = 0; i < e->accounts.n; i++)
		if ((at = day_at(out, e->accounts.at[i].first_ms)) >= 0)
			out->at[at].accounts++;
	for (size_t i = 0; i < e->pairs.n; i++)
		if (e->pairs.at[i].a != NONE && score_band(e, e->pairs.at[i].score) >= BAND_POSSIBLE &&
		    (at = day_at(out, e->pairs.at[i].first_ms)) >= 0)
			out->at[at].links++;
	for (size_t i = 0; i < e->alerts.n; i++)
		if (!alert_is_shadow(e, &e->alerts.at[i]) && (at = day_at(out, e->alerts.at[i].opened_ms)) >= 0)
			out->at[at].alerts++;
}
