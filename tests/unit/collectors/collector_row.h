/* One of the collectors that are built in. */
#ifndef ASSOCD_TESTS_COLLECTOR_ROW_H
#define ASSOCD_TESTS_COLLECTOR_ROW_H

#include <string.h>

#include "collectors/collector.h"

/* NULL when there is none of that name. */
static inline const struct collector *row_named(const char *name)
{
	for (const struct collector *const *c = collectors; *c; c++)
		if (!strcmp((*c)->name, name))
			return *c;
	return NULL;
}

#endif
