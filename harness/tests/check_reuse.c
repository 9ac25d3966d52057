/* SPDX-License-Identifier: BSD-2-Clause */
/* kept_cell and reuse: what is kept, what is taken from earlier runs, and that whatever decides a cell counts. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/lib/sha256.h"
#include "host/lib/text.h"
#include "host/result/kept_cell.h"
#include "host/run/reuse.h"
#include "host/run/scheduler.h"
#include "tests/fake_matrix.h"
#include "tests/suite.h"

#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define DAY "2026-11-27T10:00:00Z"

static void setup(void)
{
	scratch_setup();
	fake_qemu_install();
}

/* ---- a kept cell ---- */

static void encode(struct buf *bytes)
{
	char key[] = KEY, none[] = "", log[] = "log", said[] = "said";
	struct kept_cell kept = {.key = key, .group = none, .r = result_new()};
	struct result_cell *c = result_add_cell(kept.r);

	text_set(&result_add_kernel(kept.r)->id, "k");
	text_set(&result_add_object(kept.r)->name, "o");
	text_set(&c->kernel, "k");
	text_set(&c->object, "o");
	text_set(&c->measured, DAY);
	c->verdict = VERDICT_SILENT;
	kept.log = (struct buf){.data = log, .len = 3};
	kept.kernel_log = (struct buf){.data = said, .len = 4};
	ck_assert_int_eq(kept_cell_encode(&kept, bytes, NULL), 0);
	result_free(kept.r);
}

START_TEST(a_kept_cell_is_read_back)
{
	cleanup_kept_cell struct kept_cell kept = {0};
	cleanup_error struct error err = {0};
	cleanup_buf struct buf bytes = {0};

	encode(&bytes);
	ck_assert_msg(!kept_cell_decode(bytes.data, bytes.len, KEY, "file", &kept, &err), "%s", err.text);
	ck_assert_str_eq(kept.key, KEY);
	ck_assert_str_eq(kept.group, "");
	ck_assert_str_eq(kept.r->cells[0].measured, DAY);
	ck_assert_int_eq(kept.r->cells[0].verdict, VERDICT_SILENT);
	ck_assert_str_eq(buf_str(&kept.log), "log");
	ck_assert_str_eq(buf_str(&kept.kernel_log), "said");
}
END_TEST

/* Each byte of it, and each length. */
START_TEST(a_damaged_one_is_refused)
{
	cleanup_buf struct buf bytes = {0};

	encode(&bytes);
	for (size_t i = 0; i < bytes.len; i++) {
		struct kept_cell kept;
		cleanup_error struct error err = {0}, cut = {0};

		bytes.data[i] ^= 1;
		ck_assert_msg(kept_cell_decode(bytes.data, bytes.len, KEY, "file", &kept, &err) < 0, "byte %zu", i);
		bytes.data[i] ^= 1;
		ck_assert_msg(kept_cell_decode(bytes.data, i, KEY, "file", &kept, &cut) < 0, "cut at %zu", i);
		ck_assert(!strncmp(err.text, "file: ", 6) && !strncmp(cut.text, "file: ", 6));
	}
}
END_TEST

/* Of a process that is gone, of one that is not, and of another machine: young and old. */
static const struct {
	const char *ending; /* BOOT stands for this machine's */
	bool old, stays;
} temporaries[] = {
        {".tmp.BOOT.GONE.abcdef", false, false},
        {".tmp.BOOT.1.abcdef", true, true},
        {".tmp.00000000.GONE.abcdef", false, true},
        {".tmp.00000000.GONE.abcdef", true, false},
        {"", true, true},
};

static char *replaced(const char *text, const char *word, const char *by)
{
	const char *at = strstr(text, word);

	return at ? xasprintf("%.*s%s%s", (int)(at - text), text, by, at + strlen(word)) : xstrdup(text);
}

