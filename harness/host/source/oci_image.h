/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oci_image: kernels in container images, a kernel each: boot/vmlinuz-RELEASE (also below data/kernels/), lib/modules
 * and boot/config-RELEASE in any of its layers. A file NAME.oci says which, a line each, as skopeo names images
 * (containers-transports(5)): docker://REGISTRY/IMAGE@sha256:HASH, docker://REGISTRY/IMAGE:TAG, oci:LAYOUT:TAG of a
 * directory. skopeo fetches them and holds each part to the hash by which the image names it; the kernel's files are
 * layers of the image, which are archives.
 *
 * A tag means what a registry says today: one is taken only by the rules of a file NAME.policy.json beside the list
 * (containers-policy.json(5)), which says whose signatures count.
 */
#ifndef COREMATRIX_HOST_SOURCE_OCI_IMAGE_H
#define COREMATRIX_HOST_SOURCE_OCI_IMAGE_H

#include "host/source/source.h"

/* Of all such sources: they differ in name, listing, directory and definition. */
extern const struct kernel_source oci_image_source;

/* Images as a definition names them. */
struct oci_list {
	struct strings references; /* as skopeo takes them: a layout's path is absolute */
	struct strings tags;       /* of each, "" for one that is named by its hash */
};

/*
 * The images that the text of a NAME.oci at `path` names; a layout that is no absolute path is one in `directory`. A
 * line that is none, a tag of a registry without a policy (`has_policy`), and a list of nothing are usage errors that
 * name `path`. Pure. The caller frees `list` either way.
 */
int oci_list_read(const char *text, const char *path, const char *directory, bool has_policy, struct oci_list *list,
                  struct error *err);
void oci_list_free(struct oci_list *list);
#define cleanup_oci_list __attribute__((cleanup(oci_list_free)))

#endif
