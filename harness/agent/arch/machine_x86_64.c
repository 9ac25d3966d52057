/* SPDX-License-Identifier: BSD-2-Clause */
/* x86: everything by I/O ports, which ioperm(2) opens: fw_cfg, isa-debugcon and isa-debug-exit. */
#include "agent/arch/machine.h"

#include <endian.h>
#include <errno.h>
#include <sys/io.h>
#include <unistd.h>

#include "agent/arch/fw_cfg.h"
#include "agent/arch/usdt.h"

/* As the host's arch_x86.c connects them. */
#define PORT_DEBUGCON 0xe9
#define PORT_DEBUG_EXIT 0xf4

#define FW_CFG_SELECTOR 0x510
#define FW_CFG_DATA 0x511
#define FW_CFG_DMA 0x514 /* and 0x518: the two halves of an address, big-endian */

/* Entries of system calls: arch/x86/include/asm/syscall_wrapper.h */
const char machine_syscall_prefix[] = "__x64_sys_";
const bool machine_keeps_timers = true;
const char machine_serial_numbers[] = "/sys/class/tty/ttyS0/dev";

/* glibc's insb and outsb tell the compiler nothing about memory, so it may keep stale values: own asm. */
static void in_bytes(uint16_t port, void *to, size_t count)
{
	__asm__ volatile("rep insb" : "+D"(to), "+c"(count) : "d"(port) : "memory");
}

static void out_bytes(uint16_t port, const void *from, size_t count)
{
	__asm__ volatile("rep outsb" : "+S"(from), "+c"(count) : "d"(port) : "memory");
}

static void fw_cfg_select(uint16_t key)
{
	outw(key, FW_CFG_SELECTOR);
}

static void fw_cfg_read(void *to, size_t size)
{
	in_bytes(FW_CFG_DATA, to, size);
}

/* The write of the second half starts it. */
static void fw_cfg_request(uint64_t address)
{
	outl(htobe32((uint32_t)(address >> 32)), FW_CFG_DMA);
	outl(htobe32((uint32_t)address), FW_CFG_DMA + 4);
	__asm__ volatile("" ::: "memory"); /* outl does not say that memory has changed */
}

static const struct fw_cfg fw_cfg = {fw_cfg_select, fw_cfg_read, fw_cfg_request};

int machine_open(struct error *err)
{
	if (ioperm(PORT_DEBUGCON, 1, 1) || ioperm(PORT_DEBUG_EXIT, 4, 1) || ioperm(FW_CFG_SELECTOR, 2, 1) ||
	    ioperm(FW_CFG_DMA, 8, 1))
		return machine_refused("access to I/O ports", err);
	if (fw_cfg_probe(&fw_cfg))
		return error_set(err, ENODEV, "fw_cfg: no QEMU behind port 0x%x", FW_CFG_SELECTOR);
	return 0;
}

void machine_send(const void *bytes, size_t len)
{
	out_bytes(PORT_DEBUGCON, bytes, len);
}

int machine_read_file(const char *name, struct buf *out)
{
	return fw_cfg_read_file(&fw_cfg, name, out);
}

void machine_exit(uint8_t code)
{
	outb(code, PORT_DEBUG_EXIT);
	for (;;)
		pause();
}

/* All of them are there. */
const char *machine_syscall(const char *call)
{
	return call;
}

__attribute__((noipa)) void machine_usdt_call(long first, long second)
{
	__asm__ volatile(USDT_PLACE("-8@%%rdi -8@%%rsi") : : "D"(first), "S"(second));
}
