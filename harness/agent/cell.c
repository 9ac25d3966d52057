/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/cell.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/attach/attach.h"
#include "agent/channel/channel.h"
#include "agent/circumstance/loader_place.h"
#include "agent/deeds/progress.h"
#include "agent/kernel_log.h"
#include "agent/load/kernel_module.h"
#include "agent/load/load.h"
#include "agent/load/sysctl.h"
#include "agent/loader/loader.h"
#include "agent/settle.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "wire/frame.h"

/* Guest time for one object, of which an emulated guest needs a second at most; the host has a deadline of its own. */
#define CELL_TIMEOUT_MS 120000
/* Of its own for the load, times the job's patience: a verifier may be at work for minutes, of which the host is told.
 */
#define LOAD_TIMEOUT_MS 60000
/* A loader has limits of its own: LOADER_SECONDS_MAX, what it may have beyond that, and three times to be stopped. */
#define LOADER_TIMEOUT_MS 200000
#define ALIVE_MS 5000
#define ALARM_MARGIN_S 5

/* Where objects pin their maps (LIBBPF_PIN_BY_NAME); the kernel makes the directory. */
#define PIN_ROOT "/sys/fs/bpf"

/* The cell could not be carried out. */
static void send_cell_end(const char *reason)
{
	struct message m = {.type = MESSAGE_CELL_END};

	m.cell_end.phase = PHASE_RUN;
	m.cell_end.err = EIO;
	m.cell_end.reason = xstrdup(reason);
	channel_send(&m);
	message_free(&m);
}

static void on_child(int number)
{
	(void)number; /* that it came ends the wait */
}

/* A child's signal comes while PID 1 waits for one, and at no other time. */
static void signals_set(void)
{
	static const struct sigaction action = {.sa_handler = on_child};
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	sigaction(SIGCHLD, &action, NULL);
}

static void signals_reset(void)
{
	sigset_t none;

	sigemptyset(&none);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool is_stopped(pid_t pid)
{
	siginfo_t info = {0};

	return !waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG | WNOWAIT) && info.si_pid == pid;
}

/* An object's process, and how long it is waited for. */
struct child {
	pid_t pid;
	int64_t start, deadline;
	bool loader;     /* it runs one, which does nothing for as long as it likes, up to the deadline */
	bool loads;      /* its object, as far as is known */
	bool works;      /* and spends its time on that */
	uint64_t cpu_ns; /* that it had taken when that was seen */
};

static uint64_t cpu_time(pid_t pid)
{
	clockid_t clock;

	return clock_getcpuclockid(pid, &clock) ? 0 : clock_ns(clock);
}

/* The host is told of one that goes on; once the object is loaded, nobody is any more, and the time for the rest runs.
 */
static void child_look(struct child *c)
{
	struct message alive = {.type = MESSAGE_ALIVE, .alive.cpu_ns = cpu_time(c->pid)};

	if (!c->loader && progress_at() != PROGRESS_LOAD) {
		c->loads = false;
		c->deadline = clock_ms() + CELL_TIMEOUT_MS;
		return;
	}
	c->works = alive.alive.cpu_ns > c->cpu_ns + ALIVE_MS * 1000000ull / 20;
	c->cpu_ns = alive.alive.cpu_ns;
	if (c->works || c->loader) {
		channel_send(&alive);
		channel_flush();
	}
}

/* False when it is too late, or nothing will come: the child is stopped. */
static bool bytes_wait(int fd, struct child *c)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	sigset_t none;

	sigemptyset(&none);
	for (;;) {
		int64_t left = c->deadline - clock_ms();
		int64_t wait = (c->loads || c->loader) && left > ALIVE_MS ? ALIVE_MS : left;
		struct timespec t = {.tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000};
		int n = wait > 0 ? ppoll(&p, 1, &t, &none) : 0;

		if (n > 0)
			return true;
		if (n < 0 ? is_stopped(c->pid) : wait == left)
			return false;
		if (n == 0)
			child_look(c);
	}
}

/*
 * Forward whole frames until the child closes its end, or is stopped; returns true when the cell's last message was
 * among them. The child sends nothing while its object is attached, so that PID 1 makes no call then that the object
 * could deny, garble or end: it waits in the one that it made before.
 */
