/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/scheduler.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "host/module_job.h"
#include "host/progress.h"
#include "host/recorder.h"
#include "host/run_dir.h"
#include "host/snapshot.h"
#include "host/symbols.h"
#include "host/vm.h"

#define MAX_BTF (64u << 20)

/* A guest writes byte by byte, and each would wake the host: let some gather. */
#define GATHER_NS 1000000

/* Some objects on one kernel, in one VM (or two: one that saves the guest and one that resumes it). */
struct task {
	enum vm_mode mode; /* of the VM at hand */
	bool decided;      /* whether `mode` was chosen yet */
	struct snapshot snapshot;
	size_t kernel;
	size_t *objects; /* indices into the schedule's list */
	size_t count;
	unsigned attempt;   /* from 1 */
	bool wants_symbols; /* the store has not got the kernel's yet */
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
	size_t running_count;
	struct recorder recorder;
	struct shared_job {
		char *path; /* NULL until it is written */
		uint64_t nonce;
	} shared[2]; /* jobs of all objects, written once: without and with the question for symbols */
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
	if (t->snapshot.place)
		snapshot_discard(&t->snapshot);
	snapshot_free(&t->snapshot);
	free(t->objects);
	free(t->job_path);
	free(t->job_name);
	free(t);
}

static void enqueue(struct scheduler *sch, struct task *t)
{
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

static int write_job(const struct scheduler *sch, const struct task *t, uint64_t nonce, const char *path,
                     struct error *err)
{
	struct job job = {.nonce = nonce, .symbols = t->wants_symbols, .object_count = (uint32_t)t->count};
	const struct buf *external = &sch->s->external[t->kernel].raw;
	cleanup_buf struct buf bytes = {0};
	int rc;

	job.wall_ns = clock_ns(CLOCK_REALTIME);
	job.btf_size = (uint32_t)external->len;
	job.btf = xcalloc(1, external->len);
	memcpy(job.btf, buf_str(external), external->len);
	job.objects = xcalloc(t->count, sizeof(*job.objects));
	for (size_t i = 0; i < t->count; i++)
		job.objects[i] = object_to_job(&sch->s->objects->at[t->objects[i]]);
	rc = module_job_add(&sch->s->modules[t->kernel], &job, err);
	job_encode(&job, &bytes);
	job_free(&job);
	return rc ? rc : io_replace_file(path, bytes.data, bytes.len, err);
}

static uint64_t fresh_nonce(void)
{
	uint64_t nonce = 0;

	if (getrandom(&nonce, sizeof(nonce), 0) != sizeof(nonce))
		nonce = clock_ns(CLOCK_REALTIME);
	return nonce;
}

/* What the job holds beside the objects is this kernel's alone. */
static bool is_particular(const struct scheduler *sch, const struct task *t)
{
	return *sch->s->external[t->kernel].path || sch->s->modules[t->kernel].count;
}

/* First attempts share one job file where they can; a later attempt has fewer objects and a file of its own. */
static int prepare_job(struct scheduler *sch, struct task *t, const char *directory, uint64_t *nonce, struct error *err)
{
	struct shared_job *shared;

	if (t->attempt > 1 || is_particular(sch, t)) {
		t->job_path = xasprintf("%s/job%s.bin", directory, t->job_name);
		*nonce = fresh_nonce();
		return write_job(sch, t, *nonce, t->job_path, err);
	}
	shared = &sch->shared[t->wants_symbols];
	if (!shared->path) {
		int rc;

		shared->path = xasprintf("%s/job%s.bin", sch->s->directory, t->wants_symbols ? "-symbols" : "");
		shared->nonce = fresh_nonce();
		rc = write_job(sch, t, shared->nonce, shared->path, err);
		if (rc)
			return rc;
	}
	t->job_path = xstrdup(shared->path);
	*nonce = shared->nonce;
	return 0;
}

static struct qemu_guest describe_guest(const struct scheduler *sch, const struct task *t)
{
	const struct store_kernel *kernel = &sch->s->kernels[t->kernel];
	const struct kernel_row *row = &sch->s->list->rows[t->kernel];

	return (struct qemu_guest){
	        .arch = &arch_x86,
	        .accel = sch->s->accel,
	        .kernel = kernel->pvh ? kernel->vmlinux : kernel->bzimage,
	        .initrd = sch->s->initrd,
	        .append = row->append,
	        .memory_mb = row->memory_mb ? row->memory_mb : SCHEDULE_MEMORY_MB,
	        .job = "",
	        .ram = "",
	        .state = "",
	};
}

/* Resume a saved guest when there is one, else make one; a guest that cannot be saved is booted for its job alone. */
static void choose_mode(struct scheduler *sch, struct task *t, const struct qemu_guest *guest)
{
	cleanup_error struct error err = {0};
	cleanup_free char *key = NULL;
	int rc;

	t->decided = true;
	t->mode = VM_RUN;
	if (sch->s->cold)
		return;
	key = snapshot_key(guest, sch->s->kernels[t->kernel].image_sha256, sch->s->qemu_version);
	rc = snapshot_find(sch->s->images, key, &t->snapshot, &err);
	if (!rc) {
		t->mode = VM_RESUME;
		return;
	}
	if (rc == -EBADMSG)
		log_warn("%s; the guest is saved anew", err.text);
	if (!snapshot_begin(sch->s->images, key, guest->memory_mb, &t->snapshot, &err))
		t->mode = VM_SAVE;
	else
		log_warn("%s; the guest is booted instead of resumed", err.text);
}

/* What the guest's hello has to say of its BTF; a resumed guest said it before it was saved. */
static void expect_btf(const struct store_kernel *kernel, struct session *session)
{
	cleanup_buf struct buf raw = {0};

	if (!*kernel->btf || io_read_file(kernel->btf, MAX_BTF, &raw, NULL))
		return;
	session->btf_size = raw.len;
	session->btf_crc = (uint32_t)crc32(0, (const Bytef *)raw.data, (uInt)raw.len);
}

static int task_start(struct scheduler *sch, struct task *t, struct error *err)
{
	const struct store_kernel *kernel = &sch->s->kernels[t->kernel];
	cleanup_free char *directory = NULL, *suffix = NULL;
	struct vm_options o = {
	        .guest = describe_guest(sch, t),
	        .session = &t->session,
	        .deadlines = sch->s->deadlines,
	};
	uint64_t nonce = 0;
	int rc;

	if (!t->decided)
		choose_mode(sch, t, &o.guest);
	t->wants_symbols = t->attempt == 1 && access(kernel->symbols, F_OK);
	rc = run_dir_kernel(sch->s->directory, kernel->id, &directory, err);
	if (!rc && t->mode != VM_SAVE)
		rc = prepare_job(sch, t, directory, &nonce, err);
	if (rc)
		return rc;
	session_init(&t->session, nonce, t->count, kernel->release);
	t->session.wants_symbols = t->wants_symbols;
	expect_btf(kernel, &t->session);
	if (t->mode == VM_RESUME)
		session_resume(&t->session);
	if (t->mode != VM_SAVE)
		o.guest.job = t->job_path;
	suffix = xasprintf("%s%s", t->job_name, t->mode == VM_SAVE ? "-save" : t->mode == VM_RESUME ? "-resume" : "");
	o.suffix = suffix;
	o.mode = t->mode;
	if (t->mode != VM_RUN) {
		o.guest.ram = t->snapshot.ram;
		o.guest.ram_shared = t->mode == VM_SAVE;
		o.guest.state = t->mode == VM_RESUME ? t->snapshot.state : "";
		o.save_to = t->snapshot.state;
	}
	o.directory = directory;
	return vm_start(&o, &t->vm, err);
}

/* The same objects again, in another kind of VM, before anything else. */
static void task_again(struct scheduler *sch, struct task *t, enum vm_mode mode)
{
	vm_free(t->vm);
	t->vm = NULL;
	session_free(&t->session);
	free(t->job_path);
	t->job_path = NULL;
	t->mode = mode;
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
	         tail, *tail ? "" : "  (the console stayed empty)\n", sch->s->directory, k->id, t->job_name,
	         sch->s->directory, k->id, t->job_name);
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

		record_lost(&sch->recorder, t->kernel, t->objects[culprit], reason);
		if (count && !sch->interrupted) {
			enqueue(sch, task_new(t->kernel, rest, count, t->attempt + 1));
			return;
		}
	} else {
		record_kernel_lost(&sch->recorder, t->kernel, vm_reason(t->vm));
	}
	for (size_t i = 0; i < count; i++)
		record_lost(&sch->recorder, t->kernel, rest[i], vm_reason(t->vm));
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
			task_again(sch, t, VM_RESUME);
			return true;
		}
		log_warn("%s; the guest is booted instead of resumed", err.text);
		task_again(sch, t, VM_RUN);
		return true;
	}
	if (!vm_reason(t->vm) || guest_lost)
		return false;
	progress_clear();
	log_warn("%s: %s; the guest is booted instead", sch->s->kernels[t->kernel].id, vm_reason(t->vm));
	snapshot_discard(&t->snapshot);
	task_again(sch, t, VM_RUN);
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

