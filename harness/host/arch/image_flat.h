/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_flat: kernels that are not ELF files: an Image, which QEMU boots, as it is or packed: Image.gz, or a program of
 * EFI that unpacks it (zboot). What differs between architectures is `flat` of their format. Nothing but the files of
 * architectures includes it; image.h says what the functions do.
 * Formats: Documentation/arch/arm64/booting.rst, Documentation/arch/riscv/boot-image-header.rst,
 * drivers/firmware/efi/libstub/zboot-header.S.
 */
#ifndef COREMATRIX_HOST_ARCH_IMAGE_FLAT_H
#define COREMATRIX_HOST_ARCH_IMAGE_FLAT_H

#include "host/arch/image.h"

bool image_flat_is_packed(const struct image_format *format, const char *bytes, size_t len);
int image_flat_unpack(struct image *image, struct error *err);
/* No vmlinux boots. */
bool image_flat_elf_boots(const char *notes, size_t len);

#endif
