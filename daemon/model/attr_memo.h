/* What recent texts of a kind became: user agents, screens and hardware repeat from event to event, and normalising them
 * is the larger part of reading one. A memo never changes an answer. Kinds of the privacy class `hash` are left out (their
 * texts are not kept anywhere), and so is a kind whose texts turn out not to repeat. */
#ifndef ASSOCD_MODEL_ATTR_MEMO_H
#define ASSOCD_MODEL_ATTR_MEMO_H

#include "event.h"

#define ATTR_MEMO_VALUES 4 /* of one text; one that gives more is not kept */
#define ATTR_MEMO_TEXT 256 /* bytes of a text and what is shown of its values */

struct attr_memo;
struct attr_memo *attr_memo_new(void);
void attr_memo_free(struct attr_memo *m);

struct attr_memo_entry {
	uint64_t hash;
	char *text;
	uint16_t room;    /* of text: as much as was needed here so far */
	uint16_t raw_len; /* of text, from its start */
	uint8_t n;
	bool is_filled;
	struct { uint64_t key; uint16_t shown_at, shown_len; } values[ATTR_MEMO_VALUES];
};

/* Forgets everything when the kinds are others than last time. */
void attr_memo_bind(struct attr_memo *m, const struct kinds *kinds);
/* NULL when the text is not remembered; *slot is then where it may be put, or NULL. */
const struct attr_memo_entry *attr_memo_find(struct attr_memo *m, unsigned kind, struct bytes raw,
					     struct attr_memo_entry **slot);
/* attrs: the values of raw, all of them. */
void attr_memo_put(struct attr_memo_entry *slot, struct bytes raw, const struct attr *attrs, unsigned n);

#endif
