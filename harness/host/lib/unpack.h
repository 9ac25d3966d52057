/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unpack: compressed streams and packages, through libarchive, in untrusted bytes: a jailed worker (jail.h) is the
 * place for it. Nothing is ever opened or written here, and no other program is run.
 */
#ifndef COREMATRIX_HOST_LIB_UNPACK_H
#define COREMATRIX_HOST_LIB_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * Decompress one gzip, bzip2, lzma, xz, LZ4 (legacy frames too) or zstd stream into `out`; bytes after its end are
 * ignored. More than `max` bytes of output is an error, as is a stream that is cut or corrupt (all usage errors,
 * without a path: the caller knows what was being read).
 */
int unpack_stream(const void *bytes, size_t len, size_t max, struct buf *out, struct error *err);

/* What a kernel package can hold for us. Absent members stay empty. */
struct unpack_kernel {
	/* boot/vmlinuz(-*), (usr/)lib/modules/X/vmlinuz, or an uncompressed boot/vmlinux-*; all below data/kernels/X,
	 * too */
	struct buf image;
	char *image_path;  /* member it came from, NULL when there is none */
	struct buf config; /* boot/config-*, (usr/)lib/modules/X/config */
	char *config_path;
};

/* What a file of a package is to us, by its path. */
enum unpack_member {
	UNPACK_OTHER,
	UNPACK_IMAGE,
	UNPACK_CONFIG,
};
enum unpack_member unpack_member(const char *path);

/* Whether the first bytes of a file are those of a package: .deb, .rpm, cpio, tar, or a compressed one of these. */
bool unpack_is_package(const void *bytes, size_t len);

/*
 * Take kernel image and configuration out of an open package file (.deb, .rpm, cpio, tar; compressed by anything that
 * unpack_stream reads). Stops at the first of each. Members of more than 1 GiB (16 MiB for a configuration) are
 * refused. A package that holds neither is no error. Errors name the file by `path`; free with unpack_kernel_free
 * either way.
 */
int unpack_package(int fd, const char *path, struct unpack_kernel *kernel, struct error *err);
void unpack_kernel_free(struct unpack_kernel *kernel);

/* Any files of a package. */
struct unpack_choice {
	bool (*wants)(void *ctx, const char *path);
	/* A wanted file, as it is in the package. Returns 1 when no more are wanted, 0 or a negative errno. */
	int (*take)(void *ctx, const char *path, struct buf *bytes, struct error *err);
	void *ctx;
	size_t max; /* bytes of a file; a larger one is refused */
};

/* Walk through a package file as unpack_package does. */
int unpack_files(int fd, const char *path, const struct unpack_choice *choice, struct error *err);

#endif
