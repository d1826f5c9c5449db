/* decode_http_head: any bytes; what comes out lies inside what went in. */
#include <stdlib.h>

#include "daemon/vendor/http_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

static void check_inside(struct bytes b, const char *in, size_t n)
{
	if (b.len > 0 && (b.ptr < in || b.ptr + b.len > in + n))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	const char *p = (const char *)in;
	struct http_head head;
	struct http_fault fault;

	if (decode_http_head(bytes_make(p, n), &head, &fault) != ERR_OK)
		return 0;
	if (head.length > n || head.n_fields > HTTP_FIELDS_MAX)
		abort();
	check_inside(head.method, p, n);
	check_inside(head.query, p, n);
	check_inside(head.host, p, n);
	for (unsigned i = 0; i < head.n_fields; i++)
		check_inside(head.fields[i].value, p, n);
	return 0;
}
