/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "host/console.h"
#include "wire/frame.h"

#define CONSOLE_LOG_MAX (8u << 20)
/* Time for the rest of a crash report to arrive once its first line did. */
#define CRASH_GRACE_MS 300
/* Time for QEMU to end once its pipes are closed. */
#define EXIT_GRACE_MS 5000
#define NOBODY 65534

/* Descriptors as QEMU sees them. */
enum { QEMU_FD_FRAMES = 3, QEMU_FD_CONSOLE, QEMU_FD_KERNEL, QEMU_FD_INITRD, QEMU_FD_JOB, QEMU_FD_END };

struct vm {
	struct session *session;
	struct vm_deadlines deadlines;
	const struct arch *arch;
	struct console console;
	struct frame_decoder decoder;
	char *reason;
	char *qemu_log;
	pid_t pid; /* 0 once reaped */
	int pidfd, frames_fd, console_fd, console_log;
	uint64_t console_logged;
	enum session_stage stage; /* that the deadlines below belong to */
	int cell;
	bool killed;
	int wait_status;
	int64_t started_ms, console_ms, ended_ms;
	int64_t stage_ms, progress_ms; /* start of this stage, last sign of life */
	int64_t crash_ms, closed_ms;
};

struct vm_deadlines vm_deadlines_default(void)
{
	return (struct vm_deadlines){.boot_ms = 60000, .ready_ms = 30000, .cell_ms = 60000, .end_ms = 20000};
}

/* ---- start ---- */

/* Paths that this process opens for QEMU, and the ones QEMU is told. */
struct handed {
	int fds[QEMU_FD_END];
	char *names[QEMU_FD_END];
};

static void handed_free(struct handed *h)
{
	for (int i = 0; i < QEMU_FD_END; i++) {
		if (h->fds[i] >= 0)
			close(h->fds[i]);
		free(h->names[i]);
	}
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
	return 0;
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

/* In the child: what is left of this process's rights before it becomes QEMU. No message can come from here. */
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
	if (setgroups(1, &kvm) || setgid(NOBODY) || setuid(NOBODY))
		_exit(126);
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
		if (high[i] >= 0)
			dup2(high[i], i);
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

/* The command for people: real paths, console to the terminal, frames to a file. */
static int write_script(const struct vm_options *o, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/qemu%s.sh", o->directory, o->suffix);
	cleanup_free char *frames = xasprintf("%s/frames%s.bin", o->directory, o->suffix);
	cleanup_strings struct strings argv = {0};
	cleanup_free char *line = NULL;
	cleanup_buf struct buf text = {0};
	struct qemu_guest guest = o->guest;

	guest.frames = frames;
	guest.console = "/dev/stdout";
	qemu_argv(&guest, &argv);
	line = strings_shell(&argv);
	buf_printf(&text, "#!/bin/sh\n# Boots the same guest by hand: console here, frames into a file.\nexec %s\n",
	           line);
	return io_replace_file(path, text.data, text.len, err);
}

static int open_log(const struct vm_options *o, const char *name, char **path, struct error *err)
{
	int fd;

	*path = xasprintf("%s/%s%s.log", o->directory, name, o->suffix);
	fd = open(*path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_set(err, errno, "%s: cannot create: %s", *path, strerror(errno));
	return fd;
}

static int spawn(struct vm *vm, const struct vm_options *o, struct handed *h, struct error *err)
{
	cleanup_strings struct strings argv = {0};
	cleanup_close int log = open_log(o, "qemu", &vm->qemu_log, err);
	struct qemu_guest guest = o->guest;
	pid_t parent = getpid(), pid;

	if (log < 0)
		return log;
	guest.kernel = h->names[QEMU_FD_KERNEL];
	guest.initrd = h->names[QEMU_FD_INITRD];
	guest.job = h->names[QEMU_FD_JOB];
	guest.frames = h->names[QEMU_FD_FRAMES];
	guest.console = h->names[QEMU_FD_CONSOLE];
	qemu_argv(&guest, &argv);
	add_fdset(&argv, QEMU_FD_FRAMES);
	add_fdset(&argv, QEMU_FD_CONSOLE);
	vm->started_ms = vm->stage_ms = vm->progress_ms = clock_ms();
	pid = fork();
	if (pid < 0)
		return error_set(err, errno, "cannot fork for QEMU: %s", strerror(errno));
	if (pid == 0)
		exec_qemu(&argv, h, log, o->guest.accel, parent);
	vm->pid = pid;
	vm->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return 0;
}

int vm_start(const struct vm_options *o, struct vm **out, struct error *err)
{
	struct handed h = {.fds = {-1, -1, -1, -1, -1, -1, -1, -1}};
	cleanup_free char *console_log = NULL;
	struct vm *vm = xcalloc(1, sizeof(*vm));
	int rc;

	*vm = (struct vm){
	        .session = o->session,
	        .deadlines = o->deadlines,
	        .arch = o->guest.arch,
	        .pidfd = -1,
	        .frames_fd = -1,
	        .console_fd = -1,
	        .console_log = -1,
	        .cell = -1,
	};
	rc = hand_file(&h, QEMU_FD_KERNEL, o->guest.kernel, "kernel", err);
	rc = rc ? rc : hand_file(&h, QEMU_FD_INITRD, o->guest.initrd, "initramfs", err);
	rc = rc ? rc : hand_file(&h, QEMU_FD_JOB, o->guest.job, "job", err);
	rc = rc ? rc : hand_pipe(&h, QEMU_FD_FRAMES, &vm->frames_fd, err);
	rc = rc ? rc : hand_pipe(&h, QEMU_FD_CONSOLE, &vm->console_fd, err);
	rc = rc ? rc : write_script(o, err);
	if (!rc) {
		vm->console_log = open_log(o, "console", &console_log, err);
		rc = vm->console_log < 0 ? vm->console_log : spawn(vm, o, &h, err);
	}
	handed_free(&h);
	if (rc) {
		vm_free(vm);
		return rc;
	}
	*out = vm;
	return 0;
}

/* ---- life ---- */

void vm_poll_fds(const struct vm *vm, struct pollfd *fds)
{
	fds[0] = (struct pollfd){.fd = vm->frames_fd, .events = POLLIN};
	fds[1] = (struct pollfd){.fd = vm->console_fd, .events = POLLIN};
	fds[2] = (struct pollfd){.fd = vm->pidfd, .events = POLLIN};
}

static int64_t stage_limit(const struct vm *vm)
{
	switch (vm->session->stage) {
	case SESSION_BOOTING:
		return vm->deadlines.boot_ms;
	case SESSION_GREETED:
	case SESSION_READY:
		return vm->deadlines.ready_ms;
	case SESSION_RUNNING:
		return vm->deadlines.cell_ms;
	case SESSION_ENDED:
		break;
	}
	return vm->deadlines.end_ms;
}

static int64_t stage_deadline(const struct vm *vm)
{
	int64_t silence = vm->progress_ms + stage_limit(vm);
	int64_t whole = vm->stage_ms + VM_PATIENCE * stage_limit(vm);

	return silence < whole ? silence : whole;
}

int64_t vm_wake_ms(const struct vm *vm)
{
	if (vm->closed_ms)
		return vm->closed_ms + EXIT_GRACE_MS;
	if (vm->crash_ms)
		return vm->crash_ms + CRASH_GRACE_MS;
	return stage_deadline(vm);
}

void vm_kill(struct vm *vm, const char *reason)
{
	if (!vm->reason && reason)
		vm->reason = xstrdup(reason);
	if (vm->pid)
		kill(vm->pid, SIGKILL);
	vm->killed = true;
}

static void note_progress(struct vm *vm, int64_t now)
{
	vm->progress_ms = now;
	if (vm->stage == vm->session->stage && vm->cell == vm->session->current)
		return;
	vm->stage = vm->session->stage;
	vm->cell = vm->session->current;
	vm->stage_ms = now;
}

static void take_frames(struct vm *vm, const char *bytes, size_t len, int64_t now)
{
	cleanup_error struct error err = {0};
	struct frame f;
	int rc;

	if (vm->killed)
		return;
	frame_decoder_feed(&vm->decoder, bytes, len);
	while ((rc = frame_decoder_next(&vm->decoder, &f, &err)) == 1) {
		rc = session_take(vm->session, &f, now, &err);
		if (rc)
			break;
	}
	if (rc < 0)
		vm_kill(vm, err.text);
}

static void take_console(struct vm *vm, const char *bytes, size_t len, int64_t now)
{
	size_t room = CONSOLE_LOG_MAX - vm->console_logged;
	size_t part = len < room ? len : room;

	if (!vm->console_ms)
		vm->console_ms = now;
	if (part && io_write_all(vm->console_log, bytes, part))
		part = room; /* evidence only: a full disk must not cost the result */
	vm->console_logged += part;
	console_feed(&vm->console, bytes, len);
	if (vm->console.fatal && !vm->crash_ms)
		vm->crash_ms = now;
}

/* Read what is there; closes the pipe at its end. */
static void drain(struct vm *vm, int *fd, void (*take)(struct vm *, const char *, size_t, int64_t))
{
	char bytes[65536];

	while (*fd >= 0) {
		ssize_t n = read(*fd, bytes, sizeof(bytes));

		if (n > 0) {
			int64_t now = clock_ms();

			take(vm, bytes, (size_t)n, now);
			note_progress(vm, now);
			if ((size_t)n < sizeof(bytes))
				return;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		close(*fd);
		*fd = -1;
	}
}

static const char *missing_part(const struct vm *vm)
{
	switch (vm->session->stage) {
	case SESSION_BOOTING:
		return "no hello from the agent";
	case SESSION_GREETED:
		return "the agent said hello but never got ready";
	case SESSION_READY:
		return "the agent got ready but never took the job";
	case SESSION_RUNNING:
		return vm->session->current >= 0 ? "an object did not end" : "the end frame is missing";
	case SESSION_ENDED:
		break;
	}
	return "QEMU did not end after the end frame";
}

static void check_deadlines(struct vm *vm, int64_t now)
{
	cleanup_free char *reason = NULL;

	if (vm->killed || now < vm_wake_ms(vm))
		return;
	if (vm->closed_ms) {
		vm_kill(vm, "QEMU closed its pipes but did not end");
		return;
	}
	if (vm->crash_ms) {
		vm_kill(vm, vm->console.fatal);
		return;
	}
	reason = xasprintf("%s within %.0f s", missing_part(vm), (double)(now - vm->stage_ms) / 1000);
	vm_kill(vm, reason);
}

static char *first_line(const char *path)
{
	cleanup_buf struct buf text = {0};

	if (io_read_file(path, 1 << 20, &text, NULL) && !text.len)
		return xstrdup("");
	return xstrndup(buf_str(&text), strcspn(buf_str(&text), "\n"));
}

/* Why a QEMU that ended by itself did not deliver a result, or NULL. */
static char *judge_end(const struct vm *vm)
{
	int status = vm->wait_status, good = vm->arch->exit_status(0);
	cleanup_free char *said = first_line(vm->qemu_log);

	if (vm->console.fatal)
		return xstrdup(vm->console.fatal);
	if (WIFSIGNALED(status))
		return xasprintf("QEMU was killed by signal %d (%s): %s", WTERMSIG(status), strsignal(WTERMSIG(status)),
		                 missing_part(vm));
	if (vm->session->stage != SESSION_ENDED)
		return xasprintf("QEMU ended with status %d: %s%s%s", WEXITSTATUS(status), missing_part(vm),
		                 *said ? "; it said: " : "", said);
	if (frame_decoder_pending(&vm->decoder))
		return xstrdup("bytes came after the end frame");
	if (WEXITSTATUS(status) != good)
		return xasprintf("the end frame came, but QEMU ended with status %d instead of %d", WEXITSTATUS(status),
		                 good);
	return NULL;
}

bool vm_step(struct vm *vm)
{
	int64_t now;

	if (!vm->pid)
		return true;
	drain(vm, &vm->frames_fd, take_frames);
	drain(vm, &vm->console_fd, take_console);
	now = clock_ms();
	if (vm->frames_fd < 0 && vm->console_fd < 0 && !vm->closed_ms)
		vm->closed_ms = now;
	if (waitpid(vm->pid, &vm->wait_status, WNOHANG) == 0) {
		check_deadlines(vm, now);
		return false;
	}
	vm->pid = 0;
	vm->ended_ms = now;
	drain(vm, &vm->frames_fd, take_frames);
	drain(vm, &vm->console_fd, take_console);
	if (!vm->reason)
		vm->reason = judge_end(vm);
	return true;
}

const char *vm_reason(const struct vm *vm)
{
	return vm->reason;
}

bool vm_crashed(const struct vm *vm)
{
	return vm->console.fatal != NULL;
}

double vm_console_ms(const struct vm *vm)
{
	return vm->console_ms ? (double)(vm->console_ms - vm->started_ms) : -1;
}

double vm_total_ms(const struct vm *vm)
{
	return (double)(vm->ended_ms - vm->started_ms);
}

int64_t vm_started_ms(const struct vm *vm)
{
	return vm->started_ms;
}

char *vm_console_tail(const struct vm *vm)
{
	return console_tail(&vm->console);
}

void vm_free(struct vm *vm)
{
	if (!vm)
		return;
	if (vm->pid) {
		kill(vm->pid, SIGKILL);
		while (waitpid(vm->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	cleanup_close_fd(&vm->pidfd);
	cleanup_close_fd(&vm->frames_fd);
	cleanup_close_fd(&vm->console_fd);
	cleanup_close_fd(&vm->console_log);
	console_free(&vm->console);
	frame_decoder_free(&vm->decoder);
	free(vm->reason);
	free(vm->qemu_log);
	free(vm);
}
