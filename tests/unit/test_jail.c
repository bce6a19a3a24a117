/* SPDX-License-Identifier: MIT */
/*
 * Tries to break each rule of the worker's jail from inside, in a process of its
 * own for each attempt. Every attempt is made outside the jail as well, where it
 * must succeed: a test that could not fail would prove nothing. What a worker
 * needs is tried inside, where it must succeed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend/daemon/jail.h"
#include "backend/worker/jail.h"

/* An attempt answers 0 when it succeeded, else its errno. */
typedef int attempt_fn(void);
#define KILLED 1000
#define BROKEN 1001 /* the test itself */

static char file[64];  /* of ours, in /tmp */
static int memory = -1; /* a descriptor that nobody meant for the worker */
static uint16_t port;   /* somebody listens there on the loopback */
static struct vgpu_jail_report report;
static pthread_barrier_t jailed;

static int rc_of(long result)
{
	return result < 0 ? errno : 0;
}

static int run(attempt_fn *attempt, void (*enter)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (enter)
			enter();
		_exit(attempt());
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return BROKEN;
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? KILLED : BROKEN;
	return WEXITSTATUS(status);
}

/* ---- entering ----------------------------------------------------------------- */

/* A sanitizer's run-time library says what it wants by itself; stderr is the test's. */
static void quiet(void)
{
	int null = open("/dev/null", O_WRONLY);

	dup2(null, STDERR_FILENO);
	close(null);
}

static void enter_worker(void)
{
	quiet();
	vgpu_jail_files(&report);
	vgpu_jail_calls(&report);
	if ((report.active & VGPU_JAIL_WORKER_RULES) != VGPU_JAIL_WORKER_RULES)
		_exit(250);
}

static void enter_daemon(void)
{
	struct vgpu_jail jail = { .on = true, .cgroup = -1, .uid = 65533, .gid = 65533 };

	jail.has_user = getuid() == 0;
	if (vgpu_jail_enter(&jail, -1, 3, &report))
		_exit(250);
}

/* ---- files --------------------------------------------------------------------- */

static int open_own(void) { return rc_of(open(file, O_RDONLY)); }
static int make_own(void)
{
	char path[80];

	snprintf(path, sizeof(path), "%s.new", file);
	return rc_of(open(path, O_CREAT | O_WRONLY, 0600));
}
static int open_shadow(void) { return rc_of(open("/etc/shadow", O_RDONLY)); }
static int open_passwd(void) { return rc_of(open("/etc/passwd", O_RDONLY)); }
static int list_home(void) { return rc_of(open("/root", O_RDONLY | O_DIRECTORY)); }
static int list_root(void) { return rc_of(open("/", O_RDONLY | O_DIRECTORY)); }
static int write_proc(void) { return rc_of(open("/proc/self/comm", O_WRONLY)); }
static int other_proc(void) { return rc_of(open("/proc/1/status", O_RDONLY)); }
static int reopen(void)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", memory + 1);
	return rc_of(open(path, O_RDWR));
}
static int library(void) { return rc_of(open("/usr/lib", O_RDONLY | O_DIRECTORY)); }
static int self_maps(void) { return rc_of(open("/proc/self/maps", O_RDONLY)); }
static int dev_null(void) { return rc_of(open("/dev/null", O_RDWR)); }
static int cpuinfo(void) { return rc_of(open("/proc/cpuinfo", O_RDONLY)); }

/* ---- calls ----------------------------------------------------------------------- */

