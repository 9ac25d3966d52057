/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/arch/mmio.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "agent/arch/fw_cfg.h"
#include "agent/arch/machine.h"
#include "agent/arch/virtio_block.h"
#include "agent/arch/virtio_console.h"
#include "base/cleanup.h"

/* docs/specs/fw_cfg, memory-mapped; selector and address of a request are big-endian. */
#define FW_CFG_SPAN 0x18
#define FW_CFG_DATA 0x0
#define FW_CFG_SELECTOR 0x8
#define FW_CFG_DMA 0x10

static volatile char *fw_cfg_registers, *console_registers, *block_registers;
static struct virtio_memory virtio_memory;
static void (*barrier)(void);

/* ---- memory ---- */

/* A node of its own: this comes before /dev is mounted. */
static int open_memory(void)
{
	static const char node[] = "/memory";
	int fd = mknod(node, S_IFCHR | 0600, makedev(1, 1)) ? -1 : open(node, O_RDWR | O_SYNC | O_CLOEXEC), why = errno;

	unlink(node);
	errno = why;
	return fd;
}

volatile char *mmio_map(uint64_t physical, size_t len)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE), inside = (size_t)physical % page;
	cleanup_close int fd = open_memory();
	char *mapped =
	        fd < 0 ? MAP_FAILED
	               : mmap(NULL, inside + len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)(physical - inside));

	return mapped == MAP_FAILED ? NULL : mapped + inside;
}

/* Documentation/admin-guide/mm/pagemap */
static bool find_frames(void *pages, size_t page, uint64_t physical[2])
{
	const uint64_t present = 1ull << 63, frame = (1ull << 55) - 1;
	cleanup_close int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	const off_t at = (off_t)((uintptr_t)pages / page * sizeof(*physical));
	bool found = fd >= 0 && pread(fd, physical, 2 * sizeof(*physical), at) == 2 * (ssize_t)sizeof(*physical);

	for (size_t i = 0; i < 2 && found; i++) {
		found = (physical[i] & present) && (physical[i] & frame);
		physical[i] = (physical[i] & frame) * page;
	}
	return found;
}

/* ---- fw_cfg ---- */

static void fw_cfg_select(uint16_t key)
{
	*(volatile uint16_t *)(fw_cfg_registers + FW_CFG_SELECTOR) = htobe16(key);
}

static void fw_cfg_read(void *to, size_t size)
{
	char *at = to;

	for (size_t i = 0; i < size; i++)
		at[i] = fw_cfg_registers[FW_CFG_DATA];
}

static void fw_cfg_request(uint64_t address)
{
	barrier();
	*(volatile uint64_t *)(fw_cfg_registers + FW_CFG_DMA) = htobe64(address);
	barrier();
}

static const struct fw_cfg fw_cfg = {fw_cfg_select, fw_cfg_read, fw_cfg_request};

int mmio_read_file(const char *name, struct buf *out)
{
	return block_registers ? virtio_block_read(block_registers, &virtio_memory, out)
	                       : fw_cfg_read_file(&fw_cfg, name, out);
}

/* ---- virtio ---- */

static volatile char *find_device(const struct mmio_machine *machine, volatile char *transports, enum virtio_id id)
{
	for (size_t i = 0; i < machine->transport_count; i++)
		if (virtio_is(transports + i * machine->stride, id))
			return transports + i * machine->stride;
	return NULL;
}

static int open_virtio(const struct mmio_machine *machine, struct error *err)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	volatile char *transports = mmio_map(machine->transports, machine->transport_count * machine->stride);
	void *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (!transports || pages == MAP_FAILED || mlock(pages, 2 * page))
		return machine_refused("virtio-mmio", err);
	virtio_memory = (struct virtio_memory){pages, page, find_frames};
	console_registers = find_device(machine, transports, VIRTIO_CONSOLE);
	if (!machine->fw_cfg)
		block_registers = find_device(machine, transports, VIRTIO_BLOCK);
	if (console_registers && (machine->fw_cfg || block_registers))
		return 0;
	return error_set(err, ENODEV, "virtio-mmio: no %s behind 0x%llx",
	                 console_registers ? "block device" : "console", (unsigned long long)machine->transports);
}

/* What cannot be sent is missed by the host, which knows what has to come. */
void mmio_send(const void *bytes, size_t len)
{
	if (console_registers)
		virtio_console_write(console_registers, &virtio_memory, bytes, len);
}

int mmio_open(const struct mmio_machine *machine, struct error *err)
{
	barrier = machine->barrier;
	if (!machine->fw_cfg)
		return open_virtio(machine, err);
	fw_cfg_registers = mmio_map(machine->fw_cfg, FW_CFG_SPAN);
	if (!fw_cfg_registers)
		return machine_refused("/dev/mem", err);
	if (fw_cfg_probe(&fw_cfg))
		return error_set(err, ENODEV, "fw_cfg: no QEMU behind 0x%llx", (unsigned long long)machine->fw_cfg);
	return open_virtio(machine, err);
}
