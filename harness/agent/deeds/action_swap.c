/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory goes out to a device and comes back. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/device_node.h"
#include "base/buf.h"
#include "base/cleanup.h"

#define RAM_DISK "/sys/block/ram0/dev"
#define LAST_PAGE 1023
#define PAGES 64

/* The first page of a device to swap to: union swap_header of the kernel's include/linux/swap.h. */
static int header_write(int fd, size_t page)
{
	cleanup_free char *first = xcalloc(1, page);
	const uint32_t version_and_last[] = {1, LAST_PAGE};

	memcpy(first + 1024, version_and_last, sizeof(version_and_last));
	memcpy(first + page - 10, "SWAPSPACE2", 10);
	return pwrite(fd, first, page, 0) == (ssize_t)page && fsync(fd) == 0 ? 0 : -1;
}

static void pages_go_and_come(size_t page)
{
	char *at = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return;
	memset(at, 1, PAGES * page);
	madvise(at, PAGES * page, MADV_PAGEOUT);
	for (size_t i = 0; i < PAGES; i++)
		*(volatile char *)(at + i * page) = 2;
	munmap(at, PAGES * page);
}

void action_swap(const char *directory, struct action_result *out)
{
	cleanup_free char *node = xasprintf("%s/cm-swap", directory);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	cleanup_close int fd = -1;

	if (!in_guest() || device_node(node, RAM_DISK, true, NULL) < 0 || (fd = open(node, O_RDWR | O_CLOEXEC)) < 0) {
		errno = ENODEV;
		action_failed(out, "open");
		out->skipped = true;
		return;
	}
	if (header_write(fd, page) < 0 || swapon(node, 0) < 0) {
		action_failed(out, "swapon");
		out->skipped = true;
	} else {
		pages_go_and_come(page);
		if (swapoff(node) < 0)
			action_failed(out, "swapoff");
	}
	unlink(node);
}
