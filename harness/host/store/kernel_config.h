/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_config: the configuration that a kernel was built with, as distributions leave it in /boot: where that of a
 * kernel of the user's is found, how one is read, and what it says of an option. It knows nothing of what asks for it.
 */
#ifndef COREMATRIX_HOST_STORE_KERNEL_CONFIG_H
#define COREMATRIX_HOST_STORE_KERNEL_CONFIG_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Those of distributions take 100 to 350 kB. */
#define KERNEL_CONFIG_MAX ((size_t)4 << 20)

/*
 * The configuration that lies beside a kernel's file: KERNEL.config; config-RELEASE beside vmlinuz-RELEASE, as in
 * /boot; .config beside a vmlinux, or at the top of the tree that arch/ARCH/boot/IMAGE was built in. "" when there is
 * none; the caller frees it.
 */
char *kernel_config_beside(const char *kernel);

/*
 * Append the text of an open file, plain or compressed by gzip, and close it. A file that is larger than
 * KERNEL_CONFIG_MAX or has no line of a configuration is a usage error, without a path.
 */
int kernel_config_read(int fd, struct buf *text, struct error *err);

/* The same of a path, which the error names. */
int kernel_config_read_path(const char *path, struct buf *text, struct error *err);

/* Append the configuration that is built into a kernel (CONFIG_IKCONFIG), uncompressed. -ENOENT when none is. */
int kernel_config_read_kernel(const void *kernel, size_t len, struct buf *text);

/*
 * The value of an option as the text has it ("y", "250", "\"(none)\""), `*len` bytes of it; NULL when it is not set.
 * libbpf takes the first line that sets it.
 */
const char *kernel_config_value(const char *text, const char *option, size_t *len);

#endif
