/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mmio: what machine.h promises of a machine whose devices are behind memory: a job by fw_cfg or a block device of
 * virtio's, frames by a console of virtio's, all through /dev/mem, for kernels have their drivers as modules. The
 * addresses are the machine's.
 */
#ifndef COREMATRIX_AGENT_ARCH_MMIO_H
#define COREMATRIX_AGENT_ARCH_MMIO_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* Physical addresses, as QEMU lays them out. */
struct mmio_machine {
	uint64_t fw_cfg;     /* 0: there is none, and the job is what is on the block device */
	uint64_t transports; /* of virtio: this many, one each `stride` bytes */
	size_t transport_count, stride;
	/* Orders writes to memory, and reads of it, against the devices. */
	void (*barrier)(void);
};

/* Get access to both. As machine_open. */
int mmio_open(const struct mmio_machine *machine, struct error *err);

/* Registers of another device; NULL, with errno, where the kernel does not allow it. Never unmapped. */
volatile char *mmio_map(uint64_t physical, size_t len);

/* As machine_send and machine_read_file. */
void mmio_send(const void *bytes, size_t len);
int mmio_read_file(const char *name, struct buf *out);

#endif
