/* SPDX-License-Identifier: BSD-2-Clause */
/* task: its queue, its culprit, which job it is given and what its VM's files are called. */
#include <unistd.h>

#include "host/run/task.h"
#include "tests/fake_matrix.h"
#include "tests/suite.h"
#include "wire/job.h"

#define NONCE 7u

static void setup(void)
{
	scratch_setup();
	fake_qemu_install();
}

START_TEST(tasks_stand_in_line)
{
	struct task_queue q = {0};
	const size_t order[] = {3, 1, 2};

	ck_assert_ptr_null(task_queue_take(&q));
	task_queue_add(&q, task_new(1, (const size_t[]){0}, 1, 1));
	task_queue_add(&q, task_new(2, (const size_t[]){0}, 1, 1));
	task_queue_add_first(&q, task_new(3, (const size_t[]){0}, 1, 1));
	for (size_t i = 0; i < COUNT(order); i++) {
		struct task *t = task_queue_take(&q);

		ck_assert_uint_eq(t->kernel, order[i]);
		task_free(t);
	}
	ck_assert_ptr_null(task_queue_take(&q));
	/* the first of an empty line is its last, too */
	task_queue_add_first(&q, task_new(4, (const size_t[]){0}, 1, 1));
	task_queue_add(&q, task_new(5, (const size_t[]){0}, 1, 1));
	ck_assert_uint_eq(q.first->next->kernel, 5);
	task_queue_free(&q);
	ck_assert_ptr_null(q.first);
}
END_TEST

static const struct {
	int culprit;
	size_t rest[2];
} culprits[] = {{0, {11, 12}}, {1, {10, 12}}, {2, {10, 11}}};

START_TEST(the_culprit_is_left_alone)
{
	struct task *t = task_new(0, (const size_t[]){10, 11, 12}, 3, 1);
	cleanup_free size_t *rest = NULL;
	size_t count;

	t->culprit = culprits[_i].culprit;
	rest = task_leave_culprit(t, &count);
	ck_assert_uint_eq(count, 2);
	ck_assert_mem_eq(rest, culprits[_i].rest, sizeof(culprits[_i].rest));
	ck_assert_uint_eq(t->count, 1);
	ck_assert_uint_eq(t->objects[0], 10 + (size_t)culprits[_i].culprit);
	ck_assert_int_eq(t->culprit, 0);
	task_free(t);
}
END_TEST

/* A job that is the same for all kernels is one file; what is particular lies with its kernel. */
static const struct {
	size_t objects[2], count;
	unsigned number;
	bool external, symbols;
	const char *job, *console;
} jobs[] = {
        {{0, 1}, 2, 1, false, false, "job.bin", "console.log"},
        {{0, 1}, 2, 2, false, false, "job.bin", "console-2.log"},
        {{1}, 1, 2, false, false, "k1/job-2.bin", "console-2.log"},
        {{0, 1}, 2, 1, true, false, "k1/job.bin", "console.log"},
        {{0, 1}, 2, 1, false, true, "job-symbols.bin", "console.log"},
        /* a part of the objects is no time to ask */
        {{1}, 1, 2, false, true, "k1/job-2.bin", "console-2.log"},
};

static void check_job(const struct fake_matrix *m, const struct task *t, size_t index)
{
	cleanup_free char *path = xasprintf("%s/%s", m->directory, jobs[index].job);
	cleanup_error struct error err = {0};
	cleanup_buf struct buf bytes = {0};
	struct job job;

	ck_assert_str_eq(t->job_path, path);
	ck_assert_msg(!io_read_file(path, 1 << 20, &bytes, &err), "%s", err.text);
	ck_assert_msg(!job_decode(bytes.data, bytes.len, &job, &err), "%s", err.text);
	ck_assert_uint_eq(job.nonce, NONCE);
	ck_assert_uint_eq(job.object_count, jobs[index].count);
	for (uint32_t i = 0; i < job.object_count; i++)
		ck_assert_str_eq(job.objects[i].name, jobs[index].objects[i] ? "other" : "bad");
	ck_assert_int_eq(job.symbols, jobs[index].symbols && jobs[index].count == 2);
	ck_assert_uint_eq(job.btf_size, jobs[index].external ? 3 : 0);
	job_free(&job);
}

START_TEST(a_task_is_given_its_job)
{
	static char path[] = "types.btf", bytes[] = "btf", gone[] = "/does/not/exist";
	struct task *t = task_new(0, jobs[_i].objects, jobs[_i].count, jobs[_i].number);
	cleanup_error struct error err = {0};
	cleanup_free char *console = NULL;
	struct fake_matrix m;
	struct schedule s;

	fake_matrix_init(&m, "jobs", (const char *const[]){"good"}, 1);
	if (jobs[_i].external)
		m.external[0] = (struct external_btf){.path = path, .raw = {.data = bytes, .len = 3}};
	if (jobs[_i].symbols)
		m.kernels[0].symbols = gone;
	s = fake_matrix_schedule(&m, NULL);
	ck_assert_msg(!task_start(t, &s, NONCE, &err), "%s", err.text);
	ck_assert_int_eq(t->mode, VM_RUN);
	check_job(&m, t, (size_t)_i);
	console = xasprintf("%s/k1/%s", m.directory, jobs[_i].console);
	ck_assert_msg(!access(console, F_OK), "%s", console);
	task_free(t);
	fake_matrix_free(&m);
}
END_TEST

/* Another run may take the saved guest away: what is decided is not decided again. */
START_TEST(the_kind_of_vm_is_chosen_once)
{
	struct task *t = task_new(0, (const size_t[]){0, 1}, 2, 1);
	cleanup_error struct error err = {0};
	struct fake_matrix m;
	struct schedule s;

	fake_matrix_init(&m, "kind", (const char *const[]){"good"}, 1);
	s = fake_matrix_schedule(&m, NULL);
	s.cold = false;
	ck_assert_msg(!task_start(t, &s, NONCE, &err), "%s", err.text);
	ck_assert_int_eq(t->mode, VM_SAVE);
	ck_assert_str_eq(t->suffix, "-save");
	ck_assert_ptr_null(t->job_path);
	task_reset(t, VM_RUN);
	ck_assert_msg(!task_start(t, &s, NONCE, &err), "%s", err.text);
	ck_assert_int_eq(t->mode, VM_RUN);
	ck_assert_str_eq(t->suffix, "");
	ck_assert_ptr_nonnull(t->job_path);
	task_free(t);
	fake_matrix_free(&m);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("task", .open = setup, .close = scratch_teardown),
	        TEST(tasks_stand_in_line),
	        EACH(the_culprit_is_left_alone, culprits),
	        EACH(a_task_is_given_its_job, jobs),
	        TEST(the_kind_of_vm_is_chosen_once),
	};

	return suite_run("task", tests, COUNT(tests));
}
