/* Any bytes as a value that a web server escaped: it gets no longer, and without a backslash it stays as it is. */
#include <stdint.h>

#include "collectors/tail/escapes.h"
#include "daemon/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct bytes text = bytes_make((const char *)in, n);
	struct text out = { 0 };

	decode_backslashes(text, &out);
	BUG_ON(out.len > n);
	BUG_ON(bytes_find_char(text, '\\') < 0 && !bytes_eq(text_bytes(&out), text));
	text_free(&out);
	return 0;
}
