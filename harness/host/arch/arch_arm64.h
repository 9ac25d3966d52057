/* SPDX-License-Identifier: BSD-2-Clause */
/* arch_arm64: what the files of arm64 in this room share; nothing else includes it. */
#ifndef COREMATRIX_HOST_ARCH_ARCH_ARM64_H
#define COREMATRIX_HOST_ARCH_ARCH_ARM64_H

#include "host/arch/arch.h"
#include "host/arch/image.h"

extern const struct image_format arch_arm64_image;

#endif
