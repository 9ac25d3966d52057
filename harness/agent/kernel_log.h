/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_log: what the kernel logs while an object is in it (/dev/kmsg, Documentation/ABI/testing/dev-kmsg), sent to
 * the host as it is. What a line means is the host's business.
 */
#ifndef COREMATRIX_AGENT_KERNEL_LOG_H
#define COREMATRIX_AGENT_KERNEL_LOG_H

/* Before the first cell, and before debugfs is forbidden. */
void kernel_log_open(void);

/*
 * A cell is about to begin: what was logged until now is of the one before, and sent; before the first it is of none.
 * What the kernel has warned of and does so once only, it will warn of again.
 */
void kernel_log_part(void);

/* Send what was logged since this was called last, or since the cell began: it belongs to that cell. */
void kernel_log_send(void);

#endif
