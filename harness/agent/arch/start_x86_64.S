/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86: the agent's own entry (agent/fast/early_still.h), before libc's, and a system call that needs no libc. At entry
 * the stack pointer is at argc, and %rdx is for _start (System V ABI for AMD64, 3.4.1).
 */
	.text
	.global agent_start
	.type agent_start, @function
agent_start:
	mov (%rsp), %rdi
	lea 8(%rsp), %rsi
	mov %rdx, %rbx
	call early_still
	mov %rbx, %rdx
	jmp _start
	.size agent_start, . - agent_start

/* long early_system_call(long number, long a, void *b, long c) */
	.global early_system_call
	.type early_system_call, @function
early_system_call:
	mov %rdi, %rax
	mov %rsi, %rdi
	mov %rdx, %rsi
	mov %rcx, %rdx
	syscall
	ret
	.size early_system_call, . - early_system_call
	.section .note.GNU-stack,"",@progbits
