/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * riscv64: the agent's own entry (agent/fast/early_still.h), before libc's, and a system call that needs no libc. At
 * entry the stack pointer is at argc, and a0 is for _start. What is linked may reach its data by gp, which _start sets
 * for itself.
 */
	.text
	.global agent_start
	.type agent_start, %function
agent_start:
	.option push
	.option norelax
	la gp, __global_pointer$
	.option pop
	mv s1, a0
	ld a0, 0(sp)
	addi a1, sp, 8
	call early_still
	mv a0, s1
	tail _start
	.size agent_start, . - agent_start

/* long early_system_call(long number, long a, void *b, long c) */
	.global early_system_call
	.type early_system_call, %function
early_system_call:
	mv a7, a0
	mv a0, a1
	mv a1, a2
	mv a2, a3
	ecall
	ret
	.size early_system_call, . - early_system_call
	.section .note.GNU-stack,"",%progbits
