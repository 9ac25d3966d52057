/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that runs out, in a cgroup of its own; a word that is waited for; data that has to reach a disk. */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/cgroup_root.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

static int file_write(const char *directory, const char *name, const char *text)
{
	cleanup_free char *path = xasprintf("%s/%s", directory, name);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : io_write_all(fd, text, strlen(text));
}

static pid_t child_reap(pid_t pid, int *status)
{
	pid_t rc;

	while ((rc = waitpid(pid, status, 0)) < 0 && errno == EINTR)
		;
	return rc;
}

/* ---- out of memory ---- */

#define LIMIT "8388608"
#define DEMAND ((size_t)64 << 20)

/* Ask for more than there is, until the kernel ends it. */
static _Noreturn void child_fill(const char *cgroup)
{
	char *memory;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (file_write(cgroup, "cgroup.procs", "0"))
		_exit(1);
	memory = mmap(NULL, DEMAND, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory != MAP_FAILED)
		memset(memory, 1, DEMAND);
	_exit(2);
}

static void memory_fill(const char *cgroup, struct action_result *out)
{
	int status = 0;
	pid_t pid = fork();
	struct view *v;

	if (pid == 0)
		child_fill(cgroup);
	if (pid < 0 || child_reap(pid, &status) < 0) {
		action_failed(out, "fork");
		return;
	}
	v = scene_add(&out->scene);
	view_number(v, VIEW_TARGET_PID, (uint64_t)pid);
	view_number(v, VIEW_SIG, SIGKILL);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
		errno = ENOMEM;
		action_failed(out, "oom");
	}
}

void action_oom(const char *directory, struct action_result *out)
{
	cleanup_free char *cgroup = xasprintf("%s/cm-oom-%d", CGROUP_ROOT, (int)getpid());
	struct statfs fs;

	(void)directory;
	if (statfs(CGROUP_ROOT, &fs) < 0 || fs.f_type != CGROUP2_SUPER_MAGIC ||
	    file_write(CGROUP_ROOT, "cgroup.subtree_control", "+memory") || mkdir(cgroup, 0755) < 0) {
		action_failed(out, "cgroup");
		out->skipped = true;
		return;
	}
	file_write(cgroup, "memory.swap.max", "0"); /* where memory can be swapped at all */
	if (file_write(cgroup, "memory.max", LIMIT)) {
		action_failed(out, "memory.max");
		out->skipped = true;
	} else {
		memory_fill(cgroup, out);
	}
	rmdir(cgroup);
	file_write(CGROUP_ROOT, "cgroup.subtree_control", "-memory");
}

/* ---- waiting ---- */

static long futex(uint32_t *word, int call, uint32_t value)
{
	return syscall(SYS_futex, word, call, value, NULL, NULL, 0);
}

void action_futex(const char *directory, struct action_result *out)
{
	uint32_t *word = mmap(NULL, sizeof(*word), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t pid;

	(void)directory;
	if (word == MAP_FAILED) {
		action_failed(out, "mmap");
		return;
	}
	view_number(scene_add(&out->scene), VIEW_ADDR, (uintptr_t)word);
	pid = fork();
	if (pid == 0) {
		while (!__atomic_load_n(word, __ATOMIC_ACQUIRE))
			futex(word, FUTEX_WAIT, 0);
		_exit(0);
	}
	__atomic_store_n(word, 1, __ATOMIC_RELEASE);
	if (pid < 0 || futex(word, FUTEX_WAKE, 1) < 0 || child_reap(pid, &status) < 0 || status)
		action_failed(out, pid < 0 ? "fork" : "futex");
	munmap(word, sizeof(*word));
}

/* ---- data on its way to a disk ---- */

static int data_sync(int fd, void *map, size_t len, struct action_result *out)
{
	if (fsync(fd) < 0)
		return action_failed(out, "fsync");
	if (fdatasync(fd) < 0)
		return action_failed(out, "fdatasync");
	if (sync_file_range(fd, 0, (off_t)len, SYNC_FILE_RANGE_WRITE) < 0)
		return action_failed(out, "sync_file_range");
	if (msync(map, len, MS_SYNC) < 0)
		return action_failed(out, "msync");
	if (syncfs(fd) < 0)
		return action_failed(out, "syncfs");
	sync();
	return 0;
}

void action_sync(const char *directory, struct action_result *out)
{
	static const char text[] = "some bytes";
	cleanup_free char *path = xasprintf("%s/cm-sync-%d", directory, (int)getpid());
	cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct view *v;
	void *map;

	if (fd < 0 || write(fd, text, sizeof(text)) != sizeof(text)) {
		action_failed(out, fd < 0 ? "open" : "write");
		return;
	}
	v = scene_add(&out->scene);
	view_text(v, VIEW_PATH, path);
	view_number(v, VIEW_FD, (uint64_t)fd);
	view_number(v, VIEW_RET, 0);
	map = mmap(NULL, sizeof(text), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		action_failed(out, "mmap");
	else
		data_sync(fd, map, sizeof(text), out);
	unlink(path);
}
