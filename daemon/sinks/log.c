/* The alert log: one JSON line a change, appended.
 * I1: a delivery is written by one write and synced before it counts; when either fails the file is cut back to where
 *     it was, so that a failed delivery leaves no half line.
 *     What a crash left of one is cut when the file is opened; its alerts are delivered again.
 * I2: a file that was moved away keeps what it has; the next delivery after reopen starts a new one at the path.
 * I3: a pipe is neither synced nor cut. Nobody waits for its reader: where there is none the alerts wait, where he does not
 *     read for PATIENCE_MS they do. What is left of a line then is ended before the next delivery. */
#include "sink.h"

#include "daemon/base/file.h"
#include "daemon/base/log.h"
#include "daemon/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_MS 1000

struct alert_log {
	char *path;
	int fd; /* -1: to be opened at the next delivery */
	bool has_half_line; /* a pipe */
};

/* By a descriptor of its own: a pipe is to be opened for writing only. */
static bool cut_half_line(const struct alert_log *l)
{
	struct stat st;
	int fd = fstat(l->fd, &st) == 0 && S_ISREG(st.st_mode) ? open(l->path, O_RDWR | O_CLOEXEC) : -1;
	bool is_fine = fd < 0 || file_cut_half_line(fd) == ERR_OK;

	if (fd >= 0)
		close(fd);
	return is_fine;
}

static enum err open_file(struct alert_log *l, struct errbuf *eb)
{
	if (l->fd >= 0)
		return ERR_OK;
	l->fd = open(l->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0640);
	if (l->fd < 0 && errno == ENXIO) /* I3 */
		return errbuf_set(eb, ERR_BUSY, "alert log %s: it is a pipe that nobody reads, or a socket", l->path);
	if (l->fd >= 0 && !cut_half_line(l)) { /* I1 */
		errbuf_set(eb, ERR_IO, "alert log %s ends with half a line, which cannot be cut: %s", l->path, strerror(errno));
		close(l->fd);
		l->fd = -1;
		return ERR_IO;
	}
	return l->fd >= 0 ? ERR_OK : errbuf_set(eb, ERR_IO, "alert log %s: %s%s; `alert_log` names another one", l->path, strerror(errno),
						 file_remedy(errno));
}

static void close_file(void *self)
{
	struct alert_log *l = self;

	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

static enum err log_reopen(void *self, struct errbuf *eb)
{
	close_file(self);
	return ERR_OK;
}

static enum err log_open(const struct sink_setup *setup, void **out, struct errbuf *eb)
{
	struct alert_log *l = xcalloc(1, sizeof(*l));
	enum err err;

	l->path = xstrdup(setup->alert_log);
	l->fd = -1;
	err = open_file(l, eb);
	if (err == ERR_BUSY) { /* may come: the first delivery says so */
		errbuf_clear(eb);
		err = ERR_OK;
	}
	if (err) {
		free(l->path);
		free(l);
		return err;
	}
	*out = l;
	return ERR_OK;
}

static bool has_room_soon(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	bool is_soon = errno == EAGAIN && poll(&p, 1, PATIENCE_MS) > 0;

	if (!is_soon)
		errno = EAGAIN;
	return is_soon;
}

/* How much of it was written. */
static size_t write_some(int fd, struct bytes lines)
{
	size_t done = 0;

	while (done < lines.len) {
		ssize_t n = write(fd, lines.ptr + done, lines.len - done);

		if (n < 0 && errno != EINTR && (errno != EAGAIN || !has_room_soon(fd)))
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	return done;
}

/* I3 */
static enum err pass_on(struct alert_log *l, struct bytes lines, struct errbuf *eb)
{
	bool is_ended = !l->has_half_line || write_some(l->fd, BYTES_LIT("\n")) == 1;
	size_t done = is_ended ? write_some(l->fd, lines) : 0;
	enum err err;

	l->has_half_line = is_ended ? done > 0 && lines.ptr[done - 1] != '\n' : l->has_half_line;
	if (done == lines.len)
		return ERR_OK;
	err = errbuf_set(eb, ERR_IO, "alert log %s: %s", l->path, errno == EAGAIN ? "whoever reads the pipe does not keep up" : strerror(errno));
	close_file(l);
	return err;
}

static enum err append(struct alert_log *l, struct bytes lines, struct errbuf *eb)
{
	struct stat st;

	if (fstat(l->fd, &st) != 0 || !S_ISREG(st.st_mode))
		return pass_on(l, lines, eb);
	if (file_write_all(l->fd, lines) && fdatasync(l->fd) == 0)
		return ERR_OK;
	enum err err = errbuf_set(eb, errno == ENOSPC ? ERR_FULL : ERR_IO, "alert log %s: %s", l->path, strerror(errno));
	if (ftruncate(l->fd, st.st_size) != 0) /* I1 */
		log_warn("sinks", "alert log %s may hold a half line at byte %lld", l->path, (long long)st.st_size);
	close_file(l);
	return err;
}

static enum err log_deliver(void *self, const struct sink_row *rows, size_t n, struct errbuf *eb)
{
	struct alert_log *l = self;
	struct text lines = { 0 };
	enum err err = open_file(l, eb);

	for (size_t i = 0; i < n && !err; i++) {
		text_add(&lines, rows[i].json);
		text_addc(&lines, '\n');
	}
	if (!err)
		err = append(l, text_bytes(&lines), eb);
	text_free(&lines);
	return err;
}

static void log_close(void *self)
{
	struct alert_log *l = self;

	close_file(l);
	free(l->path);
	free(l);
}

const struct sink sink_log = {
	.name = "log", .help = "Appends alerts to a file of JSON lines.", .audience = AUDIENCE_LOG, .open = log_open,
	.deliver = log_deliver, .reopen = log_reopen, .close = log_close, .is_blind = true,
};
