/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bench/bench_measure.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "host/bench/bench_vm.h"
#include "host/run/guest.h"
#include "host/run/run_dir.h"
#include "host/vm/snapshot.h"

struct qemu_guest bench_guest(const struct bench_setup *run, size_t index)
{
	return guest_of(&run->kernels[index], &run->list.rows[index], &run->means);
}

/* The saved guest that warm runs start from: the one that is there, or a new one. */
static int take_snapshot(const struct bench_setup *run, struct bench_place *place, const char *image_sha256,
                         struct snapshot *s, struct error *err)
{
	cleanup_free char *note = NULL;
	bool found;
	int rc = snapshot_open(run->images, &place->guest, image_sha256, run->means.qemu[arch_index(place->guest.arch)],
	                       s, &found, &note, err);

	if (note)
		log_warn("%s; the guest is saved anew", note);
	if (rc || found)
		return rc;
	place->snapshot = s;
	rc = bench_vm_save(place, err);
	place->snapshot = NULL;
	if (!rc)
		return snapshot_commit(s, err);
	snapshot_discard(s);
	return rc;
}

/* Blocks of the memory's file: what the guest had written to by then. */
static double touched_mb(const char *ram)
{
	struct stat st;

	return stat(ram, &st) ? -1 : (double)st.st_blocks * 512 / (1 << 20);
}

static int measure_rounds(const struct bench_setup *run, const struct bench_place *place, struct bench_kernel *k,
                          struct error *err)
{
	for (unsigned round = 1; round <= run->rounds; round++)
		for (int role = 0; role < BENCH_ROLE_COUNT; role++) {
			struct bench_sample *s;
			int rc;

			if (role == BENCH_VNG && !run->vng)
				continue;
			s = bench_add_sample(k);
			s->round = round;
			s->role = (enum bench_role)role;
			rc = bench_vm_measure(place, s, err);
			if (rc)
				return rc;
		}
	return 0;
}

static int measure_kernel(const struct bench_setup *run, size_t index, struct bench *b, struct error *err)
{
	const struct store_kernel *kernel = &run->kernels[index];
	struct bench_kernel *k = bench_add_kernel(b);
	cleanup_free char *directory = NULL;
	cleanup_error struct error why = {0};
	struct bench_place place = {
	        .guest = bench_guest(run, index),
	        .release = kernel->release,
	        .packed = *kernel->packed ? kernel->packed : kernel->image,
	        .floor = run->floor[arch_index(run->kernels[index].arch)],
	        .job = run->job[arch_index(kernel->arch)],
	        .nonce = run->nonce,
	        .objects = run->objects.count,
	        .deadlines = run->deadlines,
	};
	struct snapshot snapshot = {0};
	int rc;

	free(k->id);
	free(k->release);
	free(k->arch);
	k->id = xstrdup(kernel->id);
	k->release = xstrdup(kernel->release);
	k->arch = xstrdup(kernel->arch->deb);
	rc = run_dir_kernel(run->directory, kernel->id, &directory, err);
	if (rc)
		return rc;
	place.directory = directory;
	if (take_snapshot(run, &place, kernel->image_sha256, &snapshot, &why)) {
		log_warn("%s: %s; warm runs are not measured", kernel->id, why.text);
	} else {
		place.snapshot = &snapshot;
		k->guest_mb = touched_mb(snapshot.ram);
	}
	rc = measure_rounds(run, &place, k, err);
	snapshot_free(&snapshot);
	return rc;
}

int bench_measure(const struct bench_setup *run, struct bench *b, struct error *err)
{
	size_t total = 0, done = 0;

	for (size_t i = 0; i < run->kernel_count; i++)
		total += !run->kernels[i].skipped;
	for (size_t i = 0; i < run->kernel_count; i++) {
		int rc;

		if (run->kernels[i].skipped)
			continue;
		rc = measure_kernel(run, i, b, err);
		if (rc)
			return rc;
		log_info("[%zu/%zu] %s measured, rounds: %u", ++done, total, run->kernels[i].id, run->rounds);
	}
	return 0;
}
