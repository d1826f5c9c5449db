/* A comparison as JSON:
 *   "links": {"appear": N, "disappear": N, "change": N, "list": [{"change", "accounts", "old": {...}, "new": {...}}]}
 * and alerts and clusters in the same form. `list` has at most so many rows of each change. */
#include <math.h>

#include "comparison.h"

static const char *const count_keys[DIFF_CHANGES] = { "appear", "disappear", "change" };
static const char *const side_keys[2] = { "old", "new" };

void json_member_expected(struct text *out, const char *key, double pairs)
{
	json_member_milli(out, key, llround(pairs * 1000));
}

static void add_names(struct text *out, const char *key, const struct bytes *names, unsigned n)
{
	json_key(out, key);
	json_open_array(out);
	for (unsigned i = 0; i < n; i++)
		json_string(out, names[i]);
	json_close_array(out);
}

static void add_link(const struct comparison *c, const struct diff_link *row, struct text *out)
{
	const struct engine *const sides[2] = { c->side[0].engine, c->side[1].engine };
	const struct bytes names[2] = { row->a, row->b };
	int32_t mb;
	struct bytes rule = hits_mover(sides, row->a, row->b, &mb);
	add_names(out, "accounts", names, 2);
	for (unsigned i = 0; i < 2; i++) {
		json_key(out, side_keys[i]);
		bool is_there = row->change != (i == 0 ? DIFF_APPEARS : DIFF_DISAPPEARS);
		if (!is_there) {
			json_null(out);
			continue;
		}
		json_open_object(out);
		json_member_int(out, "score", row->score[i]);
		json_member_string(out, "band", bytes_of(band_names[row->band[i]]));
		json_member_string(out, "state", bytes_of(link_state_names[row->state[i]]));
		json_close_object(out);
	}
	if (rule.len > 0) {
		json_member_string(out, "moved_by", rule);
		json_member_milli(out, "moved_bits", mb);
	}
}

static void add_alert(const struct diff_alert *row, struct text *out)
{
	const struct alert_view *any = row->side[row->side[1] != NULL];
	json_member_string(out, "rule", any->rule);
	add_names(out, "accounts", any->accounts, any->n_accounts);
	for (unsigned i = 0; i < 2; i++) {
		json_key(out, side_keys[i]);
		if (row->side[i] == NULL) {
			json_null(out);
			continue;
		}
		json_open_object(out);
		json_member_string(out, "level", row->side[i]->level);
		json_member_string(out, "state", bytes_of(alert_state_names[row->side[i]->state]));
		json_member_int(out, "accounts", row->side[i]->n_accounts);
		json_close_object(out);
	}
}

static void add_cluster(const struct diff_cluster *row, struct text *out)
{
	json_member_string(out, "what", bytes_of(row->what));
	json_member_int(out, "old", row->size[0]);
	json_member_int(out, "new", row->size[1]);
	if (row->parts > 1)
		json_member_int(out, "clusters", row->parts);
	add_names(out, "members", row->members, row->n_members);
}

/* Opens a part: its counts, then its list. */
static void open_part(struct text *out, const char *key, const uint64_t counts[DIFF_CHANGES])
{
	json_key(out, key);
	json_open_object(out);
	for (unsigned i = 0; i < DIFF_CHANGES; i++)
		json_member_int(out, count_keys[i], (int64_t)counts[i]);
	json_key(out, "list");
	json_open_array(out);
}

static void close_part(struct text *out)
{
	json_close_array(out);
	json_close_object(out);
}

/* False when enough rows of the change are there. */
static bool open_row(struct text *out, enum diff_change change, unsigned shown[DIFF_CHANGES], unsigned max)
{
	if (shown[change] == max)
		return false;
	shown[change]++;
	json_open_object(out);
	json_member_string(out, "change", bytes_of(diff_names[change]));
	return true;
}

void comparison_json(const struct comparison *c, unsigned max, struct text *out)
{
	const struct change_counts counts = comparison_count(c);
	unsigned shown[3][DIFF_CHANGES] = { { 0 } };
	open_part(out, "links", counts.links);
	for (size_t i = 0; i < c->diff.links.n; i++) {
		if (!open_row(out, c->diff.links.at[i].change, shown[0], max))
			continue;
		add_link(c, &c->diff.links.at[i], out);
		json_close_object(out);
	}
	close_part(out);
	open_part(out, "alerts", counts.alerts);
	for (size_t i = 0; i < c->diff.alerts.n; i++) {
		if (!open_row(out, c->diff.alerts.at[i].change, shown[1], max))
			continue;
		add_alert(&c->diff.alerts.at[i], out);
		json_close_object(out);
	}
	close_part(out);
	open_part(out, "clusters", counts.clusters);
	for (size_t i = 0; i < c->diff.clusters.n; i++) {
		if (!open_row(out, c->diff.clusters.at[i].change, shown[2], max))
			continue;
		add_cluster(&c->diff.clusters.at[i], out);
		json_close_object(out);
	}
	close_part(out);
}
