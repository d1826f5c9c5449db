/* A state folder of a test, gone afterwards. */
#ifndef ASSOCD_TESTS_STORE_FOLDER_H
#define ASSOCD_TESTS_STORE_FOLDER_H

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline int folder_make(void **state)
{
	char *dir = strdup("/tmp/assocd-test-XXXXXX");

	*state = dir;
	return mkdtemp(dir) ? 0 : -1;
}

static inline int folder_remove(void **state)
{
	char command[PATH_MAX];

	snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
	free(*state);
	return system(command);
}

#endif
