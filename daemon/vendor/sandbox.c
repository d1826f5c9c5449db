/* Capabilities and Landlock, by system calls: glibc wraps neither.
 * The rights of Landlock are numbered as landlock(7) has them; a kernel is asked for its version, and rights that it does
 * not know are left out (versions 2, 3 and 5 brought one right of files each, 4 ports, 6 scopes). */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LANDLOCK_VERSION_FLAG 1u
#define LANDLOCK_PATH_RULE 1

enum {
	FS_EXECUTE = 1 << 0, FS_WRITE_FILE = 1 << 1, FS_READ_FILE = 1 << 2, FS_READ_DIR = 1 << 3, FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5, FS_MAKE_CHAR = 1 << 6, FS_MAKE_DIR = 1 << 7, FS_MAKE_REG = 1 << 8, FS_MAKE_SOCK = 1 << 9,
	FS_MAKE_FIFO = 1 << 10, FS_MAKE_BLOCK = 1 << 11, FS_MAKE_SYM = 1 << 12, FS_REFER = 1 << 13, FS_TRUNCATE = 1 << 14,
	FS_IOCTL_DEV = 1 << 15,
};
#define FS_FIRST_VERSION ((1u << 13) - 1)
#define FS_OF_FILES (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)
#define FS_READING (FS_READ_FILE | FS_READ_DIR)
#define FS_WRITING (FS_READING | FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG | FS_MAKE_SOCK | \
		    FS_REFER | FS_TRUNCATE)
#define NET_PORTS 3u  /* bind and connect */
#define SCOPE_NAMES 1u
#define SCOPE_SIGNALS 2u

/* As the kernel has them. */
struct ruleset_attr { uint64_t fs, net, scoped; };
struct path_attr { uint64_t allowed; int32_t parent; } __attribute__((packed));

enum err sandbox_no_new_privileges(struct errbuf *eb)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		return ERR_OK;
	return errbuf_set(eb, ERR_IO, "cannot give up new privileges: %s", strerror(errno));
}

static bool get_capabilities(struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };

	return syscall(SYS_capget, &header, data) == 0;
}

/* Takes a capability to do; without it there is nothing that could come back through the set. */
void sandbox_bound_capabilities(uint64_t mask)
{
	for (unsigned number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++)
		if (!(mask & SANDBOX_CAPABILITY(number)))
			(void)prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
}

enum err sandbox_keep_capabilities(uint64_t mask, struct errbuf *eb)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	bool has_more = false;

	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	sandbox_bound_capabilities(mask);
	if (!get_capabilities(data))
		return errbuf_set(eb, ERR_IO, "cannot read the capabilities: %s", strerror(errno));
	for (unsigned i = 0; i < 2; i++) {
		has_more |= (data[i].permitted & ~(uint32_t)(mask >> 32 * i)) || data[i].inheritable;
		data[i].permitted &= (uint32_t)(mask >> 32 * i);
		data[i].effective &= (uint32_t)(mask >> 32 * i);
		data[i].inheritable = 0;
	}
	/* A service manager that has taken them all has taken the call, too. */
	if (!has_more || syscall(SYS_capset, &header, data) == 0)
		return ERR_OK;
	return errbuf_set(eb, ERR_IO, "cannot give capabilities up: %s", strerror(errno));
}

/* 0: none. */
static unsigned landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION_FLAG);

	return version > 0 ? (unsigned)version : 0;
}

static uint64_t known_rights(unsigned version)
{
	return FS_FIRST_VERSION | (version >= 2 ? FS_REFER : 0) | (version >= 3 ? FS_TRUNCATE : 0) | (version >= 5 ? FS_IOCTL_DEV : 0);
}

static enum err add_path(int ruleset, const struct sandbox_path *path, uint64_t known, struct errbuf *eb)
{
	struct path_attr rule = { known & (path->access == SANDBOX_WRITE ? FS_WRITING : FS_READING), -1 };
	struct stat st;
	long added;

	rule.parent = open(path->path, O_PATH | O_CLOEXEC);
	if (rule.parent < 0 || fstat(rule.parent, &st) != 0) {
		if (rule.parent >= 0)
			close(rule.parent);
		return ERR_OK;
	}
	if (!S_ISDIR(st.st_mode))
		rule.allowed &= FS_OF_FILES;
	added = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_PATH_RULE, &rule, 0);
	close(rule.parent);
	return added == 0 ? ERR_OK : errbuf_set(eb, ERR_IO, "Landlock does not take %s: %s", path->path, strerror(errno));
}

enum err sandbox_restrict_files(const struct sandbox_path *paths, size_t n, unsigned *abi, struct errbuf *eb)
{
	unsigned version = landlock_version();
	uint64_t known = known_rights(version);
	struct ruleset_attr attr = { .fs = known, .net = n == 0 && version >= 4 ? NET_PORTS : 0,
				     .scoped = version < 6 ? 0 : n == 0 ? SCOPE_SIGNALS | SCOPE_NAMES : SCOPE_SIGNALS };
	enum err err = ERR_OK;
	int ruleset;

	*abi = version;
	if (version == 0)
		return errbuf_set(eb, ERR_NOTFOUND, "this kernel has no Landlock (Linux 5.13 and newer have it, where it is switched on)");
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (ruleset < 0)
		return errbuf_set(eb, ERR_IO, "Landlock refuses its rules: %s", strerror(errno));
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = add_path(ruleset, &paths[i], known, eb);
	if (err == ERR_OK && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		err = errbuf_set(eb, ERR_IO, "Landlock cannot be entered: %s", strerror(errno));
	close(ruleset);
	return err;
}
