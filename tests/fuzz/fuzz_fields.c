/* Any bytes as a form body, as the first line of a CSV file and as a record behind it: values lie in the line or in the room that was
 * reserved for it, so the sanitizer sees whatever does not. */
#include <stdlib.h>

#include "collectors/tail/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

static size_t touch(const struct fields *f)
{
	size_t sum = 0;

	for (unsigned i = 0; i < f->n; i++)
		for (size_t k = 0; k < f->at[i].value.len; k++)
			sum += (unsigned char)f->at[i].value.ptr[k];
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct bytes all = bytes_make((const char *)in, n);
	ptrdiff_t end = bytes_find_char(all, '\n');
	struct bytes head = bytes_slice(all, 0, end < 0 ? n : (size_t)end), rest = bytes_slice(all, head.len + 1, n);
	struct fields *f = calloc(1, sizeof(*f));
	struct csv_header *header = csv_header_new();
	struct text list = { 0 };
	size_t sum = 0;

	if (decode_form_fields(all, f))
		sum += touch(f);
	if (decode_csv_header(head, header)) {
		csv_header_list(header, &list);
		BUG_ON(!csv_header_is_read(header) || list.len > 512);
		if (decode_csv_fields(rest, header, f))
			sum += touch(f);
	}
	text_free(&list);
	csv_header_free(header);
	fields_free(f);
	free(f);
	return sum == SIZE_MAX;
}
