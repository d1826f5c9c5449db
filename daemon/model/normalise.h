/* Normaliser steps: pure text -> zero, one or several texts. A kind names a chain of them; every step of the chain is
 * applied to every text of the one before. Sources: minFraud's published e-mail steps, ITU-T E.164, ISO/IEC 7812. */
#ifndef ASSOCD_MODEL_NORMALISE_H
#define ASSOCD_MODEL_NORMALISE_H

#include "daemon/base/arena.h"
#include "kinds.h"
#include "words.h"

#define NORMALISE_OUT_MAX 24 /* texts one chain may yield; the rest are dropped */
#define NORMALISE_IN_MAX 4096
#define NORMALISE_VERSION 7 /* raised whenever a step gives another text for the same input */

struct normalised {
	struct bytes text[NORMALISE_OUT_MAX];
	unsigned n;
};

/* Reads in, appends to out (by normalised_add). An input without usable content yields nothing; that is no error.
 * words: those of the kind, NULL when it has none. */
typedef void normalise_fn(struct arena *a, const struct words *words, struct bytes in, struct normalised *out);

struct normaliser_step {
	const char *name;
	normalise_fn *fn;
	const char *help; /* one sentence, for the rule reference */
	word_form_fn *form; /* of a listed word; NULL: the step asks for none */
};

/* The table, NULL-name ended; the manual page assocd-rules(5) lists it. */
extern const struct normaliser_step normaliser_steps[];
const struct normaliser_step *normaliser_find(struct bytes name);
void normalised_add(struct normalised *out, struct bytes text);
/* How the words of a kind are written for its chain, by the first step that asks for words; NULL when none does. */
word_form_fn *kind_word_form(const struct kind *kind);

/* Runs the chain of `kind` on the raw text. Placeholder values and empty texts are taken out. */
void kind_normalise(const struct kind *kind, struct arena *a, struct bytes raw, struct normalised *out);
/* Whether the text, in normal form or a part of a kind of several paths, is one of the kind's placeholders. */
bool kind_is_placeholder(const struct kind *kind, struct bytes text);
/* What people may see of a value of this kind: plain: the text; hash: "...4821"; drop: "". */
struct bytes kind_shown(const struct kind *kind, struct arena *a, struct bytes normal);

#endif
