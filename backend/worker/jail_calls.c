/* SPDX-License-Identifier: MIT */
/*
 * The system calls of a worker (jail_list.c), as a seccomp filter. Four answers:
 * allowed; declined with EPERM; unknown, which SIGSYS's handler turns into ENOSYS
 * or EPERM after one line in the log, so that a driver that wants something new
 * goes on and somebody learns of it; deadly, which ends the process at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <ucontext.h>
#include <unistd.h>

#include "backend/worker/jail.h"
#include "backend/worker/jail_list.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#define LOGGED_CALLS 512

bool vgpu_jail_wanted(void)
{
	const char *env = getenv("VGPU_WORKER_JAIL");

	return !env || strcmp(env, "off") != 0;
}

/* ---- a refused call ------------------------------------------------------------ */

static char *put_text(char *at, const char *text)
{
	while (*text)
		*at++ = *text++;
	return at;
}

static char *put_number(char *at, unsigned long value)
{
	char digits[24];
	int n = 0;

	do
		digits[n++] = (char)('0' + value % 10);
	while (value /= 10);
	while (n > 0)
		*at++ = digits[--n];
	return at;
}

/* Async-signal-safe: runs wherever a driver made the call. */
static void say(unsigned long number, unsigned long parameter)
{
	static _Atomic uint64_t said[LOGGED_CALLS / 64];
	char line[160], *at = line;
	ssize_t n;

	if (number >= LOGGED_CALLS ||
	    atomic_fetch_or(&said[number / 64], (uint64_t)1 << number % 64) >> number % 64 & 1)
		return;
	at = put_text(at, "vgpu-worker: the jail refused system call ");
	at = put_number(at, number);
	at = put_text(at, " (second parameter ");
	at = put_number(at, parameter);
	at = put_text(at, "); it is not told again\n");
	n = write(STDERR_FILENO, line, (size_t)(at - line));
	(void)n;
}

/* What the architecture says about the call: its second parameter, and where its result goes. */
#if defined(__x86_64__)
#define PARAMETER_2(uc) ((unsigned long)(uc)->uc_mcontext.gregs[REG_RSI])
#define RESULT(uc) ((uc)->uc_mcontext.gregs[REG_RAX])
#elif defined(__aarch64__)
#define PARAMETER_2(uc) ((unsigned long)(uc)->uc_mcontext.regs[1])
#define RESULT(uc) ((uc)->uc_mcontext.regs[0])
#elif defined(__i386__)
#define PARAMETER_2(uc) ((unsigned long)(uc)->uc_mcontext.gregs[REG_ECX])
#define RESULT(uc) ((uc)->uc_mcontext.gregs[REG_EAX])
#endif

/* Calls that the kernel has, beyond doubt, are "not permitted"; the rest "does not exist". */
static bool well_known(int number)
{
	static const int known[] = {
		SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind),
		SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(fork),
		SCMP_SYS(vfork), SCMP_SYS(clone), SCMP_SYS(kill), SCMP_SYS(tgkill), SCMP_SYS(ioctl),
		SCMP_SYS(fcntl), SCMP_SYS(prctl), SCMP_SYS(prlimit64), SCMP_SYS(setrlimit),
		SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(renameat2),
		SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(chmod), SCMP_SYS(fchmod),
		SCMP_SYS(fchmodat), SCMP_SYS(chown), SCMP_SYS(link), SCMP_SYS(linkat),
		SCMP_SYS(symlink), SCMP_SYS(symlinkat), SCMP_SYS(truncate), SCMP_SYS(flock),
		SCMP_SYS(shmget), SCMP_SYS(shmat), SCMP_SYS(shmctl),
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i] == number)
			return true;
	return false;
}

static void on_sigsys(int sig, siginfo_t *si, void *context)
{
	ucontext_t *uc = context;
	int saved = errno;

	say((unsigned long)si->si_syscall, PARAMETER_2(uc));
	RESULT(uc) = well_known(si->si_syscall) ? -EPERM : -ENOSYS;
	errno = saved;
}

/* ---- the filter ----------------------------------------------------------------------- */

/* A name that this architecture or this libseccomp does not know needs no rule. */
static int add_list(scmp_filter_ctx filter, uint32_t action, const char *const *names)
{
	for (; *names; names++) {
		int number = seccomp_syscall_resolve_name(*names);
		int rc = number < 0 ? 0 : seccomp_rule_add(filter, action, number, 0);

		if (rc)
			return rc;
	}
	return 0;
}

