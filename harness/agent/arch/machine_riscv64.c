/* SPDX-License-Identifier: BSD-2-Clause */
/* riscv64: QEMU's machine `virt`, its devices through /dev/mem. Addresses: hw/riscv/virt.c. */
#include "agent/arch/machine.h"

#include <unistd.h>

#include "agent/arch/generic_calls.h"
#include "agent/arch/mmio.h"
#include "agent/arch/usdt.h"

#define TEST_BASE 0x100000
/* hw/misc/sifive_test.c: QEMU ends with the status that is in the upper half. */
#define TEST_FAIL 0x3333

/* Entries of system calls: arch/riscv/include/asm/syscall_wrapper.h */
const char machine_syscall_prefix[] = "__riscv_sys_";
const char machine_serial_numbers[] = "/sys/class/tty/ttyS0/dev";

/* QEMU 7.2 restores the registers of hw/intc/riscv_aclint.c and of the processor's own timer, and does not start them.
 */
const bool machine_keeps_timers = false;

static volatile uint32_t *test_register;

static void barrier(void)
{
	__asm__ volatile("fence iorw, iorw" ::: "memory");
}

int machine_open(struct error *err)
{
	static const struct mmio_machine virt = {
	        .transports = 0x10001000,
	        .transport_count = 8,
	        .stride = 0x1000,
	        .barrier = barrier,
	};

	test_register = (volatile uint32_t *)mmio_map(TEST_BASE, sizeof(*test_register));
	if (!test_register)
		return machine_refused("/dev/mem", err);
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

/* The status is what the host's arch_parts.c knows. */
void machine_exit(uint8_t code)
{
	if (test_register)
		*test_register = (uint32_t)(code << 1 | 1) << 16 | TEST_FAIL;
	for (;;)
		pause();
}

const char *machine_syscall(const char *call)
{
	return generic_call(call);
}

__attribute__((noipa)) void machine_usdt_call(long first, long second)
{
	register long a __asm__("a0") = first;
	register long b __asm__("a1") = second;

	__asm__ volatile(USDT_PLACE("-8@a0 -8@a1") : : "r"(a), "r"(b));
}
