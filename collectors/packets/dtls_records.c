/* Records of DTLS (RFC 6347 section 4.1, the plain ones of RFC 9147): type 1 | version 2 | epoch 2 | number 6 | length 2 |
 * fragments of handshake messages, each: type 1 | length 3 | sequence 2 | offset 3 | fragment length 3 | bytes. */
#include "dtls_records.h"

#include "daemon/base/cursor.h"

#define RECORD_HEADER 13u
#define CHANNEL_HEADER 4u
#define HANDSHAKE 22
#define CLIENT_HELLO 1

static uint32_t cur_u24(struct cursor *c)
{
	uint32_t high = cur_u8(c);

	return high << 16 | cur_u16(c);
}

/* 1.0, 1.2 (and 1.3, which writes 1.2), and what came before 1.0. */
static bool is_version(uint16_t version) { return version == 0xfeff || version == 0xfefd || version == 0x0100; }

static bool read_fragment(struct cursor *c, struct dtls_fragment *f)
{
	uint8_t type = cur_u8(c);

	f->length = cur_u24(c);
	f->sequence = cur_u16(c);
	f->offset = cur_u24(c);
	f->bytes = cur_bytes(c, cur_u24(c));
	return !c->err && type == CLIENT_HELLO && f->length <= HELLO_LENGTH_MAX - 4 && f->bytes.len <= f->length &&
	       f->offset <= f->length - f->bytes.len;
}

/* RFC 8656 section 12.4: through a relay a datagram comes behind the number of a channel, 4000 to 4fff, and its length. */
static size_t channel_header(struct bytes datagram)
{
	struct cursor c = cursor_of(datagram.ptr, datagram.len);
	bool is_channel = cur_u16(&c) >> 12 == 4;
	size_t length = cur_u16(&c);

	return is_channel && !c.err && length <= cur_left(&c) ? CHANNEL_HEADER : 0;
}

/* A record holds one fragment or more; the cursor of a record ends where the record does. */
enum err decode_dtls_fragment(struct bytes datagram, size_t *at, struct dtls_fragment *fragment)
{
	if (*at == 0)
		*at = channel_header(datagram);
	while (*at < datagram.len) {
		struct cursor c = cursor_of(datagram.ptr + *at, datagram.len - *at);
		uint8_t type = cur_u8(&c);
		bool is_plain = is_version(cur_u16(&c)) && cur_u16(&c) == 0;
		cur_skip(&c, 6);
		struct bytes record = cur_bytes(&c, cur_u16(&c));
		if (c.err || !is_plain || type < 20 || type > 24)
			break;
		*at += RECORD_HEADER + record.len;
		c = cursor_of(record.ptr, record.len);
		/* Of a record the first fragment of a hello is enough: none puts two of them into one. */
		if (type == HANDSHAKE && read_fragment(&c, fragment))
			return ERR_OK;
	}
	*at = datagram.len;
	return ERR_NOTFOUND;
}

bool dtls_is_hello(struct bytes datagram)
{
	struct dtls_fragment f;
	size_t at = 0;

	return decode_dtls_fragment(datagram, &at, &f) == ERR_OK;
}

void dtls_client_end(struct dtls_client *client)
{
	stream_end(&client->stream);
	*client = (struct dtls_client){ 0 };
}

/* Another message, or the same one with another length: the client has begun again. */
static void begin(struct dtls_client *client, const struct dtls_fragment *f)
{
	const uint8_t header[] = { CLIENT_HELLO, (uint8_t)(f->length >> 16), (uint8_t)(f->length >> 8), (uint8_t)f->length };

	dtls_client_end(client);
	stream_begin(&client->stream, 0);
	client->is_open = true;
	client->sequence = f->sequence;
	client->length = f->length;
	BUG_ON(stream_add(&client->stream, 0, bytes_make((const char *)header, sizeof(header))) != ERR_OK);
}

enum dtls_step dtls_client_take(struct dtls_client *client, struct bytes datagram, struct bytes *message)
{
	enum dtls_step step = DTLS_NONE;
	struct dtls_fragment f;

	for (size_t at = 0; decode_dtls_fragment(datagram, &at, &f) == ERR_OK;) {
		if (!client->is_open || client->sequence != f.sequence || client->length != f.length)
			begin(client, &f);
		/* Its place was checked against the length, which has a bound. */
		BUG_ON(stream_add(&client->stream, 4 + f.offset, f.bytes) != ERR_OK);
		step = DTLS_MORE;
		if (client->stream.front < 4 + client->length)
			continue;
		*message = stream_front(&client->stream);
		return DTLS_HELLO;
	}
	return step;
}
