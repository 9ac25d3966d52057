/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port: the guest's end of the channel, x86 I/O ports only, so that no driver is needed. Owned by PID 1; nothing else
 * in the agent touches a port. Knows bytes, not frames.
 *
 * fw_cfg: QEMU docs/specs/fw_cfg; selector 0x510, data 0x511, DMA 0x514, file directory at key 0x19.
 */
#ifndef COREMATRIX_AGENT_CHANNEL_PORT_H
#define COREMATRIX_AGENT_CHANNEL_PORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

#define PORT_DEBUGCON 0xe9
#define PORT_DEBUG_EXIT 0xf4

/* Get access to the ports. Returns 0, or a negative errno when the kernel refuses or QEMU's fw_cfg is not there. */
int port_open(struct error *err);

/* Send bytes to the host through isa-debugcon. */
void port_send(const void *bytes, size_t len);

/* Append the fw_cfg file `name` to `out`. Returns 0, or -ENOENT when the host gave none (no error text then). */
int port_read_fw_cfg(const char *name, struct buf *out);

/* End QEMU at once; its exit status becomes 2 * code + 1. */
_Noreturn void port_exit(uint8_t code);

#endif
