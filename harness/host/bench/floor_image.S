/* SPDX-License-Identifier: BSD-2-Clause */
/* The floor's init (harness/floor), carried inside this program as the agent is. FLOOR_ELF is its path. */
	.section .rodata
	.global floor_image_start, floor_image_end
	.balign 16
floor_image_start:
	.incbin FLOOR_ELF
floor_image_end:
	.section .note.GNU-stack,"",@progbits
