/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * btf_source: where a kernel's types can come from when the store has not got them: raw .btf files, directories of
 * them, vmlinux files with a .BTF section, archives as public BTF collections publish them (X.btf.tar.xz), and
 * /sys/kernel/btf/vmlinux. What a file is, its first bytes say. It lists and reads; nothing here parses types.
 */
#ifndef COREMATRIX_HOST_STORE_BTF_SOURCE_H
#define COREMATRIX_HOST_STORE_BTF_SOURCE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Types of the largest kernels take 20 MiB; beyond this a file is refused. */
#define BTF_SOURCE_MAX ((size_t)64 << 20)

struct btf_source {
	char *id; /* file name without its endings, or the release of the running kernel */
	char *path;
};

struct btf_source_list {
	struct btf_source *at;
	size_t count;
};

/*
 * Append what `path` stands for: the file itself, or every .btf, .btf.tar.* and vmlinux-* file of a directory and of
 * those below it, ordered as kernel releases are. A path that cannot be read and a directory without such a file are
 * usage errors.
 */
int btf_source_add(struct btf_source_list *list, const char *path, struct error *err);

/* Append one file; both strings are copied. */
void btf_source_list_add(struct btf_source_list *list, const char *id, const char *path);

void btf_source_list_free(struct btf_source_list *list);
#define cleanup_btf_source_list __attribute__((cleanup(btf_source_list_free)))

/*
 * Read the raw BTF out of an open file of any of the kinds above. The bytes come from anywhere: call it in a jailed
 * worker (jail.h). Errors (usage) say what is wrong without a path. The file's position is left anywhere.
 */
int btf_source_read(int fd, struct buf *raw, struct error *err);

#endif
