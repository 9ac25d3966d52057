/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The floor's init (harness/floor), carried inside this program as the agents are: FLOOR_ELF is its path, FLOOR_ARCH
 * whose guests it is for. Each is an entry of a table that the linker makes of them (struct floor_image).
 */
	.weak floor_images_anchor
	.section .rodata
	.balign 16
floor_images_anchor:
1:
	.incbin FLOOR_ELF
2:
3:	.asciz FLOOR_ARCH
	.section floor_images,"aw",@progbits
	.balign 8
	.quad 3b, 1b, 2b
	.section .note.GNU-stack,"",@progbits
