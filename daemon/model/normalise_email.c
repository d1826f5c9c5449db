/* E-mail address to its mailbox, by the steps that minFraud publishes, and what providers say of their own addresses.
 * In order: white space, case and junk at the ends off; domain to ASCII; repeated .com and digits in front of gmail off;
 * typing errors and aliases mended; tag off; what the provider ignores taken out. What is no address gives nothing.
 *
 * Words of the kind:
 *     .con = .com                   the last label of a domain was mistyped
 *     googlemail.com = gmail.com    a domain is an alias, or was mistyped
 *     gmail.com = ignores .         the provider ignores these characters before the '@'
 *     yandex.ru = equates .-        the first of these characters is the same as the second
 *     yahoo.com = tag -             a tag follows this character; '+' where nothing is said
 *     fastmail.com = host user      anything@ann.fastmail.com is ann@fastmail.com */
#include "daemon/base/err.h"
#include "daemon/vendor/unicode.h"
#include "normalise_steps.h"

#define LOCAL_MAX 64 /* RFC 5321, 4.5.3.1.1 */

struct mailbox {
	struct bytes local, domain;
};

static bool is_junk(char c)
{
	return c != '\0' && strchr(" \t\r\n.,;:\"'`<>()[]{}!|\\", c) != NULL;
}

