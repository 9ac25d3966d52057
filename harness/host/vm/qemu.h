/* SPDX-License-Identifier: BSD-2-Clause */
/* qemu: the command line of one guest. Pure: a function of what the guest is to be. vm.h owns the process. */
#ifndef COREMATRIX_HOST_VM_QEMU_H
#define COREMATRIX_HOST_VM_QEMU_H

#include <stdbool.h>

#include "host/arch/arch.h"
#include "host/lib/strings.h"

struct qemu_guest {
	const struct arch *arch;
	enum accel accel;
	bool ordinary;      /* the architecture's ordinary machine, for comparison */
	const char *kernel; /* path of the image */
	const char *initrd;
	const char *job;
	const char *append; /* the row's own words for the kernel command line, "" */
	enum qemu_lsm {
		QEMU_LSM_USUAL,
		QEMU_LSM_BPF,
		QEMU_LSM_NO_BPF
	} bpf;           /* whether bpf is to be a security module */
	const char *lsm; /* list of them that the kernel was built with, "" when unknown; unused with QEMU_LSM_USUAL */
	unsigned memory_mb;
	unsigned processors; /* 0 as 1 */
	const char *frames;  /* path the frames are written to */
	const char *console; /* path the console is written to */
	/* A guest whose memory is a file, to be saved or resumed; all unused when `ram` is "" */
	const char *ram;   /* path of the memory's file, of memory_mb MiB */
	bool ram_shared;   /* what the guest writes goes into the file */
	const char *state; /* "", or path of the devices' state that the monitor will say to resume from */
	int monitor_fd;    /* QEMU's end of its monitor's socket pair */
};

/* The whole argv, program first. The caller frees it with strings_free. */
void qemu_argv(const struct qemu_guest *guest, struct strings *argv);

#endif
