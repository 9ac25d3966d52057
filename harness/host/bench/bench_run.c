/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bench/bench_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "host/bench/bench_json.h"
#include "host/bench/bench_measure.h"
#include "host/bench/bench_vm.h"
#include "host/kernels/kernel_list.h"
#include "host/lib/child.h"
#include "host/object/object.h"
#include "host/run/job_file.h"
#include "host/run/run_dir.h"
#include "host/store/store.h"
#include "host/vm/accel.h"
#include "host/vm/host_speed.h"
#include "host/vm/initramfs.h"
#include "host/vm/qemu_version.h"

static void setup_free(struct bench_setup *run)
{
	kernel_list_free(&run->list);
	object_list_free(&run->objects);
	store_kernels_free(run->kernels, run->kernel_count);
	guest_means_free(&run->means);
	for (size_t i = 0; i < ARCH_MAX; i++)
		free(run->floor[i]);
	free(run->directory);
	for (size_t i = 0; i < ARCH_MAX; i++)
		free(run->job[i]);
}

/* results/bench.json keeps its evidence in results/bench/. */
static int make_directory(struct bench_setup *run, const char *output, struct error *err)
{
	const char *dot = strrchr(io_basename(output), '.');

	run->directory = dot ? xstrndup(output, (size_t)(dot - output)) : xasprintf("%s.d", output);
	return io_make_dirs(run->directory, err);
}

/* One for each architecture, which may have files of objects for itself. */
static int write_jobs(struct bench_setup *run, struct error *err)
{
	const struct arch *arch;
	int rc = 0;

	if (getrandom(&run->nonce, sizeof(run->nonce), 0) != sizeof(run->nonce))
		return error_set(err, EIO, "the system gives no random bytes");
	for (size_t i = 0; !rc && (arch = arch_at(i)); i++) {
		if (!run->means.qemu[i])
			continue;
		run->job[i] = xasprintf("%s/job-%s.bin", run->directory, arch->deb);
		rc = job_file_write(
		        &(const struct job_file){.nonce = run->nonce, .arch = arch, .objects = &run->objects},
		        run->job[i], err);
	}
	return rc;
}

static int first_kernel(const struct bench_setup *run, size_t *index, struct error *err)
{
	for (*index = 0; *index < run->kernel_count; (*index)++)
		if (!run->kernels[*index].skipped)
			return 0;
	return error_usage(err, "%s: every kernel of it was skipped", run->list.path);
}

static int choose_accel(struct bench_setup *run, const char *name, struct bench *b, struct error *err)
{
	struct accel_answer answer;
	size_t index = 0;
	int rc = first_kernel(run, &index, err);

	rc = rc ? rc
	        : accel_decide(
	                  &(const struct accel_probe){
	                          .asked = name,
	                          .images = run->images,
	                          .device = "/dev/kvm",
	                          .directory = run->directory,
	                          .release = run->kernels[index].release,
	                          .qemu_version = run->means.qemu[arch_index(run->kernels[index].arch)],
	                          .limit_ms = ACCEL_PROBE_MS,
	                          .guest = bench_guest(run, index),
	                  },
	                  &answer, err);
	if (rc)
		return rc;
	run->means.accel = answer.accel;
	free(b->accel);
	b->accel = answer.reason;
	return 0;
}

static bool is_installed(const char *program)
{
	const char *const argv[] = {program, "--version", NULL};
	cleanup_child_result struct child_result said = {0};

	return !child_run(argv, NULL, &said, NULL) && child_ok(&said);
}

static int prepare_floors(struct bench_setup *run, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && arch_at(i); i++)
		if (run->means.qemu[i])
			rc = bench_vm_floor(run->images, arch_at(i), &run->floor[i], err);
	return rc;
}

static int prepare(const struct bench_request *o, struct bench_setup *run, struct bench *b, struct error *err)
{
	const struct store_options store = {.dir = o->images, .compressed = true};
	cleanup_kernel_list struct kernel_list types = {0}; /* there is nothing to boot */
	int rc = object_list_read(o->args, o->arg_count, &run->objects, err);

	rc = rc ? rc : store_list_open(&store, o->list_path, o->globs.at, o->globs.count, &run->list, &types, err);
	rc = rc ? rc : kernel_list_need_kernel(&run->list, "measure", err);
	rc = rc ? rc : guest_means_find(&run->means, &run->list, err);
	rc = rc ? rc : store_prepare(&store, &run->list, &run->kernels, &run->kernel_count, err);
	rc = rc ? rc : make_directory(run, o->output, err);
	rc = rc ? rc : guest_means_store(&run->means, o->images, run->directory, err);
	rc = rc ? rc : prepare_floors(run, err);
	rc = rc ? rc : write_jobs(run, err);
	rc = rc ? rc : choose_accel(run, o->accel, b, err);
	if (rc)
		return rc;
	b->cpus = host_speed_processors();
	run->deadlines = host_speed_deadlines(1, b->cpus);
	run->vng = is_installed("vng");
	return 0;
}

static void fill_header(const struct bench_setup *run, struct bench *b)
{
	struct utsname name;

	uname(&name);
	free(b->started);
	free(b->uname);
	free(b->qemu);
	b->started = run_dir_now();
	b->uname = xasprintf("%s %s %s", name.sysname, name.release, name.machine);
	b->qemu = guest_means_qemu(&run->means);
	b->rounds = run->rounds;
	for (size_t i = 0; i < run->objects.count; i++) {
		char **slot = bench_add_object(b);

		free(*slot);
		*slot = xstrdup(run->objects.at[i].name);
	}
}

int bench_run(const struct bench_request *o, struct bench *b, bool *with_vng, struct error *err)
{
	struct bench_setup run __attribute__((cleanup(setup_free))) = {.images = o->images, .rounds = o->rounds};
	int rc = prepare(o, &run, b, err);

	if (rc)
		return rc;
	*with_vng = run.vng;
	log_info("%s", b->accel);
	fill_header(&run, b);
	rc = bench_measure(&run, b, err);
	return rc ? rc : bench_json_write(b, o->output, err);
}