static int new_socket(void) { return rc_of(socket(AF_UNIX, SOCK_STREAM, 0)); }
static int new_pair(void)
{
	int pair[2];

	return rc_of(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
}
static int exec_true(void)
{
	char *argv[] = { (char[]){ "true" }, NULL }, *env[] = { NULL };

	execve("/bin/true", argv, env);
	return errno;
}
static int fork_one(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return rc_of(pid);
}
static int trace_me(void) { return rc_of(ptrace(PTRACE_TRACEME, 0, NULL, NULL)); }
static int read_parent(void)
{
	char here[8];
	struct iovec to = { here, sizeof(here) }, from = { &memory, sizeof(memory) };

	return rc_of(process_vm_readv(getpid(), &to, 1, &from, 1, 0));
}
static int signal_parent(void) { return rc_of(kill(getppid(), 0)); }
static int signal_group(void) { return rc_of(kill(0, SIGCONT)); }
static int signal_self(void) { return rc_of(kill(getpid(), SIGCONT)); }
static int raise_self(void)
{
	signal(SIGUSR1, SIG_IGN);
	return raise(SIGUSR1) ? errno : 0;
}
static int ioctl_of(unsigned long number)
{
	int value = 0, fd = open("/dev/null", O_RDWR);

	/* reached the kernel: it says that /dev/null has no such thing */
	return ioctl(fd, number, &value) < 0 && errno != ENOTTY ? errno : 0;
}
static int ioctl_gntdev(void) { return ioctl_of(_IOC(_IOC_NONE, 'G', 0, 24)); }
static int ioctl_gntalloc(void) { return ioctl_of(_IOC(_IOC_NONE, 'G', 5, 24)); }
static int ioctl_evtchn(void) { return ioctl_of(_IOC(_IOC_NONE, 'E', 1, 8)); }
static int ioctl_privcmd(void) { return ioctl_of(_IOC(_IOC_NONE, 'P', 0, 48)); }
static int ioctl_high(void) { return ioctl_of(0xdead00000000ul | _IOC(_IOC_NONE, 'G', 0, 24)); }
static int ioctl_terminal(void) { return ioctl_of(0x5412 /* TIOCSTI */); }
static int ioctl_interface(void) { return ioctl_of(0x8912 /* SIOCGIFCONF */); }
static int ioctl_drm(void) { return ioctl_of(_IOC(_IOC_READ | _IOC_WRITE, 'd', 0, 64)); }
static int ioctl_nvidia(void) { return ioctl_of(_IOC(_IOC_READ | _IOC_WRITE, 'F', 42, 32)); }
static int owner(void) { return rc_of(fcntl(STDERR_FILENO, F_SETOWN, getpid())); }
static int dumpable(void) { return rc_of(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)); }
static int limit_parent(void)
{
	struct rlimit64 old;

	return rc_of(syscall(SYS_prlimit64, getppid(), RLIMIT_CPU, NULL, &old));
}
static int user_space(void)
{
	long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return rc_of(pid);
}
static int unshare_user(void) { return rc_of(unshare(CLONE_NEWUSER)); }
static int same_user(void) { return rc_of(setuid(getuid())); }
static int persona(void) { return rc_of(syscall(SYS_personality, 0xffffffffu)); }
static int shm(void) { return rc_of(syscall(SYS_shmget, 0, 4096, 0600)); }
static int remove_own(void) { return rc_of(unlink(file)); }
static int mount_proc(void) { return rc_of(umount2("/nowhere", 0)) == ENOENT ? 0 : errno; }

static void *nothing(void *data) { return data; }
static int thread(void)
{
	pthread_t t;
	int rc = pthread_create(&t, NULL, nothing, NULL);

	return rc ? rc : pthread_join(t, NULL);
}
static int machine_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : rc_of(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}
static int shared_memory(void)
{
	int fd = memfd_create("x", MFD_CLOEXEC);

	return fd < 0 ? errno : rc_of(ftruncate(fd, 4096));
}
static int event(void) { return rc_of(eventfd(0, EFD_CLOEXEC)); }
static int batch(void)
{
	struct sched_param p = { 0 };
	int rc = sched_setscheduler(0, SCHED_BATCH, &p);

	return rc < 0 ? errno : 0;
}

/* A thread that ran before the filter came, as drivers' threads do. */
static int early_rc;
static void *early(void *data)
{
	pthread_barrier_wait(&jailed);
	early_rc = new_socket();
	return NULL;
}
static int early_thread(void)
{
	pthread_t t;

	pthread_barrier_init(&jailed, NULL, 2);
	if (pthread_create(&t, NULL, early, NULL))
		return 255;
	enter_worker();
	pthread_barrier_wait(&jailed);
	pthread_join(t, NULL);
	return early_rc;
}

#ifdef __x86_64__
/* getpid() by the door of 32-bit programs, where the numbers mean other calls */
static int other_door(void)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory", "r8", "r9", "r10", "r11");
	return result > 0 ? 0 : ENOSYS;
}
#endif

/* ---- the tests ------------------------------------------------------------------ */

struct attempt {
	const char *what;
	attempt_fn *fn;
	int inside;        /* what the jail makes of it */
	bool root, nowhere; /* succeeds outside only as root; not tried outside */
};

