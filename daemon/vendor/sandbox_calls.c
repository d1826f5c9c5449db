/* System calls, by libseccomp. */
#include "sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>

#define NAME_MAX_LEN 40
#define BINARY_TREE 2 /* libseccomp's word for a filter that finds a call in a few steps */

static int allow(scmp_filter_ctx filter, const char *name, const struct sandbox_calls *row)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number == __NR_SCMP_ERROR)
		return 0;
	if (row->mask == 0)
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1,
				SCMP_CMP64(row->argument, SCMP_CMP_MASKED_EQ, row->mask, row->value));
}

static int allow_row(scmp_filter_ctx filter, const struct sandbox_calls *row)
{
	char name[NAME_MAX_LEN];
	int failed = 0;

	for (const char *at = row->names; *at && !failed; at += strspn(at, " ")) {
		size_t n = strcspn(at, " ");

		BUG_ON(n >= sizeof(name));
		memcpy(name, at, n);
		name[n] = '\0';
		failed = allow(filter, name, row);
		at += n;
	}
	return failed;
}

/* clone3 hides its flags behind a pointer; the C library goes back to clone when it is told that there is none. */
static int prepare(scmp_filter_ctx filter, const struct sandbox_calls *rows, size_t n)
{
	int failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);

	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, BINARY_TREE);
	if (!failed)
		failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	for (size_t i = 0; i < n && !failed; i++)
		failed = allow_row(filter, &rows[i]);
	return failed;
}

enum err sandbox_restrict_calls(const struct sandbox_calls *rows, size_t n, struct errbuf *eb)
{
	scmp_filter_ctx filter;
	int failed;

	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0)
		return errbuf_set(eb, ERR_NOTFOUND, "this kernel does not filter system calls (it is built without CONFIG_SECCOMP)");
	filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	BUG_ON(!filter);
	failed = prepare(filter, rows, n);
	if (!failed)
		failed = seccomp_load(filter);
	seccomp_release(filter);
	return failed ? errbuf_set(eb, ERR_IO, "the filter of system calls cannot be entered: %s", strerror(-failed)) : ERR_OK;
}
