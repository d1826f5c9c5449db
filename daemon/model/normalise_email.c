/* E-mail address to its mailbox, by the steps that minFraud publishes, and what providers say of their own addresses.
 * In order: white space, case and junk at the ends off; domain to ASCII, typing errors and aliases mended; tag off;
 * dots off where the provider ignores them. What is no address gives nothing. */
#include "daemon/base/err.h"
#include "daemon/vendor/unicode.h"
#include "normalise_steps.h"

#define LOCAL_MAX 64 /* RFC 5321, 4.5.3.1.1 */

struct pair {
	const char *from, *to;
};

/* Mistyped names of the large providers, and domains that lead to the same mailbox. */
static const struct pair same_domain[] = {
	{ "gmai.com", "gmail.com" }, { "gmial.com", "gmail.com" }, { "gamil.com", "gmail.com" }, { "gmal.com", "gmail.com" },
	{ "gnail.com", "gmail.com" }, { "gmaill.com", "gmail.com" }, { "gmail.co", "gmail.com" }, { "gmail.cm", "gmail.com" },
	{ "gmail.om", "gmail.com" }, { "gmali.com", "gmail.com" }, { "gmil.com", "gmail.com" }, { "gemail.com", "gmail.com" },
	{ "googlemail.com", "gmail.com" },
	{ "hotmial.com", "hotmail.com" }, { "hotmal.com", "hotmail.com" }, { "hotmai.com", "hotmail.com" },
	{ "hotmil.com", "hotmail.com" }, { "hotamil.com", "hotmail.com" }, { "hotmail.co", "hotmail.com" },
	{ "outlok.com", "outlook.com" }, { "outloo.com", "outlook.com" }, { "outlook.co", "outlook.com" },
	{ "putlook.com", "outlook.com" },
	{ "yaho.com", "yahoo.com" }, { "yahooo.com", "yahoo.com" }, { "yhoo.com", "yahoo.com" }, { "yahoo.co", "yahoo.com" },
	{ "icoud.com", "icloud.com" }, { "iclould.com", "icloud.com" }, { "me.com", "icloud.com" }, { "mac.com", "icloud.com" },
	{ "ya.ru", "yandex.ru" }, { "yandex.com", "yandex.ru" }, { "yandex.by", "yandex.ru" }, { "yandex.kz", "yandex.ru" },
	{ "yandex.ua", "yandex.ru" }, { "yandex.uz", "yandex.ru" }, { "narod.ru", "yandex.ru" },
	{ "pm.me", "proton.me" }, { "protonmail.com", "proton.me" }, { "protonmail.ch", "proton.me" },
	{ "vip.qq.com", "qq.com" }, { "foxmail.com.cn", "foxmail.com" },
};

static const struct pair top_level[] = {
	{ ".con", ".com" }, { ".cmo", ".com" }, { ".ocm", ".com" }, { ".vom", ".com" }, { ".xom", ".com" }, { ".comn", ".com" },
	{ ".nte", ".net" }, { ".ent", ".net" }, { ".ogr", ".org" }, { ".rog", ".org" },
};

/* Providers for whom these characters in the local part mean nothing (yandex: a dot is a hyphen). */
static const struct pair ignored_characters[] = {
	{ "gmail.com", "." }, { "proton.me", ".-_" },
};

static const char *const fastmail_domains[] = { "fastmail.com", "fastmail.fm", "fastmail.net", "fastmail.org", "fastmail.co.uk" };

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
	if (bytes_starts(s, BYTES_LIT("mailto:")))
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

/* ".commm", and ".c?m" with another letter; ".cam" is a top-level domain of its own. */
static bool is_like_com(struct bytes label)
{
	size_t n = label.len;

	if (n == 3)
		return label.ptr[0] == 'c' && label.ptr[2] == 'm' && label.ptr[1] != 'a';
	while (n > 3 && label.ptr[n - 1] == 'm')
		n--;
	return bytes_is(bytes_slice(label, 0, n), "com");
}

static struct bytes mend_top_level(struct arena *a, struct bytes domain)
{
	size_t label;

	domain = without_repeated_com(domain);
	label = domain.len;
	while (label > 0 && domain.ptr[label - 1] != '.')
		label--;
	if (is_like_com(bytes_slice(domain, label, domain.len)))
		return bytes_of(arena_printf(a, "%.*scom", (int)label, domain.ptr));
	for (size_t i = 0; i < ARRAY_LEN(top_level); i++) {
		struct bytes from = bytes_of(top_level[i].from);

		if (domain.len > from.len && bytes_ends(domain, from))
			return bytes_of(arena_printf(a, "%.*s%s", (int)(domain.len - from.len), domain.ptr, top_level[i].to));
	}
	return domain;
}

/* "10gmail.com", "35gmai.com": people run the end of the name into the domain. */
static struct bytes without_leading_digits(struct bytes domain)
{
	size_t n = 0;

