/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object_setting: the grammar of the sections of an object's ini that say what to do to it before loading: one line
 * becomes one struct job_setting. Pure; whether the object has what a line names is found out in the guest.
 */
#ifndef COREMATRIX_HOST_OBJECT_OBJECT_SETTING_H
#define COREMATRIX_HOST_OBJECT_OBJECT_SETTING_H

#include <stdbool.h>

#include "base/buf.h"
#include "wire/job.h"

/* True for a section that holds settings: "rodata", "maps", "programs", "sysctl". */
bool object_setting_is_section(const char *section);

/*
 * Read `name = value` of `section`. Returns true with `out` filled, strings owned by the caller; or false with `why`
 * saying what is wrong and what would be right.
 */
bool object_setting_parse(const char *section, const char *name, const char *value, struct job_setting *out,
                          struct buf *why);

#endif
