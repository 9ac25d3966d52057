/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * floor: the init of the guest that `corematrix bench` measures boots against: it ends QEMU by semihosting's SYS_EXIT,
 * nothing else, with FLOOR_EXIT_CODE as the agent would put it (machine_aarch64.c).
 */
#include "floor/floor.h"

#define SYS_EXIT 0x18
#define ADP_STOPPED_APPLICATION_EXIT 0x20026

	.text
	.global _start
_start:
	mov w0, #SYS_EXIT
	adr x1, block
	hlt #0xf000
	/* Not reached: an init that ended would be a panic. */
wait:
	wfe
	b wait
	.balign 8
block:
	.quad ADP_STOPPED_APPLICATION_EXIT
	.quad FLOOR_EXIT_CODE << 1 | 1
	.section .note.GNU-stack,"",%progbits
