/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * floor: the init of the guest that `corematrix bench` measures boots against: it maps the machine's test device by a
 * node of its own for /dev/mem and ends QEMU, nothing else, with FLOOR_EXIT_CODE as the agent would put it
 * (machine_riscv64.c).
 */
#include "floor/floor.h"

#define SYS_MKNODAT 33
#define SYS_OPENAT 56
#define SYS_MMAP 222
#define AT_FDCWD -100
#define S_IFCHR_0600 0x2180
#define MEMORY_DEVICE 0x101
#define O_RDWR_SYNC 0x101002
#define PROT_READ_WRITE 3
#define MAP_SHARED 1
#define TEST_BASE 0x100000
#define TEST_FAIL 0x3333

	.text
	.global _start
_start:
	li a0, AT_FDCWD
	lla a1, node
	li a2, S_IFCHR_0600
	li a3, MEMORY_DEVICE
	li a7, SYS_MKNODAT
	ecall
	li a0, AT_FDCWD
	lla a1, node
	li a2, O_RDWR_SYNC
	li a7, SYS_OPENAT
	ecall
	mv a4, a0
	li a0, 0
	li a1, 4096
	li a2, PROT_READ_WRITE
	li a3, MAP_SHARED
	li a5, TEST_BASE
	li a7, SYS_MMAP
	ecall
	li a1, (FLOOR_EXIT_CODE << 1 | 1) << 16 | TEST_FAIL
	sw a1, 0(a0)
	/* Not reached: an init that ended would be a panic. */
wait:
	j wait
node:
	.asciz "/memory"
	.section .note.GNU-stack,"",%progbits
