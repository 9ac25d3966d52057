/* SPDX-License-Identifier: BSD-2-Clause */
/* A cgroup that is filled, held back, frozen, let go and emptied. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/cgroup_root.h"
#include "agent/deeds/device_node.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

/* A thousandth of a second of every tenth; who wants more than that is held back. */
#define SHARE "1000 100000"
#define BUSY_MS 20
#define PATIENCE_MS 2000
#define LOOK_NS 5000000

static int file_write(const char *directory, const char *name, const char *text)
{
	cleanup_free char *path = xasprintf("%s/%s", directory, name);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : io_write_all(fd, text, strlen(text));
}

static bool says(const char *directory, const char *name, const char *text)
{
	cleanup_free char *path = xasprintf("%s/%s", directory, name);
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	char got[512] = "";

	return fd >= 0 && read(fd, got, sizeof(got) - 1) > 0 && strstr(got, text);
}

static void wait_until_said(const char *directory, const char *name, const char *text)
{
	const struct timespec pause = {.tv_nsec = LOOK_NS};
	int64_t deadline = clock_ms() + PATIENCE_MS;

	while (!says(directory, name, text) && clock_ms() < deadline)
		nanosleep(&pause, NULL);
}

static _Noreturn void child_be_busy(const char *cgroup)
{
	int64_t end;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (file_write(cgroup, "cgroup.procs", "0"))
		_exit(1);
	for (end = clock_ms() + BUSY_MS; clock_ms() < end;)
		;
	for (;;)
		pause();
}

static void held_back(const char *cgroup, struct action_result *out)
{
	pid_t pid;

	file_write(cgroup, "cpu.max", SHARE);
	pid = fork();
	if (pid == 0)
		child_be_busy(cgroup);
	if (pid < 0) {
		action_failed(out, "fork");
		return;
	}
	wait_until_said(cgroup, "cgroup.events", "populated 1");
	wait_until_said(cgroup, "cpu.stat", "nr_throttled 1");
	file_write(cgroup, "cpu.max", "max");
	file_write(cgroup, "cgroup.freeze", "1");
	wait_until_said(cgroup, "cgroup.events", "frozen 1");
	file_write(cgroup, "cgroup.freeze", "0");
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void action_throttle(const char *directory, struct action_result *out)
{
	cleanup_free char *cgroup = xasprintf("%s/cm-throttle-%d", CGROUP_ROOT, (int)getpid());
	struct statfs fs;

	(void)directory;
	if (!in_guest() || statfs(CGROUP_ROOT, &fs) < 0 || fs.f_type != CGROUP2_SUPER_MAGIC) {
		errno = ENODEV;
		action_failed(out, "cgroup");
		out->skipped = true;
		return;
	}
	file_write(CGROUP_ROOT, "cgroup.subtree_control", "+cpu");
	if (mkdir(cgroup, 0755) < 0) {
		action_failed(out, "mkdir");
		return;
	}
	held_back(cgroup, out);
	rmdir(cgroup);
	file_write(CGROUP_ROOT, "cgroup.subtree_control", "-cpu");
}
