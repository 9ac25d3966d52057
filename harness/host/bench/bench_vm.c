/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bench/bench_vm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "floor/floor.h"
#include "host/lib/child.h"
#include "host/vm/initramfs.h"
#include "host/vm/qemu_exec.h"

/* How often to look for QEMU's end on a host without pidfd (before Linux 5.3). */
#define REAP_POLL_MS 20
#define VNG_TIMEOUT_MS 180000

/* floor_image.S */
struct floor_image {
	const char *arch, *start, *end;
};
extern const struct floor_image __start_floor_images[], __stop_floor_images[];
/* What makes the linker take one of them out of an archive. */
extern const char floor_images_anchor[];
static const char *const anchor __attribute__((used)) = floor_images_anchor;

/* ---- what a worker does ---- */

/* Lies in memory that parent and worker share. */
struct figures {
	double total_ms, cells_ms, rss_mb;
};

struct bench_work {
	const struct bench_place *place;
	const struct bench_sample *sample; /* NULL: save the guest */
	enum vm_mode mode;
	struct figures *answer;
};

/* Most that any child of this process had resident; ru_maxrss is KiB (getrusage(2)). */
static double children_rss_mb(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_CHILDREN, &usage) ? 0 : (double)usage.ru_maxrss / 1024;
}

static int until(int64_t wake_ms)
{
	int64_t left = wake_ms - clock_ms();

	return left <= 0 ? 0 : (int)(left < 60000 ? left : 60000);
}

static struct vm_options vm_options_of(const struct bench_work *t, struct session *session)
{
	const struct bench_place *p = t->place;
	struct vm_options o = {
	        .mode = t->mode,
	        .guest = p->guest,
	        .directory = p->directory,
	        .session = session,
	        .deadlines = p->deadlines,
	};

	if (t->mode != VM_SAVE)
		o.guest.job = p->job;
	vm_options_take_saved(&o, p->snapshot);
	if (t->sample && t->sample->role == BENCH_PEER) {
		o.guest.ordinary = true;
		o.guest.kernel = p->packed;
	}
	return o;
}

static int run_vm(const struct bench_work *t, const char *suffix, struct error *err)
{
	struct session session;
	struct vm_options o = vm_options_of(t, &session);
	struct vm *vm = NULL;
	int rc;

	o.suffix = suffix;
	session_init(&session, t->place->nonce, t->place->objects, t->place->release);
	if (t->mode == VM_RESUME)
		session_resume(&session);
	rc = vm_start(&o, &vm, err);
	while (!rc && !vm_step(vm)) {
		struct pollfd fds[VM_POLL_FDS];

		vm_poll_fds(vm, fds);
		poll(fds, VM_POLL_FDS, until(vm_wake_ms(vm)));
	}
	if (!rc && vm_reason(vm))
		rc = error_set(err, EIO, "%s", vm_reason(vm));
	if (!rc) {
		t->answer->total_ms = vm_total_ms(vm);
		if (session.job_ms && session.cells_ms)
			t->answer->cells_ms = (double)(session.cells_ms - session.job_ms);
	}
	vm_free(vm);
	session_free(&session);
	return rc;
}

/* Take what is there; what the console says is kept. Closes the pipe at its end. */
static void drain(int *fd, int keep)
{
	char bytes[65536];
	ssize_t n;

	while (*fd >= 0 && (n = read(*fd, bytes, sizeof(bytes))) != 0) {
		if (n > 0 && keep >= 0 && io_write_all(keep, bytes, (size_t)n))
			keep = -1; /* evidence only */
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
	}
	cleanup_close_fd(fd);
	*fd = -1;
}

/* The floor's guest speaks to nobody: its end, with the status that its init chose, is all there is. */
static int floor_wait(struct qemu_process *q, int console, int64_t deadline_ms, int *status)
{
	for (;;) {
		struct pollfd fds[] = {{.fd = q->console_fd, .events = POLLIN},
		                       {.fd = q->frames_fd, .events = POLLIN},
		                       {.fd = q->pidfd, .events = POLLIN}};
		pid_t ended = waitpid(q->pid, status, WNOHANG);
		int wait_ms = until(deadline_ms);

		if (ended == q->pid)
			return 0;
		if (!wait_ms) {
			kill(q->pid, SIGKILL);
			waitpid(q->pid, status, 0);
			return -ETIMEDOUT;
		}
		poll(fds, 3, q->pidfd >= 0 || wait_ms < REAP_POLL_MS ? wait_ms : REAP_POLL_MS);
		drain(&q->console_fd, console);
		drain(&q->frames_fd, -1);
	}
}

static int floor_check(int rc, int status, const struct bench_work *t, struct error *err)
{
	int good = t->place->guest.arch->exit_status(FLOOR_EXIT_CODE);

	if (rc)
		return error_set(err, -rc, "the floor's init did not end its guest within %.0f s",
		                 (double)t->place->deadlines.boot_ms / 1000);
	if (WIFSIGNALED(status))
		return error_set(err, EIO, "QEMU was killed by signal %d (%s)", WTERMSIG(status),
		                 strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) != good)
		return error_set(err, EIO, "QEMU ended with status %d instead of the %d of the floor's init",
		                 WEXITSTATUS(status), good);
	return 0;
}

static int open_evidence(const struct bench_work *t, const char *what, const char *suffix, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/%s%s.log", t->place->directory, what, suffix);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	return fd < 0 ? error_set(err, errno, "%s: cannot create: %s", path, strerror(errno)) : fd;
}

