/* SPDX-License-Identifier: BSD-2-Clause */
/* The subjects' protocol on this machine: who they are before and after the exec, and that none is left behind. */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/deeds/action.h"
#include "agent/deeds/subject.h"
#include "agent/deeds/subject_body.h"
#include "agent/truth/truth.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"

static struct subject_stage *stage;

static const struct subject_kind *kinds;
static size_t kind_count;

static void stage_open(void)
{
	struct error err = {0};

	ck_assert_msg(subject_stage_open(&stage, &err) == 0, "%s", err.text);
}

/* Where the links to be executed are: above the subjects' own directory. */
static char *stage_links(void)
{
	const char *directory = subject_stage_directory(stage);

	return xstrndup(directory, (size_t)(strrchr(directory, '/') - directory));
}

static void stage_close(void)
{
	cleanup_free char *directory = stage_links();

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

static void truth_of_self(struct truth *t)
{
	ck_assert_int_eq(truth_read(getpid(), getpid(), 0, UINT32_MAX, t, NULL), 0);
}

/* Some need rights that a test need not have, not even as root of a container; and in a chroot "/" is no mount. */
static bool is_allowed(const struct subject_kind *kind)
{
	int status = 0;
	pid_t pid;

	if (!subject_kind_is_possible(kind))
		return false;
	if (!kind->uid && !kind->namespaces && kind->action != ACTION_SETUID)
		return true;
	if (geteuid() != 0 || !kind->namespaces)
		return geteuid() == 0;
	pid = fork();
	if (pid == 0)
		_exit(unshare(kind->namespaces) < 0 ||
		      ((kind->namespaces & CLONE_NEWNS) && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0));
	waitpid(pid, &status, 0);
	return !status;
}

static void truth_of(struct subject *s, struct truth *t)
{
	struct error err = {0};

	ck_assert_msg(truth_read(subject_pid(s), subject_tid(s), subject_parent_tid(s), UINT32_MAX, t, &err) == 0, "%s",
	              err.text);
}

START_TEST(a_subject_is_what_its_row_says)
{
	const struct subject_kind *kind = &kinds[_i];
	unsigned files = open_files();
	size_t comm_len = strlen(kind->file) < TRUTH_COMM_MAX ? strlen(kind->file) : TRUTH_COMM_MAX;
	struct truth before, after, self;
	struct error err = {0};
	struct subject *s = NULL;

	if (!is_allowed(kind))
		return;
	ck_assert_msg(subject_spawn(stage, kind, &s, &err) == 0, "%s", err.text);
	truth_of(s, &before);
	ck_assert_str_eq(before.comm, SUBJECT_CALLER_NAME);
	ck_assert_int_eq(before.numbers[TRUTH_TID] != before.numbers[TRUTH_TGID], kind->from_thread);

	ck_assert_msg(subject_exec(s, &err) == 0, "%s", err.text);
	truth_of(s, &after);
	ck_assert_uint_eq(after.comm_len, comm_len);
	ck_assert_mem_eq(after.comm, kind->file, comm_len);
	ck_assert_uint_eq(after.numbers[TRUTH_TGID], before.numbers[TRUTH_TGID]);
	ck_assert_uint_eq(after.numbers[TRUTH_TID], after.numbers[TRUTH_TGID]);
	ck_assert_int_eq(after.numbers[TRUTH_PPID] == (uint64_t)getpid(), !kind->under_parent);
	ck_assert_uint_eq(after.numbers[TRUTH_PPID], before.numbers[TRUTH_PPID]);
	ck_assert_uint_eq(after.numbers[TRUTH_TRACER], kind->traced ? (uint64_t)getpid() : 0);
	ck_assert_int_eq(after.numbers[TRUTH_PARENT_TID] == after.numbers[TRUTH_PPID], !kind->parent_thread);
	truth_of_self(&self);
	ck_assert_int_eq(after.numbers[TRUTH_MNT_NS] != self.numbers[TRUTH_MNT_NS], !!kind->namespaces);
	ck_assert_uint_eq(after.numbers[TRUTH_PID_NS], self.numbers[TRUTH_PID_NS]);
	ck_assert_uint_eq(after.numbers[TRUTH_SID],
	                  kind->under_parent ? after.numbers[TRUTH_PPID] : self.numbers[TRUTH_SID]);
	ck_assert_uint_eq(after.numbers[TRUTH_PGID],
	                  kind->under_parent ? after.numbers[TRUTH_TGID] : self.numbers[TRUTH_PGID]);
	ck_assert_uint_eq(after.numbers[TRUTH_UID], kind->uid ? kind->uid : getuid());
	ck_assert_uint_eq(after.numbers[TRUTH_GID], kind->gid ? kind->gid : getgid());

	ck_assert_msg(subject_finish(s, &err) == 0, "%s", err.text);
	subject_free(s);
	ck_assert_uint_eq(open_files(), files);
}
END_TEST

static const struct view *view_with(const struct scene *scene, enum view_key key)
{
	for (size_t i = 0; i < scene->count; i++)
		if (view_knows(&scene->views[i], (int)key))
			return &scene->views[i];
	return NULL;
}

static uint64_t told(const struct action_result *r, enum view_key key)
{
	const struct view *v = view_with(&r->scene, key);

	ck_assert_msg(v != NULL, "no view tells the %s", view_key_info((int)key)->words);
	return v->numbers[key];
}

/* What each deed says, as far as it can be known beforehand or from /proc. */
static void result_check(const struct subject_kind *kind, const struct action_result *r, const struct truth *before,
                         const struct truth *after)
{
	switch (kind->action) {
	case ACTION_FILE:
		ck_assert_uint_ne(told(r, VIEW_INO), 0);
		ck_assert_uint_eq(r->scene.views[0].numbers[VIEW_SIZE], 0);
		ck_assert_uint_ne(r->scene.views[1].numbers[VIEW_SIZE], 0);
		break;
	case ACTION_TCP4:
	case ACTION_TCP6:
	case ACTION_UDP4:
	case ACTION_UDP6:
	case ACTION_MESSAGE4:
	case ACTION_MESSAGE6:
		ck_assert_uint_ne(told(r, VIEW_SPORT), 0);
		ck_assert_uint_ne(told(r, VIEW_DPORT), 0);
		ck_assert_uint_ne(told(r, VIEW_SPORT), told(r, VIEW_DPORT));
		break;
	case ACTION_SOCKOPT:
		ck_assert_uint_eq(told(r, VIEW_LEN), sizeof(int));
		break;
	case ACTION_CALL:
		ck_assert_uint_ne(told(r, VIEW_ARG1), told(r, VIEW_ARG2));
		ck_assert_uint_ne(told(r, VIEW_RET), 0);
		break;
	case ACTION_FORK:
		ck_assert_int_gt(r->child, 0);
		ck_assert_uint_eq(told(r, VIEW_CHILD_PID), (uint64_t)r->child);
		ck_assert_uint_eq(told(r, VIEW_FORKER), after->numbers[TRUTH_TGID]);
		break;
	case ACTION_SIGNAL:
		ck_assert_uint_eq(r->scene.views[0].numbers[VIEW_TARGET_PID], after->numbers[TRUTH_PPID]);
		ck_assert_uint_eq(r->scene.views[1].numbers[VIEW_TARGET_PID], after->numbers[TRUTH_TGID]);
		ck_assert_int_eq((int)r->scene.views[1].numbers[VIEW_SI_CODE], SI_TKILL);
		break;
	case ACTION_MMAP:
		ck_assert_uint_eq(told(r, VIEW_END), told(r, VIEW_ADDR) + told(r, VIEW_LEN));
		break;
	case ACTION_MOUNT:
		ck_assert_uint_ne(after->numbers[TRUTH_MNT_NS], 0);
		break;
	case ACTION_SETUID:
		ck_assert_uint_eq(before->numbers[TRUTH_UID], 0);
		ck_assert_uint_eq(after->numbers[TRUTH_UID], r->scene.views[1].numbers[VIEW_NEW_UID]);
		ck_assert_uint_eq(after->numbers[TRUTH_GID], told(r, VIEW_NEW_GID));
		ck_assert_uint_ne(before->numbers[TRUTH_CAP_EFFECTIVE], 0);
		ck_assert_uint_eq(after->numbers[TRUTH_CAP_EFFECTIVE], 0);
		break;
	case ACTION_DISK:
		ck_assert_uint_eq(major(told(r, VIEW_DEV)), told(r, VIEW_MAJOR));
		ck_assert_uint_eq(minor(told(r, VIEW_DEV)), told(r, VIEW_MINOR));
		break;
	case ACTION_CGROUP:
		ck_assert_uint_eq(after->numbers[TRUTH_CGROUP], told(r, VIEW_CGROUP_ID));
		break;
	default:
		break;
	}
}

static unsigned files_in(const char *path)
{
	cleanup_closedir DIR *dir = opendir(path);
	unsigned count = 0;

	while (readdir(dir))
		count++;
	return count - 2;
}

/* Outside of a guest the BPF maps and programs that there are, its devices and sysctls are somebody else's. */
static bool is_for_guests(const struct subject_kind *kind)
{
	return kind->action == ACTION_SOCKMAP || kind->action == ACTION_REUSEPORT || kind->action == ACTION_PROGRAM ||
	       kind->action == ACTION_WIRE || kind->action == ACTION_OOM || kind->action == ACTION_SYNC ||
	       kind->action == ACTION_DEVICE || kind->action == ACTION_SYSCTL || kind->action == ACTION_CONGESTION ||
	       kind->action == ACTION_BPF || kind->action == ACTION_DMABUF || kind->action == ACTION_MIGRATE ||
	       kind->stirs;
}

START_TEST(an_action_is_done_and_told)
{
	const struct subject_kind *kind = &kinds[_i];
	struct action_result result;
	struct truth before, after;
	struct error err = {0};
	struct subject *s = NULL;

	if (kind->action == ACTION_NONE || !is_allowed(kind) || is_for_guests(kind))
		return;
	ck_assert_msg(subject_spawn(stage, kind, &s, &err) == 0, "%s", err.text);
	ck_assert_msg(subject_exec(s, &err) == 0, "%s", err.text);
	truth_of(s, &before);
	memset(&result, 0x55, sizeof(result));
	ck_assert_msg(subject_act(s, &result, &err) == 0, "%s", err.text);
	truth_of(s, &after);
	ck_assert_uint_eq(before.numbers[TRUTH_TGID], after.numbers[TRUTH_TGID]);
	ck_assert_uint_eq(before.numbers[TRUTH_START], after.numbers[TRUTH_START]);
	ck_assert_int_eq(result.scene.count == 0, result.skipped || kind->action == ACTION_LOOP);
	ck_assert_int_eq(result.other, OTHER_NONE);
	if (!result.skipped)
		result_check(kind, &result, &before, &after);
	ck_assert_uint_eq(files_in(subject_stage_directory(stage)), 0);
	ck_assert_msg(subject_finish(s, &err) == 0, "%s", err.text);
	if (result.child)
		ck_assert_int_eq(kill(result.child, 0), -1);
	subject_free(s);
}
END_TEST

START_TEST(an_action_that_fails_is_told_with_its_call)
{
	struct action_result result;
	struct error err = {0};
	struct subject *s = NULL;
	size_t i = 0;

	while (kinds[i].action != ACTION_FILE)
		i++;
	ck_assert_int_eq(rmdir(subject_stage_directory(stage)), 0);
	ck_assert_int_eq(subject_spawn(stage, &kinds[i], &s, &err), 0);
	ck_assert_int_eq(subject_exec(s, &err), 0);
	ck_assert_int_eq(subject_act(s, &result, &err), -ENOENT);
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

	if (!is_allowed(kind))
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
	cleanup_free char *links = stage_links(), *path = xasprintf("%s/%s", links, gone.file);
	struct error err = {0};
	struct subject *s = NULL;

	ck_assert_int_eq(symlink("/no/such/file", path), 0);
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

	for (size_t i = 0; i < kind_count; i++) {
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

START_TEST(every_workload_has_a_subject)
{
	for (unsigned group = 0; group < WORKLOAD_GROUP_COUNT; group++) {
		size_t i = 0;

		while (i < kind_count && kinds[i].group != group)
			i++;
		ck_assert_msg(i < kind_count, "%s", workload_group_name((enum workload_group)group));
	}
	for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
		size_t i = 0;

		while (i < kind_count && (int)kinds[i].action != action)
			i++;
		ck_assert_msg(i < kind_count && action_is_deed((enum action)action), "action %d", action);
	}
}
END_TEST

int main(int argc, char **argv)
{
	subject_main_if_subject(argc, argv);
	kinds = subject_kinds(&kind_count);

	const struct suite_row tests[] = {
	        GROUP("subject", .set_up = stage_open, .tear_down = stage_close, .seconds = 60),
	        RANGE(a_subject_is_what_its_row_says, 0, kind_count),
	        RANGE(a_subject_can_be_dropped_before_its_exec, 0, kind_count),
	        RANGE(a_subject_can_be_dropped_after_its_exec, 0, kind_count),
	        RANGE(an_action_is_done_and_told, 0, kind_count),
	        TEST(an_action_that_fails_is_told_with_its_call),
	        TEST(a_subject_that_dies_before_it_acts_is_told),
	        TEST(an_exec_that_fails_is_told_with_its_reason),
	        TEST(a_subject_that_is_killed_is_told),
	        TEST(every_workload_has_a_subject),
	        TEST(names_are_unique_and_one_is_hard_to_read),
	};

	return suite_run("subject", tests, COUNT(tests));
}
