/* Any bytes, behind one that says how: as a datagram to a client of QUIC, or as the plain payload of an Initial. */
#include <stdlib.h>

#include "collectors/packets/quic_client.h"
#include "collectors/packets/quic_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

static void check_packets(struct bytes rest)
{
	struct quic_packet p;

	while (decode_quic_packet(rest, &p) == ERR_OK) {
		BUG_ON(p.whole.ptr != rest.ptr || p.whole.len == 0 || p.whole.len > rest.len);
		BUG_ON(p.is_initial && p.number_at + 20 > p.whole.len);
		BUG_ON(p.destination_id.len > QUIC_ID_MAX || p.source_id.len > QUIC_ID_MAX);
		rest = bytes_slice(rest, p.whole.len, rest.len);
	}
}

static void check_frames(struct bytes payload)
{
	struct quic_crypto frame;
	size_t at = 0, before = 0;

	while (decode_quic_crypto(payload, &at, &frame) == ERR_OK) {
		BUG_ON(at <= before || at > payload.len || frame.bytes.len > at);
		before = at;
	}
	BUG_ON(at != payload.len);
}

static void check_client(struct bytes datagram)
{
	static struct quic_opener *opener;
	struct quic_client *client = quic_client_new();
	struct bytes message;

	if (opener == NULL)
		opener = quic_opener_new();
	for (unsigned i = 0; i < 2; i++)
		if (quic_client_take(opener, client, datagram, &message) == QUIC_HELLO)
			BUG_ON(message.len < 38 || message.len > HELLO_LENGTH_MAX || i > 0);
	quic_client_free(client);
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	if (n < 1)
		return 0;
	char *copy = xmalloc(n);
	memcpy(copy, in, n);
	struct bytes rest = bytes_make(copy + 1, n - 1);
	if (in[0] % 2 == 0) {
		check_packets(rest);
		check_client(rest);
	} else
		check_frames(rest);
	free(copy);
	return 0;
}
