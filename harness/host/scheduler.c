/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/scheduler.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "host/cell_result.h"
#include "host/expect.h"
#include "host/progress.h"
#include "host/result_json.h"
#include "host/run_dir.h"
#include "host/type_ask.h"
#include "host/vm.h"

#define DEFAULT_MEMORY_MB 256

/* Some objects on one kernel, in one VM. */
struct task {
	size_t kernel;
	size_t *objects; /* indices into the schedule's list */
	size_t count;
	unsigned attempt; /* from 1 */
	char *job_path;
	char *job_name; /* "" or "-2" behind the names of this attempt's files */
	struct session session;
	struct vm *vm; /* NULL until started */
	struct task *next;
};

struct scheduler {
	const struct schedule *s;
	struct result *r;
	struct task *waiting, **waiting_end;
	struct task **running; /* s->jobs slots */
	size_t running_count, finished;
	char *shared_job; /* job of all objects, written once */
	uint64_t shared_nonce;
	int signal_fd;
	bool interrupted;
};

/* ---- tasks ---- */

static struct task *task_new(size_t kernel, const size_t *objects, size_t count, unsigned attempt)
{
	struct task *t = xcalloc(1, sizeof(*t));

	t->kernel = kernel;
	t->count = count;
	t->attempt = attempt;
	t->objects = xcalloc(count, sizeof(*t->objects));
	memcpy(t->objects, objects, count * sizeof(*objects));
	t->job_name = attempt > 1 ? xasprintf("-%u", attempt) : xstrdup("");
	return t;
}

static void task_free(struct task *t)
{
	vm_free(t->vm);
	session_free(&t->session);
	free(t->objects);
	free(t->job_path);
	free(t->job_name);
	free(t);
}

