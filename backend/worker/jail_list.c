/* SPDX-License-Identifier: MIT */
#include "backend/worker/jail_list.h"

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

const char *const vgpu_jail_allowed[] = {
	/* memory; PROT_EXEC too, since drivers compile shaders to machine code */
	"brk", "madvise", "membarrier", "mincore", "mlock", "mmap", "mprotect", "mremap", "msync",
	"munlock", "munmap",
	/* files: which ones is Landlock's business */
	"access", "close", "close_range", "dup", "dup2", "dup3", "faccessat", "faccessat2",
	"fallocate", "fstat", "fstatfs", "ftruncate", "getcwd", "getdents64", "lseek", "lstat",
	"newfstatat", "open", "openat", "pread64", "preadv", "pwrite64", "pwritev", "read",
	"readlink", "readlinkat", "readv", "stat", "statfs", "statx", "write", "writev",
	/* new memory and events */
	"epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait", "eventfd2", "memfd_create",
	"pipe2", "poll", "ppoll", "pselect6", "select", "timerfd_create", "timerfd_gettime",
	"timerfd_settime",
	/* the sockets that it has */
	"getsockopt", "recvmsg", "recvfrom", "sendmsg", "sendto", "shutdown",
	/* threads and signals of its own */
	"exit", "exit_group", "futex", "futex_waitv", "get_robust_list", "getcpu", "gettid",
	"restart_syscall", "rseq", "rt_sigaction", "rt_sigpending", "rt_sigprocmask",
	"rt_sigreturn", "rt_sigtimedwait", "sched_get_priority_max", "sched_get_priority_min",
	"sched_getaffinity", "sched_getattr", "sched_getparam", "sched_getscheduler",
	"sched_setaffinity", "sched_yield", "set_robust_list", "set_tid_address", "sigaltstack",
	/* time */
	"clock_getres", "clock_gettime", "clock_nanosleep", "gettimeofday", "nanosleep", "time",
	"times",
	/* who and where it is */
	"arch_prctl", "getegid", "geteuid", "getgid", "getpgrp", "getpid", "getppid", "getrandom",
	"getresgid", "getresuid", "getrlimit", "getrusage", "getuid", "sysinfo", "uname",
#ifdef SANITIZED
	/* the run-time libraries of sanitizers, and gcc's coverage */
	"flock", "mkdir", "personality", "prctl", "prlimit64", "rename", "setrlimit", "unlink",
	"wait4",
#endif
	NULL,
};

const char *const vgpu_jail_declined[] = {
	"get_mempolicy", "getpriority", "ioprio_set", "mbind", "sched_setattr",
	"sched_setparam", "sched_setscheduler", "set_mempolicy", "setpriority",
	NULL,
};

const char *const vgpu_jail_deadly[] = {
	/* another program in its place; other processes */
	"execve", "execveat", "kcmp", "pidfd_getfd", "pidfd_open", "pidfd_send_signal",
	"process_madvise", "process_vm_readv", "process_vm_writev", "ptrace", "rt_sigqueueinfo",
	"rt_tgsigqueueinfo", "tkill",
	/* other users, other rights, other worlds */
	"capset", "chroot", "pivot_root", "setfsgid", "setfsuid", "setgid", "setgroups", "setns",
	"setregid", "setresgid", "setresuid", "setreuid", "setuid", "unshare",
	"fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount",
	"open_tree", "umount2",
	/* the kernel itself */
	"acct", "add_key", "bpf", "delete_module", "finit_module", "init_module", "io_uring_enter",
	"io_uring_register", "io_uring_setup", "ioperm", "iopl", "kexec_file_load", "kexec_load",
	"keyctl", "modify_ldt", "open_by_handle_at", "perf_event_open", "quotactl", "reboot",
	"request_key", "swapoff", "swapon", "syslog", "userfaultfd", "vhangup", "vm86", "vmsplice",
	NULL,
};

const uint8_t vgpu_jail_ioctls[] = {
	'd', /* DRM: Mesa's kernel drivers, nvidia-drm */
	'F', /* nvidia */
	'm', /* nvidia-modeset */
	'b', /* dma-buf */
	'>', /* sync_file */
	0,
};

const uint8_t vgpu_jail_deadly_ioctls[] = {
	'G', /* Xen: gntdev and gntalloc; one of these maps any guest's pages */
	'E', /* Xen: event channels */
	'P', /* Xen: privcmd, hypercalls */
	0,
};
