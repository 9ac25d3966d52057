/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "base/buf.h"
#include "base/cleanup.h"

/* A size that is neither a block nor a page. */
#define FILE_SIZE 4321
#define FILE_BYTE 'c'
#define FILE_NAMES 8

/* Open until the subject's end, for what a map keeps with the inode can be looked up only as long. */
static int kept = -1;

/* The file at this moment, as fstat says; `ret` is what the call returned that made it so. */
static int file_view(struct action_result *out, const char *path, int fd, uint64_t ret)
{
	struct view *v;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return action_failed(out, "fstat");
	v = scene_add(&out->scene);
	view_text(v, VIEW_PATH, path);
	view_number(v, VIEW_INO, st.st_ino);
	view_number(v, VIEW_DEV, st.st_dev);
	view_number(v, VIEW_SIZE, (uint64_t)st.st_size);
	view_number(v, VIEW_MODE, st.st_mode);
	view_number(v, VIEW_NLINK, st.st_nlink);
	view_number(v, VIEW_CTIME_SEC, (uint64_t)st.st_ctim.tv_sec);
	view_number(v, VIEW_CTIME_NSEC, (uint64_t)st.st_ctim.tv_nsec);
	view_number(v, VIEW_FD, (uint64_t)fd);
	view_number(v, VIEW_RET, ret);
	return 0;
}

static int file_use(const char *path, int fd, struct action_result *out)
{
	char bytes[FILE_SIZE];

	memset(bytes, FILE_BYTE, sizeof(bytes));
	if (action_returned(out, "write", write(fd, bytes, sizeof(bytes)), sizeof(bytes)) < 0)
		return -1;
	if (file_view(out, path, fd, sizeof(bytes)) < 0)
		return -1;
	if (action_returned(out, "read", pread(fd, bytes, sizeof(bytes), 0), sizeof(bytes)) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(bytes); i++)
		if (bytes[i] != FILE_BYTE)
			action_differed(out, "read", OTHER_BYTES);
	return 0;
}

/* By each of the calls for it: which of them a libc makes of stat() differs. */
static int file_ask(const char *path, int fd, struct action_result *out)
{
	struct statx extended;
	struct statfs system;
	struct stat st;

	if (syscall(SYS_newfstatat, AT_FDCWD, path, &st, 0) < 0)
		return action_failed(out, "stat");
	if (syscall(SYS_statx, AT_FDCWD, path, 0, STATX_BASIC_STATS, &extended) < 0)
		return action_failed(out, "statx");
	if (statfs(path, &system) < 0)
		return action_failed(out, "statfs");
	return file_view(out, path, fd, 0);
}

/* A program that has another file opened writes the other path over the caller's. */
static bool is_rewritten(const char *directory, const char *path)
{
	size_t len = strlen(directory);

	return strncmp(path, directory, len) != 0 ||
	       strncmp(path + len, "/" ACTION_FILE_NAME, sizeof(ACTION_FILE_NAME)) != 0;
}

/* Where the file really is tells why it is not found where it was made. */
static bool is_elsewhere(const char *path, int fd)
{
	cleanup_free char *link = xasprintf("/proc/self/fd/%d", fd);
	char at[PATH_MAX];
	ssize_t len = readlink(link, at, sizeof(at) - 1);

	at[len > 0 ? len : 0] = '\0';
	return len > 0 && strcmp(at, path) != 0;
}

