/* Entered once the interface is open; from there on bytes of strangers are parsed. */
#include "confined.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/vendor/sandbox.h"

#define ALL UINT64_C(0xffffffff)
#define USER "assocd-capture"
#define USER_ELSE "nobody"

static const struct sandbox_calls calls[] = {
	/* the ring, the socket that is open, standard error */
	{ "poll ppoll ppoll_time64 read write writev close sendto send sendmsg recvfrom recv recvmsg getsockopt", 0, 0, 0 },
	/* is the interface still there? */
	{ "ioctl", 1, ALL, SIOCGIFFLAGS }, { "ioctl", 1, ALL, SIOCGIFINDEX }, { "ioctl", 1, ALL, SIOCGIFHWADDR },
	{ "ioctl", 1, ALL, SIOCGIFMTU },
	/* memory, never to be executed */
	{ "mmap mmap2 mprotect", 2, PROT_EXEC, 0 }, { "munmap mremap madvise brk", 0, 0, 0 },
	/* time, signals, the end */
	{ "clock_gettime clock_gettime64 gettimeofday time nanosleep clock_nanosleep restart_syscall getrusage getrandom", 0, 0, 0 },
	{ "rt_sigreturn sigreturn rt_sigprocmask rt_sigaction futex sched_yield getpid getppid gettid tgkill", 0, 0, 0 },
	{ "exit exit_group fstat newfstatat lseek", 0, 0, 0 },
};

/* The user database is read while files can still be opened. */
static enum err asroot_become_another(struct errbuf *eb)
{
	const struct passwd *user = getpwnam(USER);

	sandbox_bound_capabilities(0); /* another user cannot any more */
	if (!user)
		user = getpwnam(USER_ELSE);
	if (!user)
		return errbuf_set(eb, ERR_IO, "there is neither a user " USER " nor " USER_ELSE " to become");
	if (setgroups(0, NULL) != 0 || setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0 ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
		return errbuf_set(eb, ERR_IO, "cannot become the user %s: %s", user->pw_name, strerror(errno));
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* who becomes another forgets it */
	return ERR_OK;
}

static enum err or_said(enum err err, struct text *said, struct errbuf *eb)
{
	if (err != ERR_NOTFOUND)
		return err;
	text_addf(said, "%s%s", said->len > 0 ? "; " : "", eb->text);
	errbuf_clear(eb);
	return ERR_OK;
}

enum err confined_enter(struct text *said, struct errbuf *eb)
{
	enum err err = geteuid() == 0 ? asroot_become_another(eb) : ERR_OK;
	unsigned abi = 0;

	if (err == ERR_OK)
		err = sandbox_keep_capabilities(0, eb);
	if (err == ERR_OK)
		err = sandbox_no_new_privileges(eb);
	if (!SANDBOX_IS_POSSIBLE) {
		text_adds(said, "not confined: this is a build for tests with sanitizers");
		return err;
	}
	if (err == ERR_OK)
		err = or_said(sandbox_restrict_files(NULL, 0, &abi, eb), said, eb);
	if (err == ERR_OK)
		err = or_said(sandbox_restrict_calls(calls, ARRAY_LEN(calls), eb), said, eb);
	if (err == ERR_OK && said->len == 0)
		text_addf(said, "confined by seccomp and Landlock version %u", abi);
	return err;
}

static int open_file(void) { return open("/etc/passwd", O_RDONLY | O_CLOEXEC); }
static int make_file(void) { return open("/tmp/assocd-capture", O_WRONLY | O_CREAT | O_CLOEXEC, 0600); }
static int open_internet(void) { return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }
static int open_unix(void) { return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }
static int open_packets(void) { return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); }

/* In a copy of the process: were it allowed, it would replace the one that asks. */
static int start_program(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	return pid;
}

static const struct {
	const char *what;
	int (*fn)(void);
} attempts[] = {
	{ "open /etc/passwd", open_file }, { "make a file in /tmp", make_file }, { "make an internet socket", open_internet },
	{ "make a Unix socket", open_unix }, { "make a packet socket", open_packets }, { "start a program", start_program },
};

unsigned confined_try(struct text *out)
{
	unsigned worked = 0;

	for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
		int got = attempts[i].fn();

		worked += got >= 0;
		if (out)
			text_addf(out, "%-24s %s\n", attempts[i].what, got >= 0 ? "works" : strerror(errno));
		if (got >= 0 && attempts[i].fn != start_program)
			close(got);
	}
	return worked;
}
