/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arm64: the agent's own entry (agent/fast/early_still.h), before libc's, and a system call that needs no libc. At entry
 * the stack pointer is at argc, and x0 is for _start.
 */
	.text
	.global agent_start
	.type agent_start, %function
agent_start:
	mov x19, x0
	ldr x0, [sp]
	add x1, sp, #8
	bl early_still
	mov x0, x19
	mov x29, #0
	mov x30, #0
	b _start
	.size agent_start, . - agent_start

/* long early_system_call(long number, long a, void *b, long c) */
	.global early_system_call
	.type early_system_call, %function
early_system_call:
	mov x8, x0
	mov x0, x1
	mov x1, x2
	mov x2, x3
	svc #0
	ret
	.size early_system_call, . - early_system_call
	.section .note.GNU-stack,"",%progbits
