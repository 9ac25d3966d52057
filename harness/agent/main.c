/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent: PID 1 of the guest. Says hello, gets everything ready that no job changes, takes the job, runs its objects
 * one after the other, says how it ended and ends QEMU. It has no shell, no file system but the kernel's own, and
 * nothing to clean up: the machine ends with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/arch/machine.h"
#include "agent/cell.h"
#include "agent/channel/channel.h"
#include "agent/channel/files_place.h"
#include "agent/circumstance/circumstance_set.h"
#include "agent/deeds/unwatched.h"
#include "agent/deeds/cgroup_root.h"
#include "agent/deeds/progress.h"
#include "agent/deeds/subject.h"
#include "agent/kernel_log.h"
#include "agent/load/alone.h"
#include "agent/load/kernel_btf.h"
#include "agent/load/kernel_config.h"
#include "agent/load/kernel_module.h"
#include "agent/load/load_cost.h"
#include "agent/load/run_stats.h"
#include "agent/load/symbols.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "wire/job.h"

/* How often a guest that was stopped when ready looks for the job of the QEMU that resumed it. */
#define JOB_POLL_NS 500000

static const struct mount_point {
	const char *type, *target;
	bool optional; /* a kernel may be built without it */
} mount_points[] = {
        {"proc", "/proc", false}, {"sysfs", "/sys", false},       {"tracefs", "/sys/kernel/tracing", false},
        {"tmpfs", "/tmp", false}, {"cgroup2", CGROUP_ROOT, true},
};

/*
 * Ids of two digits stand in anything by chance: in counts, and at the end of texts. Subjects get larger ones, where
 * the kernel can be told (CONFIG_CHECKPOINT_RESTORE).
 */
#define LAST_SMALL_PID "10000"

static _Noreturn void give_up(struct error *err)
{
	struct message m = {.type = MESSAGE_FATAL, .fatal.reason = err->text};

	fprintf(stderr, "corematrix agent: %s\n", err->text);
	channel_send(&m);
	machine_exit(1);
}

/* Without the machine's devices there is nothing to say it by but the console, whose reader knows the line. */
static _Noreturn void give_up_unheard(const struct error *err)
{
	fprintf(stderr, MESSAGE_UNHEARD "%s\n", err->text);
	_exit(1);
}

static int mount_all(struct error *err)
{
	for (size_t i = 0; i < sizeof(mount_points) / sizeof(mount_points[0]); i++) {
		const struct mount_point *m = &mount_points[i];

		mkdir(m->target, 0755);
		if (mount(m->type, m->target, m->type, 0, NULL) && errno != EBUSY && !m->optional)
			return error_set(err, errno, "%s: cannot mount %s: %s", m->target, m->type, strerror(errno));
	}
	return 0;
}

static void say_hello(uint64_t started_ns)
{
	struct message m = {.type = MESSAGE_HELLO};
	struct utsname name;

	uname(&name);
	m.hello.protocol = MESSAGE_PROTOCOL;
	m.hello.release = name.release;
	m.hello.started_ns = started_ns;
	m.hello.btf_size = kernel_btf_size();
	m.hello.btf_crc = kernel_btf_crc();
	channel_send(&m);
}

static void say_ready(void)
{
	struct message m = {.type = MESSAGE_READY, .ready.ready_ns = clock_ns(CLOCK_BOOTTIME)};

	channel_send(&m);
}

/*
 * The job is there at once, or, in a guest that is being saved for later, once another QEMU has resumed it. Where
 * timers get lost by that, it must never be one that the guest waits for.
 */
static void wait_for_job(struct buf *job)
{
	const struct timespec pause = {.tv_nsec = JOB_POLL_NS};

	while (!job->len && machine_read_file(JOB_FW_CFG_NAME, job))
		if (machine_keeps_timers)
			nanosleep(&pause, NULL);
		else
			sched_yield();
}

/* The kernel sets its timer again when something is due before the one that it believes to be set. */
static void restart_timer(void)
{
	const struct timespec long_ago = {.tv_nsec = 1};

	if (!machine_keeps_timers)
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &long_ago, NULL);
}