static void try_all(const struct attempt *attempts, size_t n, void (*enter)(void))
{
	int wrong = 0;

	for (size_t i = 0; i < n; i++) {
		const struct attempt *a = &attempts[i];
		int inside = run(a->fn, enter), outside = 0;

		if (!a->nowhere && !(a->root && getuid() != 0))
			outside = run(a->fn, NULL);
		if (inside == a->inside && outside == 0)
			continue;
		print_error("%s: inside %d (expected %d), outside %d (expected 0)\n", a->what, inside,
		            a->inside, outside);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void test_files(void **state)
{
	static const struct attempt attempts[] = {
		{ "open a file in /tmp", open_own, EACCES },
		{ "make a file in /tmp", make_own, EACCES },
		{ "open /etc/shadow", open_shadow, EACCES, true },
		{ "open /etc/passwd", open_passwd, EACCES },
		{ "list root's home", list_home, EACCES, true },
		{ "list /", list_root, EACCES },
		{ "write to /proc/self", write_proc, EACCES },
		{ "read another process's /proc", other_proc, EACCES },
		{ "open a descriptor's file again", reopen, EACCES },
		{ "list /usr/lib", library, 0 },
		{ "read /proc/self/maps", self_maps, 0 },
		{ "read /proc/cpuinfo", cpuinfo, 0 },
		{ "open /dev/null", dev_null, 0 },
	};

	try_all(attempts, sizeof(attempts) / sizeof(attempts[0]), enter_worker);
}

static void test_calls_refused(void **state)
{
	static const struct attempt attempts[] = {
		{ "make a socket", new_socket, EPERM },
		{ "make a pair of sockets", new_pair, EPERM },
		{ "fork", fork_one, EPERM },
		{ "signal the parent", signal_parent, EPERM },
		{ "signal the process group", signal_group, EPERM },
		{ "limits of the parent", limit_parent, EPERM },
		{ "push input into a terminal", ioctl_terminal, EPERM },
		{ "ask for network interfaces", ioctl_interface, EPERM },
		{ "have signals sent", owner, EPERM },
		{ "become dumpable", dumpable, EPERM },
		{ "clone into a namespace", user_space, EPERM },
		{ "SysV shared memory", shm, EPERM },
		{ "change the personality", persona, ENOSYS },
		{ "another scheduler", batch, EPERM },
	};

	try_all(attempts, sizeof(attempts) / sizeof(attempts[0]), enter_worker);
	assert_int_equal(run(early_thread, NULL), EPERM); /* enters by itself */
}

static void test_calls_deadly(void **state)
{
	static const struct attempt attempts[] = {
		{ "exec", exec_true, KILLED },
		{ "ptrace", trace_me, KILLED },
		{ "read another process's memory", read_parent, KILLED },
		{ "map a grant", ioctl_gntdev, KILLED },
		{ "map a grant, upper bits set", ioctl_high, KILLED },
		{ "allocate a grant", ioctl_gntalloc, KILLED },
		{ "bind an event channel", ioctl_evtchn, KILLED },
		{ "hypercall", ioctl_privcmd, KILLED },
		{ "unshare", unshare_user, KILLED },
		{ "setuid", same_user, KILLED },
		{ "unmount", mount_proc, KILLED, true },
#ifdef __x86_64__
		{ "a system call by the 32-bit door", other_door, KILLED, false, true },
#endif
	};

	try_all(attempts, sizeof(attempts) / sizeof(attempts[0]), enter_worker);
}

static void test_calls_allowed(void **state)
{
	static const struct attempt attempts[] = {
		{ "start a thread", thread, 0 },
		{ "make machine code", machine_code, 0 },
		{ "make a memfd", shared_memory, 0 },
		{ "make an eventfd", event, 0 },
		{ "signal itself", signal_self, 0 },
		{ "raise", raise_self, 0 },
		{ "DRM ioctl", ioctl_drm, 0 },
		{ "NVIDIA ioctl", ioctl_nvidia, 0 },
	};

	try_all(attempts, sizeof(attempts) / sizeof(attempts[0]), enter_worker);
	/* the file is still there: nothing above could remove it */
	assert_int_equal(run(open_own, NULL), 0);
	assert_int_equal(run(remove_own, enter_worker), EPERM);
	assert_int_equal(run(open_own, NULL), 0);
}

/* ---- the daemon's half ------------------------------------------------------------ */

static int leaked(void) { return rc_of(fcntl(memory, F_GETFD)); }
static int loopback(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = port,
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? errno : rc_of(connect(fd, (struct sockaddr *)&to, sizeof(to)));
}
static int chroot_slash(void) { return rc_of(chroot("/")); }
static int gain(void) /* a new program gets no privileges either */
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? EPERM : 0;
}
static int capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2];

	if (syscall(SYS_capget, &header, caps) < 0)
		return errno;
	for (int i = 0; i < 2; i++)
		if (caps[i].permitted | caps[i].effective | caps[i].inheritable)
			return 0;
	return prctl(PR_CAPBSET_READ, 21 /* CAP_SYS_ADMIN */, 0, 0, 0) == 1 ? 0 : EPERM;
}
static int core(void)
{
	struct rlimit l = { 1, 1 };

	return rc_of(setrlimit(RLIMIT_CORE, &l));
}
static int back_to_root(void) { return setuid(0) < 0 ? EPERM : 0; } /* EINVAL: no such user here */

static void test_process(void **state)
{
	static const struct attempt attempts[] = {
		{ "use a descriptor of the daemon", leaked, EBADF },
		{ "connect to the machine's loopback", loopback, ENETUNREACH },
		{ "keep a capability", capabilities, EPERM, true },
		{ "new privileges by exec", gain, EPERM },
		{ "write a core file", core, EPERM, true },
		{ "chroot", chroot_slash, EPERM, true },
		{ "become root again", back_to_root, EPERM, true },
	};

	try_all(attempts, sizeof(attempts) / sizeof(attempts[0]), enter_daemon);
}

