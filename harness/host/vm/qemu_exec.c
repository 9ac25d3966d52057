/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vm/qemu_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"

#define NOBODY 65534
#define COPY_BYTES (64u << 20)

/* Descriptors as QEMU sees them. */
enum {
	QEMU_FD_FRAMES = 3,
	QEMU_FD_CONSOLE,
	QEMU_FD_KERNEL,
	QEMU_FD_INITRD,
	QEMU_FD_JOB,
	QEMU_FD_RAM,
	QEMU_FD_STATE = QEMU_STATE_FD,
	QEMU_FD_MONITOR,
	QEMU_FD_END,
};

/* Paths that this process opens for QEMU, and the ones QEMU is told. */
struct handed {
	int fds[QEMU_FD_END];
	char *names[QEMU_FD_END];
};

static void handed_init(struct handed *h)
{
	*h = (struct handed){0};
	for (int i = 0; i < QEMU_FD_END; i++)
		h->fds[i] = -1;
}

static void handed_free(struct handed *h)
{
	for (int i = 0; i < QEMU_FD_END; i++) {
		if (h->fds[i] >= 0)
			close(h->fds[i]);
		free(h->names[i]);
	}
}

/*
 * QEMU opens the file once more through /proc/self/fd, as nobody, and the file's mode is checked anew: what root alone
 * may read goes to it as a copy in memory.
 */
static int make_readable(int *fd, const char *path, struct error *err)
{
	cleanup_close int copy = -1;
	struct stat st;
	ssize_t n;

	if (geteuid() != 0 || fstat(*fd, &st) || st.st_mode & S_IROTH)
		return 0;
	copy = memfd_create("corematrix", MFD_CLOEXEC);
	if (copy < 0)
		return error_set(err, errno, "%s: cannot be copied for QEMU: %s", path, strerror(errno));
	do
		n = sendfile(copy, *fd, NULL, COPY_BYTES);
	while (n > 0);
	if (n < 0)
		return error_set(err, errno, "%s: cannot be copied for QEMU: %s", path, strerror(errno));
	lseek(copy, 0, SEEK_SET);
	close(*fd);
	*fd = steal_fd(&copy);
	return 0;
}

static int hand_file(struct handed *h, int number, const char *path, const char *what, struct error *err)
{
	if (!*path) {
		h->names[number] = xstrdup("");
		return 0;
	}
	h->fds[number] = open(path, O_RDONLY | O_CLOEXEC);
	if (h->fds[number] < 0)
		return error_set(err, errno, "%s: cannot open the %s: %s", path, what, strerror(errno));
	h->names[number] = xasprintf("/proc/self/fd/%d", number);
	return make_readable(&h->fds[number], path, err);
}

static int hand_pipe(struct handed *h, int number, int *read_end, struct error *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return error_set(err, errno, "cannot make a pipe for QEMU: %s", strerror(errno));
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	/* Fewer, larger reads; the default of 64 KiB is what an unprivileged process gets anyway. */
	fcntl(fds[1], F_SETPIPE_SZ, 1 << 20);
	*read_end = fds[0];
	h->fds[number] = fds[1];
	h->names[number] = xasprintf("/dev/fdset/%d", number);
	return 0;
}

/*
 * Memory and state of a guest to be saved or resumed. The memory is opened for writing even to be mapped privately:
 * QEMU knows no other way, and the file belongs to whom QEMU will be.
 */
static int hand_saved(struct handed *h, const struct qemu_guest *guest, struct qemu_process *p, struct error *err)
{
	int ends[2], rc;

	if (!*guest->ram)
		return 0;
	h->fds[QEMU_FD_RAM] = open(guest->ram, O_RDWR | O_CLOEXEC);
	if (h->fds[QEMU_FD_RAM] < 0)
		return error_set(err, errno, "%s: cannot open the guest's memory: %s", guest->ram, strerror(errno));
	h->names[QEMU_FD_RAM] = xasprintf("/proc/self/fd/%d", QEMU_FD_RAM);
	rc = hand_file(h, QEMU_FD_STATE, guest->state, "guest's state", err);
	if (rc)
		return rc;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return error_set(err, errno, "cannot make a socket for QEMU's monitor: %s", strerror(errno));
	p->monitor_fd = ends[0];
	h->fds[QEMU_FD_MONITOR] = ends[1];
	return 0;
}

