/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oci_layout: which layers of an image have a kernel's files. Reads a directory in the layout of the OCI's image
 * specification (https://github.com/opencontainers/image-spec, image-layout.md and manifest.md) with one image in it.
 * What is in a layer may come from anywhere: it is looked at in a worker in jail.
 */
#ifndef COREMATRIX_HOST_SOURCE_OCI_LAYOUT_H
#define COREMATRIX_HOST_SOURCE_OCI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct oci_layer {
	char *sha256;
	uint64_t size;                           /* bytes, as it is stored */
	bool has_image, has_config, has_modules; /* of the kernel */
};

struct oci_layout {
	char *release; /* of its kernel */
	struct oci_layer *layers;
	size_t count;
};

/*
 * Find the kernel of the image in `directory`; `name` is what messages call it. An image without a kernel, or with
 * kernels of several releases, is refused with -EINVAL. The caller frees `image` either way.
 */
int oci_layout_read(const char *directory, const char *name, struct oci_layout *image, struct error *err);

void oci_layout_free(struct oci_layout *image);
#define cleanup_oci_layout __attribute__((cleanup(oci_layout_free)))

#endif