START_TEST(what_was_left_behind_is_swept)
{
	cleanup_buf struct buf id = {0};
	cleanup_free char *hash = NULL, *boot = NULL, *pid = NULL, *with_boot = NULL, *ending = NULL, *name = NULL;
	cleanup_free char *kept = scratch_path("swept"), *directory = scratch_path("swept/00"), *path = NULL;
	const struct timespec long_ago[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
	pid_t child = fork();

	if (!child)
		_exit(0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_eq(io_read_file("/proc/sys/kernel/random/boot_id", 256, &id, NULL), 0);
	hash = sha256_bytes(id.data, id.len);
	boot = xstrndup(hash, 8);
	pid = xasprintf("%d", (int)child);
	with_boot = replaced(temporaries[_i].ending, "BOOT", boot);
	ending = replaced(with_boot, "GONE", pid);
	name = xasprintf("swept/00/" KEY "%s", ending);
	ck_assert_int_eq(io_make_dirs(directory, NULL), 0);
	path = scratch_file(name, "x", 1);
	if (temporaries[_i].old)
		ck_assert_int_eq(utimensat(AT_FDCWD, path, long_ago, 0), 0);
	kept_cell_sweep(kept);
	ck_assert_int_eq(!access(path, F_OK), temporaries[_i].stays);
}
END_TEST

/* ---- in a run ---- */

/* A run of two kernels with two objects, whose cells are kept at one place. */
struct rerun {
	struct fake_matrix m;
	struct watch watch;
	struct reuse u;
	char *kept;
	char *config; /* which no kernel owns; or NULL */
};

static void rerun_init(struct rerun *r, const char *const *behaviours, size_t count)
{
	*r = (struct rerun){0};
	fake_matrix_init(&r->m, "reuse", behaviours, count);
	r->watch = (struct watch){.ctx = &r->m, .say = fake_matrix_say, .kernel_done = fake_matrix_done};
	r->m.s = fake_matrix_schedule(&r->m, &r->watch);
	r->kept = scratch_path("kept");
	text_set(&r->m.r->started, DAY);
	for (size_t k = 0; k < count; k++)
		text_set(&r->m.r->kernels[k].image_sha256, r->m.kernels[k].image_sha256);
}

static void rerun_find(struct rerun *r, unsigned days)
{
	cleanup_error struct error err = {0};

	ck_assert_msg(!reuse_find(&r->m.s, r->kept, days, &r->u, &err), "%s", err.text);
}

static void rerun_run(struct rerun *r)
{
	cleanup_error struct error err = {0};

	r->m.s.reuse = &r->u;
	ck_assert_msg(!scheduler_run(&r->m.s, r->m.r, &err), "%s", err.text);
}

static void rerun_free(struct rerun *r)
{
	reuse_free(&r->u);
	free(r->kept);
	free(r->config);
	fake_matrix_free(&r->m);
}

static const char *const two_good[] = {"good", "good"};

/* What the other tests start from. */
static void measure_once(const char *const *behaviours, size_t count)
{
	struct rerun r;

	rerun_init(&r, behaviours, count);
	rerun_find(&r, 0);
	ck_assert_uint_eq(r.u.count, 0);
	rerun_run(&r);
	rerun_free(&r);
}

START_TEST(what_was_measured_is_not_measured_again)
{
	struct rerun r;

	measure_once(two_good, 2);
	rerun_init(&r, two_good, 2);
	text_set(&r.m.r->started, "2026-11-28T10:00:00Z");
	predict_free(r.m.predict);
	r.m.predict = NULL;
	r.m.s.predict = NULL;
	r.m.s.command = "corematrix run --other";
	rerun_find(&r, 0);
	ck_assert(reuse_is_all(&r.u));
	rerun_run(&r);
	ck_assert_uint_eq(r.m.r->cell_count, 4);
	ck_assert_uint_eq(r.m.r->kernels[0].attempt_count + r.m.r->kernels[1].attempt_count, 0);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(r.m.r->cells[i].verdict, VERDICT_PASS);
		ck_assert_str_eq(r.m.r->cells[i].measured, DAY);
		ck_assert_msg(strstr(r.m.r->cells[i].reproduce, "--other") != NULL, "%s", r.m.r->cells[i].reproduce);
	}
	ck_assert_msg(strstr(buf_str(&r.m.said), "k2 done, 2 of 2") != NULL, "%s", buf_str(&r.m.said));
	rerun_free(&r);
	/* and once more: what is reused keeps its day */
	rerun_init(&r, two_good, 2);
	rerun_find(&r, 0);
	ck_assert_str_eq(r.u.found[0].r->cells[0].measured, DAY);
	rerun_free(&r);
}
END_TEST

static void other_object(struct rerun *r)
{
	text_set(&r->m.objects.at[1].sha256, "other");
}

static void other_settings(struct rerun *r)
{
	r->m.objects.at[1].ini.workloads = 1;
}

static void other_ini(struct rerun *r)
{
	free(r->m.objects.at[1].ini_path);
	r->m.objects.at[1].ini_path = scratch_file("other.ini", "[object]\n", 9);
}

static void other_event_types(struct rerun *r)
{
	buf_puts(&r->m.objects.at[1].types, "x");
}

static void other_image(struct rerun *r)
{
	static char hash[] = "1111";

	r->m.kernels[0].image_sha256 = hash;
}

static void other_types(struct rerun *r)
{
	static char hash[] = "1111";

	r->m.kernels[0].btf_sha256 = hash;
}

static void external_types(struct rerun *r)
{
	static char bytes[] = "x";

	r->m.external[0].raw = (struct buf){.data = bytes, .len = 1};
}

static void other_configuration(struct rerun *r)
{
	r->config = scratch_file("config", "CONFIG_BPF=y", 12);
	r->m.kernels[0].config = r->config;
}

static void other_memory(struct rerun *r)
{
	r->m.list.rows[0].memory_mb = 512;
}

static void other_processors(struct rerun *r)
{
	r->m.list.rows[0].processors = 2;
}

static void other_command_line(struct rerun *r)
{
	text_set(&r->m.list.rows[0].append, "fake=good quiet");
}

static void other_circumstance(struct rerun *r)
{
	r->m.list.rows[0].env.value[CIRCUMSTANCE_LOCKDOWN] = LOCKDOWN_INTEGRITY;
}

static void other_expectation(struct rerun *r)
{
	text_set(&r->m.list.rows[0].expect, "rejected:relocation");
}

static void other_qemu(struct rerun *r)
{
	free(r->m.means.qemu[0]);
	r->m.means.qemu[0] = xstrdup("newer");
}

static void other_accelerator(struct rerun *r)
{
	r->m.means.accel = ACCEL_KVM;
}

static void booted(struct rerun *r)
{
	r->m.s.cold = !r->m.s.cold;
}

static void more_often(struct rerun *r)
{
	r->m.s.repeat = 2;
}

static void more_lines(struct rerun *r)
{
	r->m.s.top_lines = true;
}

static void more_evidence(struct rerun *r)
{
	r->m.s.require = EVIDENCE_TRUTH;
}

static void nothing(struct rerun *r)
{
	(void)r;
}

static const struct {
	const char *name;
	void (*change)(struct rerun *r);
	size_t reused; /* of four */
} changes[] = {
        {"nothing", nothing, 4},
        {"an object", other_object, 2},
        {"its settings", other_settings, 2},
        {"its ini", other_ini, 2},
        {"the types of its events", other_event_types, 2},
        {"a kernel's image", other_image, 2},
        {"its types", other_types, 2},
        {"types in their place", external_types, 2},
        {"its configuration", other_configuration, 2},
        {"its memory", other_memory, 2},
        {"its processors", other_processors, 2},
        {"its command line", other_command_line, 2},
        {"its circumstances", other_circumstance, 2},
        {"what its row expects", other_expectation, 2},
        {"QEMU", other_qemu, 0},
        {"the accelerator", other_accelerator, 0},
        {"how guests start", booted, 0},
        {"how often", more_often, 0},
        {"lines", more_lines, 0},
        {"evidence", more_evidence, 0},
};

START_TEST(all_that_decides_a_cell_counts)
{
	struct rerun r;

	measure_once(two_good, 2);
	rerun_init(&r, two_good, 2);
	changes[_i].change(&r);
	rerun_find(&r, 0);
	ck_assert_msg(r.u.count == changes[_i].reused, "%s: %zu", changes[_i].name, r.u.count);
	ck_assert_str_eq(buf_str(&r.m.said), "");
	rerun_free(&r);
}
END_TEST

START_TEST(the_others_are_measured)
{
	struct rerun r;

	measure_once(two_good, 2);
	rerun_init(&r, two_good, 2);
	other_image(&r);
	rerun_find(&r, 0);
	rerun_run(&r);
	ck_assert_uint_eq(r.m.r->cell_count, 4);
	ck_assert_uint_eq(r.m.r->kernels[0].attempt_count, 1);
	ck_assert_uint_eq(r.m.r->kernels[1].attempt_count, 0);
	ck_assert_str_eq(fake_matrix_cell(&r.m, "k1", "bad")->measured, "");
	ck_assert_str_eq(fake_matrix_cell(&r.m, "k2", "bad")->measured, DAY);
	rerun_free(&r);
}
END_TEST

START_TEST(what_was_not_measured_is_not_kept)
{
	static const char *const bad[] = {"die-at-bad"};
	struct rerun r;

	measure_once(bad, 1);
	rerun_init(&r, bad, 1);
	rerun_find(&r, 0);
	ck_assert(!reuse_has(&r.u, 0, 0));
	ck_assert(reuse_has(&r.u, 0, 1));
	ck_assert_str_eq(buf_str(&r.m.said), "");
	rerun_free(&r);
}
END_TEST

static char *entry(const struct rerun *r, size_t i)
{
	return xasprintf("%s/%.2s/%s", r->kept, r->u.keys[i], r->u.keys[i]);
}

/* Entry 0 is damaged, or is that of entry 1. */
START_TEST(a_poisoned_one_is_told_and_measured_again)
{
	cleanup_free char *path = NULL, *other = NULL;
	cleanup_buf struct buf bytes = {0};
	struct rerun r;

	measure_once(two_good, 2);
	rerun_init(&r, two_good, 2);
	rerun_find(&r, 0);
	path = entry(&r, 0);
	other = entry(&r, 1);
	ck_assert_int_eq(io_read_file(_i ? other : path, 1 << 20, &bytes, NULL), 0);
	if (_i)
		memcpy(strchr(bytes.data, ' ') + 1, r.u.keys[0], KEPT_KEY_LEN);
	else
		bytes.data[bytes.len - 9] ^= 1;
	ck_assert_int_eq(io_replace_file(path, bytes.data, bytes.len, NULL), 0);
	reuse_free(&r.u);
	rerun_find(&r, 0);
	ck_assert_uint_eq(r.u.count, 3);
	ck_assert_msg(strstr(buf_str(&r.m.said), path) != NULL, "%s", buf_str(&r.m.said));
	rerun_run(&r);
	ck_assert_str_eq(fake_matrix_cell(&r.m, "k1", "bad")->measured, "");
	rerun_free(&r);
}
END_TEST

START_TEST(what_is_too_old_is_measured_again)
{
	struct rerun r;

	measure_once(two_good, 2);
	rerun_init(&r, two_good, 2);
	rerun_find(&r, 36500);
	ck_assert_uint_eq(r.u.count, 4);
	/* written a century ago, or by somebody who does not know the day */
	for (size_t i = 0; i < 4; i++) {
		text_set(&r.u.found[i].r->cells[0].measured, i ? "1926-11-27T10:00:00Z" : "yesterday");
		ck_assert_int_eq(kept_cell_write(r.kept, &r.u.found[i], NULL), 0);
	}
	reuse_free(&r.u);
	rerun_find(&r, 36500);
	ck_assert_uint_eq(r.u.count, 0);
	reuse_free(&r.u);
	rerun_find(&r, 0);
	ck_assert_uint_eq(r.u.count, 4);
	rerun_free(&r);
}
END_TEST

/* The object "other" was judged with what both kernels say. */
static void keep_together(struct rerun *r)
{
	cleanup_free char *path = NULL;

	rerun_init(r, two_good, 2);
	rerun_find(r, 0);
	rerun_run(r);
	for (size_t k = 0; k < 2; k++) {
		text_set(&((struct result_cell *)fake_matrix_cell(&r->m, r->m.list.rows[k].id, "other"))->measured, "");
		reuse_keep(&r->u, &r->m.s, r->m.r, k, 1, true);
	}
}

enum tear { MISSING, OTHER_KERNEL, FEWER_KERNELS, TEARS };

START_TEST(what_was_judged_together_is_taken_together)
{
	cleanup_free char *path = NULL;
	struct rerun r, again;

	keep_together(&r);
	rerun_init(&again, two_good, 2);
	rerun_find(&again, 0);
	ck_assert_uint_eq(again.u.count, 4);
	path = entry(&again, 3);
	if (_i == MISSING)
		ck_assert_int_eq(unlink(path), 0);
	if (_i == FEWER_KERNELS) {
		rerun_free(&again);
		rerun_init(&again, two_good, 1);
	}
	if (_i == OTHER_KERNEL)
		text_set(&again.m.list.rows[1].append, "other");
	reuse_free(&again.u);
	rerun_find(&again, 0);
	ck_assert(!reuse_has(&again.u, 0, 1));
	ck_assert(reuse_has(&again.u, 0, 0));
	rerun_free(&r);
	rerun_free(&again);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("kept_cell", .open = setup, .close = scratch_teardown),
	        TEST(a_kept_cell_is_read_back),
	        TEST(a_damaged_one_is_refused),
	        EACH(what_was_left_behind_is_swept, temporaries),
	        GROUP("reuse", .set_up = setup, .tear_down = scratch_teardown),
	        TEST(what_was_measured_is_not_measured_again),
	        EACH(all_that_decides_a_cell_counts, changes),
	        TEST(the_others_are_measured),
	        TEST(what_was_not_measured_is_not_kept),
	        RANGE(a_poisoned_one_is_told_and_measured_again, 0, 2),
	        TEST(what_is_too_old_is_measured_again),
	        RANGE(what_was_judged_together_is_taken_together, 0, TEARS),
	};

	return suite_run("reuse", tests, COUNT(tests));
}
