/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image: what is inside a kernel image: the uncompressed ELF in a bzImage, its BTF, its release, its PVH note. Pure
 * functions of bytes that nobody vouches for: every offset is checked. It knows nothing of packages and of the store.
 */
#ifndef COREMATRIX_HOST_STORE_IMAGE_H
#define COREMATRIX_HOST_STORE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* What image_unpack makes of an image. Offsets are within `elf`. */
struct image {
	struct buf elf;         /* uncompressed kernel; bytes after the ELF's own (a relocation table) are kept */
	struct buf packed;      /* the bzImage that it came in, empty when it came as an ELF */
	bool pvh;               /* has the Xen PVH entry note */
	size_t btf_at, btf_len; /* the .BTF section, 0 without */
	char *release;          /* what uname -r will say */
};

/*
 * Unpack a bzImage (Linux x86 boot protocol 2.08 or later, Documentation/arch/x86/boot.rst) or take an ELF vmlinux as
 * it is; `bytes` moves into the image either way. Anything else, a cut or corrupt one, or one for another processor is
 * a usage error without a path. Free with image_free either way.
 */
int image_unpack(struct buf *bytes, struct image *image, struct error *err);

void image_free(struct image *image);

/* Whether the bytes begin like a kernel image of any kind (the errors of image_unpack are then worth reading). */
bool image_is_kernel(const void *bytes, size_t len);

/* The release that a bzImage's header names, or NULL; the caller frees it. */
char *image_header_release(const void *bytes, size_t len);

#endif
