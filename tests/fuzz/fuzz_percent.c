/* decode_percent: never longer than its input, and encoding gives the same bytes back. */
#include <stdlib.h>

#include "daemon/vendor/percent.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct text t = { 0 };
	char *out = malloc(n + 1), *again;
	size_t n_out, n_again;

	if (decode_percent(bytes_make((const char *)in, n), false, out, &n_out)) {
		percent_encode(&t, bytes_make(out, n_out));
		again = malloc(t.len + 1);
		if (n_out > n || !decode_percent(text_bytes(&t), false, again, &n_again) || n_again != n_out || memcmp(again, out, n_out) != 0)
			abort();
		free(again);
	}
	text_free(&t);
	free(out);
	return 0;
}
