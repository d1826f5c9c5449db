/* Steps for what a connection and a browser say: addresses, TCP stack, screen, languages, user agent. */
#include "daemon/base/err.h"
#include "ip.h"
#include "normalise_steps.h"

#define TCP_FIELDS 4

/* These steps run for every event: numbers are written by hand, printf takes ten times as long. */
static char *put_number(char *out, unsigned v)
{
	char digits[10];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	while (n > 0)
		*out++ = digits[--n];
	return out;
}

static char *put_bytes(char *out, struct bytes b)
{
	memcpy(out, b.ptr, b.len);
	return out + b.len;
}

static void add_network(struct arena *a, const struct ip *ip, unsigned bits, struct normalised *out)
{
	char *text = arena_alloc(a, IP_TEXT_SIZE + 4), *end;
	struct ip base = ip_prefix(ip, bits);

	end = ip_format(&base, text) + strlen(text);
	if (bits < 128) {
		*end++ = '/';
		end = put_number(end, ip_is_v4(ip) ? bits - 96 : bits);
	}
	normalised_add(out, bytes_make(text, (size_t)(end - text)));
}

void step_ip(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct ip ip;

	if (!decode_ip(in, &ip) || ip_is_placeholder(&ip))
		return;
	if (memchr(in.ptr, ':', in.len) == NULL)
		normalised_add(out, in);
	else
		add_network(a, &ip, ip_is_v4(&ip) ? 128 : 64, out);
}

void step_ip64(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct ip ip;

	if (decode_ip(in, &ip) && !ip_is_placeholder(&ip) && !ip_is_v4(&ip))
		add_network(a, &ip, 64, out);
}

void step_ip56(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct ip ip;

	if (decode_ip(in, &ip) && !ip_is_placeholder(&ip) && !ip_is_v4(&ip))
		add_network(a, &ip, 56, out);
}

/* "ADDRESS|more": what is seen behind one address. */
void step_ip_first(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	ptrdiff_t bar = bytes_find_char(in, '|');
	struct normalised network = { .n = 0 };

	if (bar < 0)
		return;
	step_ip(a, words, bytes_slice(in, 0, (size_t)bar), &network);
	if (network.n == 0)
		return;
	if (network.text[0].ptr == in.ptr) { /* it was in its form */
		normalised_add(out, in);
		return;
	}
	struct bytes rest = bytes_slice(in, (size_t)bar, in.len);
	char *text = arena_alloc(a, network.text[0].len + rest.len);
	put_bytes(put_bytes(text, network.text[0]), rest);
	normalised_add(out, bytes_make(text, network.text[0].len + rest.len));
}

void step_ip24(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct ip ip;

	if (decode_ip(in, &ip) && !ip_is_placeholder(&ip))
		add_network(a, &ip, ip_is_v4(&ip) ? 96 + 24 : 48, out);
}

/* "ttl:mss:window:options" into its parts; the options may be empty but the field is there. */
static bool split_tcp(struct bytes in, struct bytes part[TCP_FIELDS])
{
	for (unsigned i = 0; i < TCP_FIELDS; i++) {
		ptrdiff_t colon = bytes_find_char(in, ':');
		bool last = i + 1 == TCP_FIELDS;

		if ((colon < 0) != last)
			return false;
		part[i] = last ? in : bytes_slice(in, 0, (size_t)colon);
		in = bytes_slice(in, part[i].len + 1, in.len);
	}
	return true;
}

/* What the sender started with: the next of 32, 64, 128, 255. */
static unsigned initial_ttl(uint64_t ttl)
{
	return ttl <= 32 ? 32 : ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
}

void step_tcp(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct bytes part[TCP_FIELDS];
	uint64_t ttl;
	char *text, *end;

	if (!split_tcp(in, part) || !bytes_to_u64(part[0], &ttl) || ttl == 0 || ttl > 255)
		return;
	text = arena_alloc(a, in.len + 8);
	end = put_number(text, initial_ttl(ttl));
	*end++ = ':';
	end = put_bytes(end, part[2]);
	*end++ = ':';
	end = put_bytes(end, part[3]);
	normalised_add(out, bytes_make(text, (size_t)(end - text)));
}

void step_tcp_claim(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	ptrdiff_t bar = bytes_find_char(in, '|');
	struct bytes rest = bar < 0 ? BYTES_NONE : bytes_slice(in, (size_t)bar, in.len);
	struct normalised stack = { .n = 0 };
	char *text;

	step_tcp(a, words, bar < 0 ? in : bytes_slice(in, 0, (size_t)bar), &stack);
	if (stack.n == 0)
		return;
	text = arena_alloc(a, stack.text[0].len + rest.len);
	put_bytes(put_bytes(text, stack.text[0]), rest);
	step_claim(a, words, bytes_make(text, stack.text[0].len + rest.len), out);
}

