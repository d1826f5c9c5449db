/* The normaliser steps by file, and the tokens they share. Private to model. */
#ifndef ASSOCD_MODEL_NORMALISE_STEPS_H
#define ASSOCD_MODEL_NORMALISE_STEPS_H

#include "normalise.h"

#define TOKENS_MAX 48 /* words of one text; the rest are dropped */

struct tokens {
	struct bytes at[TOKENS_MAX];
	unsigned n;
};

/* Words of letters and digits of the text, without case, accents and apostrophes. They stand one behind the other in
 * memory. With keep_and, & and + between them are words too, both "&". */
void tokens_split(struct arena *a, struct bytes in, bool keep_and, struct tokens *out);
/* Listed words and phrases, the longest first, and listed ends of words, replaced or taken out; unless nothing is left. */
void tokens_replace(struct arena *a, const struct words *words, struct tokens *t);
/* The entry of the n words from i on, as a phrase; NULL when they are not listed. */
const struct word *tokens_listed(const struct words *words, const struct tokens *t, unsigned i, unsigned n);
/* The word with its listed beginning or end replaced or off. */
struct bytes token_replace_part(struct arena *a, const struct words *words, struct bytes word);
/* Into byte order, each once. */
void tokens_sort(struct tokens *t);
/* With the separator between them, '\0' for none. */
struct bytes tokens_join(struct arena *a, const struct tokens *t, char separator);
/* unicode_fold_plain and the letters that have no decomposition (d with stroke, o with stroke ...). False: not UTF-8. */
bool text_fold(struct arena *a, struct bytes in, struct bytes *out);
size_t count_characters(struct bytes s);

word_form_fn form_lower, form_tokens, form_company, form_email;

normalise_fn step_trim, step_id, step_lower, step_fold, step_tokens, step_ngrams3, step_deletions, step_phonetic, step_prefix3, step_prefix5,
	step_digits, step_squash;
normalise_fn step_ip, step_ip_first, step_ip64, step_ip56, step_ip24, step_tcp, step_tcp_stack, step_screen, step_language, step_user_agent,
	step_user_agent_os, step_user_agent_family, step_claim, step_tcp_claim, step_tls_stack;
normalise_fn step_email, step_email_domain;
normalise_fn step_name, step_name_tokens, step_company, step_address, step_address_tokens;
normalise_fn step_phone, step_card, step_account_number, step_date, step_date_parts, step_year;

#endif