static int add_ioctls(scmp_filter_ctx filter, uint32_t action, const uint8_t *types)
{
	int rc = 0;

	for (; *types && !rc; types++)
		rc = seccomp_rule_add(filter, action, SCMP_SYS(ioctl), 1,
		                      SCMP_A1(SCMP_CMP_MASKED_EQ, 0xff00, (uint64_t)*types << 8));
	return rc;
}

/* Allow the call when its parameter has one of these values; the list ends with -1. */
static int add_values(scmp_filter_ctx filter, int call, unsigned int parameter, const long *values)
{
	int rc = 0;

	for (; *values >= 0 && !rc; values++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
		                      SCMP_CMP(parameter, SCMP_CMP_MASKED_EQ, 0xffffffffu,
		                               (uint64_t)*values));
	return rc;
}

/* Calls that depend on their parameters. */
static int add_careful(scmp_filter_ctx filter)
{
	/* no F_SETOWN and F_SETSIG: they send signals to others */
	static const long fcntls[] = { F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK,
		F_SETLKW, F_DUPFD_CLOEXEC, F_ADD_SEALS, F_GET_SEALS, -1 };
	static const long prctls[] = { PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_CAPBSET_READ,
		PR_GET_NO_NEW_PRIVS, PR_GET_SECCOMP, 0x53564d41 /* PR_SET_VMA */, -1 };
	/* nvidia-uvm numbers its ioctls without a type: 1 to 255, and two large ones */
	static const long uvm[] = { 0x30000001, 0x30000002, -1 };
	/* close-on-exec and non-blocking */
	static const long files[] = { 0x5421, 0x5450, 0x5451, -1 };
	/* clone() with these makes threads only, and no new namespace */
	const uint64_t thread = CLONE_THREAD | CLONE_VM | CLONE_SIGHAND;
	const uint64_t spaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
				CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
	const long self[] = { getpid(), -1 }, own[] = { 0, getpid(), -1 };
	int rc;

	rc = add_values(filter, SCMP_SYS(fcntl), 1, fcntls);
	if (!rc)
		rc = add_values(filter, SCMP_SYS(prctl), 0, prctls);
	if (!rc)
		rc = add_values(filter, SCMP_SYS(ioctl), 1, uvm);
	if (!rc)
		rc = add_values(filter, SCMP_SYS(ioctl), 1, files);
	if (!rc)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
		                      SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffff00u, 0));
	/* isatty(): an ordinary question with an ordinary answer */
	if (!rc)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 1,
		                      SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, 0x5401));
	/* signals to itself only: abort(), pthread_kill() */
	if (!rc)
		rc = add_values(filter, SCMP_SYS(tgkill), 0, self);
	if (!rc)
		rc = add_values(filter, SCMP_SYS(kill), 0, self);
	if (!rc)
		rc = add_values(filter, SCMP_SYS(prlimit64), 0, own);
	if (!rc)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
		                      SCMP_A0(SCMP_CMP_MASKED_EQ, thread | spaces, thread));
	/* its flags are in memory, where a filter cannot see them: glibc goes on with clone() */
	if (!rc)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return rc;
}

static int add_all(scmp_filter_ctx filter)
{
	int rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);

	if (!rc)
		rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (!rc)
		rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!rc)
		rc = add_list(filter, SCMP_ACT_ALLOW, vgpu_jail_allowed);
	if (!rc)
		rc = add_list(filter, SCMP_ACT_ERRNO(EPERM), vgpu_jail_declined);
	if (!rc)
		rc = add_list(filter, SCMP_ACT_KILL_PROCESS, vgpu_jail_deadly);
	if (!rc)
		rc = add_ioctls(filter, SCMP_ACT_ALLOW, vgpu_jail_ioctls);
	if (!rc)
		rc = add_ioctls(filter, SCMP_ACT_KILL_PROCESS, vgpu_jail_deadly_ioctls);
	if (!rc)
		rc = add_careful(filter);
	return rc;
}

void vgpu_jail_calls(struct vgpu_jail_report *report)
{
	struct sigaction action = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO | SA_NODEFER };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
	int rc = -ENOMEM;

	sigemptyset(&action.sa_mask);
	if (filter && sigaction(SIGSYS, &action, NULL) < 0)
		rc = -errno;
	else if (filter)
		rc = add_all(filter);
	if (!rc)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	if (rc)
		vgpu_jail_fails(report, VGPU_JAIL_CALLS, "the seccomp filter: %s%s", strerror(-rc),
		                rc == -EINVAL || rc == -EOPNOTSUPP
		                        ? " (a kernel without CONFIG_SECCOMP_FILTER?)" : "");
	else
		vgpu_jail_holds(report, VGPU_JAIL_CALLS);
}