/* Under another name where one that must not be removed was left. */
static int file_create(const char *directory, char **path, char **renamed)
{
	int fd = -1;

	for (unsigned i = 0; i < FILE_NAMES && fd < 0; i++) {
		free(*path);
		free(*renamed);
		*path = i ? xasprintf("%s/%s-%u", directory, ACTION_FILE_NAME, i)
		          : xasprintf("%s/%s", directory, ACTION_FILE_NAME);
		*renamed = i ? xasprintf("%s/%s-%u", directory, ACTION_FILE_RENAMED, i)
		             : xasprintf("%s/%s", directory, ACTION_FILE_RENAMED);
		fd = open(*path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd;
}

void action_file(const char *directory, struct action_result *out)
{
	cleanup_free char *path = NULL;
	cleanup_free char *renamed = NULL;
	cleanup_close int fd = file_create(directory, &path, &renamed);

	if (fd < 0) {
		action_failed(out, "open");
		return;
	}
	if (is_rewritten(directory, path)) {
		action_differed(out, "open", OTHER_PATH);
		unlink(path);
		return;
	}
	if (file_view(out, path, fd, (uint64_t)fd) < 0 || file_use(path, fd, out) < 0 || file_ask(path, fd, out) < 0) {
		unlink(path);
		return;
	}
	if (rename(path, renamed) < 0) {
		if (errno == ENOENT && is_elsewhere(path, fd))
			action_differed(out, "open", OTHER_PATH);
		else
			action_failed(out, "rename");
		return;
	}
	file_view(out, renamed, fd, 0);
	if (unlink(renamed) < 0)
		action_failed(out, "unlink");
	else
		file_view(out, renamed, fd, 0);
	kept = steal_fd(&fd);
}

int action_file_end(void)
{
	close(kept);
	return 0;
}

/* ---- mappings ---- */

#define MAP_PAGES 3u
/* Nothing else is ever mapped there; where the kernel puts it elsewhere, that is the truth. */
#define MAP_HINT 0x2c0000000000ull

static struct view *map_view(struct action_result *out, void *at, size_t len, int prot, int flags, int fd)
{
	struct view *v = scene_add(&out->scene);

	view_number(v, VIEW_ADDR, (uintptr_t)at);
	view_number(v, VIEW_LEN, len);
	view_number(v, VIEW_END, (uintptr_t)at + len);
	view_number(v, VIEW_PROT, (uint64_t)prot);
	view_number(v, VIEW_FLAGS, (uint64_t)flags);
	view_number(v, VIEW_FD, (uint64_t)(int64_t)fd);
	view_number(v, VIEW_RET, (uintptr_t)at);
	return v;
}

static void *map(size_t len, int prot, int flags, int fd, unsigned which)
{
	return mmap((void *)(uintptr_t)(MAP_HINT + which * 0x10000000ull), len, prot, flags, fd, 0);
}

static int map_file(const char *path, int fd, size_t len, struct action_result *out)
{
	struct stat st;
	struct view *v;
	void *at;

	if (ftruncate(fd, (off_t)len) < 0 || fstat(fd, &st) < 0)
		return action_failed(out, "ftruncate");
	at = map(len, PROT_READ, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return action_failed(out, "mmap of a file");
	v = map_view(out, at, len, PROT_READ, MAP_SHARED, fd);
	view_text(v, VIEW_PATH, path);
	view_number(v, VIEW_INO, st.st_ino);
	view_number(v, VIEW_DEV, st.st_dev);
	return munmap(at, len) < 0 ? action_failed(out, "munmap") : 0;
}

static int map_memory(size_t len, struct action_result *out)
{
	void *at = map(len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 1);

	if (at == MAP_FAILED)
		return action_failed(out, "mmap");
	map_view(out, at, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (mprotect(at, len, PROT_READ) < 0)
		return action_failed(out, "mprotect");
	map_view(out, at, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	view_number(&out->scene.views[out->scene.count - 1], VIEW_RET, 0);
	return munmap(at, len) < 0 ? action_failed(out, "munmap") : 0;
}

void action_mmap(const char *directory, struct action_result *out)
{
	cleanup_free char *path = xasprintf("%s/%s", directory, "cm-mapped");
	cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (fd < 0) {
		action_failed(out, "open");
		return;
	}
	if (map_file(path, fd, 2 * page, out) == 0)
		map_memory(MAP_PAGES * page, out);
	if (unlink(path) < 0)
		action_failed(out, "unlink");
}

/* ---- mounts ---- */

#define MOUNT_SOURCE "cm-source"
#define MOUNT_FLAGS (MS_NOSUID | MS_NODEV)

static void mount_views(struct action_result *out, const char *target)
{
	struct view *v = scene_add(&out->scene);

	view_text(v, VIEW_SOURCE, MOUNT_SOURCE);
	view_text(v, VIEW_TARGET, target);
	view_text(v, VIEW_FSTYPE, "tmpfs");
	view_number(v, VIEW_FLAGS, MOUNT_FLAGS);
	view_number(v, VIEW_RET, 0);
	v = scene_add(&out->scene); /* the unmount */
	view_text(v, VIEW_TARGET, target);
	view_number(v, VIEW_FLAGS, 0);
	view_number(v, VIEW_RET, 0);
}

void action_mount(const char *directory, struct action_result *out)
{
	cleanup_free char *target = xasprintf("%s/%s", directory, "cm-target");

	if (mkdir(target, 0700) < 0) {
		action_failed(out, "mkdir");
		return;
	}
	/* The subject's mount namespace is its own; nothing mounted in it may come through to where it was copied from.
	 */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount(MOUNT_SOURCE, target, "tmpfs", MOUNT_FLAGS, NULL) < 0)
		action_failed(out, "mount");
	else if (umount2(target, 0) < 0)
		action_failed(out, "umount");
	else
		mount_views(out, target);
	rmdir(target);
}
