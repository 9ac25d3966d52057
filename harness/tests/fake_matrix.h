/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_matrix: a small matrix for tests of host/run: kernels that are behaviours of the fake QEMU (fake_qemu.c), two
 * objects that need nothing of a kernel, and everything that a schedule holds. What a run tells its watch is kept. For
 * files of harness/tests only.
 */
#ifndef COREMATRIX_TESTS_FAKE_MATRIX_H
#define COREMATRIX_TESTS_FAKE_MATRIX_H

#include <string.h>

#include "base/io.h"
#include "host/run/run_header.h"
#include "host/run/schedule.h"
#include "tests/fake_qemu.h"
#include "tests/scratch.h"

#define FAKE_TYPES "build/tests/relo/target.o"
#define FAKE_OBJECT "build/tests/relo/harmless.o"
#define FAKE_KERNELS 3

/* Far beyond what a fake guest takes: no test may depend on a time. */
#define FAKE_DEADLINE_MS 60000

struct fake_matrix {
	struct kernel_list list;
	struct store_kernel kernels[FAKE_KERNELS];
	struct external_btf external[FAKE_KERNELS];
	struct module_set modules[FAKE_KERNELS];
	struct object_list objects; /* "bad", "other" */
	struct predict_job *predict;
	struct plan plan;
	struct plan_entry planned[FAKE_KERNELS];
	char *images, *directory, *kernel, *symbols;
	struct guest_means means;
	struct schedule s;
	struct result *r;
	struct buf said; /* what the watch was told, a line each */
};

static inline void fake_matrix_say(void *ctx, enum watch_kind kind, const char *text)
{
	struct fake_matrix *m = ctx;

	buf_printf(&m->said, "%s%s\n", kind == WATCH_WARNING ? "warning: " : "", text);
}

static inline void fake_matrix_done(void *ctx, const struct result *r, const struct result_kernel *k, size_t done,
                                    size_t total)
{
	struct fake_matrix *m = ctx;

	(void)r;
	buf_printf(&m->said, "%s done, %zu of %zu\n", k->id, done, total);
}

static inline void fake_matrix_objects(struct fake_matrix *m)
{
	cleanup_free char *bad = scratch_path("bad.bpf.o"), *other = scratch_path("other.bpf.o");
	cleanup_error struct error err = {0};
	cleanup_buf struct buf bytes = {0};

	ck_assert_msg(!io_read_file(FAKE_OBJECT, 1 << 20, &bytes, &err), "%s", err.text);
	free(scratch_file("bad.bpf.o", bytes.data, bytes.len));
	free(scratch_file("other.bpf.o", bytes.data, bytes.len));
	ck_assert_msg(!object_list_read((char *const[]){bad, other}, 2, &m->objects, &err), "%s", err.text);
}

static inline void fake_matrix_kernel(struct fake_matrix *m, size_t i)
{
	static char hash[] = "0000", none[] = "", release[] = FAKE_RELEASE;
	struct result_kernel *k = result_add_kernel(m->r);
	const struct kernel_row *row = &m->list.rows[i];

	m->kernels[i] = (struct store_kernel){
	        .id = row->id,
	        .line = row->line,
	        .reason = none,
	        .release = release,
	        .arch = arch_default(),
	        .image_sha256 = hash,
	        .image = m->kernel,
	        .btf = none,
	        .btf_sha256 = none,
	        .config = none,
	        .symbols = m->symbols,
	};
	m->external[i] = (struct external_btf){.path = none};
	m->planned[i] = (struct plan_entry){.kernel = i, .id = row->id, .ms = -1};
	free(k->id);
	k->id = xstrdup(row->id);
}

/*
 * A matrix in a directory of its own; its store, where saved guests are, is that of all matrices of this `name`.
 * `behaviours` are names of the fake's, a kernel each: the first is called "k1". Neither saves nor resumes, one VM at a
 * time.
 */
static inline void fake_matrix_init(struct fake_matrix *m, const char *name, const char *const *behaviours,
                                    size_t count)
{
	static unsigned runs;
	struct predict_types types[FAKE_KERNELS];
	cleanup_error struct error err = {0};
	cleanup_buf struct buf list = {0};

	*m = (struct fake_matrix){
	        .images = xasprintf("%s/%s/images", scratch_root, name),
	        .directory = xasprintf("%s/%s/run-%u", scratch_root, name, ++runs),
	        .kernel = scratch_file("kernel", "k", 1),
	        .means = {.qemu = {xstrdup("fake")}, .initrd = {scratch_file("initrd", "i", 1)}},
	        .symbols = scratch_file("symbols", "", 0),
	        .r = result_new(),
	};
	ck_assert(!io_make_dirs(m->images, NULL) && !io_make_dirs(m->directory, NULL));
	fake_matrix_objects(m);
	run_header_objects(m->r, &m->objects);
	for (size_t i = 0; i < count; i++)
		buf_printf(&list, "6.1 cloud id=k%zu append=\"fake=%s\"\n", i + 1, behaviours[i]);
	ck_assert_msg(!kernel_list_parse(buf_str(&list), list.len, "list", &m->list, &err), "%s", err.text);
	for (size_t i = 0; i < count; i++) {
		fake_matrix_kernel(m, i);
		types[i] = (struct predict_types){.id = m->list.rows[i].id, .path = FAKE_TYPES};
	}
	m->predict = predict_start(&m->objects, types, count, &err);
	ck_assert_msg(m->predict != NULL, "%s", err.text);
	m->plan = (struct plan){.at = m->planned, .count = count};
}

/* What to hand to scheduler_run, with a watch; the matrix must not move any more. */
static inline struct schedule fake_matrix_schedule(struct fake_matrix *m, const struct watch *watch)
{
	return (struct schedule){
	        .predict = m->predict,
	        .list = &m->list,
	        .kernels = m->kernels,
	        .external = m->external,
	        .modules = m->modules,
	        .objects = &m->objects,
	        .images = m->images,
	        .means = &m->means,
	        .cold = true,
	        .plan = &m->plan,
	        .repeat = 1,
	        .deadlines = {FAKE_DEADLINE_MS, FAKE_DEADLINE_MS, FAKE_DEADLINE_MS, FAKE_DEADLINE_MS},
	        .directory = m->directory,
	        .command = "corematrix run -k list",
	        .jobs = 1,
	        .watch = watch,
	};
}

static inline const struct result_cell *fake_matrix_cell(const struct fake_matrix *m, const char *kernel,
                                                         const char *object)
{
	const struct result_cell *c = result_find_cell(m->r, kernel, object);

	ck_assert_msg(c != NULL, "no cell %s x %s", kernel, object);
	return c;
}

static inline void fake_matrix_free(struct fake_matrix *m)
{
	predict_free(m->predict);
	result_free(m->r);
	object_list_free(&m->objects);
	kernel_list_free(&m->list);
	buf_free(&m->said);
	free(m->images);
	free(m->directory);
	free(m->kernel);
	guest_means_free(&m->means);
	free(m->symbols);
}

#endif
