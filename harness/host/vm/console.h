/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console: what a guest's kernel prints, watched for the lines that mean its end, and the tail kept as evidence. The
 * text is the guest's: bytes, capped, never parsed for results.
 */
#ifndef COREMATRIX_HOST_VM_CONSOLE_H
#define COREMATRIX_HOST_VM_CONSOLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define CONSOLE_TAIL_LINES 40

struct console {
	const char *const *endings; /* lines that mean the end on this architecture (arch.h), besides the usual ones */
	struct buf tail;            /* the last 32 to 64 KiB, without carriage returns */
	size_t line_start;          /* of the unfinished last line, in `tail` */
	char *fatal;    /* first line that means the end, without its time stamp, safe to show; NULL: none yet */
	uint64_t bytes; /* all that came */
};

/* Zero-initialise but for `endings`. Feed whatever arrives. */
void console_feed(struct console *c, const char *bytes, size_t len);

/* The last CONSOLE_TAIL_LINES lines, safe to show on a terminal; the caller frees it. */
char *console_tail(const struct console *c);
void console_free(struct console *c);

#endif
