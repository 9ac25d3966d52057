/* SPDX-License-Identifier: BSD-2-Clause */
/* arch_x86: what the files of x86 in this room share; nothing else includes it. */
#ifndef COREMATRIX_HOST_ARCH_ARCH_X86_H
#define COREMATRIX_HOST_ARCH_ARCH_X86_H

#include "host/arch/arch.h"
#include "host/arch/image.h"

extern const struct image_format arch_x86_image;

#endif
