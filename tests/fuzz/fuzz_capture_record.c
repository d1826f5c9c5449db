/* Any bytes as a recorded capture: packets lie inside, every record moves on. */
#include <stdlib.h>

#include "collectors/packets/capture_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct capture_file *file = xcalloc(1, sizeof(*file));
	struct bytes rest = bytes_make((const char *)in, n);
	enum capture_step step;
	struct captured packet;

	do {
		struct errbuf eb = { "" };
		size_t used = 0;
		step = decode_capture_record(file, rest, &used, &packet, &eb);
		BUG_ON((step == CAPTURE_BROKEN) != (eb.text[0] != '\0'));
		BUG_ON(step == CAPTURE_MORE && (used <= rest.len || used > CAPTURE_RECORD_MAX));
		if (step == CAPTURE_PACKET) {
			BUG_ON(used > rest.len || packet.wire_length < packet.bytes.len || packet.bytes.len > CAPTURE_PACKET_MAX);
			BUG_ON(packet.bytes.len > 0 && (packet.bytes.ptr < rest.ptr || packet.bytes.ptr + packet.bytes.len > rest.ptr + used));
		}
		BUG_ON((step == CAPTURE_PACKET || step == CAPTURE_PASSED) && used == 0);
		rest = bytes_slice(rest, used, rest.len);
	} while (step == CAPTURE_PACKET || (step == CAPTURE_PASSED && rest.len > 0));
	free(file);
	return 0;
}