static void enqueue(struct scheduler *sch, struct task *t)
{
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

static int write_job(const struct scheduler *sch, const struct task *t, uint64_t nonce, const char *path,
                     struct error *err)
{
	struct job job = {.nonce = nonce, .object_count = (uint32_t)t->count};
	cleanup_buf struct buf bytes = {0};

	job.objects = xcalloc(t->count, sizeof(*job.objects));
	for (size_t i = 0; i < t->count; i++)
		job.objects[i] = object_to_job(&sch->s->objects->at[t->objects[i]]);
	job_encode(&job, &bytes);
	job_free(&job);
	return io_replace_file(path, bytes.data, bytes.len, err);
}

static uint64_t fresh_nonce(void)
{
	uint64_t nonce = 0;

	if (getrandom(&nonce, sizeof(nonce), 0) != sizeof(nonce))
		nonce = clock_ns(CLOCK_REALTIME);
	return nonce;
}

/* All first attempts share one job file; a later attempt has fewer objects and a file of its own. */
static int prepare_job(struct scheduler *sch, struct task *t, const char *directory, uint64_t *nonce, struct error *err)
{
	if (t->attempt > 1) {
		t->job_path = xasprintf("%s/job%s.bin", directory, t->job_name);
		*nonce = fresh_nonce();
		return write_job(sch, t, *nonce, t->job_path, err);
	}
	if (!sch->shared_job) {
		int rc;

		sch->shared_job = xasprintf("%s/job.bin", sch->s->directory);
		sch->shared_nonce = fresh_nonce();
		rc = write_job(sch, t, sch->shared_nonce, sch->shared_job, err);
		if (rc)
			return rc;
	}
	t->job_path = xstrdup(sch->shared_job);
	*nonce = sch->shared_nonce;
	return 0;
}

static int task_start(struct scheduler *sch, struct task *t, struct error *err)
{
	const struct store_kernel *kernel = &sch->s->kernels[t->kernel];
	const struct kernel_row *row = &sch->s->list->rows[t->kernel];
	cleanup_free char *directory = NULL;
	struct vm_options o = {
	        .guest =
	                {
	                        .arch = &arch_x86,
	                        .accel = sch->s->accel,
	                        .kernel = kernel->pvh ? kernel->vmlinux : kernel->bzimage,
	                        .initrd = sch->s->initrd,
	                        .append = row->append,
	                        .memory_mb = row->memory_mb ? row->memory_mb : DEFAULT_MEMORY_MB,
	                        .qmp = "",
	                        .incoming = "",
	                },
	        .suffix = t->job_name,
	        .session = &t->session,
	        .deadlines = vm_deadlines_default(),
	};
	uint64_t nonce;
	int rc;

	rc = run_dir_kernel(sch->s->directory, kernel->id, &directory, err);
	if (!rc)
		rc = prepare_job(sch, t, directory, &nonce, err);
	if (rc)
		return rc;
	session_init(&t->session, nonce, t->count, kernel->release);
	o.directory = directory;
	o.guest.job = t->job_path;
	return vm_start(&o, &t->vm, err);
}

/* ---- results ---- */

static struct result_cell *add_cell(struct scheduler *sch, size_t kernel, size_t object)
{
	const struct object *o = &sch->s->objects->at[object];
	const char *id = sch->s->kernels[kernel].id;
	struct result_cell *cell = result_add_cell(sch->r);
	cleanup_free char *reproduce = xasprintf("%s --kernel %s %s", sch->s->command, id, o->path);

	result_set_string(&cell->kernel, id);
	result_set_string(&cell->object, o->name);
	result_set_string(&cell->reproduce, reproduce);
	return cell;
}

static void expect_cell(struct scheduler *sch, struct result_cell *cell, size_t kernel, size_t object)
{
	const struct object *o = &sch->s->objects->at[object];
	const struct store_kernel *k = &sch->s->kernels[kernel];
	const char *row_expects = sch->s->list->rows[kernel].expect;
	struct expect_kernel about = {.id = k->id, .release = k->release};
	struct type_ask ask = {.object = o->path, .btf = k->btf};
	cleanup_error struct error err = {0};
	char *text = NULL;

	if (*row_expects)
		text = xstrdup(row_expects);
	else if (expect_verdict(&o->ini, &about, type_ask, &ask, &text, &err))
		text = xasprintf("unknown (%s)", err.text);
	result_set_string(&cell->expected, text);
	cell->as_expected = expect_matches(text, cell->verdict, cell->class);
	free(text);
}

static void write_cell_log(struct scheduler *sch, struct result_cell *cell, const struct session_cell *facts)
{
	cleanup_free char *relative = xasprintf("%s/%s.log", cell->kernel, cell->object);
	cleanup_free char *path = xasprintf("%s/%s", sch->s->directory, relative);

	if (facts->log.len && !io_replace_file(path, facts->log.data, facts->log.len, NULL))
		result_set_string(&cell->log, relative);
}

static void infra_cell(struct scheduler *sch, size_t kernel, size_t object, const char *reason)
{
	struct result_cell *cell = add_cell(sch, kernel, object);

	cell_result_infra(cell, reason);
	expect_cell(sch, cell, kernel, object);
}

static void note_attempt(struct scheduler *sch, const struct task *t)
{
	struct result_kernel *k = &sch->r->kernels[t->kernel];
	struct result_attempt *a = result_add_attempt(k);
	const struct session *s = &t->session;
	int64_t start = vm_started_ms(t->vm);

	result_set_string(&a->accel, accel_name(sch->s->accel));
	result_set_string(&a->outcome, vm_reason(t->vm) ? vm_reason(t->vm) : "ok");
	a->total_ms = vm_total_ms(t->vm);
	result_set_string(&k->accel, accel_name(sch->s->accel));
	k->timing.console_ms = vm_console_ms(t->vm);
	k->timing.hello_ms = s->hello_ms ? (double)(s->hello_ms - start) : -1;
	k->timing.ready_ms = s->ready_ms ? (double)(s->ready_ms - start) : -1;
	k->timing.cells_ms = s->cells_ms ? (double)(s->cells_ms - start) : -1;
	k->timing.total_ms = vm_total_ms(t->vm);
}

static void print_evidence(const struct scheduler *sch, const struct task *t)
{
	cleanup_free char *tail = vm_console_tail(t->vm);
	const struct result_kernel *k = &sch->r->kernels[t->kernel];

	progress_clear();
	log_warn("%s: %s\n%s%s  console: %s/%s/console%s.log\n  by hand: sh %s/%s/qemu%s.sh", k->id, vm_reason(t->vm),
	         tail, *tail ? "" : "  (the console stayed empty)\n", sch->s->directory, k->id, t->job_name,
	         sch->s->directory, k->id, t->job_name);
}

/* The VM was lost: the object that ran is the culprit, the others get a fresh VM if there was a culprit to leave out.
 */
static void task_lost(struct scheduler *sch, struct task *t)
{
	struct result_kernel *k = &sch->r->kernels[t->kernel];
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

		infra_cell(sch, t->kernel, t->objects[culprit], reason);
		if (count && !sch->interrupted) {
			enqueue(sch, task_new(t->kernel, rest, count, t->attempt + 1));
			return;
		}
	} else {
		k->infra = true;
		result_set_string(&k->reason, vm_reason(t->vm));
	}
	for (size_t i = 0; i < count; i++)
		infra_cell(sch, t->kernel, rest[i], vm_reason(t->vm));
}

