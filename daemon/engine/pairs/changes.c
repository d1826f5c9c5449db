/* From touched pairs, clusters, alerts and statements to rows of the history.
 * I1: a pair's told_state and told_band are what its accounts' histories last said of it.
 * I2: a band is left downward only CALM below its border: a score that wavers is one row. */
#include "changes.h"

#include <stdio.h>

#include "contagion_levels.h"
#include "daemon/base/clock.h"
#include "daemon/engine/state/accounts.h"
#include "verdicts.h"

#define CALM 20

static void add(struct engine *e, enum history_of of, uint32_t id, struct change *change)
{
	change->ts_ms = e->event->ts_ms;
	change->seq = e->seq;
	history_add(e->history, of, id, change);
}

/* ---- what was said ---- */

uint32_t change_say(struct engine *e, const struct said *s)
{
	const struct bytes parts[] = { s->type, s->value, s->actor, s->reason, s->proof };
	struct text text = { 0 };
	for (unsigned i = 0; i < ARRAY_LEN(parts); i++) {
		text_add(&text, parts[i]);
		text_addc(&text, '\0');
	}
	uint32_t said = strtab_intern(e->said, text_bytes(&text));
	text_free(&text);
	return said;
}

/* "device 789664c0", "addresses 10.0.0.0/8" */
static uint32_t say_mark(struct engine *e, const struct event *ev)
{
	bool is_range = ev->range.len > 0 || ev->n_attrs == 0;
	struct bytes title = is_range ? BYTES_LIT("addresses") : e->rules->kinds.rows[ev->attrs[0].kind].title;
	struct bytes shown = is_range ? ev->range : ev->attrs[0].shown;
	uint32_t value = !is_range && shown.len == 0 ? index_find(e->index, ev->attrs[0].key) : UINT32_MAX;
	shown = value != UINT32_MAX ? index_shown(e->index, value) : shown;
	struct text on = { 0 };
	text_add(&on, title);
	text_adds(&on, shown.len > 0 ? " " : "");
	text_add(&on, shown);
	uint32_t said = change_say(e, &(struct said){ bytes_of(event_types[ev->type].name), ev->value, ev->actor, ev->reason, text_bytes(&on) });
	text_free(&on);
	return said;
}

uint32_t change_said(struct engine *e)
{
	const struct event *ev = e->event;
	if (ev->type == EVENT_MARK)
		return say_mark(e, ev);
	return change_say(e, &(struct said){ bytes_of(event_types[ev->type].name), ev->value, ev->actor, ev->reason, ev->relation_proof });
}

static struct bytes next_part(struct bytes *rest)
{
	ptrdiff_t end = bytes_find_char(*rest, '\0');
	struct bytes part = bytes_slice(*rest, 0, end < 0 ? rest->len : (size_t)end);
	*rest = bytes_slice(*rest, part.len + 1, rest->len);
	return part;
}

void said_read(const struct engine *e, uint32_t said, struct said *out)
{
	struct bytes rest = said != NONE ? strtab_text(e->said, said) : BYTES_NONE;
	out->type = next_part(&rest);
	out->value = next_part(&rest);
	out->actor = next_part(&rest);
	out->reason = next_part(&rest);
	out->proof = next_part(&rest);
}

/* ---- causes ---- */

static bool holds(const struct engine *e, uint32_t account, uint32_t value)
{
	return account == NONE || index_posting(e->index, account, value) != NULL;
}

/* The value among those that lost worth that both hold; NONE for one of them, or for both: whoever holds it. */
static uint32_t lost_value(const struct engine *e, uint32_t a, uint32_t b)
{
	for (size_t i = 0; i < e->touched.values.n; i++) {
		uint32_t value = e->touched.values.at[i];
		if (holds(e, a, value) && holds(e, b, value))
			return value;
	}
	return NONE;
}

static bool is_statement_of_links(const struct engine *e)
{
	return (e->event->type >= EVENT_RELATION && e->event->type <= EVENT_VERDICT) || e->event->type == EVENT_MARK;
}

/* A closure or a relation changes the links of its account; what a verdict or a mark changes may go further. */
static bool is_about(const struct engine *e, const struct pair *pair)
{
	uint32_t account = e->event->type == EVENT_VERDICT || e->event->type == EVENT_MARK ? NONE : account_find(e, e->event->account);
	return account == NONE || pair->a == account || pair->b == account;
}

static void set_cause(struct engine *e, uint32_t lost, bool is_stated, struct change *change)
{
	change->cause = lost != NONE ? CAUSE_VALUE : CAUSE_EVIDENCE;
	change->because = lost;
	if (!is_stated)
		return;
	change->cause = CAUSE_STATEMENT;
	change->because = change_said(e);
}

