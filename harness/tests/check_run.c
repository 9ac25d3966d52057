/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run: a whole run, from a list to its directory: rows that are left out, parts, what it tells and that it prints
 * nothing. Its kernels are files that nobody could boot, its guests the fake QEMU's.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "host/result/result_json.h"
#include "host/run/run.h"
#include "tests/fake_kernel.h"
#include "tests/fake_qemu.h"
#include "tests/scratch.h"
#include "host/vm/initramfs.h"
#include "tests/suite.h"

static char *object;

/* A kernel file, types that are given to it from outside, and an object that needs nothing. */
static void setup(void)
{
	struct btf *btf = btf__parse_elf("build/tests/relo/target.o", NULL);
	const struct fake_elf elf = {.release = FAKE_RELEASE, .pvh = true};
	cleanup_buf struct buf bytes = {0}, image = {0};
	const void *raw;
	__u32 len;

	scratch_setup();
	fake_qemu_install();
	ck_assert_ptr_nonnull(btf);
	raw = btf__raw_data(btf, &len);
	free(scratch_file("types.btf", raw, len));
	btf__free(btf);
	fake_elf_build(&elf, &image);
	free(scratch_file("vmlinux-fake", image.data, image.len));
	ck_assert_int_eq(io_read_file("build/tests/relo/harmless.o", 1 << 20, &bytes, NULL), 0);
	object = scratch_file("harmless.bpf.o", bytes.data, bytes.len);
}

static void teardown(void)
{
	free(object);
	scratch_teardown();
}

/* A list in which @ stands for the scratch directory. */
static char *write_list(const char *name, const char *text)
{
	cleanup_buf struct buf list = {0};

	for (; *text; text++)
		*text == '@' ? buf_puts(&list, scratch_root) : buf_putc(&list, *text);
	return scratch_file(name, buf_str(&list), list.len);
}

#define GOOD(id) "\"@/vmlinux-fake\" id=" id " append=fake=good btf=\"@/types.btf\"\n"
#define GONE(id) "\"@/no such file\" id=" id " optional\n"

struct outcome {
	int rc;
	struct result *r;
	char *directory;
	struct error err;
	struct buf said; /* to the watch */
};

static void say(void *ctx, enum watch_kind kind, const char *text)
{
	(void)kind;
	buf_printf(ctx, "%s\n", text);
}

static void kernel_done(void *ctx, const struct result *r, const struct result_kernel *k, size_t done, size_t total)
{
	(void)r;
	buf_printf(ctx, "%s done, %zu of %zu\n", k->id, done, total);
}

static struct run_request request_of(const char *list, char **args, const struct watch *watch)
{
	return (struct run_request){
	        .list_path = list,
	        .args = args,
	        .arg_count = 1,
	        .accel = "tcg",
	        .cold = true,
	        .jobs = 1,
	        .repeat = 1,
	        .quiet = true,
	        .watch = watch,
	};
}

static struct outcome run_in(const char *store, const char *text, unsigned part, unsigned parts)
{
	cleanup_free char *images = scratch_path(store), *output = scratch_path("results");
	cleanup_free char *list = write_list("list.txt", text);
	struct outcome o = {.r = result_new()};
	const struct watch watch = {.ctx = &o.said, .say = say, .kernel_done = kernel_done};
	struct run_request request = request_of(list, (char *[]){object}, &watch);

	request.images = images;
	request.output = output;
	request.part = part;
	request.parts = parts;
	o.rc = run_matrix(&request, o.r, &o.directory, &o.err);
	return o;
}

static struct outcome run(const char *text, unsigned part, unsigned parts)
{
	return run_in("images", text, part, parts);
}

static void outcome_free(struct outcome *o)
{
	result_free(o->r);
	free(o->directory);
	error_clear(&o->err);
	buf_free(&o->said);
}

static char *kernels_of(const struct result *r)
{
	struct buf text = {0};

	for (size_t i = 0; i < r->kernel_count; i++)
		buf_printf(&text, "%s ", r->kernels[i].id);
	return buf_steal(&text);
}

START_TEST(a_run_leaves_its_result_where_it_says)
{
	struct outcome o = run(GOOD("one") GOOD("two"), 0, 0);
	cleanup_free char *json = xasprintf("%s/" RESULT_JSON_NAME, o.directory);
	cleanup_free char *table = xasprintf("%s/matrix.txt", o.directory);
	struct result *read = NULL;

	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert_uint_eq(o.r->cell_count, 2);
	ck_assert_int_eq(o.r->cells[0].verdict, VERDICT_PASS);
	ck_assert_str_eq(o.r->cells[0].predicted, "loads");
	ck_assert(o.r->complete);
	ck_assert_int_eq(result_exit_status(o.r), EXIT_AS_EXPECTED);
	ck_assert_int_eq(result_json_read(json, &read, &o.err), 0);
	ck_assert_uint_eq(read->cell_count, 2);
	ck_assert_int_eq(access(table, F_OK), 0);
	ck_assert_msg(strstr(buf_str(&o.said), "two done, 2 of 2\n") != NULL, "%s", buf_str(&o.said));
	result_free(read);
	outcome_free(&o);
}
END_TEST

START_TEST(an_optional_row_that_is_not_there_is_left_out)
{
	struct outcome o = run(GOOD("one") GONE("gone") GOOD("two"), 0, 0);
	cleanup_free char *kernels = kernels_of(o.r);

	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert_str_eq(kernels, "one two ");
	ck_assert_uint_eq(o.r->skipped_count, 1);
	ck_assert_str_eq(o.r->skipped[0].kernel, "gone");
	ck_assert_uint_eq(o.r->skipped[0].line, 2);
	ck_assert_msg(strstr(o.r->skipped[0].reason, "no such file") != NULL, "%s", o.r->skipped[0].reason);
	/* the run ends as the rest deserves */
	ck_assert(o.r->complete);
	ck_assert_int_eq(result_exit_status(o.r), EXIT_AS_EXPECTED);
	outcome_free(&o);
}
END_TEST

