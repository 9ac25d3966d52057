/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/scheduler.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "host/run/progress.h"
#include "host/run/recorder.h"
#include "host/run/run_dir.h"
#include "host/run/task.h"
#include "host/store/symbols.h"
#include "host/vm/snapshot.h"

/* A guest writes byte by byte, and each would wake the host: let some gather. */
#define GATHER_NS 1000000

#define INTERRUPTED "interrupted"

struct scheduler {
	const struct schedule *s;
	struct result *r;
	struct task *waiting, **waiting_end;
	struct task **running; /* s->jobs slots */
	size_t running_count;
	struct recorder recorder;
	uint64_t nonce;  /* of every job of this run */
	unsigned *tasks; /* per kernel: how many there were */
	int signal_fd;
	bool interrupted;
};

/* ---- the queue ---- */

static void enqueue(struct scheduler *sch, size_t kernel, const size_t *objects, size_t count)
{
	struct task *t = task_new(kernel, objects, count, ++sch->tasks[kernel]);

	sch->recorder.pending[t->kernel]++;
	*sch->waiting_end = t;
	sch->waiting_end = &t->next;
}

static struct task *dequeue(struct scheduler *sch)
{
	struct task *t = sch->waiting;

	if (!t)
		return NULL;
	sch->waiting = t->next;
	if (!sch->waiting)
		sch->waiting_end = &sch->waiting;
	t->next = NULL;
	return t;
}

/* Another VM for the same objects, before anything else. */
static void run_again(struct scheduler *sch, struct task *t, enum vm_mode mode)
{
	task_reset(t, mode);
	t->next = sch->waiting;
	sch->waiting = t;
	if (!t->next)
		sch->waiting_end = &t->next;
}

/* ---- results ---- */

static void print_evidence(const struct scheduler *sch, const struct task *t)
{
	cleanup_free char *tail = vm_console_tail(t->vm);
	const struct result_kernel *k = &sch->r->kernels[t->kernel];

	progress_clear();
	log_warn("%s: %s\n%s%s  console: %s/%s/console%s.log\n  by hand: sh %s/%s/qemu%s.sh", k->id, vm_reason(t->vm),
	         tail, *tail ? "" : "  (the console stayed empty)\n", sch->s->directory, k->id, t->suffix,
	         sch->s->directory, k->id, t->suffix);
}

/* The VM was lost: the object that ran is the culprit; the others get a fresh VM if there was a culprit to leave out.
 */
static void task_lost(struct scheduler *sch, struct task *t)
{
	cleanup_free size_t *rest = xcalloc(t->count, sizeof(*rest));
	int culprit = t->session.current;
	size_t count = 0;

	print_evidence(sch, t);
	for (size_t i = 0; i < t->count; i++)
		if ((int)i != culprit)
			rest[count++] = t->objects[i];
	if (culprit >= 0) {
		const char *name = sch->s->objects->at[t->objects[culprit]].name;
		cleanup_free char *reason =
		        xasprintf("%s while %s ran: %s", vm_crashed(t->vm) ? "the kernel was lost" : "the VM was lost",
		                  name, vm_reason(t->vm));

		record_lost(&sch->recorder, t->kernel, t->objects[culprit], t, reason);
		if (count && !sch->interrupted) {
			enqueue(sch, t->kernel, rest, count);
			return;
		}
	} else {
		record_kernel_lost(&sch->recorder, t->kernel, vm_reason(t->vm));
	}
	for (size_t i = 0; i < count; i++)
		record_lost(&sch->recorder, t->kernel, rest[i], t, vm_reason(t->vm));
}

/*
 * After a VM that had to do with saving: what the task does next. Returns true when it goes on. Only a failure of
 * QEMU's saving or resuming is made good by a plain boot, and it is recorded; a guest that was lost is never tried
 * again.
 */
static bool task_goes_on(struct scheduler *sch, struct task *t)
{
	cleanup_error struct error err = {0};
	bool guest_lost = vm_crashed(t->vm) || t->session.stage != SESSION_READY;

	if (sch->interrupted || t->mode == VM_RUN)
		return false;
	if (t->mode == VM_SAVE && !vm_reason(t->vm)) {
		if (!snapshot_commit(&t->snapshot, &err)) {
			run_again(sch, t, VM_RESUME);
			return true;
		}
		log_warn("%s; the guest is booted instead of resumed", err.text);
		run_again(sch, t, VM_RUN);
		return true;
	}
	if (!vm_reason(t->vm) || guest_lost)
		return false;
	progress_clear();
	log_warn("%s: %s; the guest is booted instead", sch->s->kernels[t->kernel].id, vm_reason(t->vm));
	snapshot_discard(&t->snapshot);
	run_again(sch, t, VM_RUN);
	return true;
}

