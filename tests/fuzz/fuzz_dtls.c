/* Any bytes as two datagrams of DTLS (the first byte: how long the first one is): what comes out is a message of its length. */
#include <stdlib.h>

#include "collectors/packets/dtls_records.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

static void check(struct dtls_client *client, struct bytes datagram)
{
	struct dtls_fragment f;
	struct bytes message;

	for (size_t at = 0; decode_dtls_fragment(datagram, &at, &f) == ERR_OK;)
		BUG_ON(at > datagram.len || f.bytes.len > datagram.len || f.offset + f.bytes.len > f.length);
	if (dtls_client_take(client, datagram, &message) == DTLS_HELLO)
		BUG_ON(message.len != 4 + client->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct dtls_client client = { 0 };

	if (n < 1)
		return 0;
	char *copy = xmalloc(n);
	memcpy(copy, in, n);
	size_t first = 1u + in[0] * 4u < n ? 1u + in[0] * 4u : n;
	check(&client, bytes_make(copy + 1, first - 1));
	check(&client, bytes_make(copy + first, n - first));
	dtls_client_end(&client);
	free(copy);
	return 0;
}
