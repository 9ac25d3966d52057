/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * embedded: BPF objects inside another file: a tool built with libbpf carries each of its objects as one whole ELF
 * image among its read-only data (bpftool gen skeleton; Go's and Rust's loaders do the same). This finds those images
 * in untrusted bytes. It copies nothing, knows no libelf, and does not judge an object's inside.
 */
#ifndef COREMATRIX_HOST_OBJECT_EMBEDDED_H
#define COREMATRIX_HOST_OBJECT_EMBEDDED_H

#include <stddef.h>

#include "base/error.h"

struct embedded {
	size_t offset; /* of the image in the bytes */
	size_t size;
	char *source; /* what its source was called, without .bpf.c or .c ("biosnoop"); "" when the image does not tell
	               */
};

struct embedded_list {
	struct embedded *at; /* in the order of their offsets; none overlaps another */
	size_t count;
};

/*
 * Find every whole relocatable ELF64 image for little-endian BPF in `bytes`: header, section table, section names and a
 * symbol table must lie inside, and its size is where its last part ends. What only looks like one is passed over.
 * Returns 0 (`count` may be 0), or -EINVAL (error_usage, naming `name`) for bytes that are made to keep the search
 * busy. Free with embedded_list_free in every case. Format: elf(5). Pure.
 */
int embedded_find(const void *bytes, size_t len, const char *name, struct embedded_list *list, struct error *err);
void embedded_list_free(struct embedded_list *list);
#define cleanup_embedded_list __attribute__((cleanup(embedded_list_free)))

#endif
