/* Confinement of the calling process: capabilities, files (Landlock) and system calls (libseccomp). None of it can be
 * taken back, and children inherit it. Capabilities and files hold for the calling thread and those that it starts: call
 * them before the first thread; system calls hold for every thread.
 * Each answers ERR_NOTFOUND where the running kernel has no such thing, and ERR_IO where it refused. */
#ifndef ASSOCD_VENDOR_SANDBOX_H
#define ASSOCD_VENDOR_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/base/err.h"

/* Sanitizers map memory, read /proc and start programs as nothing else does: their builds are not confined. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_IS_POSSIBLE false
#else
#define SANDBOX_IS_POSSIBLE true
#endif

/* Set-user-id bits and capabilities of files no longer count; the other three need it. */
enum err sandbox_no_new_privileges(struct errbuf *eb) MUST_CHECK;

#define SANDBOX_CAPABILITY(number) (UINT64_C(1) << (number))
/* Of those that the process has, it keeps the ones in the mask: permitted, effective and, where it may, bounding; none is
 * inheritable or ambient. */
enum err sandbox_keep_capabilities(uint64_t mask, struct errbuf *eb) MUST_CHECK;
/* No program that is started from here on can have more than the mask. Needs privilege, and does nothing without. */
void sandbox_bound_capabilities(uint64_t mask);

enum sandbox_access {
	SANDBOX_READ,  /* files and folders below it can be read */
	SANDBOX_WRITE, /* and written, made, renamed, removed */
};
struct sandbox_path {
	const char *path; /* what does not exist is left out */
	enum sandbox_access access;
};
/* Nothing outside of the paths can be opened, and no program be executed. *abi: Landlock's version. Without a path at all
 * sockets of names in the abstract space and TCP ports are shut too. */
enum err sandbox_restrict_files(const struct sandbox_path *paths, size_t n, unsigned *abi, struct errbuf *eb) MUST_CHECK;

/* Calls that are allowed. One that stands in several rows is allowed where any of their conditions holds. */
struct sandbox_calls {
	const char *names; /* separated by blanks; a name that this machine does not have is left out */
	unsigned argument; /* the condition: (argument & mask) == value; mask 0: none */
	uint64_t mask, value;
};
/* Every other call fails with EPERM. */
enum err sandbox_restrict_calls(const struct sandbox_calls *rows, size_t n, struct errbuf *eb) MUST_CHECK;

#endif