static bool relay(int fd, struct child *c, struct frame_decoder *decoder)
{
	char bytes[16384];
	bool ended = false;

	while (!ended) {
		struct frame f;
		ssize_t n;

		if (!bytes_wait(fd, c))
			return false;
		n = read(fd, bytes, sizeof(bytes));
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return false;
		frame_decoder_feed(decoder, bytes, (size_t)n);
		while (frame_decoder_next(decoder, &f, NULL) == 1) {
			channel_relay(f.type, f.payload, f.len);
			ended |= f.type == MESSAGE_CELL_END;
		}
	}
	channel_flush();
	return true;
}

/* How often the kernel ended a process because memory was full. */
static uint64_t oom_kills(void)
{
	static const char word[] = "\noom_kill ";
	cleanup_buf struct buf text = {0};
	const char *at;

	if (io_read_file("/proc/vmstat", 64u << 10, &text, NULL))
		return 0;
	at = strstr(buf_str(&text), word);
	return at ? strtoull(at + sizeof(word) - 1, NULL, 10) : 0;
}

/* How the object's process ended that did not come to tell it. */
struct lost {
	int status;   /* of waitpid; WIFSTOPPED: it was stopped, and had to be ended */
	bool late;    /* it had to be ended */
	bool works;   /* at loading its object, when it had to be ended */
	int seconds;  /* that it had been given */
	bool starved; /* the kernel ended a process because memory was full */
	bool loader;  /* its object is a loader, which was not attached by it */
};

static char *signal_text(int number)
{
	const char *name = sigabbrev_np(number);

	return name ? xasprintf("SIG%s", name) : xasprintf("signal %d", number);
}

/* What the object did to the process that attached it; NULL when there is no such thing. The caller's. */
static char *lost_effect(const struct lost *l)
{
	const char *doing = progress_words(progress_at());
	cleanup_free char *name = NULL;

	if (progress_at() == PROGRESS_LOAD || progress_at() == PROGRESS_TELL)
		return NULL;
	if (l->starved)
		return xasprintf("%s: the guest's memory is full, and the kernel ends the harness's process", doing);
	if (WIFSTOPPED(l->status))
		name = signal_text(WSTOPSIG(l->status));
	else if (l->late)
		return xasprintf("%s: no end within %d s", doing, CELL_TIMEOUT_MS / 1000);
	else if (WIFSIGNALED(l->status))
		name = signal_text(WTERMSIG(l->status));
	return name ? xasprintf("%s: %s", doing, name) : NULL;
}

/*
 * The object ended the process that attached it, or kept it from going on: an effect, and not a fault of the harness.
 * What was known by then is told; the object went with the process.
 */
static void send_lost(char *effect)
{
	__attribute__((cleanup(frame_decoder_free))) struct frame_decoder decoder = {0};
	struct message m = {.type = MESSAGE_CELL_END, .cell_end = {.phase = PHASE_DONE, .effects = effect}};
	size_t len;
	const void *left = progress_left(&len);
	struct frame f;

	frame_decoder_feed(&decoder, left, len);
	while (frame_decoder_next(&decoder, &f, NULL) == 1)
		channel_relay(f.type, f.payload, f.len);
	channel_send(&m);
	message_free(&m);
}

/* The cell could not be carried out, and why. */
static void send_failed(const struct lost *l)
{
	struct message m = {.type = MESSAGE_CELL_END, .cell_end = {.phase = PHASE_RUN, .err = EIO}};

	if (l->starved) {
		m.cell_end.phase = PHASE_LOAD;
		m.cell_end.err = ENOMEM;
		m.cell_end.reason = xstrdup("the guest's memory was full before it was loaded");
	} else if (l->late) {
		m.cell_end.err = l->works ? ETIME : EIO;
		m.cell_end.reason = xasprintf("the object's process did not end within %d s: it was %s", l->seconds,
		                              progress_words(progress_at()));
	} else if (WIFSIGNALED(l->status) && l->loader) {
		m.cell_end.phase = PHASE_LOAD;
		m.cell_end.reason =
		        xasprintf("it ended the process that runs it, as one that signals every process does: %s",
		                  strsignal(WTERMSIG(l->status)));
	} else if (WIFSIGNALED(l->status)) {
		m.cell_end.reason = xasprintf("the object's process died: %s", strsignal(WTERMSIG(l->status)));
	} else {
		m.cell_end.reason =
		        xasprintf("the object's process ended early with status %d", WEXITSTATUS(l->status));
	}
	channel_send(&m);
	message_free(&m);
}

