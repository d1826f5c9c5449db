/* Makes the n-th allocation of SQLite fail. Our own ones end the program instead (docs/architecture.md). To be installed before the
 * first database is opened. */
#ifndef ASSOCD_TESTS_FAULT_FAILING_MEMORY_H
#define ASSOCD_TESTS_FAULT_FAILING_MEMORY_H

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>

static sqlite3_mem_methods memory_real;
static atomic_int memory_fault_in; /* allocations until the fault; 0: none is armed */
static atomic_bool memory_fault_happened;

static inline void memory_arm(int n)
{
	atomic_store(&memory_fault_happened, false);
	atomic_store(&memory_fault_in, n);
}

/* Did it happen? */
static inline bool memory_disarm(void)
{
	atomic_store(&memory_fault_in, 0);
	return atomic_load(&memory_fault_happened);
}

static bool memory_is_due(void)
{
	int left = atomic_load(&memory_fault_in);

	if (left == 0)
		return false;
	atomic_store(&memory_fault_in, left - 1);
	if (left == 1)
		atomic_store(&memory_fault_happened, true);
	return left == 1;
}

static void *memory_failing_malloc(int n)
{
	return memory_is_due() ? NULL : memory_real.xMalloc(n);
}

static void *memory_failing_realloc(void *p, int n)
{
	return memory_is_due() ? NULL : memory_real.xRealloc(p, n);
}

static inline bool memory_install(void)
{
	sqlite3_mem_methods failing;

	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory_real) != SQLITE_OK)
		return false;
	failing = memory_real;
	failing.xMalloc = memory_failing_malloc;
	failing.xRealloc = memory_failing_realloc;
	return sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) == SQLITE_OK &&
	       sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK; /* whose memory is taken once, and then does not fail */
}

#endif
