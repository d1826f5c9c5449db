/* Bytes of a file into one buffer; whole records out of its front, in batches.
 * I1: buffer[begin, end) is what was read and not taken; a batch borrows from it and is given before it moves. */
#include "recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture_file.h"

#define BUFFER_SIZE (CAPTURE_RECORD_MAX + 262144u)
#define READ_SIZE 262144u /* so much stays in the processor's cache until it is taken */

struct recording {
	int fd;
	uint64_t at; /* of buffer[begin] in the file */
	size_t begin, end;
	bool has_ended;
	struct capture_file file;
	struct captured batch[RECORDING_BATCH];
	size_t n;
	char buffer[BUFFER_SIZE];
};

static enum err open_recording(struct recording *r, const char *path, struct errbuf *eb)
{
	struct stat st;

	r->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (r->fd < 0 || fstat(r->fd, &st) != 0)
		return errbuf_set(eb, errno == ENOENT ? ERR_NOTFOUND : errno == EACCES ? ERR_DENIED : ERR_IO, "cannot open: %m");
	if (S_ISDIR(st.st_mode))
		return errbuf_set(eb, ERR_INPUT, "is a directory, not a capture");
	(void)posix_fadvise(r->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return ERR_OK;
}

static void give_batch(struct recording *r, recording_fn *fn, void *arg)
{
	if (r->n > 0)
		fn(arg, r->batch, r->n);
	r->n = 0;
}

static enum err read_more(struct recording *r, struct errbuf *eb)
{
	ssize_t n;

	memmove(r->buffer, r->buffer + r->begin, r->end - r->begin);
	r->end -= r->begin;
	r->begin = 0;
	size_t room = BUFFER_SIZE - r->end;
	do
		n = read(r->fd, r->buffer + r->end, room < READ_SIZE ? room : READ_SIZE);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errbuf_set(eb, ERR_IO, "cannot read: %m");
	r->has_ended = n == 0;
	r->end += (size_t)n;
	return ERR_OK;
}

/* Blocks that hold no packet may be larger than the buffer. */
static enum err pass_over(struct recording *r, size_t used, struct errbuf *eb)
{
	enum err err = ERR_OK;

	r->at += used;
	while (err == ERR_OK && used > r->end - r->begin && !r->has_ended) {
		used -= r->end - r->begin;
		r->begin = r->end;
		err = read_more(r, eb);
	}
	if (err == ERR_OK && used > r->end - r->begin)
		return errbuf_set(eb, ERR_CORRUPT, "is cut short inside a block");
	r->begin += err == ERR_OK ? used : 0;
	return err;
}

/* One record, or more bytes for it. *is_done: the file has ended where a record does. */
static enum err step(struct recording *r, recording_fn *fn, void *arg, struct errbuf *eb)
{
	size_t used = 0;
	enum capture_step step = decode_capture_record(&r->file, bytes_make(r->buffer + r->begin, r->end - r->begin), &used,
						       &r->batch[r->n], eb);

	switch (step) {
	case CAPTURE_PACKET:
		r->begin += used;
		r->at += used;
		if (++r->n == RECORDING_BATCH)
			give_batch(r, fn, arg);
		return ERR_OK;
	case CAPTURE_PASSED:
		if (used > r->end - r->begin)
			give_batch(r, fn, arg);
		return pass_over(r, used, eb);
	case CAPTURE_MORE:
		give_batch(r, fn, arg);
		if (!r->has_ended)
			return read_more(r, eb);
		return errbuf_set(eb, ERR_CORRUPT, r->at == 0 && r->end == 0 ? "is empty" : "is cut short in the middle of a record");
	case CAPTURE_BROKEN:
		break;
	}
	return ERR_CORRUPT;
}

enum err recording_read(const char *path, recording_fn *fn, void *arg, struct errbuf *eb)
{
	struct recording *r = xmalloc(sizeof(*r));
	struct errbuf why = { "" };
	enum err err;

	memset(r, 0, offsetof(struct recording, buffer));
	err = open_recording(r, path, &why);
	while (err == ERR_OK && !(r->has_ended && r->begin == r->end && r->file.is_begun))
		err = step(r, fn, arg, &why);
	give_batch(r, fn, arg);
	if (err == ERR_CORRUPT)
		errbuf_set(eb, err, "%s: byte %llu: %s", path, (unsigned long long)r->at, why.text);
	else if (err != ERR_OK)
		errbuf_set(eb, err, "%s: %s", path, why.text);
	if (r->fd >= 0)
		close(r->fd);
	free(r);
	return err;
}
