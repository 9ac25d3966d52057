/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * undriven: whether a program never ran because nothing that was done reaches its hook. What is known to fire it, and
 * did not make it run, is another matter: the program is silent. Pure.
 */
#ifndef COREMATRIX_AGENT_LOAD_UNDRIVEN_H
#define COREMATRIX_AGENT_LOAD_UNDRIVEN_H

#include <stdint.h>

struct undriven_case {
	const char *section; /* of an attached program */
	const char *target;  /* what it is attached to instead of what the section says, or NULL */
	uint64_t known;      /* bits of enum trigger: what is known to fire the hook */
	uint64_t done;       /* what was done */
	uint64_t runs;       /* how often the kernel ran it, by its own count */
	const char *release; /* of the kernel, as uname has it */
};

/* Name of the hook, within `section` or `target`; NULL when the program ran, or should have. */
const char *undriven_hook(const struct undriven_case *c);

#endif
