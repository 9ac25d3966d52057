/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An agent's ELF file, carried inside this program, so that one file is all a user needs: AGENT_ELF is its path,
 * AGENT_ARCH whose guests it is for. Each is an entry of a table that the linker makes of them (struct agent_image).
 */
	.weak agent_images_anchor
	.section .rodata
	.balign 16
agent_images_anchor:
1:
	.incbin AGENT_ELF
2:
3:	.asciz AGENT_ARCH
	.section agent_images,"aw",@progbits
	.balign 8
	.quad 3b, 1b, 2b
	.section .note.GNU-stack,"",@progbits
