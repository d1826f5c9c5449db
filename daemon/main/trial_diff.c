/* The difference that other rules make: links by names, counts by rule. Both engines list their links in one order. */
#include "trial_parts.h"

#include "daemon/base/vec.h"

#define EXAMPLES_MAX 100
#define LINKS_READ 200

struct scored { struct bytes a, b; int score; enum band band; };
struct scored_list VEC(struct scored);

static void note_link(void *arg, const struct link_view *link)
{
	struct scored_list *list = arg;
	VEC_PUSH(list, ((struct scored){ link->a, link->b, link->score, link->band }));
}

static int compare(const struct scored *x, const struct scored *y)
{
	int by_a = bytes_cmp(x->a, y->a);
	return by_a != 0 ? by_a : bytes_cmp(x->b, y->b);
}

struct difference {
	struct text examples; /* members of an array */
	unsigned n_examples;
	uint64_t appear, disappear, change, same;
};

static void note_change(struct difference *d, const struct scored *before, const struct scored *after)
{
	const struct scored *either = after != NULL ? after : before;
	*(before == NULL ? &d->appear : after == NULL ? &d->disappear : &d->change) += 1;
	if (d->n_examples++ >= EXAMPLES_MAX)
		return;
	json_open_object(&d->examples);
	json_member_string(&d->examples, "a", either->a);
	json_member_string(&d->examples, "b", either->b);
	json_member_int(&d->examples, "before", before != NULL ? before->score : 0);
	json_member_int(&d->examples, "after", after != NULL ? after->score : 0);
	json_close_object(&d->examples);
}

/* Both lists are sorted; what only one has has appeared or gone. */
static void merge(const struct scored_list *before, const struct scored_list *after, struct difference *d)
{
	size_t i = 0, k = 0;
	while (i < before->n || k < after->n) {
		int order = i == before->n ? 1 : k == after->n ? -1 : compare(&before->at[i], &after->at[k]);
		if (order < 0) {
			note_change(d, &before->at[i++], NULL);
		} else if (order > 0) {
			note_change(d, NULL, &after->at[k++]);
		} else {
			if (before->at[i].band != after->at[k].band)
				note_change(d, &before->at[i], &after->at[k]);
			else
				d->same++;
			i++;
			k++;
		}
	}
}

static void render_links(const struct engine *now, const struct engine *next, struct text *json)
{
	struct scored_list before = { 0 }, after = { 0 };
	struct difference d = { 0 };
	json_open_array(&d.examples);
	engine_each_link(now, 500, note_link, &before);
	engine_each_link(next, 500, note_link, &after);
	merge(&before, &after, &d);
	json_close_array(&d.examples);
	json_key(json, "links");
	json_open_object(json);
	json_member_int(json, "appear", (int64_t)d.appear);
	json_member_int(json, "disappear", (int64_t)d.disappear);
	json_member_int(json, "change", (int64_t)d.change);
	json_member_int(json, "same", (int64_t)d.same);
	json_key(json, "examples");
	json_raw(json, text_bytes(&d.examples));
	json_close_object(json);
	text_free(&d.examples);
	VEC_FREE(&before);
	VEC_FREE(&after);
}

static const struct rule_view *find_rule(const struct rules_view *rules, struct bytes id)
{
	for (unsigned i = 0; i < rules->n; i++)
		if (bytes_eq(rules->at[i].rule, id))
			return &rules->at[i];
	return NULL;
}

static void render_rule(struct text *json, struct bytes id, const struct rule_view *before, const struct rule_view *after)
{
	static const struct rule_view none;
	before = before != NULL ? before : &none;
	after = after != NULL ? after : &none;
	if (before->links == after->links && before->opened == after->opened && before->standing == after->standing)
		return;
	json_open_object(json);
	json_member_string(json, "rule", id);
	json_member_int(json, "links_before", (int64_t)before->links);
	json_member_int(json, "links", (int64_t)after->links);
	json_member_int(json, "opened_before", (int64_t)before->opened);
	json_member_int(json, "opened", (int64_t)after->opened);
	json_member_int(json, "standing_before", (int64_t)before->standing);
	json_member_int(json, "standing", (int64_t)after->standing);
	json_close_object(json);
}

/* Those that count or raise otherwise, in the order of the new rules; then those that are gone. */
static void render_rules_difference(const struct engine *now, const struct engine *next, struct text *json)
{
	struct arena *arena = arena_new(64 * 1024);
	struct rules_view before, after;
	engine_rules(now, LINKS_READ, arena, &before);
	engine_rules(next, LINKS_READ, arena, &after);
	json_key(json, "rules");
	json_open_array(json);
	for (unsigned i = 0; i < after.n; i++)
		render_rule(json, after.at[i].rule, find_rule(&before, after.at[i].rule), &after.at[i]);
	for (unsigned i = 0; i < before.n; i++)
		if (find_rule(&after, before.at[i].rule) == NULL)
			render_rule(json, before.at[i].rule, &before.at[i], NULL);
	json_close_array(json);
	arena_free(arena);
}

void trial_render_difference(const struct engine *now, const struct engine *next, struct text *json)
{
	render_links(now, next, json);
	render_rules_difference(now, next, json);
}
