/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What programs ask of the kernel itself: BPF, events, modules, keys, filters of calls, the clock, devices that are
 * made of nothing; and what processes do to each other: trace, read, dump. Each comes off where the kernel has it.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/device_node.h"
#include "agent/deeds/own_process.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "wire/drive.h"

static void reap(pid_t pid)
{
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* ---- BPF and events ---- */

static void bpf_calls(void)
{
	/* what time it is, and 0 */
	const struct bpf_insn code[] = {
	        {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_ktime_get_ns},
	        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
	        {.code = BPF_JMP | BPF_EXIT},
	};
	char packet[64] = "";
	union bpf_attr map = {
	        .map_type = BPF_MAP_TYPE_ARRAY,
	        .key_size = 4,
	        .value_size = 4,
	        .max_entries = 1,
	};
	union bpf_attr load = {
	        .prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
	        .insns = (uintptr_t)code,
	        .insn_cnt = sizeof(code) / sizeof(code[0]),
	        .license = (uintptr_t) "GPL",
	};
	cleanup_close int array = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map));
	cleanup_close int program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));
	union bpf_attr run = {
	        .test.prog_fd = (uint32_t)program,
	        .test.data_in = (uintptr_t)packet,
	        .test.data_size_in = sizeof(packet),
	};

	if (program >= 0)
		syscall(SYS_bpf, BPF_PROG_TEST_RUN, &run, sizeof(run));
}

static long number_of(const char *path)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[32] = "";

	return fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 ? strtol(text, NULL, 10) : -1;
}

static void event_open(struct perf_event_attr attr)
{
	cleanup_close int fd = -1;

	attr.size = sizeof(attr);
	fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static void events(void)
{
	long kprobe = number_of("/sys/bus/event_source/devices/kprobe/type");
	long id = number_of("/sys/kernel/tracing/events/task/task_rename/id");

	event_open((struct perf_event_attr){.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_DUMMY});
	if (kprobe >= 0 && in_guest())
		event_open((struct perf_event_attr){.type = (uint32_t)kprobe, .kprobe_func = (uintptr_t) "vfs_statfs"});
	if (id >= 0)
		event_open((struct perf_event_attr){.type = PERF_TYPE_TRACEPOINT, .config = (uint64_t)id});
}

/* ---- modules ---- */

static void modules(const char *directory)
{
	cleanup_free char *path = xasprintf("%s/cm-no-module", directory);
	cleanup_close int made = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	cleanup_close int none = -1;
	cleanup_close int spare = open(DRIVE_SPARE_FILE, O_RDONLY | O_CLOEXEC);
	cleanup_close int nobodys = -1;

	/* no module at all, and nobody writes to it */
	if (made >= 0 && ftruncate(made, 64) == 0)
		none = open(path, O_RDONLY | O_CLOEXEC);
	close(steal_fd(&made));
	if (none >= 0)
		syscall(SYS_finit_module, none, "", 0);
	syscall(SYS_init_module, "no module", 9, "");
	unlink(path);
	if (!in_guest())
		return;
	/* a family that somebody has to bring */
	nobodys = socket(AF_CAIF, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (spare < 0)
		return;
	syscall(SYS_delete_module, DRIVE_SPARE_MODULE, O_NONBLOCK);
	syscall(SYS_finit_module, spare, "", 0);
}

/* ---- keys, rights, filters ---- */

static void file_write(const char *path, const char *text)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	syscall(SYS_write, fd, text, strlen(text));
}

static void keys(void)
{
	long key = syscall(SYS_add_key, "user", "cm", "secret", 6, KEY_SPEC_PROCESS_KEYRING);
	char text[16];

	syscall(SYS_keyctl, KEYCTL_READ, key, text, sizeof(text), 0);
	syscall(SYS_request_key, "user", "cm", NULL, KEY_SPEC_PROCESS_KEYRING);
	syscall(SYS_keyctl, KEYCTL_SET_REQKEY_KEYRING, KEY_REQKEY_DEFL_NO_CHANGE, 0, 0, 0);
	syscall(SYS_keyctl, KEYCTL_UNLINK, key, KEY_SPEC_PROCESS_KEYRING, 0, 0);
}

static void rights(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[2] = {{0}};
	const struct rlimit limit = {1 << 20, 1 << 20};
	char name[] = "cm-renamed";
	gid_t group = 0;

	if (syscall(SYS_capget, &head, caps) == 0)
		syscall(SYS_capset, &head, caps);
	prctl(PR_SET_NAME, name);
	syscall(SYS_setrlimit, RLIMIT_CORE, &limit);
	file_write("/proc/self/oom_score_adj", "1");
	setgroups(1, &group);
	syscall(SYS_setfsuid, 0);
	syscall(SYS_setfsgid, 0);
	syscall(SYS_personality, 0xffffffff);
}

static void places(void)
{
	cleanup_close int own = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);

	if (chroot("/") < 0 || unshare(CLONE_NEWUTS | CLONE_NEWIPC) < 0)
		return;
	sethostname("cm-host", 7);
	syscall(SYS_setdomainname, "cm-domain", 9);
	if (own >= 0)
		setns(own, CLONE_NEWUTS);
}