/* In the child, before it becomes QEMU; what it has to say goes to QEMU's log. */
static void become_nobody(enum accel accel)
{
	struct stat st;
	gid_t kvm = NOBODY;

	if (accel == ACCEL_KVM && !stat("/dev/kvm", &st)) {
		if ((st.st_mode & 0066) == 0)
			return;
		kvm = st.st_gid;
	}
	if (geteuid() != 0)
		return;
	if (setgroups(1, &kvm) || setgid(NOBODY) || setuid(NOBODY)) {
		dprintf(2, "cannot give up root's rights: %s; run as another user\n", strerror(errno));
		_exit(126);
	}
}

static _Noreturn void exec_qemu(const struct strings *argv, struct handed *h, int log, enum accel accel, pid_t parent)
{
	const struct rlimit no_core = {0, 0};
	int high[QEMU_FD_END];
	sigset_t none;
	int null;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0); /* Ctrl-C is the scheduler's to handle */
	setrlimit(RLIMIT_CORE, &no_core);
	for (int i = QEMU_FD_FRAMES; i < QEMU_FD_END; i++)
		high[i] = h->fds[i] < 0 ? -1 : fcntl(h->fds[i], F_DUPFD, 64);
	log = fcntl(log, F_DUPFD, 64);
	null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(log, 1);
	dup2(log, 2);
	for (int i = QEMU_FD_FRAMES; i < QEMU_FD_END; i++)
		if (high[i] < 0 || dup2(high[i], i) < 0)
			close(i);
	syscall(SYS_close_range, QEMU_FD_END, ~0u, 0);
	become_nobody(accel);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* setuid cleared it */
	if (getppid() != parent)
		_exit(127);
	execvp(argv->at[0], argv->at);
	dprintf(2, "%s: cannot run: %s; install QEMU (make deps)\n", argv->at[0], strerror(errno));
	_exit(127);
}

static void add_fdset(struct strings *argv, int number)
{
	strings_add(argv, "-add-fd");
	strings_addf(argv, "fd=%d,set=%d", number, number);
}

static int hand_all(const struct qemu_guest *guest, struct handed *h, struct qemu_process *p, struct error *err)
{
	int rc = hand_file(h, QEMU_FD_KERNEL, guest->kernel, "kernel", err);

	rc = rc ? rc : hand_file(h, QEMU_FD_INITRD, guest->initrd, "initramfs", err);
	rc = rc ? rc : hand_file(h, QEMU_FD_JOB, guest->job, "job", err);
	rc = rc ? rc : hand_saved(h, guest, p, err);
	rc = rc ? rc : hand_pipe(h, QEMU_FD_FRAMES, &p->frames_fd, err);
	return rc ? rc : hand_pipe(h, QEMU_FD_CONSOLE, &p->console_fd, err);
}

static int spawn(const struct qemu_guest *original, struct handed *h, int log, struct qemu_process *p,
                 struct error *err)
{
	cleanup_strings struct strings argv = {0};
	struct qemu_guest guest = *original;
	pid_t parent = getpid();

	guest.kernel = h->names[QEMU_FD_KERNEL];
	guest.initrd = h->names[QEMU_FD_INITRD];
	guest.job = h->names[QEMU_FD_JOB];
	guest.frames = h->names[QEMU_FD_FRAMES];
	guest.console = h->names[QEMU_FD_CONSOLE];
	guest.ram = h->names[QEMU_FD_RAM] ? h->names[QEMU_FD_RAM] : "";
	guest.monitor_fd = QEMU_FD_MONITOR;
	qemu_argv(&guest, &argv);
	add_fdset(&argv, QEMU_FD_FRAMES);
	add_fdset(&argv, QEMU_FD_CONSOLE);
	p->pid = fork();
	if (p->pid < 0)
		return error_set(err, errno, "cannot fork for QEMU: %s", strerror(errno));
	if (p->pid == 0)
		exec_qemu(&argv, h, log, guest.accel, parent);
	p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	return 0;
}

int qemu_exec(const struct qemu_guest *guest, int log, struct qemu_process *process, struct error *err)
{
	struct handed h;
	int rc;

	handed_init(&h);
	*process = (struct qemu_process){.pidfd = -1, .frames_fd = -1, .console_fd = -1, .monitor_fd = -1};
	rc = hand_all(guest, &h, process, err);
	rc = rc ? rc : spawn(guest, &h, log, process, err);
	handed_free(&h);
	if (rc) {
		cleanup_close_fd(&process->frames_fd);
		cleanup_close_fd(&process->console_fd);
		cleanup_close_fd(&process->monitor_fd);
	}
	return rc;
}