/* A cgroup that is none is told, and nothing is left half made. */
static void test_cgroup_refused(void **state)
{
	struct vgpu_jail jail;

	memset(&jail, 0, sizeof(jail));
	memset(&report, 0, sizeof(report));
	vgpu_jail_cgroup_open(&jail, "/nowhere");
	assert_int_equal(jail.cgroup, -1);
	assert_non_null(strstr(jail.no_cgroup, "/nowhere"));
	vgpu_jail_cgroup_open(&jail, "/tmp");
	assert_int_equal(jail.cgroup, -1);
	assert_int_equal(vgpu_jail_cgroup_add(&jail, "x", &report), -1);
	assert_string_equal(report.why[4], jail.no_cgroup);
	assert_false(report.active & VGPU_JAIL_CGROUP);
}

/* Where version 2 has memory and pids: the limits hold for whoever is moved in. */
static void test_cgroup(void **state)
{
	static const char base[] = "/sys/fs/cgroup/vgpu-test-jail";
	struct vgpu_jail jail;
	char text[64] = "", path[128];
	int folder, status, fd;
	pid_t pid;

	if (mkdir(base, 0755) < 0)
		skip();
	memset(&jail, 0, sizeof(jail));
	memset(&report, 0, sizeof(report));
	vgpu_jail_cgroup_open(&jail, base);
	if (jail.cgroup < 0) {
		print_message("skipped: %s\n", jail.no_cgroup);
		rmdir(base);
		skip();
	}
	jail.pids_max = 3;
	folder = vgpu_jail_cgroup_add(&jail, "w", &report);
	assert_true(folder >= 0);
	pid = fork();
	if (pid == 0) {
		int n = 0;

		jail.on = true;
		vgpu_jail_enter(&jail, folder, 3, &report);
		while (n < 10 && fork() > 0) /* itself and two more */
			n++;
		_exit(report.active & VGPU_JAIL_CGROUP ? n : 100);
	}
	waitpid(pid, &status, 0);
	snprintf(path, sizeof(path), "%s/w/memory.max", base);
	fd = open(path, O_RDONLY);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	close(folder);
	usleep(100000);
	vgpu_jail_cgroup_remove(&jail, "w");
	vgpu_jail_finish(&jail);
	assert_int_equal(rmdir(base), 0);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) <= 2);
	assert_true(strtoull(text, NULL, 10) >= 1 << 20);
}

static void test_report(void **state)
{
	struct vgpu_jail_report back = { 0 };
	char text[1024];

	memset(&report, 0, sizeof(report));
	vgpu_jail_fails(&report, VGPU_JAIL_FILES, "no %s", "Landlock");
	vgpu_jail_holds(&report, VGPU_JAIL_CALLS);
	vgpu_jail_print(&report, VGPU_JAIL_WORKER_RULES, text, sizeof(text));
	assert_string_equal(text, "files: no Landlock\n");
	/* a worker cannot claim the daemon's rules */
	vgpu_jail_parse(&back, VGPU_JAIL_WORKER_RULES, report.active | VGPU_JAIL_USER, text);
	assert_int_equal(back.active, VGPU_JAIL_CALLS);
	assert_string_equal(back.why[5], "no Landlock");
	vgpu_jail_parse(&back, VGPU_JAIL_WORKER_RULES, 0, "files");
	assert_string_equal(back.why[6], "no reason given");
	assert_null(vgpu_jail_rule_name(VGPU_JAIL_RULES));
	assert_string_equal(vgpu_jail_rule_name(0), "descriptors");
}

static int setup(void **state)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(addr);
	int fd, listener = socket(AF_INET, SOCK_STREAM, 0);

	strcpy(file, "/tmp/vgpu-test-jail-XXXXXX");
	fd = mkstemp(file);
	memory = fcntl(fd, F_DUPFD, 100);
	if (memory < 0 || dup2(fd, memory + 1) < 0)
		return -1;
	close(fd);
	if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(listener, 8) < 0 ||
	    getsockname(listener, (struct sockaddr *)&addr, &length) < 0)
		return -1;
	port = addr.sin_port;
	return 0;
}

static int teardown(void **state)
{
	char path[80];

	unlink(file);
	snprintf(path, sizeof(path), "%s.new", file);
	unlink(path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),          cmocka_unit_test(test_calls_refused),
		cmocka_unit_test(test_calls_deadly),   cmocka_unit_test(test_calls_allowed),
		cmocka_unit_test(test_process),        cmocka_unit_test(test_cgroup_refused),
		cmocka_unit_test(test_cgroup),         cmocka_unit_test(test_report),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
