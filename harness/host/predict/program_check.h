/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program_check: what a kernel's types say of single programs. Of those that get the arguments of one of its functions:
 * arguments that are read and are not there, are of another type, or may be NULL; more of them than a trampoline
 * passes; results that an LSM hook cannot have. Of any: functions that are handed to helpers. It says nothing of what
 * it does not know for certain, or says that it may be so. Called in a jailed worker only (jail.h).
 */
#ifndef COREMATRIX_HOST_PREDICT_PROGRAM_CHECK_H
#define COREMATRIX_HOST_PREDICT_PROGRAM_CHECK_H

#include "host/predict/parsed_object.h"
#include "host/predict/prediction.h"
#include "host/predict/verifier_trait.h"
#include "host/resolve/relo_target.h"

/* Whether anything can be said of a program of the object at all. */
bool program_check_applies(const struct parsed_object *p);

/* Add findings to `c`, whose outcomes are known; `p`'s code must have been walked for this kernel (code_reach_run). */
void program_check(const struct parsed_object *p, const struct relo_target *kernel,
                   const struct verifier_traits *traits, struct predict_cell *c);

#endif
