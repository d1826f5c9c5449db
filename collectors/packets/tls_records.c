/* TLS records (RFC 8446 section 5.1): type 1 | version 2 | length 2 | fragment.
 * A handshake message may be spread over records of its type, with nothing between and none of them empty. */
#include "tls_records.h"

#include "daemon/base/cursor.h"

#define RECORD_HEADER 5u
#define FRAGMENT_MAX (16384u + 2048u)
#define MESSAGE_HEADER 4u
#define MESSAGE_MIN (MESSAGE_HEADER + 2 + 32 + 1 + 2 + 2) /* no session, no suite, one compression */
#define PROXY_LINE_MAX 107u

enum { RECORD_CHANGE = 20, RECORD_HANDSHAKE = 22, RECORD_CONTENTS_MAX = 24 };
enum { CLIENT_HELLO = 1 };

struct record {
	struct bytes here; /* of the fragment, as far as it has come */
	size_t length;     /* of the whole fragment */
};

static uint8_t byte(struct bytes b, size_t i) { return (uint8_t)b.ptr[i]; }

/* PROXY protocol in front of everything: 0 none, else its length, or more than the front while it is not whole. */
static size_t proxy_length(struct bytes front)
{
	static const char mark[] = "\r\n\r\n\0\r\nQUIT\n";

	if (front.len >= 16 && memcmp(front.ptr, mark, 12) == 0)
		return 16u + ((size_t)byte(front, 14) << 8 | byte(front, 15));
	if (front.len < 16)
		return front.len > 0 && memcmp(front.ptr, mark, front.len < 12 ? front.len : 12) == 0 ? 16 : 0;
	if (!bytes_starts(front, BYTES_LIT("PROXY ")))
		return 0;
	ptrdiff_t end = bytes_find(bytes_slice(front, 0, PROXY_LINE_MAX), BYTES_LIT("\r\n"));
	return end >= 0 ? (size_t)end + 2 : front.len < PROXY_LINE_MAX ? front.len + 1 : 0;
}

/* A pre-login packet of TDS with TLS in it: type 0x12, status, length 2, channel 2, number, window, record. */
static size_t tds_length(struct bytes front)
{
	return front.len > 8 && byte(front, 0) == 0x12 && byte(front, 1) <= 1 && byte(front, 8) == RECORD_HANDSHAKE ? 8 : 0;
}

/* SSL 3.0 to what TLS may become, and TLCP (1.1); minor < 0: not there yet. */
static bool is_version(uint8_t major, int minor)
{
	return (major == 3 && minor <= 4) || (major == 1 && (minor < 0 || minor == 1));
}

/* TLS_FRONT_HELLO: a record of the handshake, r says how much of it is there. */
static enum tls_front next_record(struct cursor *c, struct record *r)
{
	struct bytes rest = bytes_make((const char *)c->at, cur_left(c));

	if (rest.len >= 1 && (byte(rest, 0) < RECORD_CHANGE || byte(rest, 0) > RECORD_CONTENTS_MAX))
		return TLS_FRONT_NONE;
	if (rest.len >= 2 && !is_version(byte(rest, 1), rest.len >= 3 ? byte(rest, 2) : -1))
		return TLS_FRONT_NONE;
	if (rest.len < RECORD_HEADER)
		return TLS_FRONT_MORE;
	cur_skip(c, RECORD_HEADER);
	r->length = (size_t)byte(rest, 3) << 8 | byte(rest, 4);
	if (r->length == 0 || r->length > FRAGMENT_MAX)
		return TLS_FRONT_NONE;
	r->here = cur_bytes(c, r->length < cur_left(c) ? r->length : cur_left(c));
	return byte(rest, 0) == RECORD_HANDSHAKE ? TLS_FRONT_HELLO : TLS_FRONT_RECORDS;
}

/* Of the message that begins so; MESSAGE_HEADER while it does not say, 0: it cannot be. */
static size_t message_length(const char *start, size_t have)
{
	struct bytes b = bytes_make(start, have);

	if (have >= 2 && byte(b, 1) > HELLO_LENGTH_MAX >> 16)
		return 0;
	if (have < MESSAGE_HEADER)
		return MESSAGE_HEADER;
	size_t length = MESSAGE_HEADER + ((size_t)byte(b, 1) << 16 | (size_t)byte(b, 2) << 8 | byte(b, 3));
	return length < MESSAGE_MIN || length > HELLO_LENGTH_MAX ? 0 : length;
}

static enum tls_front more(struct tls_hello *hello, struct bytes front, size_t missing)
{
	hello->need = front.len + missing;
	return TLS_FRONT_MORE;
}

/* Behind the first record, of which there is `have` in room, and the whole of it. */
static enum tls_front gather(struct cursor *c, uint8_t *room, size_t have, struct tls_hello *hello)
{
	size_t length = message_length((char *)room, have);
	struct record r;

	while (length != 0 && have < length) {
		enum tls_front kind = next_record(c, &r);
		if (kind == TLS_FRONT_MORE)
			return more(hello, BYTES_NONE, RECORD_HEADER - cur_left(c) + length - have);
		if (kind != TLS_FRONT_HELLO)
			return TLS_FRONT_LIAR;
		size_t n = r.here.len < HELLO_LENGTH_MAX - have ? r.here.len : HELLO_LENGTH_MAX - have;
		memcpy(room + have, r.here.ptr, n);
		have += n;
		length = message_length((char *)room, have);
		if (r.here.len < r.length && have < length)
			return more(hello, BYTES_NONE, length - have);
	}
	hello->message = bytes_make((char *)room, length);
	return length == 0 ? TLS_FRONT_LIAR : TLS_FRONT_HELLO;
}

static enum tls_front look(struct bytes front, uint8_t *room, struct tls_hello *hello)
{
	struct cursor c = cursor_of(front.ptr, front.len);
	struct record r;
	enum tls_front kind = next_record(&c, &r);

	if (kind == TLS_FRONT_MORE)
		return more(hello, front, RECORD_HEADER - front.len + MESSAGE_HEADER);
	if (kind != TLS_FRONT_HELLO)
		return kind;
	if (r.here.len > 0 && byte(r.here, 0) != CLIENT_HELLO)
		return TLS_FRONT_RECORDS;
	size_t length = message_length(r.here.ptr, r.here.len);
	if (length == 0)
		return TLS_FRONT_LIAR;
	if (r.here.len >= length && length > MESSAGE_HEADER) {
		hello->message = bytes_slice(r.here, 0, length);
		return TLS_FRONT_HELLO;
	}
	if (r.here.len < r.length)
		return more(hello, front, (length < r.length ? length : r.length) - r.here.len);
	memcpy(room, r.here.ptr, r.here.len);
	kind = gather(&c, room, r.here.len, hello);
	return kind == TLS_FRONT_MORE ? more(hello, front, hello->need) : kind;
}

enum tls_front decode_tls_front(struct bytes front, uint8_t *room, struct tls_hello *hello)
{
	size_t skip = proxy_length(front);

	if (skip > front.len)
		return more(hello, BYTES_NONE, skip);
	if (skip == 0)
		skip = tds_length(front);
	enum tls_front kind = look(bytes_slice(front, skip, front.len), room, hello);
	if (kind == TLS_FRONT_MORE)
		hello->need += skip;
	return kind;
}
