/* DIR/snapshot: the engine's state as of one sequence number. Little-endian, the layout of one machine is enough.
 *
 *   0  8  magic "ASSOCDS1"
 *   8  8  binding: hash of everything the state depends on beside the journal
 *  16  8  seq: last event in it
 *  24  8  length n of the payload
 *  32  n  payload
 *  32+n 8 checksum: XXH3 of the 32 bytes of header, seeded with the chain over the payload, whose blocks of 64 KiB are
 *         each hashed with the hash of the block before as seed
 *
 * I1: DIR/snapshot is always whole: it is written as snapshot.PID, synced, renamed, and the folder synced.
 * I2: nothing is handed out before the checksum was verified.
 * I3: nothing here touches the database: it runs in a forked child. */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/file.h"

#define BLOCK 65536
#define HEADER 32
#define MAGIC "ASSOCDS1"

struct header {
	char magic[8];
	uint64_t binding, seq, length;
};
_Static_assert(sizeof(struct header) == HEADER, "the header has no gaps");

struct snapshot_writer {
	int fd;
	char *dir, temporary[PATH_MAX];
	struct header header;
	uint64_t chain;
	size_t used;
	int error; /* errno of the first failure */
	char block[BLOCK];
};

struct snapshot_reader {
	int fd;
	uint64_t left;
	size_t at, used;
	char block[BLOCK];
};

