/* Maps a file of events and hands out its lines. */
#include "lines.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void lines_open(struct lines *l, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) || st.st_size == 0) {
		fprintf(stderr, "cannot read events of %s\n", path);
		exit(1);
	}
	void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED) {
		fprintf(stderr, "cannot map %s\n", path);
		exit(1);
	}
	l->rest = bytes_make(p, (size_t)st.st_size);
}

struct bytes lines_take(struct lines *l, size_t n)
{
	const char *start = l->rest.ptr, *end = start + l->rest.len, *at = start;

	for (size_t i = 0; i < n && at < end; i++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		at = newline ? newline + 1 : end;
	}
	l->rest = bytes_make(at, (size_t)(end - at));
	size_t len = (size_t)(at - start);
	return bytes_make(start, len && start[len - 1] == '\n' ? len - 1 : len);
}
