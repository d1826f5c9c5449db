/* Any bytes as a row of the journal: what is accepted encodes to the same bytes. */
#include "daemon/base/text.h"
#include "daemon/model/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct bytes row = bytes_make((const char *)in, n);
	struct arena *arena = arena_new(4096);
	struct text again = { 0 };
	struct event e;

	if (decode_event(row, arena, &e) == ERR_OK) {
		event_encode(&e, &again);
		BUG_ON(!bytes_eq(text_bytes(&again), row));
	}
	text_free(&again);
	arena_free(arena);
	return 0;
}
