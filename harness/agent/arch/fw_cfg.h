/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fw_cfg: files that the host hands its guest through QEMU's device of that name (QEMU docs/specs/fw_cfg). The protocol
 * stands here, once; how the registers are reached is a small back end of the architecture's.
 */
#ifndef COREMATRIX_AGENT_ARCH_FW_CFG_H
#define COREMATRIX_AGENT_ARCH_FW_CFG_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* The registers. */
struct fw_cfg {
	void (*select)(uint16_t key);
	/* The next `size` bytes of what is selected. */
	void (*read)(void *to, size_t size);
	/* Tell the address of a request in the guest's memory; on return QEMU has carried it out. */
	void (*request)(uint64_t address);
};

/* 0 when QEMU is behind the registers, else -ENODEV without text. */
int fw_cfg_probe(const struct fw_cfg *device);

/* Append the file `name` to `out`. Returns 0, or -ENOENT when there is none. */
int fw_cfg_read_file(const struct fw_cfg *device, const char *name, struct buf *out);

#endif