static void task_delivered(struct scheduler *sch, struct task *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct result_cell *cell = add_cell(sch, t->kernel, t->objects[i]);

		cell_result_fill(cell, &t->session.cells[i]);
		write_cell_log(sch, cell, &t->session.cells[i]);
		expect_cell(sch, cell, t->kernel, t->objects[i]);
	}
}

static size_t cells_of(const struct result *r, const char *kernel)
{
	size_t count = 0;

	for (size_t i = 0; i < r->cell_count; i++)
		count += !strcmp(r->cells[i].kernel, kernel);
	return count;
}

static int save(const struct scheduler *sch, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/results.json", sch->s->directory);

	return result_json_write(sch->r, path, err);
}

static int kernel_finished(struct scheduler *sch, size_t kernel, struct error *err)
{
	struct result_kernel *k = &sch->r->kernels[kernel];

	if (cells_of(sch->r, k->id) < sch->s->objects->count)
		return 0;
	sch->finished++;
	progress_kernel(sch->r, k, sch->finished, sch->s->list->count);
	return save(sch, err);
}

static int task_finish(struct scheduler *sch, struct task *t, struct error *err)
{
	note_attempt(sch, t);
	if (vm_reason(t->vm))
		task_lost(sch, t);
	else
		task_delivered(sch, t);
	return kernel_finished(sch, t->kernel, err);
}

/* A kernel that cannot even be started: all its cells are infra. */
static int kernel_unstarted(struct scheduler *sch, const struct task *t, const char *reason, struct error *err)
{
	struct result_kernel *k = &sch->r->kernels[t->kernel];

	k->infra = true;
	result_set_string(&k->reason, reason);
	for (size_t i = 0; i < t->count; i++)
		infra_cell(sch, t->kernel, t->objects[i], reason);
	return kernel_finished(sch, t->kernel, err);
}

/* ---- the loop ---- */

static void show_running(const struct scheduler *sch)
{
	cleanup_buf struct buf names = {0};

	for (size_t i = 0; i < sch->running_count; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", sch->s->kernels[sch->running[i]->kernel].id);
	progress_show(sch->finished, sch->s->list->count, buf_str(&names));
}

static int start_waiting(struct scheduler *sch, struct error *err)
{
	while (sch->running_count < sch->s->jobs && !sch->interrupted) {
		cleanup_error struct error why = {0};
		struct task *t = dequeue(sch);
		int rc;

		if (!t)
			break;
		if (!task_start(sch, t, &why)) {
			sch->running[sch->running_count++] = t;
			continue;
		}
		rc = kernel_unstarted(sch, t, why.text, err);
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
		vm_kill(sch->running[i]->vm, "interrupted");
}

static void wait_for_news(struct scheduler *sch)
{
	size_t count = sch->running_count * VM_POLL_FDS + 1;
	cleanup_free struct pollfd *fds = xcalloc(count, sizeof(*fds));
	int64_t wake = INT64_MAX, now = clock_ms();

	fds[0] = (struct pollfd){.fd = sch->signal_fd, .events = POLLIN};
	for (size_t i = 0; i < sch->running_count; i++) {
		int64_t at = vm_wake_ms(sch->running[i]->vm);

		vm_poll_fds(sch->running[i]->vm, &fds[1 + i * VM_POLL_FDS]);
		wake = at < wake ? at : wake;
	}
	poll(fds, count, wake <= now ? 0 : (int)(wake - now < 60000 ? wake - now : 60000));
	if (fds[0].revents)
		interrupt_all(sch);
}

static int drop_waiting(struct scheduler *sch, struct error *err)
{
	int rc = 0;

	for (struct task *t = dequeue(sch); t; t = dequeue(sch)) {
		rc = rc ? rc : kernel_unstarted(sch, t, "interrupted before it was started", err);
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

static void plan(struct scheduler *sch)
{
	cleanup_free size_t *all = xcalloc(sch->s->objects->count, sizeof(*all));

	for (size_t i = 0; i < sch->s->objects->count; i++)
		all[i] = i;
	for (size_t i = 0; i < sch->s->list->count; i++) {
		if (sch->s->kernels[i].skipped) {
			sch->finished++;
			continue;
		}
		enqueue(sch, task_new(i, all, sch->s->objects->count, 1));
	}
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
	plan(&sch);
	rc = sch.signal_fd < 0 ? error_set(err, errno, "signalfd: %s", strerror(errno)) : loop(&sch, err);
	for (size_t i = 0; i < sch.running_count; i++)
		task_free(sch.running[i]);
	for (struct task *t = dequeue(&sch); t; t = dequeue(&sch))
		task_free(t);
	free(sch.running);
	free(sch.shared_job);
	cleanup_close_fd(&sch.signal_fd);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return rc;
}
