/* A look at the directory of a log: which file has the path, which had it before.
 * I1: a file is known by device, inode and fingerprint; an inode number that came back with other bytes is another file.
 * I2: at the very first look the files beside the path are history: known, and read only where they grow. Who begins at the end
 *     has not looked before the path's file may be read.
 * I3: a file whose first bytes are those of a known file that was truncated is its copy, and read from where that one was. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "follow_state.h"

#define SIBLINGS_MAX 256 /* files beside the path that are looked at, newest first */

struct candidate {
	char *path;
	struct stat st;
	bool has_path;
};

struct candidates VEC(struct candidate);

void follow_set_trouble(struct follow *f, const char *path, const char *why)
{
	char text[sizeof(f->trouble)];

	snprintf(text, sizeof(text), "%s: %s; trying again until it can be read", path, why);
	if (!strcmp(text, f->trouble))
		return;
	memcpy(f->trouble, text, sizeof(text));
	f->is_trouble_new = true;
}

static bool is_sibling_name(const struct follow *f, struct bytes name)
{
	static const char *const packed[] = { ".gz", ".xz", ".bz2", ".zst", ".lz4", ".swp", "~", ".tmp" };
	struct bytes base = bytes_of(f->base);

	if (!bytes_starts(name, base) || name.len <= base.len || !strchr(".-_", name.ptr[base.len]))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(packed); i++)
		if (bytes_ends(name, bytes_of(packed[i])))
			return false;
	return true;
}

static void add_candidate(struct candidates *all, const char *dir, const char *name, bool has_path)
{
	struct candidate c = { .has_path = has_path };

	if (has_path)
		c.path = xstrdup(name);
	else
		BUG_ON(asprintf(&c.path, "%s/%s", dir, name) < 0);
	if ((has_path ? stat(c.path, &c.st) : lstat(c.path, &c.st)) || (!has_path && !S_ISREG(c.st.st_mode))) {
		free(c.path);
		return;
	}
	VEC_PUSH(all, c);
}

/* Oldest change first, the path's file last. */
static int candidate_cmp(const void *va, const void *vb)
{
	const struct candidate *a = va, *b = vb;
	const struct timespec *ta = &a->st.st_mtim, *tb = &b->st.st_mtim;

	if (a->has_path != b->has_path)
		return a->has_path ? 1 : -1;
	if (ta->tv_sec != tb->tv_sec)
		return ta->tv_sec < tb->tv_sec ? -1 : 1;
	return ta->tv_nsec < tb->tv_nsec ? -1 : ta->tv_nsec > tb->tv_nsec;
}

static void free_candidates(struct candidates *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->at[i].path);
	VEC_FREE(all);
}

static bool is_no_right(int code)
{
	return code == EACCES || code == EPERM;
}

/* One that is not there yet is waited for. */
static void add_path(struct follow *f, struct candidates *all)
{
	add_candidate(all, NULL, f->path, true);
	if (all->n || errno == ENOENT)
		return;
	f->is_barred = is_no_right(errno);
	follow_set_trouble(f, f->path, strerror(errno));
}

/* The path before the others: a file that is renamed meanwhile is then seen twice rather than never. */
static void list_candidates(struct follow *f, struct candidates *all)
{
	DIR *dir;
	struct dirent *d;

	add_path(f, all);
	dir = opendir(f->dir);
	while (dir && (d = readdir(dir)))
		if (is_sibling_name(f, bytes_of(d->d_name)))
			add_candidate(all, f->dir, d->d_name, false);
	if (dir)
		closedir(dir);
	if (all->n)
		qsort(all->at, all->n, sizeof(all->at[0]), candidate_cmp);
	for (; all->n > SIBLINGS_MAX; all->n--) {
		free(all->at[0].path);
		memmove(all->at, all->at + 1, (all->n - 1) * sizeof(all->at[0]));
	}
}

static int open_candidate(struct follow *f, struct candidate *c)
{
	int fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd >= 0 && !fstat(fd, &c->st) && S_ISREG(c->st.st_mode))
		return fd;
	f->is_barred |= c->has_path && fd < 0 && is_no_right(errno);
	if (c->has_path || (fd < 0 && errno != ENOENT))
		follow_set_trouble(f, c->path, fd < 0 ? strerror(errno) : S_ISDIR(c->st.st_mode) ? "is a directory, a log file is expected here" :
				   "is not a regular file");
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool print_agrees(const struct followed *file, int fd)
{
	uint64_t print;

	return !file->print_length || (follow_print(fd, file->print_length, &print) && print == file->print);
}

