/* The lines of a file that is mapped whole: what both load programs send. */
#ifndef ASSOCD_TESTS_PERF_LINES_H
#define ASSOCD_TESTS_PERF_LINES_H

#include "daemon/base/bytes.h"

struct lines {
	struct bytes rest;
};

/* Ends the program with a message when the file cannot be read. */
void lines_open(struct lines *l, const char *path);
/* The next n lines (fewer at the end) as one run of bytes without its last newline; empty at the end. *l moves on. */
struct bytes lines_take(struct lines *l, size_t n);

#endif
