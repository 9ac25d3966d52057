/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * setting: does to an opened object what its ini asks for before loading: variables, maps, programs. It loads and
 * attaches nothing; where a program of a late-bound type is to be attached (SETTING_PROGRAM_ATTACH_TO of a kprobe, say)
 * is checked here and done by attempt.
 */
#ifndef COREMATRIX_AGENT_LOAD_SETTING_H
#define COREMATRIX_AGENT_LOAD_SETTING_H

#include <bpf/libbpf.h>

#include "base/error.h"
#include "wire/job.h"

/*
 * Apply all settings of `job` to `obj`. Returns 0, or -EINVAL (error_usage) with every mistake in one line: a name that
 * the object does not have is told with the names it has, a value with what would fit.
 */
int setting_apply(struct bpf_object *obj, const struct job_object *job, struct error *err);

#endif
