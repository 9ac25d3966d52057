/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usdt: the assembler of machine_usdt_call: a place with a note, as sys/sdt.h of SystemTap writes it.
 * https://sourceware.org/systemtap/wiki/UserSpaceProbeImplementation
 */
#ifndef COREMATRIX_AGENT_ARCH_USDT_H
#define COREMATRIX_AGENT_ARCH_USDT_H

#include "agent/arch/machine.h"

/* `arguments`: size and place of each, "-8@x0 -8@x1", with `%` doubled, for it stands in an asm with operands. */
#define USDT_PLACE(arguments) \
	"990: nop\n" \
	".pushsection .note.stapsdt,\"\",\"note\"\n" \
	".balign 4\n" \
	".4byte 992f-991f, 994f-993f, 3\n" \
	"991: .asciz \"stapsdt\"\n" \
	"992: .balign 4\n" \
	"993: .8byte 990b, _.stapsdt.base, 0\n" \
	".asciz \"" MACHINE_USDT_PROVIDER "\"\n" \
	".asciz \"" MACHINE_USDT_NAME "\"\n" \
	".asciz \"" arguments "\"\n" \
	"994: .balign 4\n" \
	".popsection\n" \
	".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n" \
	".weak _.stapsdt.base\n" \
	".hidden _.stapsdt.base\n" \
	"_.stapsdt.base: .space 1\n" \
	".size _.stapsdt.base, 1\n" \
	".popsection\n"

#endif
