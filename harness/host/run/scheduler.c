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
#include "host/run/guest.h"
#include "host/run/larger.h"
#include "host/run/recorder.h"
#include "host/run/reuse.h"
#include "host/run/run_header.h"
#include "host/run/run_prediction.h"
#include "host/run/task.h"
#include "host/store/symbols.h"
#include "host/vm/host_speed.h"
#include "host/vm/snapshot.h"

/* A guest writes byte by byte, and each would wake the host: let some gather. */
#define GATHER_NS 1000000

/* Of a guest's memory one is for what it is sent. */
#define MEMORY_PARTS 8

struct scheduler {
	const struct schedule *s;
	struct result *r;
	struct task_queue waiting; /* for a VM */
	struct task_queue ended;   /* for the prediction, by which their cells are judged */
	struct task **running;     /* s->jobs slots */
	size_t running_count;
	struct recorder recorder;
	uint64_t nonce;      /* of every job of this run */
	unsigned *tasks;     /* per kernel: how many there were */
	bool *planned;       /* per kernel: its tasks were made */
	struct error failed; /* why kernels did not come */
	int signal_fd;
	unsigned interruptions;
};

static struct task *new_task(struct scheduler *sch, size_t kernel, const size_t *objects, size_t count)
{
	record_task_waits(&sch->recorder, kernel);
	return task_new(kernel, objects, count, ++sch->tasks[kernel]);
}

/* A task of all objects that are to be measured. */
static struct task *new_whole_task(struct scheduler *sch, size_t kernel)
{
	cleanup_free size_t *all = xcalloc(sch->s->objects->count, sizeof(*all));
	size_t count = 0;

	for (size_t i = 0; i < sch->s->objects->count; i++)
		if (!reuse_has(sch->s->reuse, kernel, i))
			all[count++] = i;
	sch->planned[kernel] = true;
	return new_task(sch, kernel, all, count);
}

/* Another VM for the same objects, before anything else. */
static void run_again(struct scheduler *sch, struct task *t, enum vm_mode mode)
{
	task_reset(t, mode);
	task_queue_add_first(&sch->waiting, t);
}

/* ---- the end of a VM ---- */

static void tell_evidence(const struct scheduler *sch, const struct task *t)
{
	cleanup_free char *tail = vm_console_tail(t->vm);
	const char *id = sch->s->kernels[t->kernel].id, *directory = sch->s->directory;

	watch_say(sch->s->watch, WATCH_WARNING,
	          "%s: %s\n%s%s  console: %s/%s/console%s.log\n  by hand: sh %s/%s/qemu%s.sh", id, vm_reason(t->vm),
	          tail, *tail ? "" : "  (the console stayed empty)\n", directory, id, t->suffix, directory, id,
	          t->suffix);
}

/* The objects that were with the culprit get a fresh VM. */
static void rescue_others(struct scheduler *sch, struct task *t)
{
	cleanup_free size_t *others = NULL;
	size_t count;

	if (t->culprit < 0 || t->count == 1 || sch->interruptions)
		return;
	others = task_leave_culprit(t, &count);
	task_queue_add(&sch->waiting, new_task(sch, t->kernel, others, count));
}

/* Whom this guest was too small for gets a larger one, behind all that waits. */
static void measure_larger(struct scheduler *sch, struct task *t, size_t i, const char *why)
{
	const struct store_kernel *kernel = &sch->s->kernels[t->kernel];
	unsigned usual = guest_of(kernel, &sch->s->list->rows[t->kernel], sch->s->means).memory_mb;
	unsigned larger = larger_memory(usual, host_speed_available_mb());

	if (!why || t->memory_mb || sch->interruptions)
		return;
	t->again[i] = true;
	record_too_small(&sch->recorder, t->kernel, t->objects[i], usual, why, larger);
	watch_say(sch->s->watch, WATCH_NOTE, "%s: %s: %s; it is measured again, alone in a VM of %u MB", kernel->id,
	          sch->s->objects->at[t->objects[i]].name, why, larger);
	record_task_waits(&sch->recorder, t->kernel);
	task_queue_add(&sch->waiting, task_new_larger(t->kernel, t->objects[i], larger, ++sch->tasks[t->kernel]));
}

