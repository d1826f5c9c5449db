/* One daemon a state folder: an flock on DIR/lock, whose text is the holder's process id.
 * I1: the kernel drops the lock with the process, so a kill -9 leaves nothing to clean up. */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "daemon/base/file.h"

void store_path(char out[PATH_MAX], const char *dir, const char *name)
{
	BUG_ON(strlen(dir) > STORE_DIR_MAX);
	snprintf(out, PATH_MAX, "%s/%.60s", dir, name);
}

static int read_pid(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	return atoi(text);
}

static void write_pid(int fd)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	/* The number is for people; on a full disk the lock holds without it. */
	if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)n, 0) < 0)
		return;
}

enum err lock_take(const char *dir, int *fd, struct errbuf *eb)
{
	char path[PATH_MAX];
	int lock;

	if (strlen(dir) > STORE_DIR_MAX)
		return errbuf_set(eb, ERR_LIMIT, "the path of the state folder is longer than %d bytes", STORE_DIR_MAX);
	store_path(path, dir, "lock");
	lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock < 0)
		return errbuf_set(eb, errno == EACCES ? ERR_DENIED : ERR_IO,
				  "%s: %s%s", path, strerror(errno),
				  errno == EACCES ? file_remedy(errno) : " (check that the state folder exists and may be written)");
	if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
		enum err err = errbuf_set(eb, ERR_BUSY, "%s is in use by process %d; stop that one, or give this one "
					  "another folder with --state", dir, read_pid(lock));
		close(lock);
		return err;
	}
	write_pid(lock);
	*fd = lock;
	return ERR_OK;
}

int lock_holder(const char *dir)
{
	char path[PATH_MAX];
	int pid = 0, fd;

	store_path(path, dir, "lock");
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (flock(fd, LOCK_SH | LOCK_NB) != 0)
		pid = read_pid(fd);
	close(fd);
	return pid;
}