static bool read_fully(int fd, void *p, size_t n)
{
	char *at = p;

	while (n > 0) {
		ssize_t done = read(fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		n -= (size_t)done;
	}
	return true;
}

enum err snapshot_begin(const char *dir, uint64_t binding, uint64_t seq, struct snapshot_writer **out, struct errbuf *eb)
{
	struct snapshot_writer *w = xcalloc(1, sizeof(*w));
	char name[40];

	snprintf(name, sizeof(name), "snapshot.%d", (int)getpid());
	store_path(w->temporary, dir, name);
	w->dir = xstrdup(dir);
	memcpy(w->header.magic, MAGIC, sizeof(w->header.magic));
	w->header.binding = binding;
	w->header.seq = seq;
	w->fd = open(w->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (w->fd < 0 || !file_write_all(w->fd, bytes_make((const char *)&w->header, HEADER))) {
		w->error = errno;
		return snapshot_commit(w, eb);
	}
	*out = w;
	return ERR_OK;
}

static void flush_block(struct snapshot_writer *w)
{
	if (w->used == 0 || w->error)
		return;
	w->chain = bytes_hash(bytes_make(w->block, w->used), w->chain);
	if (!file_write_all(w->fd, bytes_make(w->block, w->used)))
		w->error = errno;
	w->used = 0;
}

enum err snapshot_write(void *writer, const void *p, size_t n)
{
	struct snapshot_writer *w = writer;
	const char *at = p;

	w->header.length += n;
	while (n > 0 && !w->error) {
		size_t part = n < BLOCK - w->used ? n : BLOCK - w->used;

		memcpy(w->block + w->used, at, part);
		w->used += part;
		at += part;
		n -= part;
		if (w->used == BLOCK)
			flush_block(w);
	}
	return w->error ? ERR_IO : ERR_OK;
}

static bool put_in_place(struct snapshot_writer *w)
{
	char path[PATH_MAX];
	uint64_t check;

	flush_block(w);
	if (w->error)
		return false;
	check = bytes_hash(bytes_make((const char *)&w->header, HEADER), w->chain);
	store_path(path, w->dir, "snapshot");
	return file_write_all(w->fd, bytes_make((const char *)&check, sizeof(check))) && pwrite(w->fd, &w->header, HEADER, 0) == HEADER &&
	       fsync(w->fd) == 0 && rename(w->temporary, path) == 0 && file_sync_folder(w->dir, NULL) == ERR_OK;
}

enum err snapshot_commit(struct snapshot_writer *w, struct errbuf *eb)
{
	enum err err = ERR_OK;

	if (w->error || !put_in_place(w)) {
		int code = w->error ? w->error : errno;

		err = errbuf_set(eb, code == ENOSPC || code == EDQUOT ? ERR_FULL : ERR_IO, "%s: %s", w->temporary, strerror(code));
		unlink(w->temporary);
	}
	if (w->fd >= 0)
		close(w->fd);
	free(w->dir);
	free(w);
	return err;
}

static enum err check_header(const struct header *h, uint64_t size, uint64_t binding, struct errbuf *eb)
{
	if (memcmp(h->magic, MAGIC, sizeof(h->magic)) != 0)
		return errbuf_set(eb, ERR_VERSION, "the snapshot has another format");
	if (h->binding != binding)
		return errbuf_set(eb, ERR_VERSION, "the snapshot was made under other rules, networks or another version");
	if (size < HEADER + sizeof(uint64_t) || h->length != size - HEADER - sizeof(uint64_t))
		return errbuf_set(eb, ERR_CORRUPT, "the snapshot is cut short");
	return ERR_OK;
}

static enum err verify(struct snapshot_reader *r, const struct header *h, struct errbuf *eb)
{
	uint64_t chain = 0, left = h->length, check;

	while (left > 0) {
		size_t part = left < BLOCK ? (size_t)left : BLOCK;

		if (!read_fully(r->fd, r->block, part))
			return errbuf_set(eb, ERR_IO, "the snapshot cannot be read: %s", strerror(errno));
		chain = bytes_hash(bytes_make(r->block, part), chain);
		left -= part;
	}
	if (!read_fully(r->fd, &check, sizeof(check)) || check != bytes_hash(bytes_make((const char *)h, HEADER), chain))
		return errbuf_set(eb, ERR_CORRUPT, "the checksum of the snapshot does not hold");
	if (lseek(r->fd, HEADER, SEEK_SET) != HEADER)
		return errbuf_set(eb, ERR_IO, "the snapshot cannot be read: %s", strerror(errno));
	r->left = h->length;
	return ERR_OK;
}

static enum err open_verified(struct snapshot_reader *r, uint64_t binding, struct header *h, struct errbuf *eb)
{
	struct stat st;
	enum err err;

	if (fstat(r->fd, &st) != 0 || !S_ISREG(st.st_mode) || !read_fully(r->fd, h, HEADER))
		return errbuf_set(eb, ERR_CORRUPT, "the snapshot is cut short");
	err = check_header(h, (uint64_t)st.st_size, binding, eb);
	return err ? err : verify(r, h, eb);
}

enum err snapshot_open(const char *dir, uint64_t binding, uint64_t *seq, struct snapshot_reader **out, struct errbuf *eb)
{
	struct snapshot_reader *r;
	char path[PATH_MAX];
	struct header h;
	enum err err;
	int fd;

	store_path(path, dir, "snapshot");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errbuf_set(eb, errno == ENOENT ? ERR_NOTFOUND : ERR_IO, "%s: %s%s", path, strerror(errno),
				  file_remedy(errno));
	r = xcalloc(1, sizeof(*r));
	r->fd = fd;
	err = open_verified(r, binding, &h, eb);
	if (err) {
		snapshot_close(r);
		return err;
	}
	*seq = h.seq;
	*out = r;
	return ERR_OK;
}

enum err snapshot_read(void *reader, void *p, size_t n)
{
	struct snapshot_reader *r = reader;
	char *to = p;

	while (n > 0) {
		size_t part;

		if (r->at == r->used) {
			r->used = r->left < BLOCK ? (size_t)r->left : BLOCK;
			r->at = 0;
			r->left -= r->used;
			if (r->used == 0 || !read_fully(r->fd, r->block, r->used))
				return ERR_CORRUPT;
		}
		part = n < r->used - r->at ? n : r->used - r->at;
		memcpy(to, r->block + r->at, part);
		r->at += part;
		to += part;
		n -= part;
	}
	return ERR_OK;
}

void snapshot_close(struct snapshot_reader *r)
{
	if (!r)
		return;
	close(r->fd);
	free(r);
}

enum err snapshot_remove(const char *dir, struct errbuf *eb)
{
	char path[PATH_MAX];

	store_path(path, dir, "snapshot");
	if (unlink(path) == 0)
		return file_sync_folder(dir, eb);
	return errno == ENOENT ? ERR_OK : errbuf_set(eb, ERR_IO, "%s: %s", path, strerror(errno));
}
