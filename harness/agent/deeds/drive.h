/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drive: which deeds make hooks run of which nothing more is known: those of a part of the kernel, by how their names
 * begin. Pure. It promises nothing of any one of them; trigger is for hooks that are.
 */
#ifndef COREMATRIX_AGENT_DEEDS_DRIVE_H
#define COREMATRIX_AGENT_DEEDS_DRIVE_H

#include <stdint.h>

#include "wire/hook.h"

/* Bits of enum trigger; 0: nothing is known of such hooks. */
uint64_t drive_find(const struct hook *hook);

#endif
