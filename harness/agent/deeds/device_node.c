/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/device_node.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

/* What sysfs says that each of its files may hold: a page, which has 64 kB at most. */
#define ATTRIBUTE_SIZE ((size_t)64 << 10)

bool in_guest(void)
{
	struct stat first, self;

	return stat("/proc/1/exe", &first) == 0 && stat("/proc/self/exe", &self) == 0 && first.st_dev == self.st_dev &&
	       first.st_ino == self.st_ino;
}

int device_node(const char *path, const char *numbers, bool block, dev_t *dev)
{
	cleanup_buf struct buf text = {0};
	unsigned major_number, minor_number;
	dev_t made;

	if (io_read_file(numbers, ATTRIBUTE_SIZE, &text, NULL) < 0 ||
	    sscanf(buf_str(&text), "%u:%u", &major_number, &minor_number) != 2)
		return -1;
	made = makedev(major_number, minor_number);
	if (dev)
		*dev = made;
	return mknod(path, (block ? S_IFBLK : S_IFCHR) | 0600, made);
}

int device_open(const char *directory, const char *numbers, bool block, int flags, dev_t *dev)
{
	cleanup_free char *node = xasprintf("%s/cm-device-node", directory);
	int fd;

	if (device_node(node, numbers, block, dev) < 0)
		return -1;
	fd = open(node, flags | O_CLOEXEC);
	unlink(node);
	return fd;
}
