/* Any text as a log time, in every form. */
#include <stdint.h>

#include "collectors/tail/log_time.h"
#include "daemon/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct time_basis basis = { .file_ms = 1767225600000, .offset_minutes = 90 };
	int64_t ms;

	for (int form = 0; form < TIME_FORMS; form++)
		if (decode_log_time(bytes_make((const char *)in, n), (enum time_form)form, &basis, &ms) && form == TIME_SYSLOG)
			BUG_ON(ms > basis.file_ms + 86400000);
	return 0;
}
