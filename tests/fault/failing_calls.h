/* Makes the n-th write, sync, truncation, rename or allocation of room of this program fail. The definitions here stand before
 * those of libc, for the libraries of the program too. A sync that does not fail does nothing: no test here cuts the power. */
#ifndef ASSOCD_TESTS_FAULT_FAILING_CALLS_H
#define ASSOCD_TESTS_FAULT_FAILING_CALLS_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int fault_in;       /* calls until the fault; 0: none is armed */
static atomic_bool fault_happened;
static int fault_errno;
static bool fault_stays;          /* every further call fails too: a full disk */
static bool fault_cuts;           /* a write that is to fail writes half of it first, as it does where room runs out */

static inline void fault_arm(int n, int code, bool stays)
{
	fault_errno = code;
	fault_stays = stays;
	atomic_store(&fault_happened, false);
	atomic_store(&fault_in, n);
}

/* Did it happen? */
static inline bool fault_disarm(void)
{
	atomic_store(&fault_in, 0);
	return atomic_load(&fault_happened);
}

static bool fault_is_due(void)
{
	int left = atomic_load(&fault_in);

	if (left == 0)
		return false;
	if (left > 1) {
		atomic_fetch_sub(&fault_in, 1);
		return false;
	}
	atomic_store(&fault_happened, true);
	if (!fault_stays)
		atomic_store(&fault_in, 0);
	errno = fault_errno;
	return true;
}

/* Eventfds and sockets are not the disk. */
static bool is_on_disk(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

#define FAILING(type, name, is_disk, parameters, ...)                              \
	type name parameters;                                                      \
	type name parameters                                                       \
	{                                                                          \
		type(*real) parameters = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
		return (is_disk) && fault_is_due() ? (type)-1 : real(__VA_ARGS__); \
	}
/* The call with n made less. */
#define FAILING_WRITE(name, parameters, ...)                                                  \
	ssize_t name parameters;                                                              \
	ssize_t name parameters                                                               \
	{                                                                                     \
		ssize_t(*real) parameters = (ssize_t(*) parameters)dlsym(RTLD_NEXT, #name);  \
		if (!is_on_disk(fd) || !fault_is_due())                                       \
			return real(__VA_ARGS__);                                             \
		n /= 2;                                                                       \
		return fault_cuts && n > 0 ? real(__VA_ARGS__) : -1;                          \
	}
FAILING_WRITE(pwrite, (int fd, const void *p, size_t n, off_t at), fd, p, n, at)
FAILING_WRITE(pwrite64, (int fd, const void *p, size_t n, off64_t at), fd, p, n, at)
FAILING_WRITE(write, (int fd, const void *p, size_t n), fd, p, n)
FAILING(int, ftruncate, is_on_disk(fd), (int fd, off_t n), fd, n)
FAILING(int, ftruncate64, is_on_disk(fd), (int fd, off64_t n), fd, n)
FAILING(int, rename, true, (const char *from, const char *to), from, to)

#define FAILING_SYNC(name)                                              \
	int name(int fd)                                                \
	{                                                               \
		return is_on_disk(fd) && fault_is_due() ? -1 : 0;       \
	}
FAILING_SYNC(fsync)
FAILING_SYNC(fdatasync)

int posix_fallocate(int fd, off_t at, off_t n);
int posix_fallocate(int fd, off_t at, off_t n)
{
	int (*real)(int, off_t, off_t) = (int (*)(int, off_t, off_t))dlsym(RTLD_NEXT, "posix_fallocate");

	return fault_is_due() ? fault_errno : real(fd, at, n);
}

#endif
