/* What every test of this folder includes: cmocka wants its headers in this order. */
#ifndef ASSOCD_TESTS_BASE_TEST_H
#define ASSOCD_TESTS_BASE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/base/bytes.h"

static inline void assert_bytes(struct bytes got, const char *want)
{
	if (bytes_is(got, want))
		return;
	fail_msg("got \"%.*s\", want \"%s\"", BYTES_ARG(got), want);
}

/* A repeatable sequence of 64-bit numbers (xorshift). */
static inline uint64_t next_number(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif
