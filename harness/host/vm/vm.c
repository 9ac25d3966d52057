/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vm/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "host/vm/console.h"
#include "host/vm/qemu_exec.h"
#include "host/vm/qmp.h"
#include "wire/frame.h"

#define CONSOLE_LOG_MAX (8u << 20)
/* Time for the rest of a crash report to arrive once its first line did. */
#define CRASH_GRACE_MS 300
/* Reads of one pipe in one step; enough to empty it, and a guest that never stops writing must not keep the host. */
#define STEP_READS 32
/* How often to look for the end of a killed QEMU when the host's kernel has no pidfd (before 5.3). */
#define REAP_POLL_MS 20

struct vm {
	enum vm_mode mode;
	struct session *session;
	struct qmp qmp;
	int state_fd; /* VM_SAVE: where QEMU is to write the devices' state */
	bool save_asked;
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
	unsigned alive; /* of that cell */
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
	guest.ram = guest.state = "";
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
	fd = open(*path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return error_set(err, errno, "%s: cannot create: %s", *path, strerror(errno));
	return fd;
}

void vm_options_take_saved(struct vm_options *o, const struct snapshot *s)
{
	if (o->mode != VM_SAVE && o->mode != VM_RESUME)
		return;
	o->guest.ram = s->ram;
	o->guest.ram_shared = o->mode == VM_SAVE;
	o->guest.state = o->mode == VM_RESUME ? s->state : "";
	o->save_to = s->state;
}

static int spawn(struct vm *vm, const struct vm_options *o, struct error *err)
{
	cleanup_close int log = open_log(o, "qemu", &vm->qemu_log, err);
	struct qemu_process p;
	int rc;

	if (log < 0)
		return log;
	vm->started_ms = vm->stage_ms = vm->progress_ms = clock_ms();
	rc = qemu_exec(&o->guest, log, &p, err);
	if (rc)
		return rc;
	vm->pid = p.pid;
	vm->pidfd = p.pidfd;
	vm->frames_fd = p.frames_fd;
	vm->console_fd = p.console_fd;
	vm->qmp.fd = p.monitor_fd;
	if (o->mode == VM_RESUME)
		qmp_resume(&vm->qmp, QEMU_STATE_FD);
	return 0;
}

int vm_start(const struct vm_options *o, struct vm **out, struct error *err)
{
	cleanup_free char *console_log = NULL;
	struct vm *vm = xcalloc(1, sizeof(*vm));
	int rc;

	*vm = (struct vm){
	        .mode = o->mode,
	        .qmp = {.fd = -1},
	        .state_fd = -1,
	        .session = o->session,
	        .deadlines = o->deadlines,
	        .arch = o->guest.arch,
	        .console = {.endings = o->guest.arch->console_endings},
	        .pidfd = -1,
	        .frames_fd = -1,
	        .console_fd = -1,
	        .console_log = -1,
	        .cell = -1,
	};
	rc = write_script(o, err);
	if (!rc && o->mode == VM_SAVE) {
		vm->state_fd = open(o->save_to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (vm->state_fd < 0)
			rc = error_set(err, errno, "%s: cannot create: %s", o->save_to, strerror(errno));
	}
	if (!rc) {
		vm->console_log = open_log(o, "console", &console_log, err);
		rc = vm->console_log < 0 ? vm->console_log : spawn(vm, o, err);
	}
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
	fds[3] = (struct pollfd){.fd = vm->qmp.fd, .events = POLLIN};
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
	if (vm->killed)
		return vm->pidfd >= 0 ? INT64_MAX : clock_ms() + REAP_POLL_MS;
	if (vm->closed_ms)
		return vm->closed_ms + vm->deadlines.end_ms;
	if (vm->crash_ms)
		return vm->crash_ms + CRASH_GRACE_MS;
	return stage_deadline(vm);
}

/* QEMU leads a process group of its own, unless it was caught before it could make one. */
static void kill_all(const struct vm *vm)
{
	if (!vm->pid)
		return;
	kill(-vm->pid, SIGKILL);
	kill(vm->pid, SIGKILL);
}

void vm_kill(struct vm *vm, const char *reason)
{
	if (!vm->reason && reason)
		vm->reason = xstrdup(reason);
	kill_all(vm);
	vm->killed = true;
}

/* An object that is still being loaded has its time anew: how long that may take is the agent's to say. */
static void note_progress(struct vm *vm, int64_t now)
{
	const struct session *s = vm->session;
	unsigned alive = s->current < 0 ? 0 : s->cells[s->current].alive;

	vm->progress_ms = now;
	if (vm->stage == s->stage && vm->cell == s->current && vm->alive == alive)
		return;
	vm->stage = s->stage;
	vm->cell = s->current;
	vm->alive = alive;
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

/* Read what is there, in bounds; closes the pipe at its end. */
static void drain(struct vm *vm, int *fd, void (*take)(struct vm *, const char *, size_t, int64_t))
{
	char bytes[65536];

	for (unsigned i = 0; *fd >= 0 && i < STEP_READS; i++) {
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

/* The part of its life that is about saving and resuming. */
static void step_monitor(struct vm *vm)
{
	cleanup_free char *reason = NULL;

	if (vm->mode == VM_PROBE && vm->session->stage >= SESSION_GREETED && !vm->killed)
		vm_kill(vm, NULL);
	if (vm->mode != VM_SAVE && vm->mode != VM_RESUME)
		return;
	qmp_step(&vm->qmp);
	if (vm->mode == VM_SAVE && vm->session->stage == SESSION_READY && !vm->save_asked) {
		vm->save_asked = true;
		qmp_save(&vm->qmp, vm->state_fd);
	}
	if (vm->qmp.state == QMP_FAILED && !vm->killed) {
		reason = xasprintf("QEMU cannot %s the guest: %s", vm->mode == VM_SAVE ? "save" : "resume",
		                   vm->qmp.error);
		vm_kill(vm, reason);
	}
	if (vm->mode == VM_SAVE && vm->qmp.state == QMP_COMPLETED && !vm->killed)
		vm_kill(vm, NULL);
}

/* Why a QEMU that ended by itself did not deliver a result, or NULL. */
static char *judge_end(const struct vm *vm)
{
	int status = vm->wait_status, good = vm->arch->exit_status(0);
	cleanup_free char *said = first_line(vm->qemu_log);

	if (vm->console.fatal)
		return xstrdup(vm->console.fatal);
	if (vm->mode == VM_SAVE && vm->qmp.state == QMP_COMPLETED)
		return NULL;
	if (vm->mode == VM_PROBE && vm->session->stage >= SESSION_GREETED)
		return NULL;
	if (WIFSIGNALED(status))
		return xasprintf("QEMU was killed by signal %d (%s): %s%s%s", WTERMSIG(status),
		                 strsignal(WTERMSIG(status)), missing_part(vm), *said ? "; it said: " : "", said);
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

/* Ended and not reaped yet: its process id and its group's stay taken. */
static bool has_ended(const struct vm *vm)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)vm->pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid == vm->pid;
}

static void reap(struct vm *vm)
{
	kill_all(vm);
	while (waitpid(vm->pid, &vm->wait_status, 0) < 0 && errno == EINTR)
		;
	vm->pid = 0;
}

bool vm_step(struct vm *vm)
{
	int64_t now;

	if (!vm->pid)
		return true;
	drain(vm, &vm->frames_fd, take_frames);
	drain(vm, &vm->console_fd, take_console);
	step_monitor(vm);
	now = clock_ms();
	if (vm->frames_fd < 0 && vm->console_fd < 0 && !vm->closed_ms)
		vm->closed_ms = now;
	if (!has_ended(vm)) {
		check_deadlines(vm, now);
		return false;
	}
	reap(vm);
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
	if (vm->pid)
		reap(vm);
	cleanup_close_fd(&vm->pidfd);
	cleanup_close_fd(&vm->frames_fd);
	cleanup_close_fd(&vm->console_fd);
	cleanup_close_fd(&vm->console_log);
	cleanup_close_fd(&vm->state_fd);
	qmp_free(&vm->qmp);
	console_free(&vm->console);
	frame_decoder_free(&vm->decoder);
	free(vm->reason);
	free(vm->qemu_log);
	free(vm);
}
