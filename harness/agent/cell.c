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
#include "agent/kernel_log.h"
#include "agent/load/kernel_module.h"
#include "agent/load/load.h"
#include "agent/load/sysctl.h"
#include "agent/loader/loader.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "wire/frame.h"

/* Guest time for one object, of which an emulated guest needs a second at most; the host has a deadline of its own. */
#define CELL_TIMEOUT_MS 120000

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

/* What PID 1 saw of an object's process. */
struct watch {
	bool told;  /* the object was loaded, and what is known of that was sent */
	bool ended; /* its last message came */
};

/* Forward whole frames until the child closes its end; returns true when the cell's last message was among them. */
static bool relay(int fd, struct frame_decoder *decoder, int64_t deadline, struct watch *w)
{
	char bytes[16384];

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = deadline - clock_ms();
		struct frame f;
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			return w->ended;
		n = read(fd, bytes, sizeof(bytes));
		if (n <= 0)
			return w->ended;
		frame_decoder_feed(decoder, bytes, (size_t)n);
		while (frame_decoder_next(decoder, &f, NULL) == 1) {
			channel_relay(f.type, f.payload, f.len);
			w->told |= f.type == MESSAGE_PROGRAM;
			w->ended |= f.type == MESSAGE_CELL_END;
		}
		if (w->ended)
			channel_flush();
	}
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

/*
 * Its own object ended the process that attached it: an effect, and not a fault of the harness. It was loaded and
 * attached, and more is not known; the object went with the process.
 */
static void send_cell_killed(int signal)
{
	struct message m = {.type = MESSAGE_CELL_END};
	const char *name = sigabbrev_np(signal);

	m.cell_end.phase = PHASE_DONE;
	m.cell_end.effects = name ? xasprintf("whatever the harness does: SIG%s", name)
	                          : xasprintf("whatever the harness does: signal %d", signal);
	channel_send(&m);
	message_free(&m);
}

static void child_main(const struct job_object *object, int fd)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	channel_redirect(fd);
	if (loader_is_one(object))
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

static void run_object(const struct job_object *object)
{
	struct frame_decoder decoder = {0};
	int64_t deadline = clock_ms() + CELL_TIMEOUT_MS;
	cleanup_free char *reason = NULL;
	uint64_t ooms = oom_kills();
	struct watch watch = {0};
	int fds[2], status = 0;
	bool ended;
	pid_t pid;

	pins_clear();
	if (pipe2(fds, O_CLOEXEC)) {
		send_cell_end("the agent cannot make a pipe for the object's process");
		return;
	}
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		child_main(object, fds[1]);
	}
	close(fds[1]);
	ended = pid > 0 && relay(fds[0], &decoder, deadline, &watch);
	close(fds[0]);
	frame_decoder_free(&decoder);
	if (pid > 0) {
		if (clock_ms() >= deadline)
			kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	if (ended)
		return;
	attach_sweep();
	if (pid > 0 && watch.told && WIFSIGNALED(status) && clock_ms() < deadline && oom_kills() == ooms) {
		send_cell_killed(WTERMSIG(status));
		return;
	}
	if (pid < 0)
		reason = xasprintf("the agent cannot fork: %s", strerror(errno));
	else if (clock_ms() >= deadline)
		reason = xasprintf("the object's process did not end within %d s", CELL_TIMEOUT_MS / 1000);
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		reason = xstrdup(
		        "the object's process was killed, as the kernel does when its memory is full; give the kernel more with memory= in the list of kernels");
	else if (WIFSIGNALED(status))
		reason = xasprintf("the object's process died: %s", strsignal(WTERMSIG(status)));
	else
		reason = xasprintf("the object's process ended early with status %d", WEXITSTATUS(status));
	send_cell_end(reason);
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
		run_object(object);
	}
	sysctl_restore(object, sysctls);
	kernel_module_unload(job, object);
	kernel_log_send();
}
