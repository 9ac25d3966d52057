/* SPDX-License-Identifier: BSD-2-Clause */
/* The agent's ELF file, carried inside this program, so that one file is all a user needs. AGENT_ELF is its path. */
	.section .rodata
	.global agent_image_start, agent_image_end
	.balign 16
agent_image_start:
	.incbin AGENT_ELF
agent_image_end:
	.section .note.GNU-stack,"",@progbits
