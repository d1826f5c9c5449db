/* Any bytes as a network: what is accepted has no host bits and holds its own base. */
#include "daemon/base/err.h"
#include "daemon/model/ip.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct ip base, cut;
	unsigned bits;

	if (!decode_cidr(bytes_make((const char *)in, n), &base, &bits))
		return 0;
	BUG_ON(bits > 128);
	cut = ip_prefix(&base, bits);
	BUG_ON(ip_cmp(&cut, &base) != 0);
	BUG_ON(!ip_in(&base, &cut, bits));
	return 0;
}
