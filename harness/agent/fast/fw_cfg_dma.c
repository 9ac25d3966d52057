/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fw_cfg's DMA interface from user space: QEMU writes into our pages where they are, page by page, a hundred times as
 * fast as byte by byte through a register, of which each costs an exit.
 */
#include <endian.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "agent/fast/fast.h"
#include "base/buf.h"
#include "base/cleanup.h"

#define DMA_READ 2u
#define DMA_SELECT 8u

/* QEMU docs/specs/fw_cfg: what the address of a request points to; every member is big-endian. */
struct request {
	uint32_t control; /* 0 when it was carried out */
	uint32_t length;
	uint64_t address;
};

/* Documentation/admin-guide/mm/pagemap */
#define PAGEMAP_PRESENT (1ull << 63)
#define PAGEMAP_FRAME ((1ull << 55) - 1)

/* Pages that a pipe refers to stay where they are, whatever compaction would like. Returns the pipe to be read from. */
static int pin(void *pages, size_t len)
{
	struct iovec part = {pages, len};
	int fds[2];

	/* Locking fills the pages in, for writing; the pipe alone would take the page of zeros that all share. */
	if (mlock(pages, len) || pipe2(fds, O_CLOEXEC))
		return -1;
	if (fcntl(fds[1], F_SETPIPE_SZ, (int)len) < 0 || vmsplice(fds[1], &part, 1, 0) != (ssize_t)len)
		close(steal_fd(&fds[0]));
	close(fds[1]);
	return fds[0];
}

/* Where pages are in memory; false where the kernel does not tell. */
static bool find_frames(const void *pages, size_t count, size_t page, uint64_t *frames)
{
	const off_t at = (off_t)((uintptr_t)pages / page * sizeof(*frames));
	cleanup_close int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	bool found = fd >= 0 && pread(fd, frames, count * sizeof(*frames), at) == (ssize_t)(count * sizeof(*frames));

	for (size_t i = 0; i < count && found; i++)
		found = (frames[i] & PAGEMAP_PRESENT) && (frames[i] &= PAGEMAP_FRAME);
	return found;
}

/* The page after the content holds the request. */
bool fast_fw_cfg_read(void (*request)(uint64_t address), uint16_t key, void *to, size_t size)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (size + page - 1) / page, len = (pages + 1) * page;
	cleanup_free uint64_t *frames = xcalloc(pages + 1, sizeof(*frames));
	char *area = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	volatile struct request *said = (void *)(area + pages * page);
	cleanup_close int pinned = area != MAP_FAILED ? pin(area, len) : -1;
	bool done = pinned >= 0 && find_frames(area, pages + 1, page, frames);

	for (size_t i = 0; i < pages && done; i++) {
		said->control = htobe32(DMA_READ | (i ? 0 : DMA_SELECT | (uint32_t)key << 16));
		said->length = htobe32((uint32_t)(size - i * page < page ? size - i * page : page));
		said->address = htobe64(frames[i] * page);
		request(frames[pages] * page);
		done = !said->control;
	}
	if (done)
		memcpy(to, area, size);
	if (area != MAP_FAILED)
		munmap(area, len);
	return done;
}
