/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/device_node.h"
#include "base/buf.h"
#include "base/cleanup.h"

#define SECTOR_SIZE 512
#define READ_SECTOR 64
#define READ_SIZE 4096

static _Alignas(READ_SIZE) char read_buffer[READ_SIZE];

/* Returns a descriptor, or -1 when nothing can be read there. */
static int disk_open(const char *directory, const char *name, dev_t *dev)
{
	cleanup_free char *numbers = xasprintf("/sys/block/%s/dev", name);
	cleanup_close int fd = device_open(directory, numbers, true, O_RDONLY | O_DIRECT, dev);
	uint64_t size = 0;

	if (fd >= 0 && (ioctl(fd, BLKGETSIZE64, &size) < 0 || size < READ_SECTOR * SECTOR_SIZE + READ_SIZE))
		return -1;
	return steal_fd(&fd);
}

void action_disk_view(struct action_result *out, const char *name, dev_t dev, uint64_t sector, uint64_t len)
{
	struct view *v = scene_add(&out->scene);

	view_text(v, VIEW_DISK, name);
	view_number(v, VIEW_DEV, dev);
	view_number(v, VIEW_MAJOR, major(dev));
	view_number(v, VIEW_MINOR, minor(dev));
	view_number(v, VIEW_SECTOR, sector);
	view_number(v, VIEW_LEN, len);
}

void action_disk(const char *directory, struct action_result *out)
{
	cleanup_closedir DIR *disks = opendir("/sys/block");
	const struct dirent *disk = NULL;
	cleanup_close int fd = -1;
	dev_t dev = 0;

	while (fd < 0 && disks && (disk = readdir(disks)))
		fd = *disk->d_name == '.' ? -1 : disk_open(directory, disk->d_name, &dev);
	if (fd < 0) {
		errno = ENODEV;
		action_failed(out, "open");
		out->skipped = true;
	} else if (action_returned(out, "read", pread(fd, read_buffer, READ_SIZE, READ_SECTOR * SECTOR_SIZE),
	                           READ_SIZE) == 0) {
		action_disk_view(out, disk->d_name, dev, READ_SECTOR, READ_SIZE);
	}
}
