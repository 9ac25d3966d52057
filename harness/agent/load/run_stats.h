/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_stats: owns the switch of the kernel's statistics on BPF programs, which are off by default; and reads what the
 * kernel says that a program or its link missed. How often programs ran in the workloads is run_count's business.
 */
#ifndef COREMATRIX_AGENT_LOAD_RUN_STATS_H
#define COREMATRIX_AGENT_LOAD_RUN_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Switch the statistics on, for the life of this process: BPF_ENABLE_STATS (5.8), else kernel.bpf_stats_enabled. Once
 * per guest, for it patches the kernel's code. Returns false where the kernel has neither.
 */
bool run_stats_enable(void);

/* Runs that the kernel left out because the program was running already (recursion_misses, 5.12); else 0. */
uint64_t run_stats_recursion_misses(int program_fd);

/* Hits that a kprobe missed, as its link says (6.7); 0 where the kernel does not tell. */
uint64_t run_stats_missed(int link_fd);

/* The same of what the kernel wrote into a struct bpf_link_info, `size` bytes. Pure. */
uint64_t run_stats_link_missed(const void *info, size_t size);

#endif
