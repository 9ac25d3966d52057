/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * module_take: kernel modules out of a kernel's package, with what they depend on, into the store. The package is read
 * by a jailed worker (jail.h), and what it says is checked before it is kept.
 */
#ifndef COREMATRIX_HOST_STORE_MODULE_TAKE_H
#define COREMATRIX_HOST_STORE_MODULE_TAKE_H

#include "base/error.h"
#include "host/lib/strings.h"

/*
 * Take `names` and what they depend on out of the package files at `packages` (ended by NULL), and add them to what is
 * in the entry's directory. What is not in any is known from then on to be built in, or absent. -ENOEXEC, `err` saying
 * so, for a file that is a kernel image; a usage error for what is wrong with the bytes. The store's lock is held.
 */
int module_take(const char *entry, const char *const *packages, const struct strings *names, struct error *err);

#endif
