/* Reading the files of one log in order.
 * I1: offset lies behind the newline of the last line that was given out (or inside a line that is being skipped), and
 *     `lines` counts the newlines before it; what lies behind it and was given out without a newline, because nothing
 *     came for a while, is `taken`.
 * I2: a file that lost its path is read on until it has been idle for IDLE_CLOSE_US: its writer may not know yet. */
#include "follow.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/clock.h"
#include "follow_state.h"

#define IDLE_CLOSE_US (60 * INT64_C(1000000))
#define OPEN_MAX_OLD 16 /* files without the path that are kept open, of those read to their end */

struct follow *follow_new(const char *path, bool from_end)
{
	struct follow *f = xcalloc(1, sizeof(*f));
	const char *slash = strrchr(path, '/');

	f->path = xstrdup(path);
	f->base = xstrdup(slash ? slash + 1 : path);
	f->dir = slash == path ? xstrdup("/") : slash ? strndup(path, (size_t)(slash - path)) : xstrdup(".");
	BUG_ON(!f->dir);
	f->from_end = from_end;
	f->must_look = true;
	return f;
}

void follow_free(struct follow *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->files.n; i++)
		if (f->files.at[i].fd >= 0)
			close(f->files.at[i].fd);
	VEC_FREE(&f->files);
	free(f->path);
	free(f->dir);
	free(f->base);
	free(f);
}

const char *follow_path(const struct follow *f)
{
	return f->path;
}

uint64_t follow_line_number(const struct follow *f)
{
	return f->line;
}

const struct follow_counts *follow_counts(const struct follow *f)
{
	return &f->counts;
}

bool follow_has(const struct follow *f, dev_t dev, ino_t ino)
{
	for (size_t i = 0; i < f->files.n; i++)
		if (f->files.at[i].dev == dev && f->files.at[i].ino == ino)
			return true;
	return false;
}

const char *follow_trouble(struct follow *f)
{
	bool is_new = f->is_trouble_new;

	f->is_trouble_new = false;
	return is_new && f->trouble[0] ? f->trouble : NULL;
}

bool follow_print(int fd, uint32_t length, uint64_t *print)
{
	char first[FINGERPRINT_MAX];

	if (length > sizeof(first) || pread(fd, first, length, 0) != (ssize_t)length)
		return false;
	*print = bytes_hash(bytes_make(first, length), 0);
	return true;
}

/* What it held lives on as a record without a file, so that a copy of it is recognised. */
static void note_truncation(struct follow *f, size_t at)
{
	struct followed held = f->files.at[at], *file;

	f->counts.truncations++;
	held.ino = 0;
	held.dev = 0;
	held.fd = -1;
	VEC_PUSH(&f->files, held);
	file = &f->files.at[at];
	file->offset = file->size_seen = file->lines = 0;
	file->print = file->print_length = 0;
	file->taken = 0;
	file->is_skipping = false;
	f->must_look = true;
}

static bool is_truncated(const struct followed *file, int64_t size)
{
	uint64_t print;

	if (size < file->offset)
		return true;
	return file->print_length && (!follow_print(file->fd, file->print_length, &print) || print != file->print);
}

static void extend_print(struct followed *file, int64_t size)
{
	uint32_t length = size > FINGERPRINT_MAX ? FINGERPRINT_MAX : (uint32_t)size;

	if (length > file->print_length && follow_print(file->fd, length, &file->print))
		file->print_length = length;
}

struct reading {
	struct follow *follow;
	struct followed *file;
	follow_line_fn *line;
	void *arg;
	int64_t file_ms;
};

/* A writer that keeps its place across a truncation leaves a hole, read as NUL bytes, before its next line. */
static struct bytes without_hole(struct bytes line)
{
	size_t n = 0;

	while (n < line.len && !line.ptr[n])
		n++;
	return bytes_slice(line, n, line.len);
}

static void give_line(struct reading *r, struct bytes line)
{
	bool is_told = r->file->taken && (int64_t)line.len == r->file->taken;

	r->file->taken = 0;
	if (is_told)
		return;
	r->follow->counts.lines++;
	r->follow->counts.too_long += line.len > FOLLOW_LINE_MAX;
	r->follow->line = (uint64_t)(r->file->lines + 1);
	r->line(r->arg, bytes_slice(without_hole(line), 0, FOLLOW_LINE_MAX + 1), r->file_ms);
}

/* I1 */
static void end_line(struct followed *file)
{
	file->is_skipping = false;
	file->lines += file->lines >= 0;
}

/* Gives out whole lines; how many bytes are done with. */
static size_t give_lines(struct reading *r, struct bytes chunk)
{
	size_t at = 0;

	while (at < chunk.len) {
		ptrdiff_t end = bytes_find_char(bytes_slice(chunk, at, chunk.len), '\n');
		if (end < 0)
			break;
		if (!r->file->is_skipping)
			give_line(r, bytes_make(chunk.ptr + at, (size_t)end));
		end_line(r->file);
		at += (size_t)end + 1;
	}
	if (chunk.len - at <= FOLLOW_LINE_MAX)
		return at;
	if (!r->file->is_skipping)
		give_line(r, bytes_slice(chunk, at, chunk.len));
	r->file->is_skipping = true;
	return chunk.len;
}

