/* What the daemon calls, with what it is made of: libevent, SQLite, libcurl, the C library.
 * Left out is what no part needs: execve, ptrace, mount, module, keyring and namespace calls; and by condition memory that
 * is writable and executable at once, sockets of other families, new namespaces, and most of prctl and ioctl. */
#include "confine_calls.h"

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define ALL UINT64_C(0xffffffff)
#define NAMESPACES UINT64_C(0x7e020080) /* CLONE_NEW..., of clone(2) */
#define PR_SET_VMA_NUMBER 0x53564d41    /* names of memory, which newer C libraries give */

const struct sandbox_calls confine_calls[] = {
	/* files */
	{ "read pread64 readv preadv preadv2 write pwrite64 writev pwritev pwritev2 lseek _llseek close close_range", 0, 0, 0 },
	{ "open openat openat2 creat stat stat64 fstat fstat64 lstat lstat64 newfstatat fstatat64 statx statfs statfs64", 0, 0, 0 },
	{ "fstatfs fstatfs64 access faccessat faccessat2 readlink readlinkat getdents getdents64 getcwd", 0, 0, 0 },
	{ "mkdir mkdirat unlink unlinkat rmdir rename renameat renameat2 link linkat ftruncate ftruncate64 truncate", 0, 0, 0 },
	{ "fallocate fsync fdatasync sync_file_range fadvise64 fadvise64_64 copy_file_range sendfile sendfile64", 0, 0, 0 },
	{ "chmod fchmod fchmodat chown fchown fchownat umask utimensat utimensat_time64 flock fcntl fcntl64", 0, 0, 0 },
	{ "dup dup2 dup3 pipe pipe2", 0, 0, 0 },
	{ "ioctl", 1, ALL, FIONREAD }, { "ioctl", 1, ALL, FIONBIO }, { "ioctl", 1, ALL, TCGETS }, { "ioctl", 1, ALL, TIOCGWINSZ },
	{ "ioctl", 1, ALL, TIOCOUTQ },
	/* memory; a library that is loaded late (name services) is mapped to be executed, not to be written */
	{ "munmap mremap madvise brk msync mincore membarrier mlock munlock", 0, 0, 0 },
	{ "mmap mmap2", 2, PROT_EXEC, 0 }, { "mmap mmap2", 2, PROT_WRITE, 0 },
	{ "mprotect", 2, PROT_EXEC, 0 },
	/* threads and the child that writes a snapshot */
	{ "clone", 0, NAMESPACES, 0 },
	{ "fork vfork wait4 waitid exit exit_group kill tgkill set_tid_address set_robust_list get_robust_list rseq", 0, 0, 0 },
	{ "futex futex_time64 futex_waitv sched_yield sched_getaffinity sched_getparam sched_getscheduler getcpu", 0, 0, 0 },
	{ "setpriority getpriority getrusage getrlimit ugetrlimit prlimit64 sysinfo uname arch_prctl", 0, 0, 0 },
	{ "getpid gettid getppid getpgrp getsid getuid geteuid getgid getegid getuid32 geteuid32 getgid32 getegid32", 0, 0, 0 },
	{ "getgroups getresuid getresgid getrandom capget", 0, 0, 0 },
	{ "prctl", 0, ALL, PR_SET_PDEATHSIG }, { "prctl", 0, ALL, PR_SET_NAME }, { "prctl", 0, ALL, PR_GET_NAME },
	{ "prctl", 0, ALL, PR_CAPBSET_READ }, { "prctl", 0, ALL, PR_SET_VMA_NUMBER },
	/* signals and time */
	{ "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigtimedwait rt_sigtimedwait_time64 rt_sigsuspend sigaltstack", 0, 0, 0 },
	{ "sigreturn restart_syscall nanosleep clock_nanosleep clock_nanosleep_time64 clock_gettime clock_gettime64", 0, 0, 0 },
	{ "clock_getres clock_getres_time64 gettimeofday time times", 0, 0, 0 },
	/* waiting */
	{ "epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 poll ppoll ppoll_time64 select", 0, 0, 0 },
	{ "_newselect pselect6 pselect6_time64 eventfd eventfd2 timerfd_create timerfd_settime timerfd_gettime signalfd4", 0, 0, 0 },
	/* connections; netlink says which addresses this machine has (getaddrinfo) */
	{ "socket", 0, ALL, AF_UNIX }, { "socket", 0, ALL, AF_INET }, { "socket", 0, ALL, AF_INET6 }, { "socket", 0, ALL, AF_NETLINK },
	{ "socketpair bind listen accept accept4 connect getsockname getpeername getsockopt setsockopt shutdown", 0, 0, 0 },
	{ "sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg recvmmsg_time64 send recv", 0, 0, 0 },
};
const size_t confine_calls_n = ARRAY_LEN(confine_calls);
