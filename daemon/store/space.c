/* Is there room beside the database? It is asked by taking it: quotas and blocks kept for root show in no number.
 * I1: the file that takes the room has no name any more when it grows, so nothing is left behind. */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum err space_check(const char *dir, uint64_t bytes, struct errbuf *eb)
{
	char path[PATH_MAX];
	int fd, code;

	store_path(path, dir, "space");
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	code = fd < 0 || unlink(path) != 0 ? errno : posix_fallocate(fd, 0, (off_t)bytes);
	if (fd >= 0)
		close(fd);
	if (code == 0)
		return ERR_OK;
	if (code != ENOSPC && code != EDQUOT)
		return errbuf_set(eb, ERR_IO, "%s: %s", path, strerror(code));
	return errbuf_set(eb, ERR_FULL, "%s has less than %u MiB of free space; free some", dir,
			  (unsigned)(bytes >> 20));
}
