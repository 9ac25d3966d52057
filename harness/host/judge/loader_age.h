/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader_age: which libbpf first knew a section of an object. What an older one says of it sounds like a mistake of the
 * object's, or like a lack of the kernel's. Pure.
 */
#ifndef COREMATRIX_HOST_JUDGE_LOADER_AGE_H
#define COREMATRIX_HOST_JUDGE_LOADER_AGE_H

/* "1.5" for "kprobe.session/vfs_read"; NULL for what libbpf 1.0 knew, and for what none does. */
const char *loader_age_since(const char *section);

#endif
