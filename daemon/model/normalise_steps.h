/* The normaliser steps by file, and the tokens they share. Private to model. */
#ifndef ASSOCD_MODEL_NORMALISE_STEPS_H
#define ASSOCD_MODEL_NORMALISE_STEPS_H

#include "normalise.h"

#define TOKENS_MAX 48 /* words of one text; the rest are dropped */

struct tokens {
	struct bytes at[TOKENS_MAX];
	unsigned n;
};

enum token_flags {
	TOKENS_PLAIN = 0,
	TOKENS_DOTTED = 1, /* "L.L.C." is one word */
};
/* Words of letters and digits of the text, without case, accents and apostrophes. */
void tokens_split(struct arena *a, struct bytes in, unsigned flags, struct tokens *out);
/* Into byte order, each once. */
void tokens_sort(struct tokens *t);
bool tokens_is_one_of(struct bytes token, const char *const *words, size_t n);
/* With one separator between them. */
struct bytes tokens_join(struct arena *a, const struct tokens *t, char separator);
/* unicode_fold_plain and the letters that have no decomposition (d with stroke, o with stroke ...). False: not UTF-8. */
bool text_fold(struct arena *a, struct bytes in, struct bytes *out);
/* Digits of the text, full-width ones too. */
struct bytes text_digits(struct arena *a, struct bytes in);

normalise_fn step_trim, step_lower, step_fold, step_tokens, step_ngrams3, step_phonetic, step_prefix3, step_prefix5,
	step_digits, step_squash;
normalise_fn step_ip, step_ip_first, step_ip64, step_ip24, step_tcp, step_tcp_stack, step_screen, step_language, step_user_agent,
	step_user_agent_os;
normalise_fn step_email, step_email_domain;
normalise_fn step_name, step_name_tokens, step_company, step_address, step_address_tokens;
normalise_fn step_phone, step_card, step_account_number, step_date, step_date_parts, step_year;

#endif
