/* Which files there are. Rotation names them PATH.1, PATH.2 .. (the larger the older) or
 * PATH-20261126 (the larger the newer). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/file.h"
#include "parts.h"

static const char *const compressed[] = { ".gz", ".xz", ".zst", ".bz2" };

static bool is_compressed(struct bytes path)
{
	for (size_t i = 0; i < ARRAY_LEN(compressed); i++)
		if (bytes_ends(path, bytes_of(compressed[i])))
			return true;
	return false;
}

/* What rotation put behind the name. */
static struct bytes suffix_of(const struct audit_file *f)
{
	struct bytes path = bytes_of(f->path);
	size_t name = path.len;

	while (name > 0 && path.ptr[name - 1] != '/')
		name--;
	return bytes_slice(path, name + sizeof(AUDIT_FILE) - 1, path.len);
}

/* The log or what rotation made of it; a copy that a person named is neither. */
static bool is_of_the_log(struct bytes name)
{
	struct bytes left = bytes_slice(name, sizeof(AUDIT_FILE) - 1, name.len);

	if (!bytes_starts(name, BYTES_LIT(AUDIT_FILE)))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(compressed); i++)
		if (bytes_ends(left, bytes_of(compressed[i])))
			left = bytes_slice(left, 0, left.len - strlen(compressed[i]));
	if (left.len == 1 || (left.len > 1 && left.ptr[0] != '.' && left.ptr[0] != '-'))
		return false;
	for (size_t i = 1; i < left.len; i++)
		if ((left.ptr[i] < '0' || left.ptr[i] > '9') && left.ptr[i] != '-')
			return false;
	return left.len > 1 || !is_compressed(name);
}

static int by_age(const void *a, const void *b)
{
	struct bytes x = suffix_of(a), y = suffix_of(b);
	uint64_t i = 0, j = 0;

	if (x.len == 0 || y.len == 0)
		return x.len == y.len ? 0 : x.len == 0 ? -1 : 1;
	if (bytes_to_u64(bytes_slice(x, 1, x.len), &i) && bytes_to_u64(bytes_slice(y, 1, y.len), &j) && x.ptr[0] == '.' && y.ptr[0] == '.')
		return i < j ? -1 : i > j;
	return bytes_cmp(y, x);
}

/* A rotation meanwhile may show one file under two names. */
static bool is_listed(const struct audit_files *files, uint64_t inode)
{
	for (size_t i = 0; i < files->list.n; i++)
		if (files->list.at[i].inode == inode)
			return true;
	return false;
}

static void open_one(int folder, const char *state_dir, const char *name, struct audit_files *out)
{
	struct audit_file file = { .fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW) };
	struct text path = { 0 };
	struct stat st;

	if (file.fd < 0 && errno != ENOENT && out->n_barred++ == 0)
		(void)errbuf_set(&out->barred, errno == EACCES ? ERR_DENIED : ERR_IO, "%s/%s: %s%s", state_dir, name, strerror(errno),
				file_remedy(errno));
	if (file.fd < 0)
		return;
	if (fstat(file.fd, &st) != 0 || !S_ISREG(st.st_mode) || is_listed(out, st.st_ino)) {
		close(file.fd);
		return;
	}
	text_addf(&path, "%s/%s", state_dir, name);
	file.path = xstrdup(path.ptr);
	file.inode = st.st_ino;
	file.size = st.st_size;
	VEC_PUSH(&out->list, file);
	text_free(&path);
}

enum err audit_files_open(const char *state_dir, struct audit_files *out, struct errbuf *eb)
{
	const struct dirent *entry;
	DIR *folder = opendir(state_dir);

	*out = (struct audit_files){ .n_barred = 0 };
	if (!folder)
		return errbuf_set(eb, errno == EACCES ? ERR_DENIED : errno == ENOENT ? ERR_NOTFOUND : ERR_IO, "%s: %s%s", state_dir,
				  strerror(errno), file_remedy(errno));
	while ((entry = readdir(folder)) != NULL) {
		if (!is_of_the_log(bytes_of(entry->d_name)))
			continue;
		if (is_compressed(bytes_of(entry->d_name)))
			out->compressed++;
		else
			open_one(dirfd(folder), state_dir, entry->d_name, out);
	}
	closedir(folder);
	if (out->list.n > 1)
		qsort(out->list.at, out->list.n, sizeof(*out->list.at), by_age);
	return ERR_OK;
}

enum err audit_files_open_all(const char *state_dir, struct audit_files *out, struct errbuf *eb)
{
	enum err err = audit_files_open(state_dir, out, eb);

	if (err == ERR_OK && out->n_barred > 0) {
		err = errbuf_set(eb, ERR_DENIED, "%s", out->barred.text);
		audit_files_close(out);
	}
	return err;
}

void audit_files_close(struct audit_files *files)
{
	for (size_t i = 0; i < files->list.n; i++) {
		close(files->list.at[i].fd);
		free(files->list.at[i].path);
	}
	VEC_FREE(&files->list);
}