static struct bytes reason_of_value(const struct engine *e, uint32_t value, struct arena *a)
{
	const struct index_value *v = index_value(e->index, value);
	const struct kind *kind = &e->rules->kinds.rows[v->kind];
	struct bytes shown = index_shown(e->index, value);
	return bytes_of(arena_printf(a, "%.*s %.*s is held by %s%u accounts", BYTES_ARG(kind->title), BYTES_ARG(shown),
				     v->is_hub ? "more than " : "", v->is_hub ? kind->hub_cap : v->holders));
}

/* "device 789664c0 marked as generic by jo: a default" */
static struct bytes reason_of_mark(const struct said *said, struct arena *a)
{
	bool is_over = bytes_is(said->value, "none");
	return bytes_of(arena_printf(a, "%.*s %s%.*s%s%.*s%s%.*s", BYTES_ARG(said->proof), is_over ? "no longer marked" : "marked as ",
				     BYTES_ARG(is_over ? BYTES_NONE : said->value), said->actor.len ? " by " : "", BYTES_ARG(said->actor),
				     said->reason.len ? ": " : "", BYTES_ARG(said->reason)));
}

/* "verdict clean by jo: two passports seen (proof 118)" */
static struct bytes reason_of_said(const struct engine *e, uint32_t number, struct arena *a)
{
	struct said said;
	said_read(e, number, &said);
	if (bytes_is(said.type, event_types[EVENT_MARK].name))
		return reason_of_mark(&said, a);
	return bytes_of(arena_printf(a, "%.*s%s%.*s%s%.*s%s%.*s%s%.*s%s", BYTES_ARG(said.type), said.value.len ? " " : "",
				     BYTES_ARG(said.value), said.actor.len ? " by " : "", BYTES_ARG(said.actor),
				     said.reason.len ? ": " : "", BYTES_ARG(said.reason), said.proof.len ? " (proof: " : "",
				     BYTES_ARG(said.proof), said.proof.len ? ")" : ""));
}

struct bytes change_reason(const struct engine *e, const struct change *change, struct arena *a)
{
	struct said said;
	switch ((enum change_cause)change->cause) {
	case CAUSE_VALUE:
		return reason_of_value(e, change->because, a);
	case CAUSE_STATEMENT:
		return reason_of_said(e, change->because, a);
	case CAUSE_ALERT:
		said_read(e, change->because, &said);
		return said.reason;
	case CAUSE_RULES:
		return BYTES_LIT("the rules or networks changed");
	case CAUSE_EVENTS_OUT:
		return BYTES_LIT("events were taken out");
	case CAUSE_EVIDENCE:
	case CAUSES:
		break;
	}
	return BYTES_NONE;
}

/* ---- links ---- */

const struct change *change_of_link(const struct engine *e, uint32_t a, uint32_t b)
{
	uint64_t total;
	unsigned n = history_count(e->history, HISTORY_ACCOUNTS, a, &total);
	for (unsigned i = 0; i < n; i++) {
		const struct change *change = history_at(e->history, HISTORY_ACCOUNTS, a, i);
		if (change->type <= CHANGE_LINK_LAST && change->about == b)
			return change;
	}
	return NULL;
}

static unsigned calm_band(const struct engine *e, const struct pair *pair)
{
	unsigned band = 0;
	while (band < 3 && pair->score >= e->rules->scoring.score_bands[band] - (band < pair->told_band ? CALM : 0))
		band++;
	return band;
}

/* A link at the lowest border goes in one row too. */
static unsigned calm_state(const struct pair *pair, unsigned band)
{
	return pair->state == LINK_WITHDRAWN && band != BAND_NONE ? pair->told_state : pair->state;
}

static enum change_type type_of(const struct pair *pair, unsigned state)
{
	static const enum change_type by_state[LINK_STATES] = {
		[LINK_SUSPECTED] = CHANGE_LINK_CHANGED, [LINK_EXPLAINED] = CHANGE_LINK_EXPLAINED, [LINK_JOINT] = CHANGE_LINK_JOINT,
		[LINK_CONFIRMED] = CHANGE_LINK_CONFIRMED, [LINK_CLEARED] = CHANGE_LINK_CLEARED,
		[LINK_WITHDRAWN] = CHANGE_LINK_WITHDRAWN,
	};
	if (state == pair->told_state)
		return pair->told_band == BAND_NONE ? CHANGE_LINK_APPEARED : CHANGE_LINK_CHANGED;
	if (state == LINK_SUSPECTED && pair->told_state == LINK_WITHDRAWN)
		return CHANGE_LINK_APPEARED;
	if (state == LINK_SUSPECTED && pair->flags & PAIR_REOPENED)
		return CHANGE_LINK_REOPENED;
	return by_state[state];
}

