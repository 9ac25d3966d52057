/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * still: what most subjects are after their exec: a process that says it is there, holds still and ends. It runs before
 * libc is set up, which would cost an emulated guest as much as the exec itself. Used by subject; agent_start, the
 * agent's entry point, is called by the kernel alone.
 */
#ifndef COREMATRIX_AGENT_DEEDS_STILL_H
#define COREMATRIX_AGENT_DEEDS_STILL_H

/* argv: a name, this mark, the descriptor to write one byte to, the one to read until its end; in decimal. */
#define STILL_MARK "--corematrix-still"
#define STILL_ARGC 4

/* When argv says so, hold still and never return. Needs no libc: no errno, no thread pointer, no stack protector. */
void still_if_asked(long argc, const char *const *argv);

#endif