static struct bytes without_junk(struct bytes s)
{
	while (s.len > 0 && is_junk(s.ptr[0]))
		s = bytes_slice(s, 1, s.len);
	while (s.len > 0 && is_junk(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

/* "Ann Lee <ann@x.org>" and "mailto:ann@x.org" to the address alone. */
static struct bytes bare_address(struct bytes s)
{
	ptrdiff_t open = bytes_find_char(s, '<');

	if (open >= 0 && s.ptr[s.len - 1] == '>')
		s = bytes_slice(s, (size_t)open + 1, s.len);
	s = without_junk(s);
	if (bytes_eq_nocase(bytes_slice(s, 0, 7), BYTES_LIT("mailto:")))
		s = bytes_slice(s, 7, s.len);
	return without_junk(s);
}

static ptrdiff_t last_at(struct bytes s)
{
	for (size_t i = s.len; i > 0; i--)
		if (s.ptr[i - 1] == '@')
			return (ptrdiff_t)i - 1;
	return -1;
}

/* No name ends in anything but a letter or a digit. */
static struct bytes without_junk_behind(struct bytes domain)
{
	while (domain.len > 0 && (unsigned char)domain.ptr[domain.len - 1] < 0x80 &&
	       !unicode_is_letter_or_digit(domain.ptr[domain.len - 1]))
		domain.len--;
	return domain;
}

/* "x.com.com", "x.comcom": the end was typed again. */
static struct bytes without_repeated_com(struct bytes domain)
{
	while (bytes_ends(domain, BYTES_LIT(".com.com")))
		domain.len -= 4;
	while (bytes_ends(domain, BYTES_LIT("comcom")) && bytes_find(domain, BYTES_LIT(".comcom")) >= 0)
		domain.len -= 3;
	return domain;
}

static struct bytes mend_top_level(struct arena *a, const struct words *words, struct bytes domain)
{
	const struct word *word;
	size_t dot = domain.len;

	while (dot > 0 && domain.ptr[dot - 1] != '.')
		dot--;
	if (dot == 0 || (word = words_find(words, bytes_slice(domain, dot - 1, domain.len))) == NULL)
		return domain;
	return bytes_of(arena_printf(a, "%.*s%.*s", (int)(dot - 1), domain.ptr, BYTES_ARG(word->to)));
}

/* "10gmail.com", "35gmai.com": people run the end of the name into the domain. */
static struct bytes without_leading_digits(struct bytes domain)
{
	size_t n = 0;
	struct bytes rest;

	while (n < domain.len && domain.ptr[n] >= '0' && domain.ptr[n] <= '9')
		n++;
	rest = bytes_slice(domain, n, domain.len);
	return n > 0 && (bytes_is(rest, "gmail.com") || bytes_is(rest, "gmai.com")) ? rest : domain;
}

/* What the words say of a domain: "tag -" has a blank, the name of another domain has none. */
static struct bytes said_of(const struct words *words, struct bytes domain)
{
	const struct word *word = words_find(words, domain);

	return word ? word->to : BYTES_NONE;
}

static struct bytes mend_domain(struct arena *a, const struct words *words, struct bytes domain)
{
	struct bytes same;

	domain = without_leading_digits(mend_top_level(a, words, without_repeated_com(domain)));
	same = said_of(words, domain);
	return same.len > 0 && bytes_find_char(same, ' ') < 0 ? same : domain;
}

static bool has_space_or_control(struct bytes s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f)
			return true;
	return false;
}

/* The domain is not folded: IDNA2008 tells "ß" from "ss" (RFC 5894, 7.2), and has a case mapping of its own. */
static bool split_address(struct arena *a, struct bytes in, struct mailbox *m)
{
	struct bytes s;
	ptrdiff_t at;

	if (unicode_compose(a, in, &s) != ERR_OK || (s = bare_address(s)).len == 0 || (at = last_at(s)) <= 0)
		return false;
	m->domain = without_junk_behind(without_junk(bytes_slice(s, (size_t)at + 1, s.len)));
	if (unicode_domain_ascii(a, m->domain, &m->domain) != ERR_OK || bytes_find_char(m->domain, '.') < 0)
		return false;
	return unicode_fold(a, without_junk(bytes_slice(s, 0, (size_t)at)), &m->local) == ERR_OK;
}

/* "ann@USER.fastmail.com" is the mailbox of the user. */
static void fold_host(const struct words *words, struct mailbox *m)
{
	ptrdiff_t dot = bytes_find_char(m->domain, '.');
	struct bytes provider = bytes_slice(m->domain, (size_t)dot + 1, m->domain.len);

	if (!bytes_is(said_of(words, provider), "host user"))
		return;
	m->local = bytes_slice(m->domain, 0, (size_t)dot);
	m->domain = provider;
}

static bool read_mailbox(struct arena *a, const struct words *words, struct bytes in, struct mailbox *m)
{
	if (!split_address(a, in, m) || m->local.len == 0 || m->local.len > LOCAL_MAX || has_space_or_control(m->local))
		return false;
	if (bytes_find_char(m->local, '@') >= 0)
		return false;
	m->domain = mend_domain(a, words, m->domain);
	fold_host(words, m);
	return true;
}

/* What the rule of a domain names behind its first word ("ignores .-_" asked for "ignores": ".-_"), or nothing. */
static struct bytes characters_of(struct bytes rule, struct bytes verb)
{
	if (rule.len > verb.len && bytes_starts(rule, verb) && rule.ptr[verb.len] == ' ')
		return bytes_slice(rule, verb.len + 1, rule.len);
	return BYTES_NONE;
}

/* An address that is nothing but a tag keeps it. */
static void drop_tag(struct mailbox *m, struct bytes rule)
{
	struct bytes mark = characters_of(rule, BYTES_LIT("tag"));
	ptrdiff_t tag = bytes_find_char(m->local, mark.len > 0 ? mark.ptr[0] : '+');

	if (tag > 0)
		m->local = bytes_slice(m->local, 0, (size_t)tag);
}

static void drop_characters(struct arena *a, struct mailbox *m, struct bytes ignored)
{
	char *text = arena_alloc(a, m->local.len + 1);
	size_t used = 0;

	for (size_t i = 0; i < m->local.len; i++)
		if (bytes_find_char(ignored, m->local.ptr[i]) < 0)
			text[used++] = m->local.ptr[i];
	if (used > 0)
		m->local = bytes_make(text, used);
}

static void equate_characters(struct arena *a, struct mailbox *m, struct bytes pair)
{
	char *text = arena_str(a, m->local);

	for (size_t i = 0; i < m->local.len; i++)
		if (text[i] == pair.ptr[0])
			text[i] = pair.ptr[1];
	m->local = bytes_make(text, m->local.len);
}

static void apply_rule(struct arena *a, struct mailbox *m, struct bytes rule)
{
	struct bytes ignored = characters_of(rule, BYTES_LIT("ignores")), equal = characters_of(rule, BYTES_LIT("equates"));

	drop_tag(m, rule);
	if (ignored.len > 0)
		drop_characters(a, m, ignored);
	if (equal.len == 2)
		equate_characters(a, m, equal);
}

/* Of a listed domain, or of what is said of one: lower case, one blank between words. */
struct bytes form_email(struct arena *a, struct bytes text)
{
	struct bytes s;
	ptrdiff_t blank = bytes_find_char(text, ' ');

	if (unicode_fold(a, text, &s) != ERR_OK)
		return BYTES_NONE;
	if (blank < 0)
		return s;
	return bytes_of(arena_printf(a, "%.*s %.*s", (int)blank, s.ptr, BYTES_ARG(bytes_trim(bytes_slice(s, (size_t)blank, s.len)))));
}

void step_email(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct mailbox m;
	char *text;

	if (!read_mailbox(a, words, in, &m))
		return;
	apply_rule(a, &m, said_of(words, m.domain));
	text = arena_alloc(a, m.local.len + 1 + m.domain.len);
	memcpy(text, m.local.ptr, m.local.len);
	text[m.local.len] = '@';
	memcpy(text + m.local.len + 1, m.domain.ptr, m.domain.len);
	normalised_add(out, bytes_make(text, m.local.len + 1 + m.domain.len));
}

void step_email_domain(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct mailbox m;

	if (read_mailbox(a, words, in, &m))
		normalised_add(out, m.domain);
}
