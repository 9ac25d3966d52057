/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * module_job: puts kernel modules into the job of a VM: the files, once each, and for every object the order in which
 * they have to be loaded on this kernel, dependencies first.
 */
#ifndef COREMATRIX_HOST_RUN_MODULE_JOB_H
#define COREMATRIX_HOST_RUN_MODULE_JOB_H

#include "base/error.h"
#include "host/store/module_store.h"
#include "wire/job.h"

/*
 * Add to `job` what its objects name in SETTING_MODULE. What is built into the kernel is taken off the objects; what
 * the kernel has not got stays, with a module of size 0. Returns 0 or a negative errno naming the file.
 */
int module_job_add(const struct module_set *set, struct job *job, struct error *err);

/* Why an object does without a module it names: "module x: this kernel has no such module"; NULL when it has all. */
char *module_job_lack(const struct module_set *set, const struct job_setting *settings, size_t count);

#endif
