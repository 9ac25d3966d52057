/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_measure: takes a benchmark's samples: every kernel, round by round, each role after the other and one guest at
 * a time, so that what else the machine does falls on all of them alike. It blocks. What a
 * sample means is bench's business.
 */
#ifndef COREMATRIX_HOST_BENCH_BENCH_MEASURE_H
#define COREMATRIX_HOST_BENCH_BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "host/bench/bench.h"
#include "host/kernels/kernel_list.h"
#include "host/object/object.h"
#include "host/run/guest.h"
#include "host/store/store.h"
#include "host/vm/qemu.h"
#include "host/vm/vm.h"

/* All that a benchmark holds while it runs. */
struct bench_setup {
	const char *images; /* the store */
	unsigned rounds;
	struct kernel_list list;
	struct object_list objects;
	struct store_kernel *kernels; /* a row of the list each */
	size_t kernel_count;
	struct guest_means means;
	char *floor[ARCH_MAX]; /* with the floor's init; NULL for an architecture that no kernel has */
	char *directory;       /* of consoles and commands */
	char *job[ARCH_MAX];   /* path, by arch_index; NULL: none of it is measured */
	uint64_t nonce;        /* of the job */
	struct vm_deadlines deadlines;
	bool vng; /* is installed */
};

/* The guest that a run would make of kernel `index`, without a job; its strings are the set-up's. */
struct qemu_guest bench_guest(const struct bench_setup *run, size_t index);

/*
 * Add every kernel that was not skipped to `b`, with its samples. A guest that fails leaves its reason in its sample;
 * only a failure of the harness itself is an error.
 */
int bench_measure(const struct bench_setup *run, struct bench *b, struct error *err);

#endif