/* Windows starts at 128; of the rest Apple ends its options with eol and Linux puts sok before ts. */
void step_tcp_stack(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	struct bytes part[TCP_FIELDS];
	uint64_t ttl;

	if (!split_tcp(in, part) || !bytes_to_u64(part[0], &ttl) || ttl == 0 || ttl > 255)
		return;
	if (ttl > 64 && ttl <= 128)
		normalised_add(out, BYTES_LIT("windows"));
	else if (ttl <= 64 && bytes_ends(part[3], BYTES_LIT("eol")))
		normalised_add(out, BYTES_LIT("apple"));
	else if (ttl <= 64 && bytes_find(part[3], BYTES_LIT("sok,ts")) >= 0)
		normalised_add(out, BYTES_LIT("linux"));
	else
		normalised_add(out, BYTES_LIT("other"));
}

static bool two_digits(struct bytes in, size_t at, unsigned *out)
{
	if (at + 2 > in.len || in.ptr[at] < '0' || in.ptr[at] > '9' || in.ptr[at + 1] < '0' || in.ptr[at + 1] > '9')
		return false;
	*out = (unsigned)(in.ptr[at] - '0') * 10 + (unsigned)(in.ptr[at + 1] - '0');
	return true;
}

#define SUITES_OF_BROWSERS_MAX 24 /* browsers offer 13 to 20, OpenSSL's list is of 30 and more */

/* JA4 begins with protocol, version, SNI, number of cipher suites, number of extensions and ALPN: t13d1516h2. A browser of
 * these years speaks TLS 1.3, offers HTTP/2 and no long list of suites; a library that is left as it is differs in one. */
void step_tls_stack(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	unsigned version, suites;

	if (in.len < 10 || !two_digits(in, 1, &version) || !two_digits(in, 4, &suites))
		return;
	if (in.ptr[0] == 'q')
		normalised_add(out, BYTES_LIT("quic"));
	else if (in.ptr[0] == 't' && version == 13 && suites <= SUITES_OF_BROWSERS_MAX && bytes_is(bytes_slice(in, 8, 2), "h2"))
		normalised_add(out, BYTES_LIT("browser"));
	else if (in.ptr[0] == 't')
		normalised_add(out, BYTES_LIT("library"));
}

static bool take_number(struct bytes *in, unsigned *out)
{
	size_t n = 0;

	*out = 0;
	while (n < in->len && n < 5 && in->ptr[n] >= '0' && in->ptr[n] <= '9')
		*out = *out * 10 + (unsigned)(in->ptr[n++] - '0');
	*in = bytes_slice(*in, n, in->len);
	return n > 0 && *out > 0;
}

void step_screen(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	unsigned width, height;
	size_t skip = 1;
	char *text, *end;

	if (!take_number(&in, &width))
		return;
	in = bytes_trim(in);
	if (bytes_starts(in, BYTES_LIT("\xc3\x97"))) /* multiplication sign */
		skip = 2;
	else if (in.len == 0 || (in.ptr[0] != 'x' && in.ptr[0] != 'X' && in.ptr[0] != '*'))
		return;
	in = bytes_trim(bytes_slice(in, skip, in.len));
	if (!take_number(&in, &height) || (in.len > 0 && in.ptr[0] >= '0' && in.ptr[0] <= '9'))
		return;
	text = arena_alloc(a, 16);
	end = put_number(text, width < height ? width : height);
	*end++ = 'x';
	end = put_number(end, width < height ? height : width);
	normalised_add(out, bytes_make(text, (size_t)(end - text)));
}

static size_t letters(struct bytes s)
{
	size_t n = 0;

	while (n < s.len && (((unsigned char)s.ptr[n] | 0x20) >= 'a' && ((unsigned char)s.ptr[n] | 0x20) <= 'z'))
		n++;
	return n;
}

static bool list_has(const char *list, size_t used, const char *tag, size_t n)
{
	for (size_t at = 0; at + n <= used; at++)
		if (memcmp(list + at, tag, n) == 0 && (at == 0 || list[at - 1] == ',') && (at + n == used || list[at + n] == ','))
			return true;
	return false;
}

void step_language(struct arena *a, const struct words *words, struct bytes in, struct normalised *out)
{
	char *list = arena_alloc(a, in.len + 1);
	size_t used = 0;

	while (in.len > 0) {
		ptrdiff_t comma = bytes_find_char(in, ',');
		struct bytes part = bytes_trim(comma < 0 ? in : bytes_slice(in, 0, (size_t)comma));
		size_t n = letters(part), at = used + (used > 0);

		in = comma < 0 ? BYTES_NONE : bytes_slice(in, (size_t)comma + 1, in.len);
		if (n < 2 || n > 3)
			continue;
		if (used > 0)
			list[used] = ',';
		for (size_t i = 0; i < n; i++)
			list[at + i] = (char)(part.ptr[i] | 0x20);
		if (!list_has(list, used, list + at, n))
			used = at + n;
	}
	normalised_add(out, bytes_make(list, used));
}