	while (n < domain.len && domain.ptr[n] >= '0' && domain.ptr[n] <= '9')
		n++;
	struct bytes rest = bytes_slice(domain, n, domain.len);
	return n > 0 && (bytes_is(rest, "gmail.com") || bytes_is(rest, "gmai.com")) ? rest : domain;
}

static struct bytes mend_domain(struct arena *a, struct bytes domain)
{
	domain = without_leading_digits(mend_top_level(a, domain));
	for (size_t i = 0; i < ARRAY_LEN(same_domain); i++)
		if (domain.ptr[0] == same_domain[i].from[0] && bytes_is(domain, same_domain[i].from))
			return bytes_of(same_domain[i].to);
	return domain;
}

static bool has_space_or_control(struct bytes s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f)
			return true;
	return false;
}

static bool read_mailbox(struct arena *a, struct bytes in, struct mailbox *m)
{
	struct bytes s;
	ptrdiff_t at;

	if (unicode_fold(a, in, &s) != ERR_OK || (s = bare_address(s)).len == 0 || (at = last_at(s)) <= 0)
		return false;
	m->local = without_junk(bytes_slice(s, 0, (size_t)at));
	m->domain = without_junk_behind(without_junk(bytes_slice(s, (size_t)at + 1, s.len)));
	if (m->local.len == 0 || m->local.len > LOCAL_MAX || has_space_or_control(m->local))
		return false;
	if (bytes_find_char(m->local, '@') >= 0 || bytes_find_char(m->domain, '.') < 0)
		return false;
	if (unicode_domain_ascii(a, m->domain, &m->domain) != ERR_OK)
		return false;
	m->domain = mend_domain(a, m->domain);
	return true;
}

static bool is_yahoo(struct bytes domain)
{
	return bytes_starts(domain, BYTES_LIT("yahoo.")) || bytes_is(domain, "ymail.com") || bytes_is(domain, "rocketmail.com");
}

/* A tag follows '+', at Yahoo '-'. An address that is nothing but a tag keeps it. */
static void drop_tag(struct mailbox *m)
{
	ptrdiff_t tag = bytes_find_char(m->local, is_yahoo(m->domain) ? '-' : '+');

	if (tag > 0)
		m->local = bytes_slice(m->local, 0, (size_t)tag);
}

/* anything@user.fastmail.com is the mailbox of user. */
static void fold_fastmail(struct mailbox *m)
{
	for (size_t i = 0; i < ARRAY_LEN(fastmail_domains); i++) {
		struct bytes domain = bytes_of(fastmail_domains[i]);
		size_t user;

		if (m->domain.len <= domain.len + 1 || !bytes_ends(m->domain, domain))
			continue;
		user = m->domain.len - domain.len - 1;
		if (m->domain.ptr[user] != '.')
			continue;
		m->local = bytes_slice(m->domain, 0, user);
		m->domain = domain;
		return;
	}
}

static void drop_characters(struct arena *a, struct mailbox *m, const char *ignored)
{
	char *text = arena_alloc(a, m->local.len + 1);
	size_t used = 0;

	for (size_t i = 0; i < m->local.len; i++)
		if (m->local.ptr[i] == '\0' || strchr(ignored, m->local.ptr[i]) == NULL)
			text[used++] = m->local.ptr[i];
	if (used > 0)
		m->local = bytes_make(text, used);
}

static void dots_to_hyphens(struct arena *a, struct mailbox *m)
{
	char *text = arena_str(a, m->local);

	for (size_t i = 0; i < m->local.len; i++)
		if (text[i] == '.')
			text[i] = '-';
	m->local = bytes_make(text, m->local.len);
}

void step_email(struct arena *a, struct bytes in, struct normalised *out)
{
	struct mailbox m;
	char *text;

	if (!read_mailbox(a, in, &m))
		return;
	fold_fastmail(&m);
	drop_tag(&m);
	for (size_t i = 0; i < ARRAY_LEN(ignored_characters); i++)
		if (bytes_is(m.domain, ignored_characters[i].from))
			drop_characters(a, &m, ignored_characters[i].to);
	if (bytes_is(m.domain, "yandex.ru"))
		dots_to_hyphens(a, &m);
	text = arena_alloc(a, m.local.len + 1 + m.domain.len);
	memcpy(text, m.local.ptr, m.local.len);
	text[m.local.len] = '@';
	memcpy(text + m.local.len + 1, m.domain.ptr, m.domain.len);
	normalised_add(out, bytes_make(text, m.local.len + 1 + m.domain.len));
}

void step_email_domain(struct arena *a, struct bytes in, struct normalised *out)
{
	struct mailbox m;

	if (!read_mailbox(a, in, &m))
		return;
	fold_fastmail(&m);
	normalised_add(out, m.domain);
}
