/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arm64: QEMU's machine `virt`, its devices through /dev/mem, and semihosting, which the host allows in user space.
 * Addresses: hw/arm/virt.c.
 */
#include "agent/arch/machine.h"

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
#include "agent/arch/virtio_console.h"
#include "base/cleanup.h"

#define FW_CFG_BASE 0x09020000
#define FW_CFG_SPAN 0x18
/* docs/specs/fw_cfg, memory-mapped; selector and address of a request are big-endian. */
#define FW_CFG_DATA 0x0
#define FW_CFG_SELECTOR 0x8
#define FW_CFG_DMA 0x10

#define VIRTIO_BASE 0x0a000000
#define VIRTIO_TRANSPORTS 32

/* Entries of system calls: arch/arm64/include/asm/syscall_wrapper.h */
const char machine_syscall_prefix[] = "__arm64_sys_";
const char machine_serial_numbers[] = "/sys/class/tty/ttyAMA0/dev";

static volatile char *fw_cfg_registers, *console_registers;
static struct virtio_memory console_memory;

/* ---- memory ---- */

/* Registers at a physical address; NULL, with errno, where the kernel does not allow it. */
static volatile char *map(int fd, off_t at, size_t len)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE), inside = (size_t)at % page;
	char *mapped = mmap(NULL, inside + len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at - (off_t)inside);

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
	__asm__ volatile("dsb sy" ::: "memory");
	*(volatile uint64_t *)(fw_cfg_registers + FW_CFG_DMA) = htobe64(address);
	__asm__ volatile("dsb sy" ::: "memory");
}

static const struct fw_cfg fw_cfg = {fw_cfg_select, fw_cfg_read, fw_cfg_request};

/* ---- what machine.h promises ---- */

static volatile char *find_console(volatile char *transports)
{
	for (size_t i = 0; i < VIRTIO_TRANSPORTS; i++)
		if (virtio_is_console(transports + i * VIRTIO_TRANSPORT_SIZE))
			return transports + i * VIRTIO_TRANSPORT_SIZE;
	return NULL;
}

static int open_console(int fd, struct error *err)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	volatile char *transports = map(fd, VIRTIO_BASE, (size_t)VIRTIO_TRANSPORTS * VIRTIO_TRANSPORT_SIZE);
	void *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (!transports || pages == MAP_FAILED || mlock(pages, 2 * page))
		return error_set(err, errno, "virtio-mmio: the kernel refuses it: %s", strerror(errno));
	console_memory = (struct virtio_memory){pages, page, find_frames};
	console_registers = find_console(transports);
	return console_registers ? 0 : error_set(err, ENODEV, "virtio-mmio: no console behind 0x%x", VIRTIO_BASE);
}

/* A node of its own: this comes before /dev is mounted. */
static int open_memory(void)
{
	static const char node[] = "/memory";
	int fd = mknod(node, S_IFCHR | 0600, makedev(1, 1)) ? -1 : open(node, O_RDWR | O_SYNC | O_CLOEXEC), why = errno;

	unlink(node);
	errno = why;
	return fd;
}

int machine_open(struct error *err)
{
	cleanup_close int fd = open_memory();

	if (fd >= 0)
		fw_cfg_registers = map(fd, FW_CFG_BASE, FW_CFG_SPAN);
	if (fd < 0 || !fw_cfg_registers)
		return error_set(err, errno, "/dev/mem: the kernel refuses it: %s", strerror(errno));
	if (fw_cfg_probe(&fw_cfg))
		return error_set(err, ENODEV, "fw_cfg: no QEMU behind 0x%x", FW_CFG_BASE);
	return open_console(fd, err);
}

/* What cannot be sent is missed by the host, which knows what has to come. */
void machine_send(const void *bytes, size_t len)
{
	if (console_registers)
		virtio_console_write(console_registers, &console_memory, bytes, len);
}

int machine_read_file(const char *name, struct buf *out)
{
	return fw_cfg_read_file(&fw_cfg, name, out);
}

/* Semihosting for AArch32 and AArch64, SYS_EXIT: a reason and a status, which the host's arch_arm64.c knows. */
void machine_exit(uint8_t code)
{
	const volatile uint64_t block[2] = {0x20026, (uint64_t)(code << 1 | 1)};
	register uint64_t operation __asm__("x0") = 0x18;
	register const volatile uint64_t *parameter __asm__("x1") = block;

	__asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(parameter) : "memory");
	for (;;)
		pause();
}

/* include/uapi/asm-generic/unistd.h: the calls by path are there in their at-forms alone. */
const char *machine_syscall(const char *call)
{
	static const char *const forms[][2] = {
	        {"open", "openat"},
	        {"creat", "openat"},
	        {"rename", "renameat"},
	        {"unlink", "unlinkat"},
	        {"rmdir", "unlinkat"},
	        {"mkdir", "mkdirat"},
	        {"mknod", "mknodat"},
	        {"link", "linkat"},
	        {"symlink", "symlinkat"},
	        {"readlink", "readlinkat"},
	        {"chmod", "fchmodat"},
	        {"chown", "fchownat"},
	        {"lchown", "fchownat"},
	        {"access", "faccessat"},
	        {"stat", "newfstatat"},
	        {"lstat", "newfstatat"},
	        {"utime", "utimensat"},
	        {"utimes", "utimensat"},
	        {"pipe", "pipe2"},
	        {"dup2", "dup3"},
	        {"poll", "ppoll"},
	        {"select", "pselect6"},
	        {"epoll_wait", "epoll_pwait"},
	        {"epoll_create", "epoll_create1"},
	        {"fork", "clone"},
	        {"vfork", "clone"},
	        {"getdents", "getdents64"},
	        {"inotify_init", "inotify_init1"},
	        {"eventfd", "eventfd2"},
	        {"signalfd", "signalfd4"},
	        {"pause", "ppoll"},
	        {"alarm", "setitimer"},
	        {"time", "clock_gettime"},
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (!strcmp(forms[i][0], call))
			return forms[i][1];
	return call;
}

/* As sys/sdt.h of SystemTap writes it: https://sourceware.org/systemtap/wiki/UserSpaceProbeImplementation */
__attribute__((noipa)) void machine_usdt_call(long first, long second)
{
	register long a __asm__("x0") = first;
	register long b __asm__("x1") = second;

	__asm__ volatile("990: nop\n"
	                 ".pushsection .note.stapsdt,\"\",\"note\"\n"
	                 ".balign 4\n"
	                 ".4byte 992f-991f, 994f-993f, 3\n"
	                 "991: .asciz \"stapsdt\"\n"
	                 "992: .balign 4\n"
	                 "993: .8byte 990b, _.stapsdt.base, 0\n"
	                 ".asciz \"" MACHINE_USDT_PROVIDER "\"\n"
	                 ".asciz \"" MACHINE_USDT_NAME "\"\n"
	                 ".asciz \"-8@x0 -8@x1\"\n"
	                 "994: .balign 4\n"
	                 ".popsection\n"
	                 ".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n"
	                 ".weak _.stapsdt.base\n"
	                 ".hidden _.stapsdt.base\n"
	                 "_.stapsdt.base: .space 1\n"
	                 ".size _.stapsdt.base, 1\n"
	                 ".popsection\n"
	                 :
	                 : "r"(a), "r"(b));
}
