/* Words that a normaliser step replaces or leaves out, as lists in files give them: what grows with the world (legal forms,
 * abbreviations, domains of one provider) is no part of the program.
 *
 *     street = st          the word, or several, is replaced
 *     gmbh                 it is left out
 *     *strasse = *str      the end of a word is replaced, or left out; with the star behind, its beginning
 *     *strasse = * str     and becomes a word of its own
 *
 * What a word is, and what else may stand behind '=', is the step's to say (normalise.h). */
#ifndef ASSOCD_MODEL_WORDS_H
#define ASSOCD_MODEL_WORDS_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"

#define WORD_BYTES_MAX 96  /* of one side of a line in normal form */
#define WORD_PHRASE_MAX 8  /* words that stand for one */
#define WORD_PARTS_MAX 64  /* lines with a star, of one kind */

struct word {
	struct bytes from, to; /* to is empty: left out */
	bool is_listed;        /* false: only the beginning of a phrase */
	bool begins_phrase;    /* some listed phrase begins with it */
	bool is_apart;         /* with a star: a blank stands beside it behind '=' */
};

struct words {
	const struct word *slots;        /* open addressing by hash of from; an empty from ends a chain */
	size_t mask;
	struct word parts[WORD_PARTS_MAX]; /* stars taken off; longest first */
	bool is_prefix[WORD_PARTS_MAX];
	unsigned n_parts;
	uint64_t version; /* hash of the lines */
};

/* A text of a list in the form in which a step looks it up: "Sp. z o.o." is "sp zoo" to step company. */
typedef struct bytes word_form_fn(struct arena *a, struct bytes text);

/* In the arena. NULL: a line has no word, is too long or says something else than another, or there are too many stars;
 * eb quotes it. */
const struct words *words_make(struct arena *a, word_form_fn *form, const struct bytes *lines, size_t n, struct errbuf *eb);
/* The entry of `from`, or NULL. w may be NULL. */
const struct word *words_find(const struct words *w, struct bytes from);
/* The longest starred line that `word` begins or ends with and that leaves something of it, or -1. */
int words_part(const struct words *w, struct bytes word);

#endif
