/* Views of the engine as JSON, appended to a text. Deterministic: the same view gives the same bytes. Times are RFC 3339,
 * strengths bits with three decimals, scores 0 to 1000. */
#ifndef ASSOCD_API_RENDER_H
#define ASSOCD_API_RENDER_H

#include "daemon/base/text.h"
#include "daemon/engine/engine.h"

/* {"account","risk","band","links":[{"account","score","state"}],"cluster","alerts","seq"}: members of the answer to one event. */
void render_assessment(struct text *out, const struct account_view *account, uint64_t seq, bool is_duplicate);
void render_account(struct text *out, const struct account_view *account);
void render_link(struct text *out, const struct link_view *link);
void render_links(struct text *out, struct bytes account, const struct link_view *links, unsigned n);
/* standing: the alerts that why->alerts names. */
void render_why(struct text *out, const struct why_view *why, const struct alert_view *standing, unsigned n_standing);
/* "sentences": the same for people to paste. */
void render_sentences(struct text *out, const struct why_view *why);
/* {"account","sentences"}: what the owner of that account, one of the two, may be told. */
void render_for_subject(struct text *out, const struct why_view *why, struct bytes subject);
/* standing: the alerts that cluster->alerts names. */
void render_cluster(struct text *out, const struct cluster_view *cluster, const struct alert_view *standing, unsigned n);
/* key: what the subject is, "account", "cluster" or "alert". */
void render_history(struct text *out, const char *key, const struct history_view *history);
/* Member "because": what the reason is made of; left out where there is nothing to say. */
void render_because(struct text *out, const struct cause_view *because);
void render_alert(struct text *out, const struct alert_view *alert);
/* Member "alerts". */
void render_alerts(struct text *out, const struct alert_view *alerts, unsigned n);
void render_value_holders(struct text *out, const struct value_holders_view *value);
/* Members "mark", null when there is none, and "notes". */
void render_mark(struct text *out, const struct mark_view *mark);
/* Member "noted": the newest note, or null. */
void render_noted(struct text *out, const struct note_view *newest);
void render_notes(struct text *out, const struct note_view *notes, unsigned n);
void render_marked(struct text *out, const struct marked_view *marked);
void render_mark_effect(struct text *out, const struct mark_effect_view *effect);
void render_stack(struct text *out, const struct stack_view *stack);
void render_rules(struct text *out, const struct rules_view *rules);
void render_stats(struct text *out, const struct engine_stats *stats); /* members only */

/* Members that are absent rather than empty: null for "". */
void render_optional(struct text *out, const char *key, struct bytes s);
/* The key of a value as 16 hexadecimal digits, which /v1/values takes; null for 0. */
void render_key(struct text *out, uint64_t key);
/* null for 0. */
void render_optional_time(struct text *out, const char *key, int64_t ms);
void render_strings(struct text *out, const char *key, const struct bytes *at, unsigned n);

#endif
