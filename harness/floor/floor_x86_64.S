/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * floor: the init of the guest that `corematrix bench` measures boots against: it asks for the debug-exit port and
 * ends QEMU, nothing else. No libc, no stack, two instructions of work. FLOOR_EXIT_CODE is what it writes there, and
 * isa-debug-exit (QEMU hw/misc/debugexit.c) makes (code << 1 | 1) of it.
 */
#include "floor/floor.h"

#define SYS_IOPERM 173
#define PORT_DEBUG_EXIT 0xf4
#define PORT_COUNT 4

	.text
	.global _start
_start:
	mov $SYS_IOPERM, %eax
	mov $PORT_DEBUG_EXIT, %edi
	mov $PORT_COUNT, %esi
	mov $1, %edx
	syscall
	mov $FLOOR_EXIT_CODE, %al
	mov $PORT_DEBUG_EXIT, %dx
	outb %al, %dx
	/* Not reached: an init that ended would be a panic. */
wait:
	pause
	jmp wait
	.section .note.GNU-stack,"",@progbits
