/* The state folder, and keys in it: files of 32 random bytes, readable by the owner only. */
#include "state_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/file.h"
#include "daemon/vendor/crypto.h"

static enum err make_folder(const char *path, struct errbuf *eb)
{
	struct stat st;
	if (mkdir(path, 0750) == 0 || errno == EEXIST) {
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			return ERR_OK;
		return errbuf_set(eb, ERR_IO, "the state folder %s is no folder; name another one with `state:` or --state", path);
	}
	return errbuf_set(eb, ERR_IO, "cannot make the state folder %s: %m; make it for the user who runs this, or name another one with "
			  "`state:` or --state", path);
}

enum err state_folder_make(const char *dir, struct errbuf *eb)
{
	char *path = xstrdup(dir);
	for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
		*at = '\0';
		mkdir(path, 0755);
		*at = '/';
	}
	enum err err = make_folder(path, eb);
	if (err == ERR_OK && access(path, W_OK | X_OK) != 0)
		err = errbuf_set(eb, ERR_IO, "the state folder %s is not writable: %m; check its owner and mode, or name another one "
				 "with `state:` or --state", path);
	free(path);
	return err;
}

static bool write_key(const char *path, const uint8_t key[STATE_KEY_SIZE])
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool is_written = write(fd, key, STATE_KEY_SIZE) == STATE_KEY_SIZE && fsync(fd) == 0;
	return close(fd) == 0 && is_written;
}

/* It has its name once it is whole and synced: half a key would keep every later start from starting. */
static enum err make_key(const char *path, uint8_t key[STATE_KEY_SIZE], struct errbuf *eb)
{
	if (crypto_random(key, STATE_KEY_SIZE) != ERR_OK)
		return errbuf_set(eb, ERR_IO, "no random bytes for %s", path);
	struct text part = { 0 }, folder = { 0 };
	text_addf(&part, "%s.part", path);
	text_add(&folder, bytes_make(path, (size_t)(strrchr(path, '/') - path)));
	unlink(part.ptr);
	enum err err = ERR_OK;
	if (!write_key(part.ptr, key) || rename(part.ptr, path) != 0) {
		err = errbuf_set(eb, ERR_IO, "cannot make %s: %m", path);
		unlink(part.ptr);
	}
	if (err == ERR_OK)
		err = file_sync_folder(folder.ptr, eb);
	text_free(&part);
	text_free(&folder);
	return err;
}

enum err state_folder_secret(const char *path, bool may_make, uint8_t key[STATE_KEY_SIZE], struct errbuf *eb)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && may_make)
		return make_key(path, key, eb);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOTFOUND : errbuf_set(eb, ERR_IO, "cannot read %s: %m%s", path, file_remedy(errno));
	ssize_t got = read(fd, key, STATE_KEY_SIZE);
	close(fd);
	if (got == STATE_KEY_SIZE)
		return ERR_OK;
	return errbuf_set(eb, ERR_CORRUPT, "%s must hold %d bytes; bring it back from a backup", path, STATE_KEY_SIZE);
}
