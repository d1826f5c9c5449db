/* The content of a file that people wrote or brought: rules, settings, tables, tokens. */
#ifndef ASSOCD_BASE_FILE_H
#define ASSOCD_BASE_FILE_H

#include "text.h"

/* All of a regular file, appended to out. The error begins with the path: ERR_NOTFOUND, ERR_DENIED, ERR_IO, ERR_LIMIT when
 * it is larger than max bytes, ERR_INPUT when it is a directory, a pipe or a device, which are never waited for. */
enum err file_read(const char *path, size_t max, struct text *out, struct errbuf *eb) MUST_CHECK;

#endif
