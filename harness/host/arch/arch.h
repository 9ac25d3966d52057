/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch: all that is specific to a processor: how QEMU is called for it, its console, channel and kernel command line. A
 * second architecture is one more file with one more of these.
 */
#ifndef COREMATRIX_HOST_ARCH_ARCH_H
#define COREMATRIX_HOST_ARCH_ARCH_H

#include "host/lib/strings.h"

enum accel { ACCEL_TCG, ACCEL_KVM };

struct arch {
	const char *name; /* as uname -m says */
	const char *qemu; /* program */
	/* Arguments that make the machine; `accel` chooses the processor model too. */
	void (*machine)(struct strings *argv, enum accel accel);
	/* Devices of the channel: frames go to the chardev with id "frames". */
	void (*channel)(struct strings *argv);
	/* Kernel command line that every guest of this machine needs; the caller frees it. */
	char *(*append)(enum accel accel);
	/* QEMU's exit status when the agent ended it with `code`. */
	int (*exit_status)(int code);
};

extern const struct arch arch_x86;

const char *accel_name(enum accel accel);

#endif
