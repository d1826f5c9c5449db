/* Lines of the alert log and of the audit log that may stay no longer. */
#ifndef ASSOCD_MAIN_LOG_LINES_H
#define ASSOCD_MAIN_LOG_LINES_H

#include "daemon/base/text.h"

/* Must that line go? What is put into `instead` stands in its place, where it is not longer. */
typedef bool log_line_fn(void *arg, struct bytes line, struct text *instead);
struct log_lines_gone {
	uint64_t lines;
	unsigned compressed;  /* files that were not looked into */
	uint64_t unread;      /* lines of more than 16 MiB, which were passed over */
	char unread_at[1024]; /* the first of them, FILE:LINE */
};
/* In the log and the files that rotation made of it (PATH, PATH.1 ...), lines that the caller names are overwritten in their
 * place by one that says so, at the same length: whoever follows the file sees nothing move. Others may append meanwhile: only
 * whole lines change. What was done is added to *out. */
enum err log_lines_erase(const char *path, log_line_fn *is_gone, void *arg, struct log_lines_gone *out, struct errbuf *eb) MUST_CHECK;

#endif
