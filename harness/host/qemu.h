/* SPDX-License-Identifier: BSD-2-Clause */
/* qemu: the command line of one guest. Pure: a function of what the guest is to be. vm.h owns the process. */
#ifndef COREMATRIX_HOST_QEMU_H
#define COREMATRIX_HOST_QEMU_H

#include "host/arch.h"
#include "host/strings.h"

struct qemu_guest {
	const struct arch *arch;
	enum accel accel;
	const char *kernel; /* path of the image */
	const char *initrd;
	const char *job;
	const char *append; /* the row's own words for the kernel command line, "" */
	unsigned memory_mb;
	const char *frames;   /* path the frames are written to */
	const char *console;  /* path the console is written to */
	const char *qmp;      /* "" or a path of the socket for QMP */
	const char *incoming; /* "" or where to resume a saved guest from (QEMU's -incoming) */
};

/* The whole argv, program first. The caller frees it with strings_free. */
void qemu_argv(const struct qemu_guest *guest, struct strings *argv);

#endif
