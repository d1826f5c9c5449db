/* Any bytes as CSV: every field stays inside the record, the rest always shrinks. */
#include <stdint.h>
#include <stdlib.h>

#include "daemon/enrich/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	static struct csv_record record;
	struct bytes rest = bytes_make((const char *)in, n);
	size_t left = n;

	while (!decode_csv_record(&rest, &record)) {
		BUG_ON(rest.len >= left || record.n == 0);
		left = rest.len;
		for (unsigned i = 0; i < record.n; i++)
			BUG_ON(record.field[i].ptr < record.text || record.field[i].ptr + record.field[i].len > record.text + CSV_RECORD_MAX);
	}
	return 0;
}
