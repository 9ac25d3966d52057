/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_vm: measures one guest, start to end. Each runs in a worker process of its own (child.h), so that the memory
 * the kernel accounts to that worker's children is this one QEMU's. It blocks, runs one guest
 * at a time and judges nothing about the objects.
 */
#ifndef COREMATRIX_HOST_BENCH_BENCH_VM_H
#define COREMATRIX_HOST_BENCH_BENCH_VM_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "host/bench/bench.h"
#include "host/vm/qemu.h"
#include "host/vm/snapshot.h"
#include "host/vm/vm.h"

/* What the guests of one kernel have in common; all borrowed. */
struct bench_place {
	struct qemu_guest guest; /* our own: kernel, initrd, memory, accelerator; no job */
	const char *release;
	const char *packed;              /* the kernel as it was compressed, "" when the store has none */
	const char *floor;               /* path of the floor's initramfs */
	const char *job;                 /* path */
	uint64_t nonce;                  /* of the job */
	size_t objects;                  /* in the job */
	const char *directory;           /* exists; takes console and command of each guest */
	const struct snapshot *snapshot; /* NULL: there is none */
	struct vm_deadlines deadlines;
};

/*
 * Measure one role once. What went wrong with the guest is in `sample->reason`, and no error. Returns 0, or a negative
 * errno with `err` filled when the harness itself failed. `sample` has round and role set already.
 */
int bench_vm_measure(const struct bench_place *place, struct bench_sample *sample, struct error *err);

/* Boot the guest until it is ready and save it to `place->snapshot`. Returns 0 or a negative errno, `err` filled. */
int bench_vm_save(const struct bench_place *place, struct error *err);

/*
 * Write the floor's initramfs, from the init that this program carries for `arch`, into the store at `images`; `*path`
 * is the caller's.
 */
int bench_vm_floor(const char *images, const struct arch *arch, char **path, struct error *err);

#endif
