/* Parts of views that several queries share. */
#ifndef ASSOCD_ENGINE_VIEWS_VIEWS_H
#define ASSOCD_ENGINE_VIEWS_VIEWS_H

#include "daemon/engine/evidence/weigh.h"
#include "daemon/engine/pairs/changes.h"
#include "daemon/engine/state/state.h"

void view_link(const struct engine *e, const struct pair *pair, uint32_t asked, struct arena *a, struct link_view *out);
/* cause.c: why, apart; NULL where it is nobody's but the evidence's, or somebody's own words. */
const struct cause_view *view_cause(const struct engine *e, const struct change *change, struct arena *a);
const struct cause_view *view_link_cause(const struct engine *e, const struct pair *pair, struct arena *a);
/* "device, payment" */
struct bytes view_families(const struct engine *e, uint16_t families, struct arena *a);
/* Those that stand about the cluster or its accounts, as people are shown them, most urgent first; the first of many. */
unsigned view_cluster_alerts(const struct engine *e, uint32_t cluster, struct arena *a, struct bytes **out);
struct bytes view_group_name(const struct engine *e, uint32_t group, struct arena *a);
/* "agency G00237" of each group that the account belongs to; how many. */
unsigned view_group_names(const struct engine *e, uint32_t account, struct arena *a, struct bytes **out);
void view_relations(const struct engine *e, uint32_t account, struct arena *a, struct account_view *out);
/* row NULL: none; key: of the value itself, so that a range is told from it. */
struct mark;
void view_mark(const struct engine *e, const struct mark *row, uint64_t key, struct mark_view *out);
/* Of the value and of ranges that it lies in, newest first. */
unsigned view_notes(const struct engine *e, const struct attr *attr, struct arena *a, const struct note_view **out);
/* Ids of the alerts about the account that people are shown: of merged ones their lead, once; how many. */
unsigned view_alert_ids(const struct engine *e, uint32_t account, struct arena *a, struct bytes **out);
/* Whether the two are closed, and which alerts stand about both. */
void view_standing(const struct engine *e, const struct pair *pair, struct arena *a, struct why_view *out);
/* Values that the two share and that people marked. */
void view_ignored(const struct engine *e, uint32_t x, uint32_t y, struct arena *a, struct why_view *out);
/* GRAPH_NONE when the text names none. */
uint32_t view_cluster_of_id(const struct engine *e, struct bytes id);
/* `explain` with {a} {b} {value} {holders} {gap} filled in. */
struct bytes view_sentence(const struct engine *e, const struct pair *ends, const struct evidence *item, struct arena *a);
/* The same apart, for who says it in another language: the form, and what stands in its places. */
void view_said_apart(const struct engine *e, const struct pair *ends, const struct evidence *item, struct arena *a, struct evidence_view *out);
/* `subject` with {first} and {last} of one account's own use filled in; empty where nothing may be told. */
struct bytes view_told(const struct engine *e, const struct evidence *item, const struct posting *mine, struct arena *a);
/* Links of an account of at least min, those that were judged and those that were withdrawn too; strongest first, then by name. */
unsigned view_links(const struct engine *e, uint32_t account, int min, struct arena *a, struct link_view **out);

#endif