/* For predictions to come. Without them these go on as before, so a failure costs nothing but the next question. */
static void keep_symbols(const struct scheduler *sch, const struct task *t)
{
	const struct session *s = &t->session;
	cleanup_error struct error err = {0};
	cleanup_buf struct buf text = {0};
	int rc;

	if (!s->has_symbols || !s->symbols_unpacked)
		return;
	rc = symbols_unpack(s->symbols.data, s->symbols.len, s->symbols_unpacked, &text, &err);
	rc = rc ? rc : io_replace_file(sch->s->kernels[t->kernel].symbols, text.data, text.len, &err);
	if (rc)
		log_warn("%s: %s", sch->s->kernels[t->kernel].id, err.text);
}

/* The run was interrupted: what this VM has measured stands, and so does what earlier repeats have. */
static void task_interrupted(struct scheduler *sch, const struct task *t, const char *reason)
{
	const char *kernel = sch->r->kernels[t->kernel].id;
	size_t lost = 0;

	for (size_t i = 0; i < t->count; i++) {
		if (t->session.cells && t->session.cells[i].done)
			record_cell(&sch->recorder, t->kernel, t->objects[i], &t->session.cells[i]);
		if (result_find_cell(sch->r, kernel, sch->s->objects->at[t->objects[i]].name))
			continue;
		record_lost(&sch->recorder, t->kernel, t->objects[i], NULL, reason);
		lost++;
	}
	if (lost == t->count)
		record_kernel_lost(&sch->recorder, t->kernel, reason);
}

static int task_finish(struct scheduler *sch, struct task *t, struct error *err)
{
	record_attempt(&sch->recorder, t);
	keep_symbols(sch, t);
	if (task_goes_on(sch, t))
		return 0;
	if (vm_reason(t->vm) && !strcmp(vm_reason(t->vm), INTERRUPTED))
		task_interrupted(sch, t, vm_reason(t->vm));
	else if (vm_reason(t->vm))
		task_lost(sch, t);
	for (size_t i = 0; !vm_reason(t->vm) && i < t->count; i++)
		record_cell(&sch->recorder, t->kernel, t->objects[i], &t->session.cells[i]);
	return record_task_ended(&sch->recorder, t->kernel, err);
}

/* A kernel that cannot even be started: all its cells are infra. */
static int task_unstarted(struct scheduler *sch, const struct task *t, const char *reason, struct error *err)
{
	record_kernel_lost(&sch->recorder, t->kernel, reason);
	for (size_t i = 0; i < t->count; i++)
		record_lost(&sch->recorder, t->kernel, t->objects[i], NULL, reason);
	return record_task_ended(&sch->recorder, t->kernel, err);
}

/* ---- the loop ---- */

