/* The table of normaliser steps, chains of them, and what people may see of the result. */
#include "normalise.h"

#include "normalise_steps.h"

#define SHOWN_MAX 64

const struct normaliser_step normaliser_steps[] = {
	{ "trim", step_trim, "White space and invisible characters at both ends are taken off.", NULL },
	{ "id", step_id, "An identifier: white space, invisible characters, quotes and braces at both ends are taken off; one character "
	  "over and over (0000, ffff-ffff) gives nothing.", NULL },
	{ "lower", step_lower, "Compatibility forms are unified (NFKC) and case is folded.", NULL },
	{ "fold", step_fold, "As lower, and accents and tone marks are taken off; runs of white space become one space.", NULL },
	{ "squash", step_squash, "As fold, and everything but letters and digits is taken out.", NULL },
	{ "digits", step_digits, "Only the digits are kept.", NULL },
	{ "tokens", step_tokens, "One value for each word of letters and digits, folded.", NULL },
	{ "ngrams3", step_ngrams3, "One value for each run of three characters.", NULL },
	{ "deletions", step_deletions, "The text, and from four characters on the text without each of its characters: what differs by one "
	  "mistake shares a value.", NULL },
	{ "phonetic", step_phonetic, "Soundex code (first letter, three digits) of each word, for names that are spelt by ear.", NULL },
	{ "prefix3", step_prefix3, "The first three characters.", NULL },
	{ "prefix5", step_prefix5, "The first five characters.", NULL },
	{ "ip", step_ip, "IPv4 address (of IPv6 forms that carry one: mapped, NAT64, 6to4, Teredo), or the /64 network of an IPv6 address.", NULL },
	{ "ip_first", step_ip_first, "The address before the first bar in the form of step ip, the rest as it is.", NULL },
	{ "ip64", step_ip64, "The /64 network of an IPv6 address; nothing for IPv4.", NULL },
	{ "ip56", step_ip56, "The /56 network of an IPv6 address, what many providers give to one home; nothing for IPv4.", NULL },
	{ "ip24", step_ip24, "The /24 network of an IPv4 address, the /48 network of an IPv6 address.", NULL },
	{ "tcp", step_tcp, "ttl:mss:window:options to initial ttl, window and options; the path-dependent mss is left out.", NULL },
	{ "tcp_stack", step_tcp_stack, "Family of the TCP stack by ttl and order of options: windows, linux, apple or other.", NULL },
	{ "screen", step_screen, "Width x height of a screen, the smaller first, so that turning it changes nothing.", NULL },
	{ "language", step_language, "Primary language tags of Accept-Language in their order, each once.", NULL },
	{ "user_agent", step_user_agent, "Browser family, major version and system: \"chrome 139 windows\"; of another program its name.", NULL },
	{ "tls_stack", step_tls_stack, "What kind of TLS client a JA4 is of: browser, library (no HTTP/2, an old version or more cipher suites than a "
	  "browser has) or quic.", NULL },
	{ "claim", step_claim, "'STACK|USER AGENT' to the stack, to the stack with the browser and the system that the agent names, and to those alone.", NULL },
	{ "tcp_claim", step_tcp_claim, "The same of 'ttl:mss:window:options|USER AGENT', the stack by step tcp.", NULL },
	{ "user_agent_family", step_user_agent_family, "Browser of a user agent without its version: chrome, firefox, curl ...", NULL },
	{ "user_agent_os", step_user_agent_os, "System family of a user agent: windows, macos, ios, android, chromeos, linux.", NULL },
	{ "email", step_email, "Mailbox of an e-mail address: case and junk off, domain to ASCII, its aliases and mistypings mended, "
	  "and what its provider ignores before the '@' taken out, as the words of the kind say.", form_email },
	{ "email_domain", step_email_domain, "Domain of an e-mail address as step email gives it.", form_email },
	{ "phone", step_phone, "Digits of a phone number of at least 7, with + when the country code is there. Words of the kind are "
	  "passed over in front and begin an extension behind, as a comma does.", form_lower },
	{ "card", step_card, "Digits of a card number, or a payment token as it is; masked and rounded (4.1E+15) numbers give nothing.", NULL },
	{ "account_number", step_account_number, "Letters and digits in upper case: bank account, tax id, document number. Words of the "
	  "kind in front of it (IBAN) are passed over; masked and rounded (4.1E+15) numbers, words without a digit and nothing but "
	  "zeros behind letters give nothing.", form_lower },
	{ "name", step_name, "Words of a person's name, folded and sorted, the words of the kind (titles) left out. A name in Chinese, "
	  "Japanese or Korean script alone is kept in its order, without spaces. Nothing is transcribed: ü becomes u and not ue.", form_tokens },
	{ "name_tokens", step_name_tokens, "One value for each word of at least two letters of a name.", form_tokens },
	{ "company", step_company, "As name, initials put together (S.p.A. is spa), the words of the kind (legal forms) left out.", form_company },
	{ "address", step_address, "Words of a postal address, replaced as the words of the kind say and sorted, each once; a letter "
	  "behind a house number belongs to it. One in Chinese, Japanese or Korean script alone is kept in its order, without spaces, and "
	  "needs a number.", form_tokens },
	{ "address_tokens", step_address_tokens, "One value for each word of a postal address as step address gives them.", form_tokens },
	{ "date", step_date, "A date as YYYY-MM-DD; with slashes and the year last the month comes first.", NULL },
	{ "date_parts", step_date_parts, "Year, month and day of a date as three values.", NULL },
	{ "year", step_year, "The year of a date.", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct normaliser_step *normaliser_find(struct bytes name)
{
	for (const struct normaliser_step *s = normaliser_steps; s->name; s++)
		if (bytes_is(name, s->name))
			return s;
	return NULL;
}

word_form_fn *kind_word_form(const struct kind *kind)
{
	for (unsigned i = 0; i < kind->n_steps; i++)
		if (kind->steps[i]->form)
			return kind->steps[i]->form;
	return NULL;
}

void normalised_add(struct normalised *out, struct bytes text)
{
	if (text.len == 0 || text.len > NORMALISE_IN_MAX || out->n == NORMALISE_OUT_MAX)
		return;
	out->text[out->n++] = text;
}

/* As bytes_cmp, the text taken in lower case as the placeholders are: whoever writes NULL means null. */
static int compare_placeholder(struct bytes placeholder, struct bytes text)
{
	size_t n = placeholder.len < text.len ? placeholder.len : text.len;

	for (size_t i = 0; i < n; i++) {
		unsigned char a = (unsigned char)placeholder.ptr[i], b = (unsigned char)byte_lower(text.ptr[i]);

		if (a != b)
			return a < b ? -1 : 1;
	}
	return placeholder.len < text.len ? -1 : placeholder.len > text.len;
}

static bool is_listed(const struct kind *kind, struct bytes text)
{
	unsigned low = 0, high = kind->n_placeholders;

	if (!kind_may_list(kind, text))
		return false;
	while (low < high) {
		unsigned middle = (low + high) / 2;
		int order = compare_placeholder(kind->placeholders[middle], text);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* "noreply@*": the part before the '@' at any domain. */
static bool is_listed_at_any_domain(const struct kind *kind, struct bytes text)
{
	ptrdiff_t at = kind->has_mailboxes ? bytes_find_char(text, '@') : -1;
	char pattern[64 + 2]; /* a local part is at most 64 octets (RFC 5321, 4.5.3.1.1) */

	if (at < 0 || at > 64)
		return false;
	memcpy(pattern, text.ptr, (size_t)at + 1);
	pattern[at + 1] = '*';
	return is_listed(kind, bytes_make(pattern, (size_t)at + 2));
}

static bool ends_like(struct bytes text, struct bytes suffix)
{
	return text.len >= suffix.len && bytes_eq_nocase(bytes_slice(text, text.len - suffix.len, suffix.len), suffix);
}

/* Placeholders are sorted; those with '*' in front are suffixes and stand together. */
bool kind_is_placeholder(const struct kind *kind, struct bytes text)
{
	if (is_listed(kind, text) || is_listed_at_any_domain(kind, text))
		return true;
	for (unsigned i = kind->first_suffix; i < kind->first_suffix + kind->n_suffixes; i++)
		if (ends_like(text, bytes_slice(kind->placeholders[i], 1, NORMALISE_IN_MAX)))
			return true;
	return false;
}

static void run_steps(const struct kind *kind, struct arena *a, struct bytes raw, struct normalised *out)
{
	struct normalised before;

	out->n = 0;
	if (kind->n_steps == 0) {
		normalised_add(out, raw);
		return;
	}
	kind->steps[0]->fn(a, kind->words, raw, out);
	for (unsigned s = 1; s < kind->n_steps; s++) {
		before.n = out->n;
		memcpy(before.text, out->text, out->n * sizeof before.text[0]);
		out->n = 0;
		for (unsigned i = 0; i < before.n; i++)
			kind->steps[s]->fn(a, kind->words, before.text[i], out);
	}
}

void kind_normalise(const struct kind *kind, struct arena *a, struct bytes raw, struct normalised *out)
{
	unsigned kept = 0;

	out->n = 0;
	raw = bytes_trim(raw);
	if (raw.len == 0 || raw.len > NORMALISE_IN_MAX)
		return;
	run_steps(kind, a, raw, out);
	if (kind->n_placeholders == 0)
		return;
	for (unsigned i = 0; i < out->n; i++)
		if (!kind_is_placeholder(kind, out->text[i]))
			out->text[kept++] = out->text[i];
	out->n = kept;
}

/* At most max bytes that end where a character ends. */
static struct bytes cut_text(struct bytes s, size_t max)
{
	size_t n = max;

	if (s.len <= max)
		return s;
	while (n > 0 && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
		n--;
	return bytes_slice(s, 0, n);
}

/* "...4821": the last characters, but never more than half of the value. */
static struct bytes masked(struct arena *a, struct bytes s, unsigned tail)
{
	static const char dots[] = "...";
	size_t characters = 0, at = s.len;
	char *out;

	if (tail > SHOWN_MAX / 4)
		tail = SHOWN_MAX / 4;
	for (size_t i = 0; i < s.len && characters < 2 * tail; i++) /* how many more there are makes no difference */
		characters += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
	if (tail > characters / 2)
		tail = (unsigned)(characters / 2);
	for (; tail > 0; tail--)
		do
			at--;
		while (((unsigned char)s.ptr[at] & 0xc0) == 0x80);
	out = arena_alloc(a, sizeof dots + s.len - at);
	memcpy(out, dots, 3);
	memcpy(out + 3, s.ptr + at, s.len - at);
	return bytes_make(out, 3 + s.len - at);
}

struct bytes kind_shown(const struct kind *kind, struct arena *a, struct bytes normal)
{
	switch (kind->privacy) {
	case PRIVACY_PLAIN:
		return arena_bytes(a, cut_text(normal, SHOWN_MAX));
	case PRIVACY_HASH:
		return masked(a, normal, kind->mask_tail);
	default:
		return BYTES_NONE;
	}
}
