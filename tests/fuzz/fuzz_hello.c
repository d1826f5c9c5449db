/* Any bytes as the first line of a stream connection. */
#include <stdint.h>

#include "collectors/stream/hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	static struct json_parser *parser;
	struct errbuf eb = { "" };
	struct hello hello;

	if (!parser)
		parser = json_parser_new(64 * 1024, 16);
	if (!decode_hello(parser, bytes_make((const char *)in, n), &hello, &eb))
		BUG_ON(memchr(hello.site, 0, sizeof(hello.site)) == NULL);
	return 0;
}
