/* What recent texts of a kind became: user agents, screens and hardware repeat from event to event, and normalising them
 * is the larger part of reading one. A memo never changes an answer. Kinds of the privacy class `hash` are left out (their
 * texts are not kept anywhere), and so is a kind whose texts turn out not to repeat. */
#ifndef ASSOCD_MODEL_ATTR_MEMO_H
#define ASSOCD_MODEL_ATTR_MEMO_H

#include "event.h"

#define ATTR_MEMO_VALUES 4 /* of one text; one that gives more is not kept */
#define ATTR_MEMO_TEXT 512 /* bytes of a text and what is shown of its values: room for a fingerprint, an agent and who claims it */

struct attr_memo;
struct attr_memo *attr_memo_new(void);
void attr_memo_free(struct attr_memo *m);

struct attr_memo_value { uint64_t key; uint16_t shown_at, shown_len; };
struct attr_memo_entry {
	uint64_t hash;
	const char *text; /* the raw one, then what is shown of the values; behind them */
	uint16_t room;    /* bytes behind this head: as many as were needed in this place so far */
	uint16_t raw_len;
	uint8_t n;
	struct attr_memo_value values[];
};

/* Where a text that was not remembered may be put, until the next attr_memo_find. */
struct attr_memo_place {
	struct attr_memo_entry **slot; /* NULL: nowhere */
	uint64_t hash;
};

/* Forgets everything when the kinds are others than last time. */
void attr_memo_bind(struct attr_memo *m, const struct kinds *kinds);
/* NULL when the text is not remembered. */
const struct attr_memo_entry *attr_memo_find(struct attr_memo *m, unsigned kind, struct bytes raw,
					     struct attr_memo_place *place);
/* attrs: the values of raw, all of them. */
void attr_memo_put(const struct attr_memo_place *place, struct bytes raw, const struct attr *attrs, unsigned n);

#endif
