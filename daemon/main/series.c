/* I1: slots of minutes in which nothing was noted are 0.
 * I2: the wall clock may jump: backwards counts into the newest minute, far forwards empties all. */
#include "series.h"

#include <string.h>

#define MINUTE_MS 60000

static void step_to(struct series *s, int64_t minute)
{
	if (s->minute == 0 || minute - s->minute >= SERIES_MINUTES) {
		memset(s->slots, 0, sizeof(s->slots));
		s->minute = minute;
	}
	while (s->minute < minute) {
		s->minute++;
		memset(&s->slots[s->minute % SERIES_MINUTES], 0, sizeof(s->slots[0]));
	}
}

void series_note(struct series *s, int64_t wall_ms, uint64_t accepted, uint64_t refused)
{
	unsigned at;

	step_to(s, wall_ms / MINUTE_MS);
	at = (unsigned)(s->minute % SERIES_MINUTES);
	s->slots[at].accepted += (uint32_t)(accepted - s->accepted);
	s->slots[at].refused += (uint32_t)(refused - s->refused);
	s->accepted = accepted;
	s->refused = refused;
}

enum column { AT, ACCEPTED, REFUSED };

static void render_column(const struct series *s, const char *key, enum column which, struct text *json)
{
	json_key(json, key);
	json_open_array(json);
	for (int64_t minute = s->minute - SERIES_MINUTES + 1; s->minute > 0 && minute <= s->minute; minute++) {
		unsigned at = (unsigned)(minute % SERIES_MINUTES);

		json_int(json, which == AT ? minute * (MINUTE_MS / 1000) : which == ACCEPTED ? s->slots[at].accepted : s->slots[at].refused);
	}
	json_close_array(json);
}

void series_render(const struct series *s, struct text *json)
{
	json_open_object(json);
	render_column(s, "at", AT, json);
	render_column(s, "accepted", ACCEPTED, json);
	render_column(s, "refused", REFUSED, json);
	json_close_object(json);
}
