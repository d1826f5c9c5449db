/* A snapshot in memory: what save functions of the index, the graph and the engine write, and load functions read again. */
#ifndef ASSOCD_TESTS_SNAPSHOT_MEMORY_H
#define ASSOCD_TESTS_SNAPSHOT_MEMORY_H

#include <stdlib.h>
#include <string.h>

#include "daemon/base/err.h"

struct memory { char *at; size_t n, read; };

static inline enum err memory_write(void *arg, const void *p, size_t n)
{
	struct memory *m = arg;

	m->at = realloc(m->at, m->n + n + 1);
	if (n > 0)
		memcpy(m->at + m->n, p, n);
	m->n += n;
	return ERR_OK;
}

static inline enum err memory_read(void *arg, void *p, size_t n)
{
	struct memory *m = arg;

	if (n > m->n - m->read)
		return ERR_CORRUPT;
	if (n > 0)
		memcpy(p, m->at + m->read, n);
	m->read += n;
	return ERR_OK;
}

#endif
