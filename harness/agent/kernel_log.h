/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_log: what the kernel logs while an object is in it (/dev/kmsg, Documentation/ABI/testing/dev-kmsg), sent to
 * the host as it is. What a line means is the host's business.
 */
#ifndef COREMATRIX_AGENT_KERNEL_LOG_H
#define COREMATRIX_AGENT_KERNEL_LOG_H

/* What was logged before is of no cell. Once, before the first. */
void kernel_log_begin(void);

/* Send what was logged since this was called last, or since the begin: it belongs to the last cell that began. */
void kernel_log_send(void);

#endif
