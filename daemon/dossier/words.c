/* Looks a phrase up. There are a hundred, and a dossier has as many: one after the other. */
#include "words.h"

struct bytes phrase_of_bytes(const struct dossier_phrase *phrases, struct bytes english)
{
	for (; phrases != NULL && phrases->english != NULL; phrases++)
		if (bytes_is(english, phrases->english))
			return bytes_of(phrases->other);
	return english;
}

const char *phrase_of(const struct dossier_phrase *phrases, const char *english)
{
	for (; phrases != NULL && phrases->english != NULL; phrases++)
		if (strcmp(english, phrases->english) == 0)
			return phrases->other;
	return english;
}
