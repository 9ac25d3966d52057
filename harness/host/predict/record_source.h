/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record_source: which line of the source an instruction of an object comes from, as the line info of its .BTF.ext says
 * (struct bpf_line_info of uapi/linux/bpf.h; header and areas as in the kernel's Documentation/bpf/btf.rst). The bytes
 * are untrusted: what does not fit is not known.
 */
#ifndef COREMATRIX_HOST_PREDICT_RECORD_SOURCE_H
#define COREMATRIX_HOST_PREDICT_RECORD_SOURCE_H

#include <bpf/btf.h>
#include <stdint.h>

#include "relo/elf_view.h"

/*
 * "/home/me/tool/exec.bpf.c:9" of instruction number `insn` of the section called `section`; "" where it is not known.
 * The caller's. Pure.
 */
char *record_source(const struct elf_view *view, const struct btf *btf, const char *section, uint32_t insn);

/* The same from the working directory on when it is below that, for so people and code hosts call it. Part of `source`.
 */
const char *record_source_from_here(const char *source);

#endif
