/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_modules: the modules that objects need of the kernels of a run, each with all it depends on: looked up in the
 * store, and taken out of the kernel's package, which is fetched again, where they are not there yet.
 */
#ifndef COREMATRIX_HOST_STORE_STORE_MODULES_H
#define COREMATRIX_HOST_STORE_STORE_MODULES_H

#include "host/store/module_store.h"
#include "host/store/store.h"

/*
 * Fills sets[], one per kernel, each with every one of `names` (module_name). A module that a kernel does not have, or
 * whose package the source no longer has, is in the set as absent, with the reason. When the modules of an optional
 * row's kernel cannot be fetched, the kernel is skipped. No network is touched when the store has all. Returns 0 or a
 * negative errno; the caller frees with store_modules_free in every case.
 */
int store_modules_prepare(const struct store_options *o, const struct kernel_list *list, struct store_kernel *kernels,
                          size_t count, const struct strings *names, struct module_set **sets, struct error *err);
/* What the store has of them, whatever it is; for those who fetch nothing. Free like the above. */
struct module_set *store_modules_known(const struct store_kernel *kernels, size_t count);
/* Keep the sets of the kernels that `keep` is true for, as store_kernels_keep does with these. */
void store_modules_keep(struct module_set *sets, size_t count, const bool *keep);
void store_modules_free(struct module_set *sets, size_t count);

#endif
