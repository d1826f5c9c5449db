/* Initials of QUIC opened (RFC 9001 section 5).
 * I1: a connection's stream is there only while its hello is under way.  I2: of one connection at most one hello is told: the
 * same random bytes again (a Retry, a copy of the packet) are the same hello, and what follows a whole hello (a second one,
 * after HelloRetryRequest) stands behind it in the stream and is not read. */
#include "quic_client.h"

#include <stdlib.h>

#include "daemon/base/cursor.h"
#include "daemon/vendor/crypto_aead.h"
#include "quic_packet.h"
#include "stream.h"

#define SAMPLE_SIZE 16
#define NUMBER_MAX 4
#define RANDOM_AT 6 /* type 1, length 3, version 2 */
#define REMEMBERED 4
#define CONNECTIONS 3

struct keys {
	struct aead_key packet;
	uint8_t head[AEAD_KEY_SIZE];
};

struct connection {
	uint64_t id;      /* hash of version and destination id that gave the keys; 0: none */
	uint64_t told;    /* hash of the random bytes of its hello; 0: not whole yet */
	uint64_t largest; /* packet number that was opened */
	uint32_t version;
	struct keys keys;
	struct stream stream;
};

struct quic_client {
	struct connection connections[CONNECTIONS]; /* several may take turns on the same ports */
	uint64_t failed[REMEMBERED];                /* ids that opened nothing last; 0: none */
	uint8_t tries, next_connection, next_failed;
};

struct quic_opener {
	struct aead *aead;
	struct quic_counts counts;
	uint8_t room[UINT16_MAX + 1]; /* one packet, opened in its place */
};

struct quic_opener *quic_opener_new(void)
{
	struct quic_opener *o = xcalloc(1, sizeof(*o));

	o->aead = aead_new();
	return o;
}

void quic_opener_free(struct quic_opener *opener)
{
	if (opener == NULL)
		return;
	aead_free(opener->aead);
	free(opener);
}

const struct quic_counts *quic_opener_counts(const struct quic_opener *opener) { return &opener->counts; }

struct quic_client *quic_client_new(void) { return xcalloc(1, sizeof(struct quic_client)); }

void quic_client_free(struct quic_client *client)
{
	if (client == NULL)
		return;
	for (unsigned i = 0; i < CONNECTIONS; i++)
		stream_end(&client->connections[i].stream);
	free(client);
}

void quic_client_rest(struct quic_client *client)
{
	for (unsigned i = 0; i < CONNECTIONS; i++)
		if (client->connections[i].told != 0)
			stream_end(&client->connections[i].stream);
}

size_t quic_client_memory(const struct quic_client *client)
{
	size_t n = sizeof(*client);

	for (unsigned i = 0; i < CONNECTIONS; i++)
		n += stream_memory(&client->connections[i].stream);
	return n;
}

static void derive(struct bytes id, const struct quic_version *version, struct keys *keys)
{
	uint8_t secret[CRYPTO_HASH_SIZE];
	const struct crypto_label client[] = { { "client in", secret, sizeof(secret) } };
	const struct crypto_label parts[2][3] = {
		{ { "quic key", keys->packet.key, AEAD_KEY_SIZE }, { "quic iv", keys->packet.nonce, AEAD_NONCE_SIZE },
		  { "quic hp", keys->head, AEAD_KEY_SIZE } },
		{ { "quicv2 key", keys->packet.key, AEAD_KEY_SIZE }, { "quicv2 iv", keys->packet.nonce, AEAD_NONCE_SIZE },
		  { "quicv2 hp", keys->head, AEAD_KEY_SIZE } },
	};
	crypto_hmac(bytes_make((const char *)version->salt, sizeof(version->salt)), id, secret);
	crypto_expand_labels(secret, client, 1);
	crypto_expand_labels(secret, parts[version->is_v2], 3);
}

/* The number whose lowest n bytes are these, nearest to what comes next (RFC 9000 appendix A.3). */
static uint64_t whole_number(uint64_t largest, uint64_t cut, unsigned n)
{
	uint64_t expected = largest + 1, window = UINT64_C(1) << 8 * n, half = window / 2;
	uint64_t candidate = (expected & ~(window - 1)) | cut;

	if (candidate + half <= expected)
		return candidate + window;
	return candidate > expected + half && candidate >= window ? candidate - window : candidate;
}

