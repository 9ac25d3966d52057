/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

/* What sysfs says that each of its files may hold. */
#define ATTRIBUTE_SIZE 4096
#define SECTOR_SIZE 512
#define READ_SECTOR 64
#define READ_SIZE 4096

static _Alignas(READ_SIZE) char read_buffer[READ_SIZE];

/* By a node of our own, for a guest's /dev has none. Returns a descriptor, or -1 when nothing can be read there. */
static int disk_open(const char *directory, const char *name, dev_t *dev)
{
	cleanup_free char *numbers = xasprintf("/sys/block/%s/dev", name);
	cleanup_free char *node = xasprintf("%s/cm-disk-node", directory);
	cleanup_buf struct buf text = {0};
	unsigned major_number, minor_number;
	uint64_t size = 0;
	int fd;

	if (io_read_file(numbers, ATTRIBUTE_SIZE, &text, NULL) < 0 ||
	    sscanf(buf_str(&text), "%u:%u", &major_number, &minor_number) != 2)
		return -1;
	*dev = makedev(major_number, minor_number);
	if (mknod(node, S_IFBLK | 0600, *dev) < 0)
		return -1;
	fd = open(node, O_RDONLY | O_DIRECT | O_CLOEXEC);
	unlink(node);
	if (fd >= 0 && (ioctl(fd, BLKGETSIZE64, &size) < 0 || size < READ_SECTOR * SECTOR_SIZE + READ_SIZE)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void disk_view(struct action_result *out, const char *name, dev_t dev)
{
	struct view *v = scene_add(&out->scene);

	view_text(v, VIEW_DISK, name);
	view_number(v, VIEW_DEV, dev);
	view_number(v, VIEW_MAJOR, major(dev));
	view_number(v, VIEW_MINOR, minor(dev));
	view_number(v, VIEW_SECTOR, READ_SECTOR);
	view_number(v, VIEW_LEN, READ_SIZE);
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
		disk_view(out, disk->d_name, dev);
	}
}