static int task_finish(struct scheduler *sch, struct task *t, struct error *err)
{
	record_attempt(&sch->recorder, t->kernel, t->vm, &t->session, t->mode);
	keep_symbols(sch, t);
	if (task_goes_on(sch, t))
		return 0;
	if (vm_reason(t->vm))
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
		record_lost(&sch->recorder, t->kernel, t->objects[i], reason);
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
		if (!task_start(sch, t, &why)) {
			sch->running[sch->running_count++] = t;
			continue;
		}
		/* Another run may have replaced the saved guest meanwhile. */
		if (t->mode != VM_RUN) {
			log_warn("%s: %s; the guest is booted instead", sch->s->kernels[t->kernel].id, why.text);
			task_again(sch, t, VM_RUN);
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
		vm_kill(sch->running[i]->vm, "interrupted");
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
		rc = rc ? rc : task_unstarted(sch, t, "interrupted before it was started", err);
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
			enqueue(sch, task_new(sch->s->plan->at[i].kernel, all, sch->s->objects->count, 1));
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
	recorder_init(&sch.recorder, s, r);
	enqueue_plan(&sch);
	rc = sch.signal_fd < 0 ? error_set(err, errno, "signalfd: %s", strerror(errno)) : loop(&sch, err);
	for (size_t i = 0; i < sch.running_count; i++)
		task_free(sch.running[i]);
	for (struct task *t = dequeue(&sch); t; t = dequeue(&sch))
		task_free(t);
	free(sch.running);
	for (size_t i = 0; i < sizeof(sch.shared) / sizeof(sch.shared[0]); i++)
		free(sch.shared[i].path);
	recorder_free(&sch.recorder);
	cleanup_close_fd(&sch.signal_fd);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return rc;
}
