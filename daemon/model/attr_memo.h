/* What recent texts became: user agents, screens and hardware repeat from event to event, and normalising them is the larger part
 * of reading one. A text is that of a source (kinds.h), in the parts that its paths gave, and is remembered with the values of all
 * its kinds. A memo never changes an answer. Sources of a kind whose privacy class is not `plain` are left out (their texts are
 * not kept anywhere), and so is a source whose texts turn out not to repeat. */
#ifndef ASSOCD_MODEL_ATTR_MEMO_H
#define ASSOCD_MODEL_ATTR_MEMO_H

#include "event.h"

#define ATTR_MEMO_VALUES 8 /* of one text; one that gives more is not kept */
#define ATTR_MEMO_TEXT 512 /* bytes of a text and what is shown of its values: room for a fingerprint, an agent and who claims it */

/* The kinds that may have values in an event, in their order. */
struct attr_asked {
	bool used_only;
	uint8_t n;
	struct {
		uint8_t row, source;
		uint8_t limit; /* of all values of an event, those of earlier kinds included: a place is left for every later kind */
		bool is_joined; /* it has parts and no source */
	} kinds[KINDS_MAX];
};
void attr_asked_for(const struct kinds *kinds, bool used_only, struct attr_asked *out);

struct attr_memo;
struct attr_memo *attr_memo_new(void);
void attr_memo_free(struct attr_memo *m);

struct attr_memo_value { uint64_t key; uint16_t kind, shown_at, shown_len; };
struct attr_memo_entry {
	uint64_t hash;
	const char *text; /* the parts with '|' between them, then what is shown of the values; behind them */
	uint16_t room;    /* bytes behind this head: as many as were needed in this place so far */
	uint16_t raw_len;
	uint8_t n;
	struct attr_memo_value values[]; /* by kind */
};

/* hash: of the parts and of nothing else. */
struct attr_memo_text {
	const struct bytes *parts;
	unsigned n;
	uint64_t hash;
};

/* Where a text that was not remembered may be put, until the next attr_memo_find. */
struct attr_memo_place {
	struct attr_memo_entry **slot; /* NULL: nowhere */
	uint64_t hash;
};

/* Forgets everything when the kinds, or what is asked of them, are others than last time. */
const struct attr_asked *attr_memo_bind(struct attr_memo *m, const struct kinds *kinds, bool used_only);
/* NULL when the text is not remembered. */
const struct attr_memo_entry *attr_memo_find(struct attr_memo *m, unsigned source, const struct attr_memo_text *text,
					     struct attr_memo_place *place);
/* raw: the parts, joined; attrs: all of its values, by kind. NULL when that is more than is kept. */
const struct attr_memo_entry *attr_memo_put(const struct attr_memo_place *place, struct bytes raw, const struct attr *attrs, unsigned n);

#endif