/* The payload in o->room; false: it does not open with the keys of the connection. */
static bool open_with(struct quic_opener *o, struct connection *con, const struct quic_packet *p, struct bytes *payload)
{
	uint8_t mask[SAMPLE_SIZE], *room = o->room;
	struct aead_key key = con->keys.packet;
	uint64_t number = 0;

	if (p->whole.len > sizeof(o->room))
		return false;
	memcpy(room, p->whole.ptr, p->whole.len);
	aead_block(o->aead, con->keys.head, room + p->number_at + NUMBER_MAX, mask);
	room[0] ^= mask[0] & 0x0f;
	unsigned n = (room[0] & 3u) + 1;
	for (unsigned i = 0; i < n; i++) {
		room[p->number_at + i] ^= mask[1 + i];
		number = number << 8 | room[p->number_at + i];
	}
	number = whole_number(con->largest, number, n);
	for (unsigned i = 0; i < 8; i++)
		key.nonce[AEAD_NONCE_SIZE - 1 - i] ^= (uint8_t)(number >> 8 * i);
	struct bytes head = bytes_make((char *)room, p->number_at + n);
	struct bytes sealed = bytes_make((char *)room + head.len, p->whole.len - head.len);
	if (!aead_open(o->aead, &key, head, sealed, room + head.len))
		return false;
	con->largest = number > con->largest ? number : con->largest;
	*payload = bytes_slice(sealed, 0, sealed.len - AEAD_TAG_SIZE);
	return true;
}

static bool has_failed(const struct quic_client *client, uint64_t hash)
{
	for (unsigned i = 0; i < REMEMBERED; i++)
		if (client->failed[i] == hash)
			return true;
	return false;
}

/* Keys of the packet's own id: a first Initial, one behind a Retry, or another connection. */
static struct connection *open_anew(struct quic_opener *o, struct quic_client *client, const struct quic_packet *p, struct bytes *payload)
{
	uint64_t id = bytes_hash(p->destination_id, p->version) | 1;
	const struct quic_version *version;

	if (has_failed(client, id) || client->tries >= QUIC_TRIES_MAX) {
		o->counts.bounded++;
		return NULL;
	}
	for (unsigned i = 0; (version = quic_version_of(p->version, i)) != NULL; i++) {
		struct connection con = { .id = id, .version = p->version };
		derive(p->destination_id, version, &con.keys);
		if (!open_with(o, &con, p, payload))
			continue;
		struct connection *place = &client->connections[client->next_connection++ % CONNECTIONS];
		stream_end(&place->stream);
		*place = con;
		client->tries = 0;
		return place;
	}
	client->tries++;
	client->failed[client->next_failed++ % REMEMBERED] = id;
	return NULL;
}

static struct connection *open_packet(struct quic_opener *o, struct quic_client *client, const struct quic_packet *p, struct bytes *payload)
{
	for (unsigned i = 0; i < CONNECTIONS; i++) {
		struct connection *con = &client->connections[i];
		if (con->id != 0 && con->version == p->version && open_with(o, con, p, payload))
			return con;
	}
	return open_anew(o, client, p, payload);
}

static void gather(struct quic_opener *o, struct connection *con, struct bytes payload)
{
	struct quic_crypto frame;

	for (size_t at = 0; decode_quic_crypto(payload, &at, &frame) == ERR_OK;)
		if (frame.offset > STREAM_MAX || stream_add(&con->stream, (uint32_t)frame.offset, frame.bytes) != ERR_OK)
			o->counts.overlong++;
}

static bool was_told(const struct quic_client *client, uint64_t random)
{
	for (unsigned i = 0; i < CONNECTIONS; i++)
		if (client->connections[i].told == random)
			return true;
	return false;
}

/* The hello at the front of the stream, once it is whole. */
static bool take_hello(const struct quic_client *client, struct connection *con, struct bytes *message)
{
	struct bytes front = stream_front(&con->stream);
	struct cursor c = cursor_of(front.ptr, front.len);
	size_t length = 4 + (cur_u32(&c) & 0xffffff);

	if (c.err || front.len < length || length < RANDOM_AT + 32)
		return false;
	uint64_t random = bytes_hash(bytes_slice(front, RANDOM_AT, 32), 0) | 1;
	bool is_new = !was_told(client, random);
	con->told = random;
	*message = bytes_slice(front, 0, length);
	return is_new;
}

static enum quic_step take_packet(struct quic_opener *o, struct quic_client *client, const struct quic_packet *p, struct bytes *message)
{
	struct bytes payload;
	struct connection *con = open_packet(o, client, p, &payload);

	if (con == NULL) {
		o->counts.refused++;
		return QUIC_NONE;
	}
	o->counts.opened++;
	if (con->told != 0)
		return QUIC_MORE;
	gather(o, con, payload);
	return take_hello(client, con, message) ? QUIC_HELLO : QUIC_MORE;
}

enum quic_step quic_client_take(struct quic_opener *opener, struct quic_client *client, struct bytes datagram, struct bytes *message)
{
	enum quic_step best = QUIC_NONE;
	struct quic_packet p;

	quic_client_rest(client);
	for (unsigned n = 0; decode_quic_packet(datagram, &p) == ERR_OK; n++) {
		if (n == QUIC_PACKETS_MAX) {
			opener->counts.bounded++;
			break;
		}
		enum quic_step step = p.is_initial ? take_packet(opener, client, &p, message) : QUIC_NONE;
		best = step > best ? step : best;
		if (step == QUIC_HELLO)
			break;
		datagram = bytes_slice(datagram, p.whole.len, datagram.len);
	}
	return best;
}