/* What was never a link and is none is no news, whatever its state: a verdict about an account holds hundreds. */
static bool is_news(const struct pair *pair, unsigned state, unsigned band)
{
	bool is_special = pair->flags & (PAIR_JOINT | PAIR_CONFIRMED | PAIR_NOT_SAME | PAIR_CLEAN);
	return (state != pair->told_state || band != pair->told_band) && (is_special || band != BAND_NONE || pair->told_band != BAND_NONE);
}

/* is_own: the event itself touched it. What waited and is read along with a statement about others is not of that. */
static void change_of_pair(struct engine *e, struct pair *pair, bool is_own)
{
	unsigned band = calm_band(e, pair), state = calm_state(pair, band);
	if (!is_news(pair, state, band))
		return;
	const struct change *known = change_of_link(e, pair->a, pair->b);
	struct change change = { .type = (uint8_t)type_of(pair, state), .before = known != NULL ? known->after : 0,
				 .after = pair->score };
	uint32_t lost = change.after < change.before ? lost_value(e, pair->a, pair->b) : NONE;
	set_cause(e, lost, is_own && is_statement_of_links(e) && is_about(e, pair), &change);
	pair->told_state = (uint8_t)state;
	pair->told_band = (uint8_t)band;
	change.about = pair->b;
	add(e, HISTORY_ACCOUNTS, pair->a, &change);
	change.about = pair->a;
	add(e, HISTORY_ACCOUNTS, pair->b, &change);
}

void changes_of_links(struct engine *e)
{
	for (size_t i = 0; i < e->touched.pairs.n; i++) {
		struct pair *pair = &e->pairs.at[e->touched.pairs.at[i]];
		if (pair->a != NONE)
			change_of_pair(e, pair, i < e->touched.n_own);
	}
}

/* ---- clusters, alerts, statements ---- */

static const uint8_t cluster_types[] = {
	[GRAPH_FORMED] = CHANGE_CLUSTER_FORMED, [GRAPH_JOINED] = CHANGE_CLUSTER_JOINED, [GRAPH_LEFT] = CHANGE_CLUSTER_LEFT,
	[GRAPH_MERGED] = CHANGE_CLUSTER_MERGED, [GRAPH_DISSOLVED] = CHANGE_CLUSTER_DISSOLVED,
};

/* One of the links that the event itself touched ends in the cluster, or in the one that the account went to. */
static bool is_cluster_of_event(const struct engine *e, const struct graph_change *from)
{
	for (size_t i = 0; i < e->touched.n_own; i++) {
		const struct pair *pair = &e->pairs.at[e->touched.pairs.at[i]];
		uint32_t ends[] = { pair->a, pair->b };
		for (unsigned k = 0; k < ARRAY_LEN(ends) && pair->a != NONE; k++) {
			uint32_t cluster = graph_cluster_of(e->graph, ends[k]);
			if (from->type == GRAPH_DISSOLVED || ends[k] == from->account ||
			    (cluster != GRAPH_NONE && (cluster == from->cluster || cluster == from->other)))
				return true;
		}
	}
	return false;
}

void change_of_cluster(struct engine *e, const struct graph_change *from)
{
	struct change change = { .type = cluster_types[from->type], .about = NONE };
	bool is_less = from->type == GRAPH_LEFT || from->type == GRAPH_DISSOLVED;
	set_cause(e, is_less ? lost_value(e, from->account, NONE) : NONE, is_statement_of_links(e) && is_cluster_of_event(e, from), &change);
	bool is_of_account = from->type == GRAPH_JOINED || from->type == GRAPH_LEFT;
	change.about = is_of_account ? from->account : from->other;
	add(e, HISTORY_CLUSTERS, from->cluster, &change);
	if (is_of_account) {
		change.about = from->cluster;
		add(e, HISTORY_ACCOUNTS, from->account, &change);
	}
	if (from->type != GRAPH_MERGED)
		return;
	change.type = CHANGE_CLUSTER_MERGED_INTO;
	change.about = from->cluster;
	add(e, HISTORY_CLUSTERS, from->other, &change);
}

/* What a person said who did it, or why it ended; NONE when the alert did it by itself. */
static uint32_t said_of_alert(struct engine *e, enum change_type type, const struct alert *alert)
{
	const struct event *ev = e->event;
	char until[TIME_TEXT_SIZE];
	struct said said = { BYTES_LIT("alert"), ev->value, ev->actor, ev->reason, BYTES_NONE };
	if (type == CHANGE_ALERT_RESOLVED)
		said = (struct said){ said.type, alert_text(e, alert->resolution), alert_text(e, alert->actor),
				      alert_text(e, alert->reason), BYTES_NONE };
	else if (!event_is_act(ev->type) && type != CHANGE_ALERT_APPEALED)
		return NONE;
	if (type == CHANGE_ALERT_SNOOZED) {
		time_format(alert->snoozed_ms, until);
		said.value = bytes_of(until);
	}
	return change_say(e, &said);
}

