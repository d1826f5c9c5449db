/* Any bytes as an address: what is accepted prints to text that reads back as the same address, folded or not. */
#include "daemon/base/err.h"
#include "daemon/model/ip.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	char text[IP_TEXT_SIZE];
	struct ip ip, again;
	struct bytes bare;
	int port;

	if (decode_ip_as_written(bytes_make((const char *)in, n), &ip)) {
		BUG_ON(!decode_ip(bytes_make((const char *)in, n), &again));
		BUG_ON(!decode_ip_as_written(bytes_of(ip_format(&ip, text)), &again));
		BUG_ON(ip_cmp(&ip, &again) != 0);
	}
	if (decode_ip_and_port(bytes_make((const char *)in, n), &ip, &bare, &port)) {
		BUG_ON(port < -1 || port > 65535 || bare.len > n);
		BUG_ON(!decode_ip(bare, &again) || ip_cmp(&ip, &again) != 0);
	} else {
		BUG_ON(decode_ip(bytes_make((const char *)in, n), &again));
	}
	if (!decode_ip(bytes_make((const char *)in, n), &ip))
		return 0;
	BUG_ON(strlen(ip_format(&ip, text)) >= IP_TEXT_SIZE - 1);
	BUG_ON(!decode_ip(bytes_of(text), &again));
	BUG_ON(ip_cmp(&ip, &again) != 0);
	return 0;
}
