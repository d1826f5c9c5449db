/* Steps for what a connection and a browser say: addresses, TCP stack, screen, languages, user agent. */
#include <stdio.h>

#include "daemon/base/err.h"
#include "ip.h"
#include "normalise_steps.h"

#define TCP_FIELDS 4

static void add_network(struct arena *a, struct ip ip, unsigned bits, struct normalised *out)
{
	char text[IP_TEXT_SIZE + 4];
	struct ip base = ip_prefix(&ip, bits);

	ip_format(&base, text);
	if (bits < 128)
		normalised_add(out, bytes_of(arena_printf(a, "%s/%u", text, ip_is_v4(&ip) ? bits - 96 : bits)));
	else
		normalised_add(out, arena_bytes(a, bytes_of(text)));
}

/* The /64 text by hand: this step runs for every event. */
static void add_ip64(struct arena *a, const struct ip *ip, struct normalised *out)
{
	char text[IP_TEXT_SIZE + 4];
	struct ip base = ip_prefix(ip, 64);
	size_t n;

	ip_format(&base, text);
	n = strlen(text);
	memcpy(text + n, "/64", 4);
	normalised_add(out, arena_bytes(a, bytes_make(text, n + 3)));
}

void step_ip(struct arena *a, struct bytes in, struct normalised *out)
{
	struct ip ip;

	if (!decode_ip(in, &ip) || ip_is_placeholder(&ip))
		return;
	if (ip_is_v4(&ip))
		add_network(a, ip, 128, out);
	else
		add_ip64(a, &ip, out);
}

void step_ip64(struct arena *a, struct bytes in, struct normalised *out)
{
	struct ip ip;

	if (decode_ip(in, &ip) && !ip_is_placeholder(&ip) && !ip_is_v4(&ip))
		add_ip64(a, &ip, out);
}

void step_ip24(struct arena *a, struct bytes in, struct normalised *out)
{
	struct ip ip;

	if (decode_ip(in, &ip) && !ip_is_placeholder(&ip))
		add_network(a, ip, ip_is_v4(&ip) ? 96 + 24 : 48, out);
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

void step_tcp(struct arena *a, struct bytes in, struct normalised *out)
{
	struct bytes part[TCP_FIELDS];
	uint64_t ttl;

	if (!split_tcp(in, part) || !bytes_to_u64(part[0], &ttl) || ttl == 0 || ttl > 255)
		return;
	normalised_add(out, bytes_of(arena_printf(a, "%u:%.*s:%.*s", initial_ttl(ttl), BYTES_ARG(part[2]), BYTES_ARG(part[3]))));
}

/* Windows starts at 128; of the rest Apple ends its options with eol and Linux puts sok before ts. */
void step_tcp_stack(struct arena *a, struct bytes in, struct normalised *out)
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

static bool take_number(struct bytes *in, unsigned *out)
{
	size_t n = 0;

	*out = 0;
	while (n < in->len && n < 5 && in->ptr[n] >= '0' && in->ptr[n] <= '9')
		*out = *out * 10 + (unsigned)(in->ptr[n++] - '0');
	*in = bytes_slice(*in, n, in->len);
	return n > 0 && *out > 0;
}

void step_screen(struct arena *a, struct bytes in, struct normalised *out)
{
	unsigned width, height;
	size_t skip = 1;

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
	normalised_add(out, bytes_of(arena_printf(a, "%ux%u", width < height ? width : height, width < height ? height : width)));
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

void step_language(struct arena *a, struct bytes in, struct normalised *out)
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