/* A guest that is saved has what takes time behind it, once for all jobs. In a process of its own. */
static void before_saving(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		unwatched_take();
		_exit(0);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/*
 * A resumed guest goes on where it was saved: with the time of then, and with random numbers that every other guest of
 * the same snapshot has too. Time since boot, which start times are told in, needs no help: it stood still as a whole.
 */
static void wake_up(const struct job *job)
{
	const struct timespec wall = {
	        .tv_sec = (time_t)(job->wall_ns / 1000000000u),
	        .tv_nsec = (long)(job->wall_ns % 1000000000u),
	};
	int fd;

	restart_timer();
	clock_settime(CLOCK_REALTIME, &wall);
	mknod("/dev/urandom", S_IFCHR | 0644, makedev(1, 9));
	fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (!io_write_all(fd, &job->nonce, sizeof(job->nonce)))
		ioctl(fd, RNDRESEEDCRNG);
	close(fd);
}

/* Told before the first object, which might have a hand in what the kernel says. */
static void set_circumstances(const struct job *job)
{
	struct circumstances asked;
	cleanup_buf struct buf why = {0};

	if (!*job->circumstances || !circumstances_parse(job->circumstances, &asked, &why))
		return;
	circumstances_set(&asked);
	for (int k = 0; k < CIRCUMSTANCE_COUNT; k++) {
		struct message m = {.type = MESSAGE_CIRCUMSTANCE};

		if (!asked.value[k])
			continue;
		m.circumstance = circumstance_find((enum circumstance_key)k, &asked);
		channel_send(&m);
		message_free(&m);
	}
}

static void run_job(const struct job *job)
{
	struct message m = {.type = MESSAGE_JOB, .job = {.nonce = job->nonce, .objects = job->object_count}};

	channel_send(&m);
	kernel_log_open();
	set_circumstances(job);
	if (job->symbols)
		symbols_send();
	if (job->patience)
		alone_set_patience(job->patience);
	if (job->top_lines)
		load_cost_want_lines();
	/* A module that cannot be unloaded again is met by those only that load modules themselves. */
	for (uint32_t i = 0; i < job->object_count; i++)
		if (!kernel_module_wanted(&job->objects[i]))
			cell_run(job, i);
	for (uint32_t i = 0; i < job->object_count; i++)
		if (kernel_module_wanted(&job->objects[i]))
			cell_run(job, i);
	m = (struct message){.type = MESSAGE_END, .end = {.nonce = job->nonce, .cells = job->object_count}};
	channel_send(&m);
}

static void small_ids_pass_over(void)
{
	cleanup_close int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, LAST_SMALL_PID, sizeof(LAST_SMALL_PID) - 1) < 0)
		fprintf(stderr, "corematrix agent: ns_last_pid: %s\n", strerror(errno));
}

int main(int argc, char **argv)
{
	uint64_t started = clock_ns(CLOCK_BOOTTIME);
	struct error err = {0};
	struct buf bytes = {0};
	struct job job;

	subject_main_if_subject(argc, argv);
	if (getpid() != 1) {
		fputs("corematrix agent: this is the init of a corematrix guest; run `corematrix run` instead\n",
		      stderr);
		return 2;
	}
	if (machine_open(&err))
		give_up_unheard(&err);
	if (mount_all(&err))
		give_up(&err);
	small_ids_pass_over();
	kernel_btf_load();
	run_stats_enable();
	progress_open();
	unwatched_open();
	say_hello(started);
	if (machine_read_file(JOB_FW_CFG_NAME, &bytes))
		before_saving();
	say_ready();
	wait_for_job(&bytes);
	if (job_decode(bytes.data, bytes.len, &job, &err))
		give_up(&err);
	buf_free(&bytes);
	wake_up(&job);
	if (job.btf_size && kernel_btf_replace(job.btf, job.btf_size, &err))
		give_up(&err);
	if (kernel_config_place(&job, &err))
		give_up(&err);
	if (job.files_size && files_place_in_guest(job.files, job.files_size, &err))
		give_up(&err);
	run_job(&job);
	machine_exit(0);
}
