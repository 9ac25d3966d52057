/* SPDX-License-Identifier: BSD-2-Clause */
/* The caller (harness/caller), carried inside this program as the agent is. CALLER_ELF is its path. */
	.section .rodata
	.global caller_image_start, caller_image_end
	.balign 16
caller_image_start:
	.incbin CALLER_ELF
caller_image_end:
	.section .note.GNU-stack,"",@progbits
