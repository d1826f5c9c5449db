/* Any bytes as an address: what is accepted prints to text that reads back as the same address, folded or not. */
#include "daemon/base/err.h"
#include "daemon/model/ip.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	char printed[IP_TEXT_SIZE];
	struct ip ip, again;
	struct bytes text = bytes_make((const char *)in, n), bare;
	int port;

	if (decode_ip_as_written(text, &ip)) {
		BUG_ON(!decode_ip(text, &again));
		BUG_ON(!decode_ip_as_written(bytes_of(ip_format(&ip, printed)), &again));
		BUG_ON(ip_cmp(&ip, &again) != 0);
	}
	if (decode_ip_and_port(text, &ip, &bare, &port)) {
		BUG_ON(port < -1 || port > 65535 || bare.len > n);
		BUG_ON(!decode_ip(bare, &again) || ip_cmp(&ip, &again) != 0);
	} else {
		BUG_ON(bytes_trim(text).len == n && decode_ip(text, &again)); /* blanks may be a zone */
	}
	if (!decode_ip(text, &ip))
		return 0;
	BUG_ON(strlen(ip_format(&ip, printed)) >= IP_TEXT_SIZE - 1);
	BUG_ON(!decode_ip(bytes_of(printed), &again));
	BUG_ON(ip_cmp(&ip, &again) != 0);
	return 0;
}
