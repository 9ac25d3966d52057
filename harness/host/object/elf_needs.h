/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf_needs: what an ELF program or library says that it needs to be started: its interpreter, its libraries,
 * and where to look for them. Pure; the bytes may be damaged, every offset is checked. It finds no file.
 */
#ifndef COREMATRIX_HOST_OBJECT_ELF_NEEDS_H
#define COREMATRIX_HOST_OBJECT_ELF_NEEDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "host/arch/arch.h"
#include "host/lib/strings.h"

struct elf_needs {
	char *interpreter;     /* PT_INTERP, NULL: none */
	char *name;            /* DT_SONAME, NULL: none */
	char *rpath, *runpath; /* as they stand in the file, NULL: none */
	struct strings needed; /* DT_NEEDED, in order */
};

/* True for what a dynamic linker of that architecture's Linux takes: ELF, its class and machine, ET_EXEC or ET_DYN. */
bool elf_needs_fits(const struct arch *arch, const void *bytes, size_t len);

/*
 * Read it. A file without dynamic section needs nothing. Returns 0, or -EINVAL (error_usage, without the file's name)
 * when it does not fit or is damaged. Free with elf_needs_free in every case.
 */
int elf_needs_read(const struct arch *arch, const void *bytes, size_t len, struct elf_needs *out, struct error *err);
void elf_needs_free(struct elf_needs *needs);
#define cleanup_elf_needs __attribute__((cleanup(elf_needs_free)))

#endif
