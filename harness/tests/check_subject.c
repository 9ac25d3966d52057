/* SPDX-License-Identifier: BSD-2-Clause */
/* The subjects' protocol on this machine: who they are before and after the exec, and that none is left behind. */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "agent/action.c"
#include "agent/still.c"
#include "agent/subject.c"
#include "agent/truth.c"

static struct subject_stage *stage;

static void stage_open(void)
{
	struct error err = {0};

	ck_assert_msg(subject_stage_open(&stage, &err) == 0, "%s", err.text);
}

static void stage_close(void)
{
	cleanup_free char *directory = xstrdup(stage->directory);

	subject_stage_close(stage);
	ck_assert_int_eq(access(directory, F_OK), -1);
	/* Every child was reaped. */
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}

static unsigned open_files(void)
{
	cleanup_closedir DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	while (readdir(dir))
		count++;
	return count;
}

static void truth_of(struct subject *s, struct truth *t)
{
	struct error err = {0};

	ck_assert_msg(truth_read(subject_pid(s), subject_tid(s), subject_parent_tid(s), t, &err) == 0, "%s", err.text);
}

START_TEST(a_subject_is_what_its_row_says)
{
	const struct subject_kind *kind = &kinds[_i];
	unsigned files = open_files();
	size_t comm_len = strlen(kind->file) < TRUTH_COMM_MAX ? strlen(kind->file) : TRUTH_COMM_MAX;
	struct truth before, after;
	struct error err = {0};
	struct subject *s = NULL;
	bool root = geteuid() == 0;

	if (kind->uid && !root)
		return;
	ck_assert_msg(subject_spawn(stage, kind, &s, &err) == 0, "%s", err.text);
	truth_of(s, &before);
	ck_assert_str_eq(before.comm, CALLER_NAME);
	ck_assert_int_eq(before.numbers[TRUTH_TID] != before.numbers[TRUTH_TGID], kind->from_thread);

	ck_assert_msg(subject_exec(s, &err) == 0, "%s", err.text);
	truth_of(s, &after);
	ck_assert_uint_eq(after.comm_len, comm_len);
	ck_assert_mem_eq(after.comm, kind->file, comm_len);
	ck_assert_uint_eq(after.numbers[TRUTH_TGID], before.numbers[TRUTH_TGID]);
	ck_assert_uint_eq(after.numbers[TRUTH_TID], after.numbers[TRUTH_TGID]);
	ck_assert_int_eq(after.numbers[TRUTH_PPID] == (uint64_t)getpid(), !kind->under_parent);
	ck_assert_uint_eq(after.numbers[TRUTH_PPID], before.numbers[TRUTH_PPID]);
	ck_assert_int_eq(after.numbers[TRUTH_PARENT_TID] == after.numbers[TRUTH_PPID], !kind->parent_thread);
	ck_assert_uint_eq(after.numbers[TRUTH_UID], kind->uid ? kind->uid : getuid());
	ck_assert_uint_eq(after.numbers[TRUTH_GID], kind->gid ? kind->gid : getgid());

	ck_assert_msg(subject_finish(s, &err) == 0, "%s", err.text);
	subject_free(s);
	ck_assert_uint_eq(open_files(), files);
}
END_TEST

START_TEST(an_action_is_done_and_told)
{
	const struct subject_kind *kind = &kinds[_i];
	cleanup_free char *file = xasprintf("%s/%s", subject_stage_directory(stage), ACTION_FILE_NAME);
	cleanup_free char *renamed = xasprintf("%s/%s", subject_stage_directory(stage), ACTION_FILE_RENAMED);
	struct action_result result;
	struct truth before, after;
	struct error err = {0};
	struct subject *s = NULL;

	if (kind->action == ACTION_NONE || (kind->uid && geteuid() != 0))
		return;
	ck_assert_msg(subject_spawn(stage, kind, &s, &err) == 0, "%s", err.text);
	ck_assert_msg(subject_exec(s, &err) == 0, "%s", err.text);
	truth_of(s, &before);
	memset(&result, 0x55, sizeof(result));
	ck_assert_msg(subject_act(s, &result, &err) == 0, "%s", err.text);
	truth_of(s, &after);
	ck_assert_uint_eq(before.numbers[TRUTH_TGID], after.numbers[TRUTH_TGID]);
	ck_assert_uint_eq(before.numbers[TRUTH_START], after.numbers[TRUTH_START]);
	if (kind->action == ACTION_FILE) {
		ck_assert_uint_ne(result.ino, 0);
		ck_assert_uint_ne(result.size, 0);
		ck_assert_int_ne(access(file, F_OK), 0);
		ck_assert_int_ne(access(renamed, F_OK), 0);
	} else if (!result.skipped) {
		ck_assert_uint_eq(result.family, kind->action == ACTION_TCP4 ? AF_INET : AF_INET6);
		ck_assert_uint_ne(result.client_port, 0);
		ck_assert_uint_ne(result.server_port, 0);
		ck_assert_uint_ne(result.client_port, result.server_port);
		ck_assert_uint_eq(result.address[kind->action == ACTION_TCP4 ? 3 : 15], 1);
	}
	ck_assert_msg(subject_finish(s, &err) == 0, "%s", err.text);
	subject_free(s);
}
END_TEST