static struct followed *find_known(struct follow *f, const struct candidate *c, int fd)
{
	for (size_t i = 0; i < f->files.n; i++) {
		struct followed *file = &f->files.at[i];
		if (file->ino != c->st.st_ino || file->dev != c->st.st_dev)
			continue;
		if (file->fd >= 0 || print_agrees(file, fd))
			return file;
		f->counts.truncations += c->has_path;
		file->ino = 0; /* I1: what it held was truncated away, or the number was given to another file */
		file->dev = 0;
	}
	return NULL;
}

static struct followed *find_copied(struct follow *f, const struct candidate *c, int fd)
{
	for (size_t i = 0; i < f->files.n; i++) {
		struct followed *file = &f->files.at[i];
		bool is_telling = file->print_length >= FINGERPRINT_COPY || c->st.st_size == file->print_length;
		if (file->ino || c->has_path || !is_telling || !print_agrees(file, fd))
			continue;
		file->ino = c->st.st_ino;
		file->dev = c->st.st_dev;
		return file;
	}
	return NULL;
}

static struct followed *add_file(struct follow *f, const struct candidate *c)
{
	struct followed file = { .dev = c->st.st_dev, .ino = c->st.st_ino, .fd = -1, .size_seen = -1 };
	bool is_history = !f->is_known && (!c->has_path || f->from_end);

	file.offset = is_history ? c->st.st_size : 0;
	file.lines = is_history ? -1 : 0;
	VEC_PUSH(&f->files, file);
	return &f->files.at[f->files.n - 1];
}

static void take_print(struct followed *file, int fd, int64_t size)
{
	uint32_t length = size > FINGERPRINT_MAX ? FINGERPRINT_MAX : (uint32_t)size;

	if (length > file->print_length && follow_print(fd, length, &file->print))
		file->print_length = length;
}

static void move_to_end(struct follow *f, struct followed *file)
{
	struct followed moved = *file;
	size_t at = (size_t)(file - f->files.at);

	memmove(file, file + 1, (f->files.n - at - 1) * sizeof(*file));
	f->files.at[f->files.n - 1] = moved;
}

static void take_candidate(struct follow *f, struct candidate *c)
{
	int fd = open_candidate(f, c);
	struct followed *file;

	if (fd < 0)
		return;
	file = find_known(f, c, fd);
	if (!file)
		file = find_copied(f, c, fd);
	if (!file)
		file = add_file(f, c);
	if (c->has_path) {
		f->counts.rotations += f->ino && (f->ino != c->st.st_ino || f->dev != c->st.st_dev);
		f->dev = c->st.st_dev;
		f->ino = c->st.st_ino;
		f->trouble[0] = '\0';
	}
	file->is_seen = true;
	if (file->fd < 0 && (c->has_path || c->st.st_size != file->offset)) {
		file->fd = fd;
		file->size_seen = -1;
		fd = -1;
	}
	take_print(file, fd >= 0 ? fd : file->fd, c->st.st_size);
	if (fd >= 0)
		close(fd);
	move_to_end(f, file);
}

static void forget_gone(struct follow *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->files.n; i++)
		if (f->files.at[i].is_seen || f->files.at[i].fd >= 0)
			f->files.at[kept++] = f->files.at[i];
	f->files.n = kept;
}

/* What was truncated while nobody looked has to be known before its copy is met. */
static void notice_truncation(struct follow *f, struct candidates *all)
{
	struct candidate *last = all->n ? &all->at[all->n - 1] : NULL;
	int fd = last && last->has_path ? open_candidate(f, last) : -1;

	if (fd < 0)
		return;
	find_known(f, last, fd);
	close(fd);
}

void follow_look(struct follow *f)
{
	struct candidates all = { 0 };

	for (size_t i = 0; i < f->files.n; i++)
		f->files.at[i].is_seen = false;
	f->is_barred = false;
	list_candidates(f, &all);
	notice_truncation(f, &all);
	for (size_t i = 0; i < all.n; i++)
		take_candidate(f, &all.at[i]);
	forget_gone(f);
	f->is_known |= !f->from_end || !f->is_barred;
	free_candidates(&all);
}
