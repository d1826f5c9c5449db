/* Any bytes as the front of a TCP stream, shown whole and byte by byte: the verdict is the same, and `need` never lies. */
#include <stdlib.h>

#include "collectors/packets/tls_records.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	static uint8_t room[2][HELLO_LENGTH_MAX];
	struct tls_hello whole = { .need = 0 }, part = { .need = 0 };
	char *copy = xmalloc(n + 1);
	enum tls_front last = TLS_FRONT_MORE;
	size_t shown = 0;

	memcpy(copy, in, n);
	enum tls_front verdict = decode_tls_front(bytes_make(copy, n), room[0], &whole);
	BUG_ON(verdict == TLS_FRONT_HELLO && (whole.message.len < 4 || whole.message.len > HELLO_LENGTH_MAX));
	BUG_ON(verdict == TLS_FRONT_MORE && whole.need <= n);
	for (shown = 1; shown <= n && last == TLS_FRONT_MORE; shown++) {
		size_t need = part.need;
		last = decode_tls_front(bytes_make(copy, shown), room[1], &part);
		BUG_ON(last == TLS_FRONT_HELLO && shown < need);
	}
	if (verdict == TLS_FRONT_HELLO && last == TLS_FRONT_HELLO)
		BUG_ON(!bytes_eq(whole.message, part.message));
	free(copy);
	return 0;
}
