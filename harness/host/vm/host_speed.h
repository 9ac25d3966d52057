/* SPDX-License-Identifier: BSD-2-Clause */
/* host_speed: how fast this host is, and so how long emulated guests may take: a measurement in place of a constant. */
#ifndef COREMATRIX_HOST_VM_HOST_SPEED_H
#define COREMATRIX_HOST_VM_HOST_SPEED_H

#include "host/vm/vm.h"

/*
 * Deadlines for `jobs` VMs side by side on `processors` processors: those of the reference machine
 * (vm_deadlines_default) stretched by how much slower this one runs a fixed piece of work (some milliseconds, done
 * once), and by how many VMs share a processor. Never shorter than the reference's: a deadline has to catch what hangs,
 * not what is slow.
 */
struct vm_deadlines host_speed_deadlines(unsigned jobs, unsigned processors);

/* How many processors this process may use, at least 1. */
unsigned host_speed_processors(void);

/* Memory that is available without swapping, MiB (MemAvailable of /proc/meminfo, proc(5)); 0 when it is not known. */
unsigned long host_speed_available_mb(void);

/*
 * How many VMs of `memory_mb` MiB to run side by side, at least 1: three for two processors, since a guest that runs
 * cells waits a fifth of its time for its own grace periods and timers, and no more than `available_mb` MiB hold (0:
 * not known).
 */
unsigned host_speed_jobs(unsigned processors, unsigned memory_mb, unsigned long available_mb);

#endif
