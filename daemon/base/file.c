/* Reading and writing whole files; a folder made durable. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *file_remedy(int code)
{
	if (code == EACCES || code == EPERM)
		return "; chown it to the user who runs this, or run this as its owner";
	return code == EROFS ? "; its file system is mounted read-only" : "";
}

static enum err refuse(const char *path, int code, struct errbuf *eb)
{
	enum err err = code == ENOENT ? ERR_NOTFOUND : code == EACCES || code == EPERM ? ERR_DENIED : ERR_IO;
	return errbuf_set(eb, err, "%s: %s%s", path, strerror(code), file_remedy(code));
}

/* O_NONBLOCK: opening a pipe without a writer would wait for one. */
static enum err open_regular(const char *path, int *out, struct errbuf *eb)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return refuse(path, errno, eb);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		*out = fd;
		return ERR_OK;
	}
	close(fd);
	return errbuf_set(eb, ERR_INPUT, "%s: is %s, a file is expected here", path,
			  S_ISDIR(st.st_mode) ? "a directory" : S_ISFIFO(st.st_mode) ? "a pipe" : "a device");
}

enum err file_read(const char *path, size_t max, struct text *out, struct errbuf *eb)
{
	char piece[65536];
	size_t before = out->len;
	ssize_t n;
	int fd = -1;
	enum err err = open_regular(path, &fd, eb);
	if (err != ERR_OK)
		return err;
	do {
		n = read(fd, piece, sizeof(piece));
		if (n > 0)
			text_add(out, bytes_make(piece, (size_t)n));
	} while ((n > 0 && out->len - before <= max) || (n < 0 && errno == EINTR));
	if (n < 0)
		err = refuse(path, errno, eb);
	else if (out->len - before > max)
		err = errbuf_set(eb, ERR_LIMIT, "%s: has more than %zu bytes", path, max);
	close(fd);
	return err;
}

void file_add_literal(struct text *pattern, const char *path)
{
	for (; *path; path++) {
		if (strchr("*?[\\", *path) != NULL)
			text_addc(pattern, '\\');
		text_addc(pattern, *path);
	}
}

/* Behind the last newline among the n bytes before `end`; -1: there is none, -2: they cannot be read. */
static off_t behind_newline(int fd, off_t end, size_t n)
{
	char piece[4096];

	if (pread(fd, piece, n, end - (off_t)n) != (ssize_t)n)
		return -2;
	for (size_t at = n; at > 0; at--)
		if (piece[at - 1] == '\n')
			return end - (off_t)(n - at);
	return -1;
}

enum err file_cut_half_line(int fd)
{
	struct stat st;
	off_t whole = -1;

	if (fstat(fd, &st) != 0)
		return ERR_IO;
	if (!S_ISREG(st.st_mode))
		return ERR_OK;
	for (off_t end = st.st_size; whole == -1 && end > 0; end = end > 4096 ? end - 4096 : 0)
		whole = behind_newline(fd, end, end > 4096 ? 4096 : (size_t)end);
	if (whole == -2)
		return ERR_IO;
	whole = whole < 0 ? 0 : whole;
	return whole == st.st_size || ftruncate(fd, whole) == 0 ? ERR_OK : ERR_IO;
}

bool file_write_all(int fd, struct bytes content)
{
	while (content.len > 0) {
		ssize_t n = write(fd, content.ptr, content.len);

		if (n < 0 && errno != EINTR)
			return false;
		content = bytes_slice(content, n > 0 ? (size_t)n : 0, content.len);
	}
	return true;
}

enum err file_sync(const char *path, struct errbuf *eb)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), code = fd < 0 || fsync(fd) != 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return code == 0 ? ERR_OK : errbuf_set(eb, code == ENOSPC ? ERR_FULL : ERR_IO, "%s: %s", path, strerror(code));
}

enum err file_sync_folder(const char *folder, struct errbuf *eb)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err err = fd >= 0 && fsync(fd) == 0 ? ERR_OK : errbuf_set(eb, ERR_IO, "%s: %s", folder, strerror(errno));

	if (fd >= 0)
		close(fd);
	return err;
}
