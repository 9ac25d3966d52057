/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hook: what a program hooks, told from the name of its section as libbpf's section_defs read it, or from what its ini
 * attaches it to instead. Pure. Whether a kernel has the hook, and what fires it, is decided elsewhere.
 */
#ifndef COREMATRIX_WIRE_HOOK_H
#define COREMATRIX_WIRE_HOOK_H

#include <stdbool.h>
#include <stddef.h>

enum hook_kind {
	HOOK_NONE,           /* nothing that has a name in the kernel, or none that is known here */
	HOOK_TRACEPOINT,     /* event of tracefs: "sched/sched_process_exec" */
	HOOK_RAW_TRACEPOINT, /* "sched_process_exec", here and below */
	HOOK_BTF_TRACEPOINT,
	HOOK_SYSCALL, /* entry or exit of the system call of that name, by its tracepoint or by ksyscall */
	HOOK_KPROBE,
	HOOK_KPROBE_MULTI, /* a pattern, which may be a name */
	HOOK_FUNCTION,     /* fentry, fexit, fmod_ret */
	HOOK_LSM,          /* name of the hook, without "security_" */
	HOOK_LSM_CGROUP,
	HOOK_ITERATOR,
	HOOK_KIND_COUNT,
};

struct hook {
	enum hook_kind kind;
	bool at_return;   /* it runs when what is hooked is left */
	const char *name; /* within what hook_read was given; empty when neither names one */
	size_t len;       /* of the name; after it comes nothing, or an offset ("+0x4") */
};

/* `section` is the ELF section's name, `target` what the program is attached to instead of what that says, or NULL. */
struct hook hook_read(const char *section, const char *target);

/* Whether the hook is at a place within what it names. */
static inline bool hook_has_offset(const struct hook *h)
{
	return h->name[h->len] != '\0';
}

#endif
