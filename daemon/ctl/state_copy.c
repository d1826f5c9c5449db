/* Copies of small files.
 * I1: symbolic links are not followed: what they point to is not the state folder's.
 * I2: a file that goes away meanwhile was a temporary one, and is not missed. */
#include "state_copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/file.h"

#define FOLDERS_MAX 4 /* deep */

/* Names at the top that a copy has no use for. */
static const char *const left_out[] = {
	"assocd.db", "assocd.db-*", "assocd.db.schema*", "snapshot", "snapshot.*", "lock", "space", "*.jsonl", "*.jsonl.*",
};

static bool is_left_out(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
		if (fnmatch(left_out[i], name, 0) == 0)
			return true;
	return false;
}

static enum err fail(const char *path, struct errbuf *eb)
{
	return errbuf_set(eb, errno == ENOSPC || errno == EDQUOT ? ERR_FULL : errno == EACCES ? ERR_DENIED : ERR_IO, "%s: %s",
			  path, strerror(errno));
}

static bool copy_content(int from, int to, uint64_t *bytes)
{
	char piece[65536];
	ssize_t n;

	while ((n = read(from, piece, sizeof(piece))) > 0) {
		if (!file_write_all(to, bytes_make(piece, (size_t)n)))
			return false;
		*bytes += (uint64_t)n;
	}
	return n == 0;
}

static enum err copy_file(int from, const char *to, const struct stat *st, struct state_copied *out, struct errbuf *eb)
{
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool is_done = fd >= 0 && copy_content(from, fd, &out->bytes) && fchmod(fd, st->st_mode & 0777) == 0;
	enum err err = ERR_OK;

	if (is_done && fchown(fd, st->st_uid, st->st_gid) != 0 && errno != EPERM)
		is_done = false;
	if (!is_done || fsync(fd) != 0)
		err = fail(to, eb);
	if (fd >= 0)
		close(fd);
	out->files++;
	return err;
}

static enum err copy_folder(const char *from, const char *to, unsigned depth, struct state_copied *out, struct errbuf *eb);

static enum err copy_entry(const char *from, const char *to, unsigned depth, struct state_copied *out, struct errbuf *eb)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st = { 0 };
	enum err err = ERR_OK;

	if (fd < 0)
		return errno == ENOENT || errno == ELOOP || errno == ENXIO ? ERR_OK : fail(from, eb); /* I1, I2, sockets */
	if (fstat(fd, &st) != 0)
		err = fail(from, eb);
	else if (S_ISREG(st.st_mode))
		err = copy_file(fd, to, &st, out, eb);
	else if (S_ISDIR(st.st_mode) && depth < FOLDERS_MAX && mkdir(to, 0700) != 0 && errno != EEXIST)
		err = fail(to, eb);
	else if (S_ISDIR(st.st_mode) && depth < FOLDERS_MAX)
		err = copy_folder(from, to, depth + 1, out, eb);
	close(fd);
	return err;
}

static enum err copy_folder(const char *from, const char *to, unsigned depth, struct state_copied *out, struct errbuf *eb)
{
	DIR *dir = opendir(from);
	enum err err = dir ? ERR_OK : fail(from, eb);

	for (struct dirent *at; !err && (at = readdir(dir)) != NULL;) {
		char *source = NULL, *target = NULL;

		if (!strcmp(at->d_name, ".") || !strcmp(at->d_name, "..") || (depth == 0 && is_left_out(at->d_name)))
			continue;
		BUG_ON(asprintf(&source, "%s/%s", from, at->d_name) < 0 || asprintf(&target, "%s/%s", to, at->d_name) < 0);
		err = copy_entry(source, target, depth, out, eb);
		free(source);
		free(target);
	}
	if (dir)
		closedir(dir);
	return err ? err : file_sync_folder(to, eb);
}

enum err state_copy(const char *from, const char *to, struct state_copied *out, struct errbuf *eb)
{
	return copy_folder(from, to, 0, out, eb);
}
