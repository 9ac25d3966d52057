/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel is made to look for memory: caches dropped, pages moved together, more asked for than is free. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/device_node.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

/* Of huge pages, more than any guest has. They are asked for one by one, and given back. */
#define MORE "100000"
#define CACHED ((size_t)4 << 20)
#define HUGE ((size_t)2 << 20)

static int vm_write(const char *name, const char *text)
{
	cleanup_free char *path = xasprintf("/proc/sys/vm/%s", name);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : io_write_all(fd, text, strlen(text));
}

/* Memory that is touched, so that there are pages of a task among what is looked at. */
static void *memory_take(void)
{
	void *at = mmap(NULL, CACHED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	memset(at, 1, CACHED);
	madvise(at, CACHED / 2, MADV_PAGEOUT);
	return at;
}

static void huge_touch(void)
{
	char *at = mmap(NULL, HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);

	if (at == MAP_FAILED)
		return;
	*(volatile char *)at = 1;
	munmap(at, HUGE);
}

void action_reclaim(const char *directory, struct action_result *out)
{
	void *memory;

	(void)directory;
	if (!in_guest()) {
		errno = ENODEV;
		action_failed(out, "open");
		out->skipped = true;
		return;
	}
	memory = memory_take();
	/* as far as the kernel has it; that it comes to look is all that counts */
	vm_write("drop_caches", "3");
	vm_write("compact_memory", "1");
	vm_write("nr_hugepages", MORE);
	huge_touch();
	vm_write("nr_hugepages", "0");
	if (memory)
		munmap(memory, CACHED);
}
