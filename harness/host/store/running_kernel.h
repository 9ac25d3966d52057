/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * running_kernel: what the system under a root directory tells anybody of the kernel that it runs: release, types,
 * configuration, functions and modules. It reads /proc, /sys, /boot and /lib/modules, needs no privileges, and changes
 * nothing. What is missing is not known.
 */
#ifndef COREMATRIX_HOST_STORE_RUNNING_KERNEL_H
#define COREMATRIX_HOST_STORE_RUNNING_KERNEL_H

#include "base/error.h"
#include "host/store/module_store.h"

struct running_kernel {
	char *release;
	char *btf;                 /* path of its types, where libbpf finds them; "" when it has none */
	char *config;              /* path of its configuration, where libbpf finds it; "" when it is nowhere */
	int names;                 /* file in memory with the names of its functions (symbols.h), -1 when not known */
	char *symbols;             /* path of that file, for this process; "" */
	struct module_set modules; /* that are loaded and have types */
};

/*
 * `root` "" is this system, else a directory without a slash at its end. -EINVAL (error_usage) when there is no
 * ROOT/proc. The caller frees it in every case.
 */
int running_kernel_read(const char *root, struct running_kernel *k, struct error *err);
void running_kernel_free(struct running_kernel *k);
#define cleanup_running_kernel __attribute__((cleanup(running_kernel_free)))

/* Whether the module is loaded, or built in with something to be seen of it. */
bool running_kernel_has_module(const char *root, const char *name);

#endif
