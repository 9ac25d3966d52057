/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_config: the configuration of the running kernel, where libbpf and other loaders look for it:
 * /boot/config-RELEASE, as distributions have it, which the host sends along, or the kernel's own /proc/config.gz.
 */
#ifndef COREMATRIX_AGENT_LOAD_KERNEL_CONFIG_H
#define COREMATRIX_AGENT_LOAD_KERNEL_CONFIG_H

#include "base/error.h"
#include "wire/job.h"

/* Put the job's configuration, if it has one, in its place. */
int kernel_config_place(const struct job *job, struct error *err);

/* The text of whichever there is, "" without one; the caller frees it. */
char *kernel_config_text(void);

#endif
