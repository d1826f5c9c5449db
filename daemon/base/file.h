/* The content of a file that people wrote or brought: rules, settings, tables, tokens; folders on the disk. */
#ifndef ASSOCD_BASE_FILE_H
#define ASSOCD_BASE_FILE_H

#include "text.h"

/* Stands behind strerror(code), where somebody can do something about it: "; ...", or "". */
const char *file_remedy(int code);
/* All of a regular file, appended to out. The error begins with the path: ERR_NOTFOUND, ERR_DENIED, ERR_IO, ERR_LIMIT when
 * it is larger than max bytes, ERR_INPUT when it is a directory, a pipe or a device, which are never waited for. */
enum err file_read(const char *path, size_t max, struct text *out, struct errbuf *eb) MUST_CHECK;

/* The path as glob(3) means it, with what would be a pattern in it escaped. */
void file_add_literal(struct text *pattern, const char *path);

/* Takes away what stands behind the last newline of a regular file: half a line, that a crash or a full disk left. fd is open
 * for reading and writing. ERR_IO with errno. */
enum err file_cut_half_line(int fd) MUST_CHECK;
/* All of it, in as many calls as that takes; false with errno, and what was written by then stays. */
bool file_write_all(int fd, struct bytes content) MUST_CHECK;
/* What was written to the file is there after a power cut. ERR_FULL or ERR_IO, with the path. */
enum err file_sync(const char *path, struct errbuf *eb) MUST_CHECK;
/* What was made, renamed or removed in the folder is so after a power cut, too. ERR_IO, with the folder. */
enum err file_sync_folder(const char *folder, struct errbuf *eb) MUST_CHECK;

#endif