static void show_running(const struct scheduler *sch)
{
	cleanup_buf struct buf names = {0};

	for (size_t i = 0; i < sch->running_count; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", sch->s->kernels[sch->running[i]->kernel].id);
	progress_show(sch->recorder.finished, sch->s->plan->count, buf_str(&names));
}

static int start_waiting(struct scheduler *sch, struct error *err)
{
	while (sch->running_count < sch->s->jobs && !sch->interrupted) {
		cleanup_error struct error why = {0};
		struct task *t = dequeue(sch);
		int rc;

		if (!t)
			break;
		if (!task_start(t, sch->s, sch->nonce, &why)) {
			sch->running[sch->running_count++] = t;
			continue;
		}
		/* Another run may have replaced the saved guest meanwhile. */
		if (t->mode != VM_RUN) {
			log_warn("%s: %s; the guest is booted instead", sch->s->kernels[t->kernel].id, why.text);
			run_again(sch, t, VM_RUN);
			continue;
		}
		rc = task_unstarted(sch, t, why.text, err);
		task_free(t);
		if (rc)
			return rc;
	}
	show_running(sch);
	return 0;
}

static int step_all(struct scheduler *sch, struct error *err)
{
	for (size_t i = 0; i < sch->running_count;) {
		struct task *t = sch->running[i];
		int rc;

		if (!vm_step(t->vm)) {
			i++;
			continue;
		}
		sch->running[i] = sch->running[--sch->running_count];
		rc = task_finish(sch, t, err);
		if (t->vm)
			task_free(t);
		if (rc)
			return rc;
	}
	return 0;
}

static void interrupt_all(struct scheduler *sch)
{
	struct signalfd_siginfo info;

	if (read(sch->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	sch->interrupted = true;
	for (size_t i = 0; i < sch->running_count; i++)
		vm_kill(sch->running[i]->vm, INTERRUPTED);
}

static void wait_for_news(struct scheduler *sch)
{
	const struct timespec gather = {.tv_nsec = GATHER_NS};
	size_t count = sch->running_count * VM_POLL_FDS + 1;
	cleanup_free struct pollfd *fds = xcalloc(count, sizeof(*fds));
	int64_t wake = INT64_MAX, now = clock_ms();

	fds[0] = (struct pollfd){.fd = sch->signal_fd, .events = POLLIN};
	for (size_t i = 0; i < sch->running_count; i++) {
		int64_t at = vm_wake_ms(sch->running[i]->vm);

		vm_poll_fds(sch->running[i]->vm, &fds[1 + i * VM_POLL_FDS]);
		wake = at < wake ? at : wake;
	}
	nanosleep(&gather, NULL);
	poll(fds, count, wake <= now ? 0 : (int)(wake - now < 60000 ? wake - now : 60000));
	if (fds[0].revents)
		interrupt_all(sch);
}

static int drop_waiting(struct scheduler *sch, struct error *err)
{
	int rc = 0;

	for (struct task *t = dequeue(sch); t; t = dequeue(sch)) {
		task_interrupted(sch, t, "interrupted before it was started");
		rc = rc ? rc : record_task_ended(&sch->recorder, t->kernel, err);
		task_free(t);
	}
	return rc;
}

static int loop(struct scheduler *sch, struct error *err)
{
	for (;;) {
		int rc = start_waiting(sch, err);

		if (rc)
			return rc;
		if (!sch->running_count)
			break;
		wait_for_news(sch);
		rc = step_all(sch, err);
		if (rc)
			return rc;
	}
	progress_clear();
	if (!sch->interrupted)
		return 0;
	drop_waiting(sch, err);
	return error_set(err, EINTR, "interrupted: what was finished is in %s", sch->s->directory);
}

/* Every kernel of the plan once a round, so that repeats of one kernel are spread over the run. */
static void enqueue_plan(struct scheduler *sch)
{
	cleanup_free size_t *all = xcalloc(sch->s->objects->count, sizeof(*all));

	for (size_t i = 0; i < sch->s->objects->count; i++)
		all[i] = i;
	for (unsigned round = 0; round < sch->s->repeat; round++)
		for (size_t i = 0; i < sch->s->plan->count; i++)
			enqueue(sch, sch->s->plan->at[i].kernel, all, sch->s->objects->count);
}

int scheduler_run(const struct schedule *s, struct result *r, struct error *err)
{
	struct scheduler sch = {.s = s, .r = r, .waiting_end = &sch.waiting};
	sigset_t stop, old;
	int rc;

	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGHUP);
	sigprocmask(SIG_BLOCK, &stop, &old);
	sch.signal_fd = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
	sch.running = xcalloc(s->jobs, sizeof(struct task *));
	sch.tasks = xcalloc(s->list->count, sizeof(*sch.tasks));
	if (getrandom(&sch.nonce, sizeof(sch.nonce), 0) != sizeof(sch.nonce))
		sch.nonce = clock_ns(CLOCK_REALTIME);
	recorder_init(&sch.recorder, s, r);
	enqueue_plan(&sch);
	rc = sch.signal_fd < 0 ? error_set(err, errno, "signalfd: %s", strerror(errno)) : loop(&sch, err);
	record_learnt(&sch.recorder);
	for (size_t i = 0; i < sch.running_count; i++)
		task_free(sch.running[i]);
	for (struct task *t = dequeue(&sch); t; t = dequeue(&sch))
		task_free(t);
	free(sch.running);
	free(sch.tasks);
	recorder_free(&sch.recorder);
	cleanup_close_fd(&sch.signal_fd);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return rc;
}
