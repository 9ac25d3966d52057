/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object_modules: the kernel modules without which programs of an object cannot be attached or never run, told from the
 * names of its sections: a classifier on clsact needs two, what hooks the block layer needs a disk. Pure.
 */
#ifndef COREMATRIX_HOST_OBJECT_OBJECT_MODULES_H
#define COREMATRIX_HOST_OBJECT_OBJECT_MODULES_H

#include <stddef.h>

#include "host/lib/strings.h"

/* Add the modules that the object in `bytes` needs, each once; none when it is no ELF file that can be read. */
void object_modules_find(const void *bytes, size_t len, struct strings *modules);

#endif
