/* SPDX-License-Identifier: BSD-2-Clause */
/* A file system of a kind is mounted, and what there is to do in one is done. */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/device_node.h"
#include "agent/deeds/ext4_make.h"
#include "agent/deeds/filesystem_image.h"
#include "base/buf.h"
#include "base/cleanup.h"

/* A device that keeps in memory what is written to it. */
#define RAM_DISK "/sys/block/ram0/dev"

#define LOOP_CONTROL "/sys/class/misc/loop-control/dev"

#define WRITTEN 5000

/* ---- in a file system ---- */

static int file_use(const char *path, int fd, struct action_result *out)
{
	char bytes[WRITTEN] = "some bytes";
	struct iovec part = {bytes, sizeof(bytes)};
	struct stat st;
	struct view *v;

	if (action_returned(out, "write", pwrite(fd, bytes, sizeof(bytes), 0), sizeof(bytes)) < 0 ||
	    action_returned(out, "read", pread(fd, bytes, sizeof(bytes), 0), sizeof(bytes)) < 0)
		return -1;
	if (fsync(fd) < 0 || fstat(fd, &st) < 0)
		return action_failed(out, "fsync");
	v = scene_add(&out->scene);
	view_text(v, VIEW_PATH, path);
	view_number(v, VIEW_INO, st.st_ino);
	view_number(v, VIEW_DEV, st.st_dev);
	/* what not every file system can do, and none has to */
	if (pwritev2(fd, &part, 1, 0, RWF_NOWAIT) < 0 || fallocate(fd, 0, 0, 4 * WRITTEN) < 0 || fdatasync(fd) < 0)
		errno = 0;
	return 0;
}

static void map_use(int fd)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *at = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		return;
	at[0] = 'm';
	msync(at, page, MS_SYNC);
	munmap(at, page);
}

/* It is not told to go to its disk by whoever wrote it. */
static void behind_use(const char *root, int fd)
{
	cleanup_close int all = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (pwrite(fd, "behind", 6, WRITTEN) == 6 && all >= 0)
		syncfs(all);
}

static int names_use(const char *root, const char *path, struct action_result *out)
{
	cleanup_free char *other = xasprintf("%s/other", root);
	cleanup_free char *linked = xasprintf("%s/linked", root);
	cleanup_free char *symbolic = xasprintf("%s/symbolic", root);
	cleanup_free char *directory = xasprintf("%s/directory", root);
	char text[16];

	if (link(path, linked) < 0 || symlink("other", symbolic) < 0 || readlink(symbolic, text, sizeof(text)) < 0)
		return action_failed(out, "link");
	if (rename(path, other) < 0)
		return action_failed(out, "rename");
	if (mkdir(directory, 0700) < 0 || rmdir(directory) < 0)
		return action_failed(out, "mkdir");
	if (truncate(other, 1) < 0 || chmod(other, 0640) < 0)
		return action_failed(out, "truncate");
	if (unlink(other) < 0 || unlink(linked) < 0 || unlink(symbolic) < 0)
		return action_failed(out, "unlink");
	return 0;
}

static void system_use(const char *root, struct action_result *out)
{
	cleanup_free char *path = xasprintf("%s/file", root);
	cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0) {
		action_failed(out, "open");
		return;
	}
	if (file_use(path, fd, out) < 0)
		return;
	map_use(fd);
	behind_use(root, fd);
	names_use(root, path, out);
}

/* ---- the kinds ---- */

/* `root` is where to mount it, in a mount namespace of the caller's own. Returns 0, or -1 where there is no such thing.
 */
typedef int (*mounter)(const char *directory, const char *root);

static int ext4_mount(const char *directory, const char *root)
{
	cleanup_free char *node = xasprintf("%s/cm-ext4-node", directory);
	cleanup_close int fd = -1;
	int rc = device_node(node, RAM_DISK, true, NULL);

	if (rc == 0)
		fd = open(node, O_RDWR | O_CLOEXEC);
	rc = fd < 0 || ext4_make(fd) < 0 || fsync(fd) < 0 ? -1 : 0;
	close(steal_fd(&fd));
	rc = rc < 0 ? rc : mount(node, root, "ext4", 0, NULL);
	unlink(node);
	return rc;
}

