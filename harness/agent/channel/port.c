/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/channel/port.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"

#define PAGE 4096u

#define FW_CFG_SELECTOR 0x510
#define FW_CFG_DATA 0x511
#define FW_CFG_DMA 0x514 /* and 0x518: the two halves of an address, big-endian */
#define FW_CFG_SIGNATURE 0x00
#define FW_CFG_ID 0x01
#define FW_CFG_ID_DMA 2u
#define FW_CFG_FILE_DIR 0x19
#define FW_CFG_ENTRY_SIZE 64
#define FW_CFG_NAME_OFFSET 8

#define FW_CFG_DMA_ERROR 1u
#define FW_CFG_DMA_READ 2u
#define FW_CFG_DMA_SELECT 8u

/* QEMU docs/specs/fw_cfg: what the address written to FW_CFG_DMA points to; every member is big-endian. */
struct fw_cfg_dma {
	uint32_t control;
	uint32_t length;
	uint64_t address;
};

/* Documentation/admin-guide/mm/pagemap */
#define PAGEMAP_PRESENT (1ull << 63)
#define PAGEMAP_FRAME ((1ull << 55) - 1)

/* glibc's insb and outsb tell the compiler nothing about memory, so it may keep stale values: own asm. */
static void in_bytes(uint16_t port, void *to, size_t count)
{
	__asm__ volatile("rep insb" : "+D"(to), "+c"(count) : "d"(port) : "memory");
}

static void out_bytes(uint16_t port, const void *from, size_t count)
{
	__asm__ volatile("rep outsb" : "+S"(from), "+c"(count) : "d"(port) : "memory");
}

static void select_key(uint16_t key)
{
	outw(key, FW_CFG_SELECTOR);
}

static uint32_t get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

int port_open(struct error *err)
{
	char signature[4];

	if (ioperm(PORT_DEBUGCON, 1, 1) || ioperm(PORT_DEBUG_EXIT, 4, 1) || ioperm(FW_CFG_SELECTOR, 2, 1) ||
	    ioperm(FW_CFG_DMA, 8, 1))
		return error_set(err, errno, "I/O ports: the kernel refuses them: %s", strerror(errno));
	select_key(FW_CFG_SIGNATURE);
	in_bytes(FW_CFG_DATA, signature, sizeof(signature));
	if (memcmp(signature, "QEMU", sizeof(signature)))
		return error_set(err, ENODEV, "fw_cfg: no QEMU behind port 0x%x", FW_CFG_SELECTOR);
	return 0;
}

void port_send(const void *bytes, size_t len)
{
	out_bytes(PORT_DEBUGCON, bytes, len);
}

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
static bool find_frames(const void *pages, size_t count, uint64_t *frames)
{
	const off_t at = (off_t)((uintptr_t)pages / PAGE * sizeof(*frames));
	cleanup_close int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	bool found = fd >= 0 && pread(fd, frames, count * sizeof(*frames), at) == (ssize_t)(count * sizeof(*frames));

	for (size_t i = 0; i < count && found; i++)
		found = (frames[i] & PAGEMAP_PRESENT) && (frames[i] &= PAGEMAP_FRAME);
	return found;
}

/* One transfer; QEMU carries it out before the write to the port returns. */
static bool transfer(volatile struct fw_cfg_dma *dma, uint64_t dma_address, uint32_t control, uint64_t to, uint32_t len)
{
	dma->control = htobe32(control);
	dma->length = htobe32(len);
	dma->address = htobe64(to);
	outl(htobe32((uint32_t)(dma_address >> 32)), FW_CFG_DMA);
	outl(htobe32((uint32_t)dma_address), FW_CFG_DMA + 4);
	__asm__ volatile("" ::: "memory"); /* outl does not say that memory has changed */
	return !(be32toh(dma->control) & FW_CFG_DMA_ERROR);
}

/*
 * QEMU writes into the pages where they are, page by page: a hundred times as fast as byte by byte through the port,
 * of which each costs an exit. The page behind the content holds the request.
 */
static bool read_by_dma(uint16_t key, void *to, size_t size)
{
	const size_t pages = (size + PAGE - 1) / PAGE, len = (pages + 1) * PAGE;
	cleanup_free uint64_t *frames = xcalloc(pages + 1, sizeof(*frames));
	char *area = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	cleanup_close int pinned = area != MAP_FAILED ? pin(area, len) : -1;
	bool done = pinned >= 0 && find_frames(area, pages + 1, frames);

	for (size_t i = 0; i < pages && done; i++)
		done = transfer((void *)(area + pages * PAGE), frames[pages] * PAGE,
		                FW_CFG_DMA_READ | (i ? 0 : FW_CFG_DMA_SELECT | (uint32_t)key << 16), frames[i] * PAGE,
		                (uint32_t)(size - i * PAGE < PAGE ? size - i * PAGE : PAGE));
	if (done)
		memcpy(to, area, size);
	if (area != MAP_FAILED)
		munmap(area, len);
	return done;
}

static void read_key(uint16_t key, void *to, size_t size)
{
	uint8_t features = 0;

	select_key(FW_CFG_ID);
	in_bytes(FW_CFG_DATA, &features, sizeof(features));
	if ((features & FW_CFG_ID_DMA) && read_by_dma(key, to, size))
		return;
	select_key(key);
	in_bytes(FW_CFG_DATA, to, size);
}

int port_read_fw_cfg(const char *name, struct buf *out)
{
	uint8_t word[4], entry[FW_CFG_ENTRY_SIZE];
	uint32_t count;

	select_key(FW_CFG_FILE_DIR);
	in_bytes(FW_CFG_DATA, word, sizeof(word));
	count = get_be32(word);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t size;

		in_bytes(FW_CFG_DATA, entry, sizeof(entry));
		if (strncmp((const char *)entry + FW_CFG_NAME_OFFSET, name, sizeof(entry) - FW_CFG_NAME_OFFSET))
			continue;
		size = get_be32(entry);
		read_key((uint16_t)(entry[4] << 8 | entry[5]), buf_reserve(out, size), size);
		out->len += size;
		return 0;
	}
	return -ENOENT;
}

void port_exit(uint8_t code)
{
	outb(code, PORT_DEBUG_EXIT);
	for (;;)
		pause();
}
