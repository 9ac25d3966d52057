/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * circumstance: in what a kernel runs that its version does not tell, as `env=` of a row asks for it and as a guest
 * finds it: a closed vocabulary of words KEY:VALUE, several with commas between them:
 *
 *   lockdown:integrity,lsm:bpf
 *
 * Pure.
 */
#ifndef COREMATRIX_WIRE_CIRCUMSTANCE_H
#define COREMATRIX_WIRE_CIRCUMSTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum circumstance_key {
	CIRCUMSTANCE_LOCKDOWN, /* of the kernel against its own root */
	CIRCUMSTANCE_LSM,      /* whether bpf is one of its security modules */
	CIRCUMSTANCE_CGROUP,   /* version of the hierarchy at /sys/fs/cgroup */
	CIRCUMSTANCE_JIT,
	CIRCUMSTANCE_UNPRIVILEGED, /* whether users without capabilities may use bpf() */
	/* of the process that loads and attaches */
	CIRCUMSTANCE_CAPS,
	CIRCUMSTANCE_NAMESPACE,
	CIRCUMSTANCE_TRACEFS,
	CIRCUMSTANCE_SYS,
	CIRCUMSTANCE_MEMLOCK,
	CIRCUMSTANCE_COUNT,
};

/* Values by their names' places in the table, from 1; 0: nothing is asked, or what was found has no name. */
enum { LOCKDOWN_INTEGRITY = 1, LOCKDOWN_CONFIDENTIALITY, LOCKDOWN_NONE };
enum { LSM_BPF = 1, LSM_NONE };
enum { CGROUP_V1 = 1, CGROUP_HYBRID, CGROUP_V2 };
enum { JIT_OFF = 1, JIT_ON, JIT_HARDENED };
enum { UNPRIVILEGED_ALLOWED = 1, UNPRIVILEGED_DENIED };
enum { CAPS_BPF = 1, CAPS_NONE };
enum { NAMESPACE_USER = 1, NAMESPACE_PID, NAMESPACE_MOUNT, NAMESPACE_CONTAINER };
enum { TRACEFS_NONE = 1, TRACEFS_MOUNTED };
enum { SYS_READ_ONLY = 1, SYS_WRITABLE };
enum { MEMLOCK_64K = 1, MEMLOCK_8M };

struct circumstances {
	uint8_t value[CIRCUMSTANCE_COUNT];
};

/* "lockdown", and "integrity"; the latter is "" for 0. */
const char *circumstance_key_name(enum circumstance_key key);
const char *circumstance_value_name(enum circumstance_key key, unsigned value);

/* The value of a key that has this name, or 0. */
unsigned circumstance_value_parse(enum circumstance_key key, const char *name);

/*
 * Read such words. Returns true; or false with, in `why`, what is wrong and what would be right: a word that is not
 * known, a key that is there twice, words that contradict each other.
 */
bool circumstances_parse(const char *text, struct circumstances *c, struct buf *why);

/* The same words in the table's order, "" for none; the caller frees it. */
char *circumstances_text(const struct circumstances *c);

/* One of them, "lockdown:integrity"; the caller frees it. */
char *circumstance_text(enum circumstance_key key, unsigned value);

bool circumstances_any(const struct circumstances *c);

#endif
