/* Values, who holds them and what people said of them, as people and programs see them; a part of views.h. */
#ifndef ASSOCD_MODEL_VALUE_VIEWS_H
#define ASSOCD_MODEL_VALUE_VIEWS_H

#include "daemon/base/bytes.h"
#include "ip.h"

struct holder_view { struct bytes account; int64_t first_ms, last_ms; uint64_t count; };

/* What people said of a value or of a range of addresses. */
struct mark_view {
	struct bytes word;  /* "shared", "generic"; empty: it is not marked */
	struct bytes range; /* the range that the mark is on, or empty: it is on the value itself */
	struct bytes actor, reason;
	int64_t ts_ms;
};
/* range: the range that it was written of, or empty: of the value itself. */
struct note_view { struct bytes actor, text, range; int64_t ts_ms; };

struct value_holders_view {
	struct mark_view mark;
	const struct note_view *notes; unsigned n_notes; /* about it, newest first */
	struct bytes kind, kind_title, shown;
	uint64_t key;
	unsigned holders; /* exact up to the hub cap, then a lower bound */
	bool is_hub;
	enum network_kind network;
	struct holder_view *latest; unsigned n_latest;
};

/* A value or a range that has a mark or notes. */
struct marked_view {
	struct bytes kind, kind_title, shown; /* of a range kind is empty, and shown is the range */
	uint64_t key;      /* 0: a range */
	unsigned holders;  /* of a value, 0: nobody */
	struct mark_view mark;
	const struct note_view *notes; unsigned n_notes;
};

/* What a mark would change, read without it as it stands. */
struct mark_effect_view {
	uint64_t values;   /* that are known */
	uint64_t links;    /* of 500 and more that rest on them */
	uint64_t ending;   /* of those that were read: how many would fall below 500 */
	uint64_t read;     /* the strongest */
	uint64_t alerts;   /* that stand about links that would fall below 500 */
	struct effect_link { struct bytes a, b; int before, after; } *strongest;
	unsigned n_strongest;
};

/* What marking a value would change; of a range (base and bits in the 128-bit space) when kind is -1. */
struct mark_question { int kind; uint64_t key; struct ip base; unsigned bits; };

#endif
