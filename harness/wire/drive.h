/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drive: which deeds make a hook run that is not known by itself: those for its part of the kernel, told from how its
 * name begins; and the kernel modules that these deeds stand on. Pure. It promises nothing of any one hook: that is for
 * those who know what fires it.
 */
#ifndef COREMATRIX_WIRE_DRIVE_H
#define COREMATRIX_WIRE_DRIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/hook.h"

#define DRIVE_MODULES_MAX 3

/* A module that stands on no other and that nothing needs: it is there to be unloaded and loaded, from this file. */
#define DRIVE_SPARE_MODULE "dummy"
#define DRIVE_SPARE_FILE "/tmp/cm-spare-module"

/* One row: hooks of a part of the kernel. */
struct drive {
	uint32_t kinds;     /* bits 1 << enum hook_kind */
	const char *prefix; /* of the hook's name */
	uint64_t groups;    /* bits WORKLOAD_BIT */
	bool is_all;        /* and no other deed has anything to do with it */
	const char *
	        modules[DRIVE_MODULES_MAX]; /* in the order they have to be loaded; one may be built in, or not there */
};

/* The row whose prefix is the longest that the hook's name begins with; NULL: nothing is known of such hooks. */
const struct drive *drive_find(const struct hook *hook);

const struct drive *drive_rows(size_t *count);

#endif