static int64_t modified_ms(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

/* True when something was read, or the file turned out to be another one. */
static bool read_file(struct reading *r, size_t index, char *buffer)
{
	struct stat st;
	ssize_t n;
	size_t done;

	r->file = &r->follow->files.at[index];
	if (r->file->fd < 0 || fstat(r->file->fd, &st) || (st.st_size == r->file->size_seen && st.st_size >= r->file->offset))
		return false;
	if (is_truncated(r->file, st.st_size)) {
		note_truncation(r->follow, index);
		return true;
	}
	extend_print(r->file, st.st_size);
	n = pread(r->file->fd, buffer, FOLLOW_BUFFER, r->file->offset);
	if (n < 0) {
		follow_set_trouble(r->follow, r->follow->path, strerror(errno));
		return false;
	}
	r->file_ms = modified_ms(&st);
	r->file->grown_us = clock_mono_us();
	done = give_lines(r, bytes_make(buffer, (size_t)n));
	r->file->offset += (int64_t)done;
	r->file->idle_since_us = 0;
	if (n < FOLLOW_BUFFER)
		r->file->size_seen = r->file->offset + (n - (ssize_t)done);
	return done > 0;
}

/* A last line without newline that nothing was added to for a while: the last of a file that somebody wrote whole. */
static bool read_rest(struct reading *r, size_t index, char *buffer)
{
	struct followed *file = r->file = &r->follow->files.at[index];
	int64_t length = file->size_seen - file->offset;
	struct stat st;

	if (file->fd < 0 || length <= 0 || length > FOLLOW_LINE_MAX || length == file->taken || file->is_skipping ||
	    clock_mono_us() - file->grown_us < FOLLOW_PATIENCE_US || fstat(file->fd, &st))
		return false;
	if (pread(file->fd, buffer, (size_t)length, file->offset) != length)
		return false;
	r->file_ms = modified_ms(&st);
	give_line(r, bytes_make(buffer, (size_t)length));
	file->taken = length;
	return true;
}

static bool has_path(const struct follow *f, const struct followed *file)
{
	return file->ino == f->ino && file->dev == f->dev;
}

static void close_file(struct follow *f, struct followed *file)
{
	if (file->size_seen > file->offset + file->taken)
		f->counts.half_lines++;
	close(file->fd);
	file->fd = -1;
}

/* Files that lost the path and stay idle. */
static void close_idle(struct follow *f)
{
	int64_t now = clock_mono_us();
	unsigned open = 0;

	for (size_t i = f->files.n; i > 0; i--) {
		struct followed *file = &f->files.at[i - 1];
		if (file->fd < 0 || has_path(f, file))
			continue;
		if (!file->idle_since_us)
			file->idle_since_us = now;
		if (++open > OPEN_MAX_OLD || now - file->idle_since_us > IDLE_CLOSE_US)
			close_file(f, file);
	}
}

static bool path_changed(const struct follow *f)
{
	struct stat st;

	if (f->must_look)
		return true;
	if (stat(f->path, &st))
		return errno != ENOENT;
	return st.st_ino != f->ino || st.st_dev != f->dev;
}

bool follow_read(struct follow *f, char *buffer, follow_line_fn *line, void *arg)
{
	struct reading r = { .follow = f, .line = line, .arg = arg };

	for (size_t i = 0; i < f->files.n; i++)
		if (read_file(&r, i, buffer))
			return true;
	for (size_t i = 0; i < f->files.n; i++)
		if (read_rest(&r, i, buffer))
			return true;
	close_idle(f);
	if (!path_changed(f))
		return false;
	f->must_look = false;
	follow_look(f);
	for (size_t i = 0; i < f->files.n; i++)
		if (f->files.at[i].fd >= 0 && f->files.at[i].size_seen < 0)
			return true;
	return false;
}

void follow_save(const struct follow *f, struct text *out)
{
	char print[20];

	json_member_string(out, "path", bytes_of(f->path));
	if (!f->is_known)
		json_member_bool(out, "barred", true);
	json_key(out, "files");
	json_open_array(out);
	for (size_t i = 0; i < f->files.n; i++) {
		const struct followed *file = &f->files.at[i];
		json_open_object(out);
		json_member_int(out, "dev", (int64_t)file->dev);
		json_member_int(out, "ino", (int64_t)file->ino);
		json_member_int(out, "offset", file->offset);
		json_member_int(out, "lines", file->lines);
		json_member_int(out, "taken", file->taken);
		json_member_bool(out, "skipping", file->is_skipping);
		snprintf(print, sizeof(print), "%" PRIx64, file->print);
		json_member_string(out, "print", bytes_of(print));
		json_member_int(out, "length", file->print_length);
		json_close_object(out);
	}
	json_close_array(out);
}

static bool is_true(const struct json_node *node)
{
	return node && node->type == JSON_BOOL && node->num;
}

void follow_restore(struct follow *f, const struct json_doc *doc, const struct json_node *saved)
{
	const struct json_node *files = json_get(doc, saved, "files"), *at;

	if (!files || files->type != JSON_ARRAY)
		return;
	for (at = json_first(doc, files); at; at = json_after(doc, files, at)) {
		struct bytes print = json_get_text(doc, at, "print");
		struct followed file = { .fd = -1, .size_seen = -1 };
		char hex[20] = "";

		memcpy(hex, print.ptr, print.len < sizeof(hex) - 1 ? print.len : sizeof(hex) - 1);
		file.dev = (dev_t)json_get_int(doc, at, "dev", 0);
		file.ino = (ino_t)json_get_int(doc, at, "ino", 0);
		file.offset = json_get_int(doc, at, "offset", 0);
		file.lines = json_get_int(doc, at, "lines", -1);
		file.taken = json_get_int(doc, at, "taken", 0);
		file.is_skipping = is_true(json_get(doc, at, "skipping"));
		file.print = strtoull(hex, NULL, 16);
		file.print_length = (uint32_t)json_get_int(doc, at, "length", 0);
		if (file.offset < 0 || file.print_length > FINGERPRINT_MAX)
			continue;
		VEC_PUSH(&f->files, file);
	}
	f->is_known = !f->from_end || !is_true(json_get(doc, saved, "barred"));
}
