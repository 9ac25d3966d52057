/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What chaos.sh has for a kernel: an ELF file with what the harness looks for in one, a PVH note and the banner, large
 * enough that unpacking it takes a while. Only the fake QEMU boots it. SIZE is its size in bytes, about.
 */
	.section .note.xen, "a", @note
	.long 4, 4, 18 /* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.long 0x1000000

	.text
	.globl _start
_start:
	hlt

	.section .rodata
	.asciz "Linux version 6.1.0-fake (corematrix@tests) #1"
	.fill SIZE, 1, 0x55
