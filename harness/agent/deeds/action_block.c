/* SPDX-License-Identifier: BSD-2-Clause */
/* A block device is written: past the page cache, where it is known what comes to it, and through it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/device_node.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

/* Of a driver that keeps nothing: what is written to it is nobody's. */
#define WRITTEN_DISK "nullb0"
#define SECTOR_SIZE 512
#define WRITE_SECTOR 4096
#define WRITE_SIZE 8192
/* As many pages as are read ahead at least, and as a scheduler makes one request of. */
#define CACHED_SIZE ((size_t)256 << 10)

static int disk_open(const char *directory, int flags, dev_t *dev, struct action_result *out)
{
	int fd = in_guest() ? device_open(directory, "/sys/block/" WRITTEN_DISK "/dev", true, flags, dev) : -1;

	if (fd < 0) {
		errno = ENODEV;
		action_failed(out, "open");
		out->skipped = true;
	}
	return fd;
}

void action_disk_write(const char *directory, struct action_result *out)
{
	dev_t dev = 0;
	cleanup_close int fd = disk_open(directory, O_WRONLY | O_DIRECT, &dev, out);
	cleanup_free char *bytes = aligned_alloc(WRITE_SIZE, WRITE_SIZE);

	if (fd < 0)
		return;
	memset(bytes, 'w', WRITE_SIZE);
	if (action_returned(out, "write", pwrite(fd, bytes, WRITE_SIZE, (off_t)WRITE_SECTOR * SECTOR_SIZE),
	                    WRITE_SIZE) == 0)
		action_disk_view(out, WRITTEN_DISK, dev, WRITE_SECTOR, WRITE_SIZE);
}

/* With a scheduler requests are queued and merged before they are sent; without one they are sent at once. */
static void scheduler_set(const char *name)
{
	cleanup_close int fd = open("/sys/block/" WRITTEN_DISK "/queue/scheduler", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		io_write_all(fd, name, strlen(name));
}

/* Which requests the kernel makes of it is the kernel's own affair. */
void action_disk_cache(const char *directory, struct action_result *out)
{
	dev_t dev = 0;
	cleanup_close int fd = disk_open(directory, O_RDWR, &dev, out);
	cleanup_free char *bytes = xcalloc(1, CACHED_SIZE);

	if (fd < 0)
		return;
	scheduler_set("mq-deadline");
	if (action_returned(out, "read", pread(fd, bytes, CACHED_SIZE, 0), CACHED_SIZE) == 0 &&
	    action_returned(out, "write", pwrite(fd, bytes, CACHED_SIZE, 0), CACHED_SIZE) == 0 && fsync(fd) < 0)
		action_failed(out, "fsync");
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	scheduler_set("none");
}
