/* decode_http_chunk: frames follow each other inside the input until it ends, is broken, or the last one came. */
#include <stdlib.h>

#include "daemon/vendor/http_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct bytes rest = bytes_make((const char *)in, n);
	struct http_chunk chunk;
	struct http_fault fault;

	while (decode_http_chunk(rest, &chunk, &fault) == ERR_OK) {
		if (chunk.length == 0 || chunk.length > rest.len || chunk.payload.len > chunk.length)
			abort();
		if (chunk.is_last)
			break;
		rest = bytes_slice(rest, chunk.length, rest.len);
	}
	return 0;
}
