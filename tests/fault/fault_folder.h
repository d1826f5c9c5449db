/* A folder of a test, and how many of the calls fail: every one with `./test --all`, every fifth without. */
#ifndef ASSOCD_TESTS_FAULT_FOLDER_H
#define ASSOCD_TESTS_FAULT_FOLDER_H

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct folder { char dir[64]; };

static inline bool folder_begin(struct folder *f)
{
	strcpy(f->dir, "/tmp/assocd-fault-XXXXXX");
	return mkdtemp(f->dir) != NULL;
}

static int folder_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
	return remove(path);
}

/* Without a shell: a fork of a program under a sanitizer takes longer than what is tested. */
static inline bool folder_end(const struct folder *f)
{
	return nftw(f->dir, folder_remove, 16, FTW_DEPTH | FTW_PHYS) == 0;
}

static inline int fault_stride(void)
{
	const char *all = getenv("ASSOCD_ALL");

	return all && strcmp(all, "1") == 0 ? 1 : 5;
}

#endif
