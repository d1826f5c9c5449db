/* Any bytes as the front of a stream: what is read lies inside, and a head that is whole stays whole with more behind it. */
#include <stdlib.h>

#include "collectors/packets/http_request.h"
#include "daemon/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

static void check_inside(struct bytes part, struct bytes all)
{
	BUG_ON(part.len > 0 && (part.ptr < all.ptr || part.ptr + part.len > all.ptr + all.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct bytes all = bytes_make((const char *)in, n);
	struct http_request whole, part;
	enum http_step step = decode_http_request(all, &whole);

	if (step != HTTP_WHOLE)
		return 0;
	check_inside(whole.method, all);
	check_inside(whole.version, all);
	check_inside(whole.user_agent, all);
	BUG_ON(whole.method.len == 0 || whole.method.len > HTTP_METHOD_MAX || whole.version.len != 3);
	BUG_ON(memchr(whole.names, '\0', sizeof(whole.names)) == NULL);
	for (size_t cut = 0; cut < n && cut < 300; cut++)
		BUG_ON(decode_http_request(bytes_slice(all, 0, cut), &part) == HTTP_NONE);
	return 0;
}