/*
 * A kernel that was lost before the agent said hello knew of no object, so none can be at fault: emulated, one of some
 * hundred boots ends so (QEMU 7.2: with flags in EFLAGS that no processor has). It is booted once more, and both
 * attempts are recorded.
 */
static bool boots_again(struct scheduler *sch, struct task *t)
{
	if (t->booted_again || t->mode == VM_RESUME || t->session.stage != SESSION_BOOTING || !vm_crashed(t->vm))
		return false;
	watch_say(sch->s->watch, WATCH_NOTE, "%s: %s, while it booted; it is booted again",
	          sch->s->kernels[t->kernel].id, vm_reason(t->vm));
	if (t->mode == VM_SAVE)
		snapshot_discard(&t->snapshot);
	t->booted_again = true;
	run_again(sch, t, VM_RUN);
	return true;
}

/*
 * After a VM that had to do with saving: what the task does next. Returns true when it goes on. Only a failure of
 * QEMU's saving or resuming is made good by a plain boot, and it is recorded; a guest that was lost is never tried
 * again, unless it was lost while it booted.
 */
static bool task_goes_on(struct scheduler *sch, struct task *t)
{
	cleanup_error struct error err = {0};
	bool guest_lost = vm_crashed(t->vm) || t->session.stage != SESSION_READY;

	if (sch->interruptions)
		return false;
	if (boots_again(sch, t))
		return true;
	if (t->mode == VM_RUN)
		return false;
	if (t->mode == VM_SAVE && !vm_reason(t->vm)) {
		if (!snapshot_commit(&t->snapshot, &err)) {
			run_again(sch, t, VM_RESUME);
			return true;
		}
		watch_say(sch->s->watch, WATCH_WARNING, "%s; the guest is booted instead of resumed", err.text);
		run_again(sch, t, VM_RUN);
		return true;
	}
	if (!vm_reason(t->vm) || guest_lost)
		return false;
	watch_say(sch->s->watch, WATCH_WARNING, "%s: %s; the guest is booted instead", sch->s->kernels[t->kernel].id,
	          vm_reason(t->vm));
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
		watch_say(sch->s->watch, WATCH_WARNING, "%s: %s", sch->s->kernels[t->kernel].id, err.text);
}

static void vm_ended(struct scheduler *sch, struct task *t)
{
	const char *reason = vm_reason(t->vm);

	record_attempt(&sch->recorder, t);
	keep_symbols(sch, t);
	if (task_goes_on(sch, t))
		return;
	t->ran = true;
	if (t->interrupted) {
		task_set_end(t, TASK_INTERRUPTED, reason);
	} else if (reason) {
		tell_evidence(sch, t);
		task_set_end(t, TASK_LOST, reason);
		rescue_others(sch, t);
		if (t->culprit >= 0)
			measure_larger(sch, t, (size_t)t->culprit, larger_why_lost(t->reason));
	} else {
		task_set_end(t, TASK_DONE, NULL);
		for (size_t i = 0; i < t->count; i++)
			measure_larger(sch, t, i, larger_why(&t->session.cells[i]));
	}
	task_queue_add(&sch->ended, t);
}

/*
 * Record the tasks that have ended, in their order, once their kernel is predicted. Who interrupts twice does not want
 * to wait for it.
 */
static int record_ended(struct scheduler *sch, struct error *err)
{
	struct task_queue early = {0};
	struct task *t;
	int rc = 0;

	/* where all cells are reused there is none */
	if (!sch->s->predict)
		return 0;
	predict_step(sch->s->predict);
	/* why there is none is told once, by its caller */
	sch->recorder.prediction = predict_so_far(sch->s->predict);
	while ((t = task_queue_take(&sch->ended))) {
		bool predicted = predict_has(sch->s->predict, t->kernel);

		if (rc || (!predicted && sch->interruptions < 2)) {
			task_queue_add(&early, t);
			continue;
		}
		if (!predicted)
			sch->recorder.prediction = NULL;
		rc = record_task(&sch->recorder, t, err);
		task_free(t);
	}
	sch->ended = early;
	return rc;
}