static void filtered(void)
{
	struct sock_filter allow = {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
	const struct sock_fprog program = {1, &allow};
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
		syscall(SYS_getppid);
		_exit(0);
	}
	reap(pid);
}

/* ---- one process and another ---- */

static _Noreturn void ended_by_fault(int number)
{
	_exit(number);
}

/* A fault that is expected, and an end of which a picture is kept. */
static void faults(const char *directory)
{
	cleanup_free char *core = xasprintf("%s/core", directory);
	volatile int *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGSEGV, ended_by_fault);
		_exit(*nowhere);
	}
	reap(pid);
	pid = in_guest() && chdir(directory) == 0 ? fork() : -1;
	if (pid == 0) {
		raise(SIGQUIT);
		_exit(0);
	}
	reap(pid);
	unlink(core);
}

/* By the call of that name where there is one: libc makes another. */
static pid_t plain_fork(void)
{
#ifdef SYS_fork
	return (pid_t)syscall(SYS_fork);
#else
	return fork();
#endif
}

/* What each of them does in a process of its own. */
static void children(void)
{
	pid_t pid = plain_fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		unshare(CLONE_NEWUSER);
		syscall(SYS_exit, 0);
	}
	reap(pid);
	pid = vfork();
	if (pid == 0)
		_exit(0);
	reap(pid);
}

static void others(void)
{
	char here[8], there[8] = "there";
	const struct iovec mine = {here, sizeof(here)}, theirs = {there, sizeof(there)};
	const struct sched_param usual = {0};
	struct rlimit limit;
	pid_t pid = fork();
	int fd;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
	if (pid < 0)
		return;
	process_vm_readv(pid, &mine, 1, &theirs, 1, 0);
	process_vm_writev(pid, &mine, 1, &theirs, 1, 0);
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	syscall(SYS_pidfd_getfd, fd, 0, 0);
	syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0);
	if (fd >= 0)
		close(fd);
	prlimit(pid, RLIMIT_CORE, NULL, &limit);
	sched_setscheduler(pid, SCHED_OTHER, &usual);
	getpgid(pid);
	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) == 0) {
		waitpid(pid, NULL, 0);
		ptrace(PTRACE_PEEKDATA, pid, there, NULL);
		ptrace(PTRACE_DETACH, pid, NULL, NULL);
	}
	kill(pid, SIGKILL);
	reap(pid);
}

/* ---- clock, log, memory, what is read of the kernel ---- */

static void clock_keep(void)
{
	struct timex nothing = {0};
	struct timespec now;

	adjtimex(&nothing);
	if (in_guest() && clock_gettime(CLOCK_REALTIME, &now) == 0)
		clock_settime(CLOCK_REALTIME, &now);
}

static void device_read(const char *directory, unsigned minor_number)
{
	cleanup_free char *node = xasprintf("%s/cm-memory-%u", directory, minor_number);
	cleanup_close int fd = -1;
	char bytes[256];

	if (mknod(node, S_IFCHR | 0600, makedev(1, minor_number)) < 0)
		return;
	fd = open(node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	unlink(node);
	syscall(SYS_read, fd, bytes, sizeof(bytes));
}

static void file_read(const char *path)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	char bytes[256];

	syscall(SYS_read, fd, bytes, sizeof(bytes));
}

#define HUGE ((size_t)2 << 20)

static void memory(void)
{
	char *at = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *huge;

	if (at == MAP_FAILED)
		return;
	huge = (char *)(((uintptr_t)at + HUGE - 1) & ~(HUGE - 1));
	madvise(huge, HUGE, MADV_HUGEPAGE);
	*(volatile char *)huge = 1;
	mlock(at, 4096);
	munlock(at, 4096);
	munmap(at, 2 * HUGE);
}

#define DEV_KMSG 11
#define DEV_RANDOM 8
#define DEV_URANDOM 9
#define LOG_SIZE 10 /* syslog(2): SYSLOG_ACTION_SIZE_BUFFER */

static void kernel_calls(const char *directory)
{
	struct statfs fs;

	bpf_calls();
	events();
	modules(directory);
	keys();
	rights();
	places();
	filtered();
	faults(directory);
	children();
	others();
	clock_keep();
	klogctl(LOG_SIZE, NULL, 0);
	device_read(directory, DEV_KMSG);
	device_read(directory, DEV_RANDOM);
	device_read(directory, DEV_URANDOM);
	file_read("/proc/self/status");
	file_read("/sys/kernel/uevent_seqnum");
	statfs("/proc", &fs);
	memory();
}

void action_kernel(const char *directory, struct action_result *out)
{
	own_process_run(kernel_calls, directory, out);
}
