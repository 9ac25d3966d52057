/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fast: what is done for speed alone, under emulation above all, and makes PID 1 hard to read: memory that QEMU writes
 * to by itself, pages that forks share, libbpf's functions replaced when linking, an entry before libc's. The agent
 * does the same without it: `make PLAIN=1` leaves this room out, and the plain road is the one to read, port and debug.
 * What the rest of the agent calls of it is here; everything is allowed to do nothing.
 */
#ifndef COREMATRIX_AGENT_FAST_FAST_H
#define COREMATRIX_AGENT_FAST_FAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/btf.h>

/*
 * argv of a process that says it is there, holds still and ends: a name, this mark, the descriptor to write one byte
 * to, the one to read until its end; in decimal. Such a process may be done with before libc is set up.
 */
#define STILL_MARK "--corematrix-still"
#define STILL_ARGC 4

#ifndef PLAIN

/*
 * Read the content of fw_cfg's `key` by its DMA interface, of which `request` starts a transfer (agent/arch/fw_cfg.h).
 * False: it cannot be done, and nothing was read.
 */
bool fast_fw_cfg_read(void (*request)(uint64_t address), uint16_t key, void *to, size_t size);

/* `btf` is the running kernel's and stays: libbpf is given it instead of reading its own, and finds names by an index.
 */
void fast_kernel_btf(struct btf *btf);

/*
 * `btf` is what is in `path`, it stays, and objects are relocated by it from here on: libbpf is given it likewise, and
 * none of the kernel's own. False: libbpf still finds the kernel's.
 */
bool fast_external_btf(const char *path, struct btf *btf);

#else

static inline bool fast_fw_cfg_read(void (*request)(uint64_t address), uint16_t key, void *to, size_t size)
{
	(void)request, (void)key, (void)to, (void)size;
	return false;
}

static inline void fast_kernel_btf(struct btf *btf)
{
	(void)btf;
}

static inline bool fast_external_btf(const char *path, struct btf *btf)
{
	(void)path, (void)btf;
	return false;
}

#endif

#endif
