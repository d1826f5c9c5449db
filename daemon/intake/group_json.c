/* A group's answer as its sender reads it. */
#include "daemon/base/text.h"
#include "intake.h"

static void write_lines(struct text *t, const char *key, const struct intake_refusal *at, unsigned n)
{
	json_key(t, key);
	json_open_array(t);
	for (unsigned i = 0; i < n; i++) {
		json_open_object(t);
		json_member_int(t, "line", (int64_t)at[i].line);
		json_member_string(t, "error", bytes_of(at[i].error));
		json_member_string(t, "detail", bytes_of(at[i].detail));
		json_close_object(t);
	}
	json_close_array(t);
}

void intake_group_json(struct text *t, const struct intake_group *g)
{
	write_lines(t, "refused", g->refusals, g->n_refusals);
	if (g->refused > g->n_refusals)
		json_member_int(t, "refused_total", (int64_t)g->refused);
	if (g->n_ignorings > 0)
		write_lines(t, "ignored", g->ignorings, g->n_ignorings);
	if (g->ignored > g->n_ignorings)
		json_member_int(t, "ignored_total", (int64_t)g->ignored);
}

void intake_ignored_json(struct text *t, const struct intake_group *g)
{
	if (g->n_ignorings == 0)
		return;
	json_key(t, "ignored");
	json_open_object(t);
	json_member_string(t, "error", bytes_of(g->ignorings[0].error));
	json_member_string(t, "detail", bytes_of(g->ignorings[0].detail));
	json_close_object(t);
}
