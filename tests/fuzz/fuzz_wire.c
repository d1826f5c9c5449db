/* Any bytes as a message of the capturing process: what is taken can be read, its texts end. The input is repeated until it
 * has a message's size, or taken as it is where it is longer. */
#include <stdint.h>
#include <string.h>

#include "collectors/packets/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

static size_t lengths(const struct wire_message *m)
{
	size_t sum = strlen(m->interface);

	if (m->type == WIRE_OPENED || m->type == WIRE_FAILED)
		sum += strlen(m->text);
	for (const struct facts_text *row = facts_texts; row->name && (m->type == WIRE_LEARNED || m->type == WIRE_ENDED); row++)
		sum += strlen((const char *)&m->facts + row->offset);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	static char message[sizeof(struct wire_message)];
	static struct wire_message out;

	BUG_ON(decode_wire(bytes_make((const char *)in, n), &out) == ERR_OK && n != sizeof(out));
	for (size_t i = 0; n > 0 && i < sizeof(message); i++)
		message[i] = (char)in[i % n];
	if (decode_wire(bytes_make(message, sizeof(message)), &out) == ERR_OK)
		BUG_ON(lengths(&out) >= sizeof(out));
	return 0;
}