/* A device whose disk is a file. Returns a descriptor, which the mount needs no more, or -1. */
static int loop_attach(const char *directory, const char *node, int file)
{
	cleanup_close int control = device_open(directory, LOOP_CONTROL, false, O_RDWR | O_CLOEXEC, NULL);
	int number = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
	cleanup_free char *numbers = xasprintf("/sys/block/loop%d/dev", number);
	cleanup_close int fd = -1;

	if (number < 0 || device_node(node, numbers, true, NULL) < 0 || (fd = open(node, O_RDWR | O_CLOEXEC)) < 0)
		return -1;
	return ioctl(fd, LOOP_SET_FD, file) < 0 ? -1 : steal_fd(&fd);
}

/* The file is gone from its directory as soon as the device has it, and the device when the file system lets it go. */
static int image_mount(const char *name, const char *directory, const char *root)
{
	const struct loop_info64 info = {.lo_flags = LO_FLAGS_AUTOCLEAR};
	cleanup_free char *path = xasprintf("%s/cm-disk-of-%s", directory, name);
	cleanup_free char *node = xasprintf("%s/cm-node-of-%s", directory, name);
	cleanup_close int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	cleanup_close int loop = -1;
	int rc = file < 0 || filesystem_image_write(name, file) < 0 ? -1 : 0;

	unlink(path);
	loop = rc < 0 ? -1 : loop_attach(directory, node, file);
	rc = loop < 0 || ioctl(loop, LOOP_SET_STATUS64, &info) < 0 ? -1 : mount(node, root, name, 0, NULL);
	unlink(node);
	return rc;
}

static int xfs_mount(const char *directory, const char *root)
{
	return image_mount("xfs", directory, root);
}

static int btrfs_mount(const char *directory, const char *root)
{
	return image_mount("btrfs", directory, root);
}

static int overlay_mount(const char *directory, const char *root)
{
	static const char *const parts[] = {"lower", "upper", "work"};
	cleanup_free char *base = xasprintf("%s/cm-overlay", directory);
	cleanup_free char *options = xasprintf("lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", base, base, base);
	int rc = mkdir(base, 0700) < 0 ? -1 : mount("cm-overlay", base, "tmpfs", 0, NULL);

	for (size_t i = 0; rc == 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
		cleanup_free char *part = xasprintf("%s/%s", base, parts[i]);

		rc = mkdir(part, 0700);
	}
	return rc < 0 ? rc : mount("overlay", root, "overlay", 0, options);
}

/* What it stands on goes when nobody is in it any more. */
static void overlay_leave(const char *directory)
{
	cleanup_free char *base = xasprintf("%s/cm-overlay", directory);

	umount2(base, MNT_DETACH);
	rmdir(base);
}

static void filesystem(const char *directory, mounter mount_it, struct action_result *out)
{
	cleanup_free char *root = xasprintf("%s/cm-root", directory);

	if (!in_guest() || mkdir(root, 0700) < 0) {
		errno = ENODEV;
		action_failed(out, "mkdir");
		out->skipped = true;
		return;
	}
	/* Nothing mounted in the subject's namespace may come through to where it was copied from. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mount_it(directory, root) < 0) {
		errno = ENODEV;
		action_failed(out, "mount");
		out->skipped = true;
	} else {
		system_use(root, out);
		if (umount2(root, 0) < 0 && !out->failure)
			action_failed(out, "umount");
	}
	rmdir(root);
}

void action_ext4(const char *directory, struct action_result *out)
{
	filesystem(directory, ext4_mount, out);
}

void action_xfs(const char *directory, struct action_result *out)
{
	filesystem(directory, xfs_mount, out);
}

void action_btrfs(const char *directory, struct action_result *out)
{
	filesystem(directory, btrfs_mount, out);
}

void action_overlay(const char *directory, struct action_result *out)
{
	filesystem(directory, overlay_mount, out);
	overlay_leave(directory);
}