/* Notes and the like are for whoever works on the alert. */
static bool is_inner(enum change_type type)
{
	return type == CHANGE_ALERT_UPDATED || (type >= CHANGE_ALERT_ASSIGNED && type <= CHANGE_ALERT_WOKEN);
}

void change_of_alert(struct engine *e, enum change_type type, uint32_t number)
{
	const struct alert *alert = &e->alerts.at[number];
	struct change change = { .type = (uint8_t)type, .cause = CAUSE_ALERT, .about = number, .because = NONE,
				 .after = (int16_t)alert->score };
	if (alert_is_shadow(e, alert))
		return;
	change.because = said_of_alert(e, type, alert);
	add(e, HISTORY_ALERTS, number, &change);
	if (is_inner(type))
		return;
	struct id_span accounts = alert_accounts(alert);
	for (size_t i = 0; i < accounts.n; i++)
		add(e, HISTORY_ACCOUNTS, accounts.at[i], &change);
	if (alert->scope == POLICY_CLUSTER)
		add(e, HISTORY_CLUSTERS, alert->subject_a, &change);
}

/* The lead's history has one row for those that come one after the other: what people did shall stay in it. */
static void note_growth(struct engine *e, uint32_t lead, struct change *change)
{
	uint64_t total;
	bool has_rows = history_count(e->history, HISTORY_ALERTS, lead, &total) > 0;
	if (has_rows && history_at(e->history, HISTORY_ALERTS, lead, 0)->type == CHANGE_ALERT_GREW)
		return;
	*change = (struct change){ .type = CHANGE_ALERT_GREW, .cause = CAUSE_ALERT, .about = lead, .because = NONE,
				   .after = (int16_t)e->alerts.at[lead].score };
	add(e, HISTORY_ALERTS, lead, change);
}

void change_of_merging(struct engine *e, enum change_type type, const struct alert *alert, const struct alert *other)
{
	char id[24];
	struct change change = { .type = (uint8_t)type, .cause = CAUSE_ALERT, .about = (uint32_t)(alert - e->alerts.at),
				 .after = (int16_t)alert->score };
	snprintf(id, sizeof(id), "%016llx", (unsigned long long)other->id);
	change.because = change_say(e, &(struct said){ BYTES_LIT("alert"), bytes_of(id), BYTES_NONE, BYTES_NONE, BYTES_NONE });
	add(e, HISTORY_ALERTS, change.about, &change);
	if (type == CHANGE_ALERT_MERGED)
		note_growth(e, (uint32_t)(other - e->alerts.at), &change);
}

void change_stated(struct engine *e, enum change_type type, uint32_t account, uint32_t about)
{
	struct change change = { .type = (uint8_t)type, .cause = CAUSE_STATEMENT, .about = about, .because = change_said(e) };
	add(e, HISTORY_ACCOUNTS, account, &change);
}

void change_of_contagion(struct engine *e, uint32_t account, uint32_t before)
{
	uint32_t now = contagion_of(e, account), path[CONTAGION_PATH_MAX];
	unsigned n = contagion_path(e, account, path);
	struct change change = { .type = now > 0 ? CHANGE_CONTAGION_CAME : CHANGE_CONTAGION_WENT, .before = (int16_t)(before / 1000),
				 .after = (int16_t)(now / 1000), .about = n > 0 ? path[n - 1] : NONE };
	if ((before > 0) == (now > 0))
		return;
	set_cause(e, NONE, is_statement_of_links(e), &change);
	add(e, HISTORY_ACCOUNTS, account, &change);
}

void change_of_verdict(struct engine *e, uint32_t a, uint32_t b)
{
	change_stated(e, CHANGE_VERDICT, a, b);
	if (b != NONE)
		change_stated(e, CHANGE_VERDICT, b, a);
}

bool change_is_sane(const struct engine *e, uint64_t values, const struct change *change)
{
	size_t limit = e->accounts.n;
	if (change->type >= CHANGE_TYPES || change->cause >= CAUSES)
		return false;
	if (change->type >= CHANGE_ALERT_OPENED && change->type <= CHANGE_ALERT_RESOLVED)
		limit = e->alerts.n;
	else if (change->type == CHANGE_RELATION || change->type == CHANGE_RELATION_IGNORED)
		limit = e->groups.n;
	else if (change->type >= CHANGE_CLUSTER_FORMED && change->type <= CHANGE_CLUSTER_DISSOLVED)
		limit = limit > graph_handles(e->graph) ? limit : graph_handles(e->graph);
	if (change->about != NONE && change->about >= limit)
		return false;
	if (change->cause == CAUSE_VALUE)
		return change->because < values;
	if (change->cause == CAUSE_ALERT && change->because == NONE)
		return true;
	return (change->cause != CAUSE_STATEMENT && change->cause != CAUSE_ALERT) || change->because < strtab_count(e->said);
}
