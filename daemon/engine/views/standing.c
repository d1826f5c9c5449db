/* How things stand between two accounts, and which alerts stand about one. */
#include "views.h"

#include "daemon/engine/alerts/alert_about.h"
#include "daemon/engine/alerts/alert_table.h"

static bool is_among(const struct bytes *ids, unsigned n, struct bytes id)
{
	while (n > 0 && !bytes_eq(ids[n - 1], id))
		n--;
	return n > 0;
}

unsigned view_alert_ids(const struct engine *e, uint32_t account, struct arena *a, struct bytes **out)
{
	struct alert_numbers numbers = { 0 };
	unsigned n = 0;
	alerts_of_account(e, account, &numbers);
	*out = ARENA_ARRAY(a, struct bytes, numbers.n + 1);
	for (size_t i = 0; i < numbers.n; i++) {
		struct bytes id = view_alert_id(alert_leading(e, &e->alerts.at[numbers.at[i]]), a);
		if (!is_among(*out, n, id))
			(*out)[n++] = id;
	}
	VEC_FREE(&numbers);
	return n;
}

void view_standing(const struct engine *e, const struct pair *pair, struct arena *a, struct why_view *out)
{
	struct bytes *of_b;
	unsigned n_a = view_alert_ids(e, pair->a, a, &out->alerts), n_b = view_alert_ids(e, pair->b, a, &of_b);
	for (unsigned i = 0; i < n_a; i++)
		if (is_among(of_b, n_b, out->alerts[i]))
			out->alerts[out->n_alerts++] = out->alerts[i];
	out->a_is_closed = e->accounts.at[pair->a].is_closed;
	out->b_is_closed = e->accounts.at[pair->b].is_closed;
}