static void child_main(const struct job_object *object, int64_t load_ms, int fd)
{
	int64_t all_ms = loader_is_one(object) ? LOADER_TIMEOUT_MS : load_ms + CELL_TIMEOUT_MS;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Should it have to be ended, and its object deny that to PID 1: what the kernel sends of itself it cannot. */
	alarm((unsigned)(all_ms / 1000) + ALARM_MARGIN_S);
	channel_redirect(fd);
	/* a program of the user's is not of this process, and measuring it as root would be another measurement */
	if (loader_is_one(object) && loader_place_is_asked())
		send_cell_end(
		        "what its row asks for of the loading process (caps, namespace, tracefs, sys, memlock) is for objects, not for loaders");
	else if (loader_is_one(object))
		loader_run(object);
	else
		load_run(object);
	channel_flush();
	_exit(EXIT_SUCCESS);
}

/* An object must not find what another one has pinned. A failure shows where an object pins. */
static void pins_clear(void)
{
	static bool mounted;
	DIR *dir = mounted ? opendir(PIN_ROOT) : NULL;
	const struct dirent *entry = NULL;

	while (dir && (entry = readdir(dir)) && (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")))
		;
	if (dir)
		closedir(dir);
	if (dir && !entry)
		return;
	if (mounted)
		umount2(PIN_ROOT, MNT_DETACH);
	mounted = !mount("bpf", PIN_ROOT, "bpf", 0, NULL);
}

/* Ends the child if need be. */
static void child_reap(const struct child *c, struct lost *lost)
{
	if (is_stopped(c->pid))
		waitpid(c->pid, &lost->status, WUNTRACED);
	lost->late = !WIFSTOPPED(lost->status) && clock_ms() >= c->deadline;
	lost->works = c->loads && c->works;
	lost->seconds = (int)((c->deadline - c->start) / 1000);
	if (lost->late || WIFSTOPPED(lost->status))
		kill(c->pid, SIGKILL);
	while (waitpid(c->pid, WIFSTOPPED(lost->status) ? NULL : &lost->status, 0) < 0 && errno == EINTR)
		;
}

static void child_watch(struct child *c, int fd, uint64_t ooms)
{
	__attribute__((cleanup(frame_decoder_free))) struct frame_decoder decoder = {0};
	bool told = relay(fd, c, &decoder);
	struct lost lost = {.loader = c->loader};
	char *effect;

	child_reap(c, &lost);
	if (told)
		return;
	attach_sweep();
	settle_wait();
	lost.starved = oom_kills() != ooms;
	effect = lost_effect(&lost);
	if (effect)
		send_lost(effect);
	else
		send_failed(&lost);
}

static void run_object(const struct job_object *object, unsigned patience)
{
	int64_t load_ms = (int64_t)LOAD_TIMEOUT_MS * (patience ? patience : 1);
	struct child c = {.loader = loader_is_one(object), .loads = !loader_is_one(object)};
	cleanup_close int r = -1;
	uint64_t ooms;
	int fds[2];

	signals_set();
	pins_clear();
	settle_wait();
	settle_begin();
	progress_clear();
	ooms = oom_kills();
	if (pipe2(fds, O_CLOEXEC)) {
		send_cell_end("the agent cannot make a pipe for the object's process");
		return;
	}
	r = fds[0];
	c.start = clock_ms();
	c.deadline = c.start + (c.loads ? load_ms : LOADER_TIMEOUT_MS);
	c.pid = fork();
	if (c.pid == 0) {
		signals_reset();
		close(r);
		child_main(object, load_ms, fds[1]);
	}
	close(fds[1]);
	if (c.pid > 0) {
		child_watch(&c, r, ooms);
	} else {
		cleanup_free char *reason = xasprintf("the agent cannot fork: %s", strerror(errno));

		send_cell_end(reason);
	}
}

void cell_run(const struct job *job, uint32_t index)
{
	struct message begin = {.type = MESSAGE_CELL_BEGIN, .cell_begin.object = index};
	const struct job_object *object = &job->objects[index];
	struct buf *sysctls = sysctl_save(object);
	cleanup_error struct error err = {0};
	cleanup_buf struct buf notes = {0};

	kernel_log_part(); /* what came late is of the cell before */
	channel_send(&begin);
	if (kernel_module_load(job, object, &notes, &err)) {
		send_cell_end(err.text);
	} else {
		channel_send_log(buf_str(&notes), notes.len);
		run_object(object, job->patience);
	}
	sysctl_restore(object, sysctls);
	kernel_module_unload(job, object);
	kernel_log_send();
}
