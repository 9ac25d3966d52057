/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch_parts: members of `struct arch` that several architectures have alike; arch.h says what each does. Nothing but
 * the files of architectures includes it.
 */
#ifndef COREMATRIX_HOST_ARCH_ARCH_PARTS_H
#define COREMATRIX_HOST_ARCH_ARCH_PARTS_H

#include "host/lib/strings.h"

/* The machine's first serial line. */
void arch_serial_console(struct strings *argv);

/* Frames by a console of virtio's behind a memory-mapped transport: the agent's virtio_console.h. */
void arch_virtio_channel(struct strings *argv);

/* QEMU's fw_cfg, which hands over a file without a driver. */
void arch_fw_cfg_job(struct strings *argv, const char *path);

/*
 * What is on a block device of virtio's, behind a memory-mapped transport: the agent's virtio_block.h. For machines
 * whose fw_cfg takes no files: QEMU before 8 makes that of riscv64 after it has read its options. No job: an empty
 * device.
 */
void arch_block_job(struct strings *argv, const char *path);

/* Odd, so that no status that QEMU ends with by itself is one of ours: isa-debug-exit does it, agents do the same. */
int arch_odd_status(int code);

#endif
