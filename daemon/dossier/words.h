/* What a dossier says in another language: whole phrases, by what they say in English. A phrase that a language does not know
 * stays English: a rule of one's own says of its evidence what its file says. */
#ifndef ASSOCD_DOSSIER_WORDS_H
#define ASSOCD_DOSSIER_WORDS_H

#include "daemon/base/bytes.h"

struct dossier_phrase { const char *english, *other; }; /* forms of printf take the same values in the same order */
extern const struct dossier_phrase dossier_chinese[];   /* ended by NULL */

/* phrases NULL: the language is English. */
const char *phrase_of(const struct dossier_phrase *phrases, const char *english) __attribute__((format_arg(2)));
struct bytes phrase_of_bytes(const struct dossier_phrase *phrases, struct bytes english);

#endif