static int run_floor(const struct bench_work *t, const char *suffix, struct error *err)
{
	cleanup_close int log = open_evidence(t, "qemu", suffix, err);
	cleanup_close int console = log < 0 ? -1 : open_evidence(t, "console", suffix, err);
	struct qemu_guest guest = t->place->guest;
	struct qemu_process q;
	int64_t start_ms;
	int rc, status = 0;

	if (log < 0 || console < 0)
		return -EIO;
	guest.initrd = t->place->floor;
	start_ms = clock_ms();
	rc = qemu_exec(&guest, log, &q, err);
	if (rc)
		return rc;
	rc = floor_wait(&q, console, start_ms + t->place->deadlines.boot_ms, &status);
	t->answer->total_ms = (double)(clock_ms() - start_ms);
	drain(&q.console_fd, console);
	cleanup_close_fd(&q.console_fd);
	cleanup_close_fd(&q.frames_fd);
	cleanup_close_fd(&q.pidfd);
	return floor_check(rc, status, t, err);
}

static int run_vng(const struct bench_work *t, struct error *err)
{
	cleanup_free char *memory = xasprintf("%uM", t->place->guest.memory_mb);
	const char *const with_tcg[] = {"vng",           "--run", t->place->packed, "--memory", memory, "--cpus", "1",
	                                "--disable-kvm", "--",    "true",           NULL};
	const char *const with_kvm[] = {"vng", "--run", t->place->packed, "--memory", memory, "--cpus",
	                                "1",   "--",    "true",           NULL};
	const struct child_options limits = {.timeout_ms = VNG_TIMEOUT_MS};
	cleanup_child_result struct child_result said = {0};
	int64_t start_ms = clock_ms();
	int rc = child_run(t->place->guest.accel == ACCEL_KVM ? with_kvm : with_tcg, &limits, &said, err);

	if (rc)
		return rc;
	t->answer->total_ms = (double)(clock_ms() - start_ms);
	if (!child_ok(&said)) {
		cleanup_free char *how = child_describe(&said);

		return error_set(err, EIO, "vng %s", how);
	}
	return 0;
}

static int work(void *ctx, struct error *err)
{
	const struct bench_work *t = ctx;
	cleanup_free char *suffix =
	        t->sample ? xasprintf("-%s-%u", bench_role_name(t->sample->role), t->sample->round) : xstrdup("-save");
	int rc;

	if (t->sample && t->sample->role == BENCH_FLOOR)
		rc = run_floor(t, suffix, err);
	else if (t->sample && t->sample->role == BENCH_VNG)
		rc = run_vng(t, err);
	else
		rc = run_vm(t, suffix, err);
	t->answer->rss_mb = children_rss_mb();
	return rc;
}

/* ---- a guest ---- */

/* What a role needs and the store does not have, or NULL. */
static const char *role_lacks(const struct bench_place *place, enum bench_role role)
{
	if ((role == BENCH_PEER || role == BENCH_VNG) && !*place->packed)
		return "the kernel was given without its compressed image";
	if (role == BENCH_WARM && !place->snapshot)
		return "the guest could not be saved";
	return NULL;
}

static void set_reason(struct bench_sample *sample, const char *reason)
{
	free(sample->reason);
	sample->reason = xstrdup(reason);
}

/* Run the task in a worker; `*sample` (may be NULL) takes the figures. */
static int run_worker(struct bench_work *t, struct bench_sample *sample, struct error *err)
{
	struct figures *answer = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct child_worker worker;
	int rc;

	if (answer == MAP_FAILED)
		return error_set(err, errno, "no memory to share with a worker: %s", strerror(errno));
	t->answer = answer;
	rc = child_worker_start(&worker, work, t, err);
	rc = rc ? rc : child_worker_wait(&worker, err);
	if (sample) {
		sample->total_ms = answer->total_ms;
		sample->cells_ms = answer->cells_ms;
		sample->rss_mb = answer->rss_mb;
	}
	munmap(answer, sizeof(*answer));
	return rc;
}

int bench_vm_measure(const struct bench_place *place, struct bench_sample *sample, struct error *err)
{
	struct bench_work t = {
	        .place = place, .sample = sample, .mode = sample->role == BENCH_WARM ? VM_RESUME : VM_RUN};
	cleanup_error struct error why = {0};
	const char *lacks = role_lacks(place, sample->role);
	int rc = lacks ? 0 : run_worker(&t, sample, &why);

	if (lacks)
		set_reason(sample, lacks);
	else if (rc)
		set_reason(sample, why.text ? why.text : strerror(-rc));
	if (rc != -ENOMEM)
		return 0;
	return error_set(err, ENOMEM, "%s", sample->reason);
}

int bench_vm_save(const struct bench_place *place, struct error *err)
{
	struct bench_work t = {.place = place, .mode = VM_SAVE};

	return run_worker(&t, NULL, err);
}

int bench_vm_floor(const char *images, const struct arch *arch, char **path, struct error *err)
{
	const struct floor_image *floor = __start_floor_images;
	cleanup_buf struct buf archive = {0};
	int rc;

	/* who has an agent has a floor */
	while (strcmp(floor->arch, arch->name) != 0)
		floor++;
	rc = initramfs_build(floor->start, (size_t)(floor->end - floor->start), &archive, err);
	if (rc)
		return rc;
	*path = xasprintf("%s/floor-%s.cpio", images, arch->deb);
	return io_replace_file(*path, archive.data, archive.len, err);
}