START_TEST(a_run_of_nothing_is_a_mistake)
{
	struct outcome o = run(GONE("gone") GONE("lost"), 0, 0);

	ck_assert_int_lt(o.rc, 0);
	ck_assert_int_eq(o.err.status, EXIT_USAGE);
	ck_assert_msg(strstr(o.err.text, "all of its kernels were skipped") != NULL, "%s", o.err.text);
	ck_assert_ptr_null(o.directory);
	outcome_free(&o);
}
END_TEST

static const struct {
	unsigned part;
	const char *kernels;
	size_t skipped;
} parts[] = {{1, "one three ", 0}, {2, "two ", 1}};

START_TEST(a_part_is_run_and_says_which_it_is)
{
	struct outcome o = run(GOOD("one") GOOD("two") GOOD("three") GONE("gone"), parts[_i].part, 2);
	cleanup_free char *kernels = kernels_of(o.r);

	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert_str_eq(kernels, parts[_i].kernels);
	ck_assert_uint_eq(o.r->skipped_count, parts[_i].skipped);
	ck_assert_uint_eq(o.r->part.k, parts[_i].part);
	ck_assert_uint_eq(o.r->part.n, 2);
	outcome_free(&o);
}
END_TEST

/* Whoever calls it prints. */
START_TEST(a_run_prints_nothing)
{
	cleanup_free char *path = scratch_path("printed");
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	cleanup_close int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	cleanup_buf struct buf printed = {0};
	struct outcome o;

	fflush(stdout);
	ck_assert(dup2(file, STDOUT_FILENO) >= 0 && dup2(file, STDERR_FILENO) >= 0);
	/* with a kernel to be put into the store */
	o = run_in("new images", GOOD("one"), 0, 0);
	fflush(stdout);
	ck_assert(dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0);
	close(out);
	close(err);
	ck_assert_int_eq(o.rc, 0);
	ck_assert_int_eq(io_read_file(path, 1 << 20, &printed, NULL), 0);
	ck_assert_str_eq(buf_str(&printed), "");
	outcome_free(&o);
}
END_TEST

/* In each process that is forked from here. */
static void forbid_memory_files(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter || seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(memfd_create), 0) ||
	    seccomp_load(filter))
		_exit(99);
	seccomp_release(filter);
}

/* A worker that is killed for a call that its libbpf makes: the cells are measured, and nothing contradicts them. */
START_TEST(what_cannot_be_predicted_is_told_and_contradicts_nothing)
{
	struct outcome o;

	if (libbpf_minor_version() < 4)
		return;
	free(object);
	object = xstrdup("build/tests/relo/maps.o");
	ck_assert_int_eq(pthread_atfork(NULL, NULL, forbid_memory_files), 0);
	o = run(GOOD("one"), 0, 0);
	ck_assert_msg(!o.rc, "%s", o.err.text);
	ck_assert_msg(strstr(buf_str(&o.said), "maps: nothing is predicted: ") &&
	                      strstr(buf_str(&o.said), "a fault of the harness"),
	              "%s", buf_str(&o.said));
	ck_assert_str_eq(o.r->cells[0].predicted, "");
	ck_assert_int_eq(result_exit_status(o.r), EXIT_AS_EXPECTED);
	outcome_free(&o);
}
END_TEST

/* As a store that another user filled, with another build of this program. */
START_TEST(a_store_that_cannot_be_written_serves)
{
	cleanup_free char *images = scratch_path("images"), *output = scratch_path("results"), *top = scratch_path(".");
	struct outcome o = run(GOOD("one"), 0, 0);

	ck_assert_msg(!o.rc, "%s", o.err.text);
	outcome_free(&o);
	ck_assert_int_eq(initramfs_prune(images, &(uint64_t){0}, NULL), 0);
	ck_assert_int_eq(chmod(images, 0555), 0);
	ck_assert_int_eq(chmod(output, 0777), 0);
	ck_assert_int_eq(chmod(top, 0777), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	o = run(GOOD("one"), 0, 0);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chmod(images, 0755), 0);
	ck_assert_msg(!o.rc, "%s", o.err.text);
	outcome_free(&o);
}
END_TEST

START_TEST(a_plan_is_told_without_a_store)
{
	cleanup_free char *images = scratch_path("no images"), *list = write_list("plan.txt", GOOD("one") GONE("two"));
	struct run_request request = request_of(list, (char *[]){object}, NULL);
	cleanup_error struct error err = {0};
	cleanup_free char *text = NULL;

	request.images = images;
	ck_assert_msg(!run_describe(&request, &text, &err), "%s", err.text);
	ck_assert_msg(strstr(text, "2 kernels, 1 object each: harmless\n") == text, "%s", text);
	ck_assert_int_ne(access(images, F_OK), 0);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("run", .open = setup, .close = teardown),
	        TEST(a_run_leaves_its_result_where_it_says),
	        TEST(an_optional_row_that_is_not_there_is_left_out),
	        TEST(a_run_of_nothing_is_a_mistake),
	        EACH(a_part_is_run_and_says_which_it_is, parts),
	        TEST(a_run_prints_nothing),
	        TEST(what_cannot_be_predicted_is_told_and_contradicts_nothing),
	        TEST(a_store_that_cannot_be_written_serves),
	        TEST(a_plan_is_told_without_a_store),
	};

	return suite_run("run", tests, COUNT(tests));
}
