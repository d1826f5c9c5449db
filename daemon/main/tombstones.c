/* The file of tombstones.
 * I1: a line counts when its newline is there: what a crash left half written is completed by none and cut by the next one. */
#include "tombstones.h"

#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/file.h"
#include "state_folder.h"

#define FILE_MAX_BYTES (64u << 20) /* half a million */
#define HEX_SIZE (2 * CRYPTO_HASH_SIZE)

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_hash(struct bytes line, uint8_t hash[CRYPTO_HASH_SIZE])
{
	if (line.len <= HEX_SIZE || line.ptr[HEX_SIZE] != ' ')
		return false;
	for (size_t i = 0; i < CRYPTO_HASH_SIZE; i++) {
		int high = hex_digit(line.ptr[2 * i]), low = hex_digit(line.ptr[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		hash[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* How many bytes are whole lines (I1) comes back in *whole. */
static enum err take_lines(struct erased *e, struct bytes content, const char *path, size_t *whole, struct errbuf *eb)
{
	uint8_t hash[CRYPTO_HASH_SIZE];
	unsigned n = 0;
	ptrdiff_t end;
	for (struct bytes rest = content; (end = bytes_find_char(rest, '\n')) >= 0; rest = bytes_slice(rest, (size_t)end + 1, rest.len)) {
		n++;
		if (!take_hash(bytes_slice(rest, 0, (size_t)end), hash))
			return errbuf_set(eb, ERR_CORRUPT, "%s:%u: no tombstone; bring the file back from a backup", path, n);
		(void)erased_add(e, hash);
		*whole += (size_t)end + 1;
	}
	return ERR_OK;
}

struct reading {
	struct text key_path, path, content;
	uint8_t key[STATE_KEY_SIZE];
	size_t whole;
};

static void reading_fini(struct reading *r)
{
	explicit_bzero(r->key, sizeof(r->key));
	text_free(&r->key_path);
	text_free(&r->path);
	text_free(&r->content);
}

static enum err read_all(struct reading *r, const char *dir, bool may_make, struct erased **out, struct errbuf *eb)
{
	*out = NULL;
	text_addf(&r->key_path, "%s/erased.key", dir);
	text_addf(&r->path, "%s/erased", dir);
	enum err err = file_read(r->path.ptr, FILE_MAX_BYTES, &r->content, eb);
	if (err != ERR_OK && err != ERR_NOTFOUND)
		return err;
	errbuf_clear(eb);
	bool is_none = r->content.len == 0;
	if (is_none && !may_make)
		return ERR_OK;
	err = state_folder_secret(r->key_path.ptr, is_none, r->key, eb);
	if (err == ERR_NOTFOUND)
		return errbuf_set(eb, err, "%s is missing, and %s was written with it; bring it back from a backup", r->key_path.ptr, r->path.ptr);
	if (err != ERR_OK)
		return err;
	*out = erased_new(bytes_make((const char *)r->key, sizeof(r->key)));
	err = take_lines(*out, text_bytes(&r->content), r->path.ptr, &r->whole, eb);
	if (err != ERR_OK) {
		erased_free(*out);
		*out = NULL;
	}
	return err;
}

enum err tombstones_read(const char *dir, struct erased **out, struct errbuf *eb)
{
	struct reading r = { 0 };
	enum err err = read_all(&r, dir, false, out, eb);
	reading_fini(&r);
	return err;
}

static enum err append(const struct reading *r, struct bytes line, struct errbuf *eb)
{
	int fd = open(r->path.ptr, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	bool is_done = fd >= 0 && ftruncate(fd, (off_t)r->whole) == 0 &&
		       pwrite(fd, line.ptr, line.len, (off_t)r->whole) == (ssize_t)line.len && fsync(fd) == 0;
	enum err err = is_done ? ERR_OK : errbuf_set(eb, errno == ENOSPC ? ERR_FULL : ERR_IO, "%s: %m", r->path.ptr);
	if (fd >= 0)
		close(fd);
	return err;
}

enum err tombstones_add(const char *dir, struct bytes account, struct errbuf *eb)
{
	char hex[HEX_SIZE + 1], now[TIME_TEXT_SIZE];
	uint8_t hash[CRYPTO_HASH_SIZE];
	struct reading r = { 0 };
	struct text line = { 0 };
	struct erased *e;
	enum err err = read_all(&r, dir, true, &e, eb);
	if (err == ERR_OK && !erased_has(e, account)) {
		erased_hash(e, account, hash);
		crypto_hex(hash, sizeof(hash), hex);
		time_format(clock_wall_ms(), now);
		text_addf(&line, "%s %s\n", hex, now);
		err = append(&r, text_bytes(&line), eb);
	}
	if (err == ERR_OK)
		err = file_sync_folder(dir, eb);
	erased_free(e);
	text_free(&line);
	reading_fini(&r);
	return err;
}
