/* Which files there are. Rotation names them PATH.1, PATH.2 .. (the larger the older) or
 * PATH-20261126 (the larger the newer). */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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

static enum err open_one(const char *path, struct audit_files *out, struct errbuf *eb)
{
	struct audit_file file = { .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW) };
	struct stat st;

	if (file.fd < 0)
		return errno == ENOENT ? ERR_OK : errbuf_set(eb, errno == EACCES ? ERR_DENIED : ERR_IO, "%s: %s", path, strerror(errno));
	if (fstat(file.fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(file.fd);
		return ERR_OK;
	}
	file.path = xstrdup(path);
	file.inode = st.st_ino;
	file.size = st.st_size;
	VEC_PUSH(&out->list, file);
	return ERR_OK;
}

static enum err open_matching(const char *pattern, struct audit_files *out, struct errbuf *eb)
{
	size_t n_found;
	enum err err = ERR_OK;
	glob_t found;

	n_found = glob(pattern, GLOB_NOSORT, NULL, &found) == 0 ? found.gl_pathc : 0;
	for (size_t i = 0; i < n_found && err == ERR_OK; i++)
		if (is_compressed(bytes_of(found.gl_pathv[i])))
			out->compressed++;
		else
			err = open_one(found.gl_pathv[i], out, eb);
	globfree(&found);
	return err;
}

enum err audit_files_open(const char *state_dir, struct audit_files *out, struct errbuf *eb)
{
	static const char *const patterns[] = { "", ".*", "-*" };
	struct text pattern = { 0 };
	enum err err = ERR_OK;

	*out = (struct audit_files){ 0 };
	for (size_t i = 0; i < ARRAY_LEN(patterns) && err == ERR_OK; i++) {
		text_clear(&pattern);
		text_addf(&pattern, "%s/" AUDIT_FILE "%s", state_dir, patterns[i]);
		err = open_matching(pattern.ptr, out, eb);
	}
	text_free(&pattern);
	if (err != ERR_OK)
		audit_files_close(out);
	else if (out->list.n > 1)
		qsort(out->list.at, out->list.n, sizeof(*out->list.at), by_age);
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
