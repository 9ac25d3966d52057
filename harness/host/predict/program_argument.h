/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program_argument: the arguments that a program reads, and what it reads through them, against those that the kernel
 * passes. Called in a jailed worker only (jail.h).
 */
#ifndef COREMATRIX_HOST_PREDICT_PROGRAM_ARGUMENT_H
#define COREMATRIX_HOST_PREDICT_PROGRAM_ARGUMENT_H

#include "host/predict/program_checked.h"

/* Instruction `at` of the program, which is reached. */
void program_argument_check(struct checked *k, const struct bpf_insn *insn, uint32_t at);

#endif
