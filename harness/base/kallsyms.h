/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kallsyms: the functions that a text as /proc/kallsyms tells of: "ffffffff81000000 T _stext", with "\t[MODULE]" after
 * what is not the kernel's own; BPF programs count as such. Who may not know addresses reads zeroes, and the same
 * names. Pure.
 */
#ifndef COREMATRIX_BASE_KALLSYMS_H
#define COREMATRIX_BASE_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>

#define KALLSYMS_PATH "/proc/kallsyms"
#define KALLSYMS_MAX ((size_t)64 << 20)

struct kallsyms_function {
	const char *name; /* `len` bytes of the text */
	size_t len;
	bool own; /* the kernel's own, no module's */
};

/*
 * The next function from `*at` on, which is moved behind its line; false when there is none before `end`. Lines that
 * are none, and the room before each function of kernels with CONFIG_PREFIX_SYMBOLS (6.2), which is no target, are
 * passed over.
 */
bool kallsyms_next(const char **at, const char *end, struct kallsyms_function *f);

#endif