/* ---- the loop ---- */

static bool more_will_come(const struct scheduler *sch)
{
	return sch->s->arrivals && sch->s->arrivals->missing && sch->s->arrivals->fetching;
}

static void show_work(const struct scheduler *sch)
{
	cleanup_buf struct buf names = {0};

	for (size_t i = 0; i < sch->running_count; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", sch->s->kernels[sch->running[i]->kernel].id);
	watch_at_work(sch->s->watch, sch->recorder.finished, sch->s->plan->count,
	              sch->running_count    ? buf_str(&names)
	              : more_will_come(sch) ? SCHEDULER_FETCH
	                                    : SCHEDULER_PREDICTION);
}

static void start_one(struct scheduler *sch, struct task *t)
{
	cleanup_error struct error why = {0};

	if (!task_start(t, sch->s, sch->nonce, &why)) {
		sch->running[sch->running_count++] = t;
		return;
	}
	/* Another run may have replaced the saved guest meanwhile. */
	if (t->mode != VM_RUN) {
		watch_say(sch->s->watch, WATCH_WARNING, "%s: %s; the guest is booted instead",
		          sch->s->kernels[t->kernel].id, why.text);
		run_again(sch, t, VM_RUN);
		return;
	}
	task_set_end(t, TASK_LOST, why.text);
	task_queue_add(&sch->ended, t);
}

static double cost_of(const struct scheduler *sch, const struct task *t)
{
	return share_cost(sch->s->costs, t->kernel, t->objects, t->count);
}

/*
 * No processor is to idle while others have much to do: of its objects the task keeps what is its share of all that
 * waits, and the others wait for another guest. One that has yet to be saved for all of them does that first.
 */
static void share_out(struct scheduler *sch, struct task *t)
{
	const struct schedule *s = sch->s;
	cleanup_free bool *taken = xcalloc(t->count, sizeof(*taken));
	cleanup_free size_t *rest = NULL;
	size_t count;
	double left;

	if (!s->costs || s->jobs < 2 || t->count < 2 || more_will_come(sch))
		return;
	task_decide(t, s);
	if (t->mode == VM_SAVE)
		return;
	left = cost_of(sch, t);
	for (const struct task *other = sch->waiting.first; other; other = other->next)
		left += cost_of(sch, other);
	count = share_take(s->costs, t->kernel, t->objects, t->count, s->jobs, left,
	                   t->mode == VM_RESUME ? SHARE_RESUME_MS : SHARE_BOOT_MS, taken);
	if (count == t->count)
		return;
	rest = task_keep(t, taken, &count);
	task_queue_add_first(&sch->waiting, new_task(sch, t->kernel, rest, count));
}

/* A loader comes with its libraries, which may be more than a guest has room for. */
static void give_memory(struct scheduler *sch, struct task *t, size_t usual_mb, size_t bytes)
{
	unsigned needed = larger_needed(bytes);
	unsigned larger = larger_memory((unsigned)usual_mb, host_speed_available_mb());

	if (needed <= usual_mb)
		return;
	t->least_mb = needed > larger ? needed : larger;
	watch_say(sch->s->watch, WATCH_NOTE, "%s: its files are %zu MB: the guest has %u MB of memory, not %zu",
	          sch->s->objects->at[t->objects[0]].name, bytes >> 20, t->least_mb, usual_mb);
}

/* A guest keeps what it is given in memory, of which the objects' own work needs the most. */
static void fit_memory(struct scheduler *sch, struct task *t)
{
	const struct schedule *s = sch->s;
	size_t memory_mb = t->memory_mb
	                           ? t->memory_mb
	                           : guest_of(&s->kernels[t->kernel], &s->list->rows[t->kernel], s->means).memory_mb;
	cleanup_free size_t *bytes = xcalloc(t->count, sizeof(*bytes));
	cleanup_free bool *taken = xcalloc(t->count, sizeof(*taken));
	cleanup_free size_t *rest = NULL;
	size_t count;

	for (size_t i = 0; i < t->count; i++)
		bytes[i] = object_given(&s->objects->at[t->objects[i]], s->kernels[t->kernel].arch).bytes->len;
	if (t->count == 1)
		give_memory(sch, t, memory_mb, bytes[0]);
	if (share_fit(bytes, t->count, (memory_mb << 20) / MEMORY_PARTS, taken) == t->count)
		return;
	rest = task_keep(t, taken, &count);
	task_queue_add_first(&sch->waiting, new_task(sch, t->kernel, rest, count));
}

static void start_waiting(struct scheduler *sch)
{
	struct task *t;

	while (sch->running_count < sch->s->jobs && !sch->interruptions && (t = task_queue_take(&sch->waiting))) {
		fit_memory(sch, t);
		share_out(sch, t);
		start_one(sch, t);
	}
}

static void step_all(struct scheduler *sch)
{
	for (size_t i = 0; i < sch->running_count;) {
		struct task *t = sch->running[i];

		if (!vm_step(t->vm)) {
			i++;
			continue;
		}
		sch->running[i] = sch->running[--sch->running_count];
		vm_ended(sch, t);
	}
}

static void interrupt_all(struct scheduler *sch)
{
	struct signalfd_siginfo info;

	if (read(sch->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	sch->interruptions++;
	for (size_t i = 0; i < sch->running_count; i++) {
		struct task *t = sch->running[i];

		/* one that has failed already did so by itself */
		t->interrupted = t->interrupted || !vm_reason(t->vm);
		vm_kill(t->vm, "interrupted");
	}
}

static void wait_for_news(struct scheduler *sch)
{
	const struct timespec gather = {.tv_nsec = GATHER_NS};
	size_t count = sch->running_count * VM_POLL_FDS + 3;
	cleanup_free struct pollfd *fds = xcalloc(count, sizeof(*fds));
	const struct arrivals *a = sch->s->arrivals;
	int64_t wake = a ? arrivals_wake_ms(a) : INT64_MAX, now = clock_ms();

	fds[0] = (struct pollfd){.fd = sch->signal_fd, .events = POLLIN};
	fds[1] = (struct pollfd){.fd = predict_fd(sch->s->predict), .events = POLLIN};
	fds[2] = (struct pollfd){.fd = a ? arrivals_fd(a) : -1, .events = POLLIN};
	for (size_t i = 0; i < sch->running_count; i++) {
		int64_t at = vm_wake_ms(sch->running[i]->vm);

		vm_poll_fds(sch->running[i]->vm, &fds[3 + i * VM_POLL_FDS]);
		wake = at < wake ? at : wake;
	}
	nanosleep(&gather, NULL);
	poll(fds, count, wake <= now ? 0 : (int)(wake - now < 60000 ? wake - now : 60000));
	if (fds[0].revents)
		interrupt_all(sch);
}

/* Every kernel of the plan that is there, once a round, so that repeats of one kernel are spread over the run. */
static void enqueue_plan(struct scheduler *sch)
{
	const bool *there = sch->s->arrivals ? sch->s->arrivals->there : NULL;

	for (unsigned round = 0; round < sch->s->repeat; round++)
		for (size_t i = 0; i < sch->s->plan->count; i++)
			if ((!there || there[sch->s->plan->at[i].kernel]) &&
			    !reuse_has_kernel(sch->s->reuse, sch->s->plan->at[i].kernel))
				task_queue_add(&sch->waiting, new_whole_task(sch, sch->s->plan->at[i].kernel));
}

static void kernel_arrived(struct scheduler *sch, size_t kernel)
{
	const struct schedule *s = sch->s;
	struct predict_types types =
	        run_prediction_types(&s->kernels[kernel], &s->external[kernel], &s->modules[kernel]);

	predict_add(s->predict, kernel, &types);
	run_header_kernel(&sch->r->kernels[kernel], &s->list->rows[kernel], &s->kernels[kernel]);
	for (unsigned round = 0; round < s->repeat; round++)
		task_queue_add(&sch->waiting, new_whole_task(sch, kernel));
}

/* Kernels that will not come: their cells say why. */
static void miss_others(struct scheduler *sch, enum task_end end, const char *why)
{
	for (size_t i = 0; i < sch->s->plan->count; i++) {
		size_t kernel = sch->s->plan->at[i].kernel;
		struct task *t;

		if (sch->planned[kernel] || reuse_has_kernel(sch->s->reuse, kernel))
			continue;
		predict_lacks(sch->s->predict, kernel, why);
		t = new_whole_task(sch, kernel);
		task_set_end(t, end, why);
		task_queue_add(&sch->ended, t);
	}
}

/* Kernels that have come since the last look, and once no more will, those that have not. */
static void take_arrivals(struct scheduler *sch)
{
	struct arrivals *a = sch->s->arrivals;

	if (!a || !a->missing)
		return;
	arrivals_step(a);
	for (size_t i = 0; i < sch->s->plan->count; i++) {
		size_t kernel = sch->s->plan->at[i].kernel;

		if (!sch->planned[kernel] && a->there[kernel])
			kernel_arrived(sch, kernel);
	}
	if (!a->failed.text)
		return;
	watch_say(sch->s->watch, WATCH_WARNING, "%s; the other kernels are measured", a->failed.text);
	miss_others(sch, TASK_LOST, a->failed.text);
	sch->failed = a->failed;
	a->failed = (struct error){0};
}

/* After the last VM, so that what a repeat has measured is recorded before those that were never made. */
static void drop_waiting(struct scheduler *sch)
{
	static const char why[] = "interrupted before it was started";
	struct task *t;

	while ((t = task_queue_take(&sch->waiting))) {
		task_set_end(t, TASK_INTERRUPTED, why);
		task_queue_add(&sch->ended, t);
	}
	if (sch->s->arrivals)
		arrivals_end(sch->s->arrivals);
	miss_others(sch, TASK_INTERRUPTED, why);
}

static int loop(struct scheduler *sch, struct error *err)
{
	for (;;) {
		int rc;

		take_arrivals(sch);
		start_waiting(sch);
		if (sch->interruptions && !sch->running_count)
			drop_waiting(sch);
		rc = record_ended(sch, err);
		if (rc)
			return rc;
		if (!sch->running_count && !sch->ended.first && !more_will_come(sch))
			break;
		show_work(sch);
		wait_for_news(sch);
		step_all(sch);
	}
	if (!sch->interruptions)
		return sch->failed.status == EXIT_USAGE ? error_usage(err, "%s", sch->failed.text) : 0;
	return error_set(err, EINTR, "interrupted: what was finished is in %s", sch->s->directory);
}

int scheduler_run(const struct schedule *s, struct result *r, struct error *err)
{
	struct scheduler sch = {.s = s, .r = r};
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
	sch.planned = xcalloc(s->list->count, sizeof(*sch.planned));
	if (getrandom(&sch.nonce, sizeof(sch.nonce), 0) != sizeof(sch.nonce))
		sch.nonce = clock_ns(CLOCK_REALTIME);
	recorder_init(&sch.recorder, s, r);
	enqueue_plan(&sch);
	rc = sch.signal_fd < 0 ? error_set(err, errno, "signalfd: %s", strerror(errno))
	                       : record_reused(&sch.recorder, err);
	rc = rc ? rc : loop(&sch, err);
	record_learnt(&sch.recorder);
	record_unused_allowances(&sch.recorder);
	for (size_t i = 0; i < sch.running_count; i++)
		task_free(sch.running[i]);
	task_queue_free(&sch.waiting);
	task_queue_free(&sch.ended);
	free(sch.running);
	free(sch.tasks);
	free(sch.planned);
	error_clear(&sch.failed);
	recorder_free(&sch.recorder);
	cleanup_close_fd(&sch.signal_fd);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return rc;
}