START_TEST(an_action_that_fails_is_told_with_its_call)
{
	cleanup_free char *file = xasprintf("%s/%s", subject_stage_directory(stage), ACTION_FILE_NAME);
	struct action_result result;
	struct error err = {0};
	struct subject *s = NULL;
	size_t i = 0;

	while (kinds[i].action != ACTION_FILE)
		i++;
	ck_assert_int_eq(mkdir(file, 0700), 0);
	ck_assert_int_eq(subject_spawn(stage, &kinds[i], &s, &err), 0);
	ck_assert_int_eq(subject_exec(s, &err), 0);
	ck_assert_int_eq(subject_act(s, &result, &err), -EEXIST);
	ck_assert_ptr_nonnull(strstr(err.text, "open failed in the subject"));
	error_clear(&err);
	subject_free(s);
}
END_TEST

START_TEST(a_subject_that_dies_before_it_acts_is_told)
{
	struct action_result result;
	struct error err = {0};
	struct subject *s = NULL;
	size_t i = 0;

	while (kinds[i].action == ACTION_NONE)
		i++;
	ck_assert_int_eq(subject_spawn(stage, &kinds[i], &s, &err), 0);
	ck_assert_int_eq(subject_exec(s, &err), 0);
	kill(subject_pid(s), SIGKILL);
	ck_assert_int_eq(subject_act(s, &result, &err), -ECHILD);
	error_clear(&err);
	subject_free(s);
}
END_TEST

/* Dropping a subject half-way must end it, its parent and its threads. */
static void drop(const struct subject_kind *kind, bool after_exec)
{
	unsigned files = open_files();
	struct error err = {0};
	struct subject *s = NULL;
	pid_t pid;

	if (kind->uid && geteuid() != 0)
		return;
	ck_assert_msg(subject_spawn(stage, kind, &s, &err) == 0, "%s", err.text);
	if (after_exec)
		ck_assert_msg(subject_exec(s, &err) == 0, "%s", err.text);
	pid = subject_pid(s);
	subject_free(s);
	ck_assert_uint_eq(open_files(), files);
	/* A grandchild may be a zombie for its reaper, but it runs no more. */
	if (!kind->under_parent)
		ck_assert_int_eq(kill(pid, 0), -1);
}

START_TEST(a_subject_can_be_dropped_before_its_exec)
{
	drop(&kinds[_i], false);
}
END_TEST

START_TEST(a_subject_can_be_dropped_after_its_exec)
{
	drop(&kinds[_i], true);
}
END_TEST

START_TEST(an_exec_that_fails_is_told_with_its_reason)
{
	static const struct subject_kind gone = {.name = "gone", .file = "no-such-file"};
	struct error err = {0};
	struct subject *s = NULL;

	ck_assert_int_eq(subject_spawn(stage, &gone, &s, &err), 0);
	ck_assert_int_eq(subject_exec(s, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, "workload gone: execve failed"));
	error_clear(&err);
	subject_free(s);
}
END_TEST

START_TEST(a_subject_that_is_killed_is_told)
{
	struct error err = {0};
	struct subject *s = NULL;

	ck_assert_int_eq(subject_spawn(stage, &kinds[0], &s, &err), 0);
	kill(subject_pid(s), SIGKILL);
	ck_assert_int_eq(subject_exec(s, &err), -ECHILD);
	ck_assert_ptr_nonnull(strstr(err.text, "died before"));
	error_clear(&err);
	subject_free(s);
}
END_TEST

START_TEST(names_are_unique_and_one_is_hard_to_read)
{
	bool odd = false;

	for (size_t i = 0; i < KIND_COUNT; i++) {
		const char *file = kinds[i].file;

		for (size_t j = 0; j < i; j++) {
			ck_assert_str_ne(kinds[i].name, kinds[j].name);
			ck_assert_str_ne(file, kinds[j].file);
		}
		odd |= strlen(file) > TRUTH_COMM_MAX && memchr(file, ')', TRUTH_COMM_MAX) &&
		       memchr(file, ' ', TRUTH_COMM_MAX);
	}
	ck_assert(odd);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("subject");
	TCase *t = tcase_create("subject");
	SRunner *sr;
	int failed;

	subject_main_if_subject(argc, argv);
	sr = srunner_create(suite);
	suite_add_tcase(suite, t);
	tcase_add_checked_fixture(t, stage_open, stage_close);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, a_subject_is_what_its_row_says, 0, KIND_COUNT);
	tcase_add_loop_test(t, a_subject_can_be_dropped_before_its_exec, 0, KIND_COUNT);
	tcase_add_loop_test(t, a_subject_can_be_dropped_after_its_exec, 0, KIND_COUNT);
	tcase_add_loop_test(t, an_action_is_done_and_told, 0, KIND_COUNT);
	tcase_add_test(t, an_action_that_fails_is_told_with_its_call);
	tcase_add_test(t, a_subject_that_dies_before_it_acts_is_told);
	tcase_add_test(t, an_exec_that_fails_is_told_with_its_reason);
	tcase_add_test(t, a_subject_that_is_killed_is_told);
	tcase_add_test(t, names_are_unique_and_one_is_hard_to_read);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
