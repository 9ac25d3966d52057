/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arm64: QEMU's machine `virt`, its devices through /dev/mem, and semihosting, which the host allows in user space.
 * Addresses: hw/arm/virt.c.
 */
#include "agent/arch/machine.h"

#include <unistd.h>

#include "agent/arch/generic_calls.h"
#include "agent/arch/mmio.h"
#include "agent/arch/usdt.h"

/* Entries of system calls: arch/arm64/include/asm/syscall_wrapper.h */
const char machine_syscall_prefix[] = "__arm64_sys_";
const bool machine_keeps_timers = true;
const char machine_serial_numbers[] = "/sys/class/tty/ttyAMA0/dev";

static void barrier(void)
{
	__asm__ volatile("dsb sy" ::: "memory");
}

int machine_open(struct error *err)
{
	static const struct mmio_machine virt = {
	        .fw_cfg = 0x09020000,
	        .transports = 0x0a000000,
	        .transport_count = 32,
	        .stride = 0x200,
	        .barrier = barrier,
	};

	return mmio_open(&virt, err);
}

void machine_send(const void *bytes, size_t len)
{
	mmio_send(bytes, len);
}

int machine_read_file(const char *name, struct buf *out)
{
	return mmio_read_file(name, out);
}

/* Semihosting for AArch32 and AArch64, SYS_EXIT: a reason and a status, which the host's arch_parts.c knows. */
void machine_exit(uint8_t code)
{
	const volatile uint64_t block[2] = {0x20026, (uint64_t)(code << 1 | 1)};
	register uint64_t operation __asm__("x0") = 0x18;
	register const volatile uint64_t *parameter __asm__("x1") = block;

	__asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(parameter) : "memory");
	for (;;)
		pause();
}

const char *machine_syscall(const char *call)
{
	return generic_call(call);
}

__attribute__((noipa)) void machine_usdt_call(long first, long second)
{
	register long a __asm__("x0") = first;
	register long b __asm__("x1") = second;

	__asm__ volatile(USDT_PLACE("-8@x0 -8@x1") : : "r"(a), "r"(b));
}
