/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_btf: the running kernel's BTF, parsed once, and what libbpf finds of it. libbpf would read and parse it again
 * for every object it loads and every name it attaches to, unless fast.h spares it that.
 *
 * A job can bring an external BTF that objects are relocated by. The kernel's own is hidden from libbpf then, as if
 * the kernel had been built without; the agent itself still knows it.
 */
#ifndef COREMATRIX_AGENT_LOAD_KERNEL_BTF_H
#define COREMATRIX_AGENT_LOAD_KERNEL_BTF_H

#include <stddef.h>
#include <stdint.h>

#include <bpf/btf.h>

#include "base/error.h"

/*
 * Read and parse /sys/kernel/btf/vmlinux, and have the kernel parse it too. Part of what a guest has done when it is
 * saved. A kernel without BTF is not an error: size 0.
 */
void kernel_btf_load(void);

/*
 * From here on libbpf finds no BTF of the kernel's, and objects are to be opened with kernel_btf_external. Returns 0 or
 * a negative errno with `err` filled.
 */
int kernel_btf_replace(const void *bytes, size_t size, struct error *err);

/* Path of the BTF from outside, for btf_custom_path; NULL when there is none. */
const char *kernel_btf_external(void);

/* NULL when the kernel has none; owned by this module for the life of the process. */
struct btf *kernel_btf(void);
size_t kernel_btf_size(void);
uint32_t kernel_btf_crc(void); /* CRC-32 of its raw bytes */

#endif
