/* Any bytes as a line of the audit log: what is taken out of it points into it, and an erased one reads back as such. */
#include <stdint.h>

#include "daemon/audit/trail.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct bytes line = bytes_make((const char *)in, n);
	struct audit_seal seal, again;
	struct text erased = { 0 };

	if (!decode_audit_seal(line, &seal))
		return 0;
	BUG_ON(seal.n == 0 || seal.seal.len != AUDIT_SEAL || seal.body.len > n || (seal.body.len == 0) != (seal.digest.len == AUDIT_SEAL));
	audit_erased(line, &erased);
	BUG_ON((erased.len > 0) != (seal.body.len > 0));
	if (erased.len > 0)
		BUG_ON(!decode_audit_seal(text_bytes(&erased), &again) || again.n != seal.n || !bytes_eq(again.seal, seal.seal) || again.body.len != 0);
	text_free(&erased);
	return 0;
}
