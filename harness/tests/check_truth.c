/* SPDX-License-Identifier: BSD-2-Clause */
/* What truth makes of /proc: hostile names, short and odd files, and this very process. */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/truth/truth.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"

#define TAIL " S 7 5 6 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2 3\n"

static const struct stat_case {
	const char *text;
	const char *comm;
	uint64_t pid, ppid, start;
} stat_good[] = {
        {"12 (bash)" TAIL, "bash", 12, 7, 987654},
        {"12 ()" TAIL, "", 12, 7, 987654},
        {"12 (a b)" TAIL, "a b", 12, 7, 987654},
        {"12 (cm) R 1 2 (x-m)" TAIL, "cm) R 1 2 (x-m", 12, 7, 987654},
        {"12 (a)\n(b)" TAIL, "a)\n(b", 12, 7, 987654},
        {"12 ()))" TAIL, "))", 12, 7, 987654},
        {"4194304 (\\n)" TAIL, "\\n", 4194304, 7, 987654},
        /* nothing behind field 22 */
        {"1 (x) S 2 5 6 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 18446744073709551615", "x", 1, 2, UINT64_MAX},
};

static const char *const stat_bad[] = {
        "",
        "12",
        "12 bash S 1",
        "x (bash)" TAIL,
        "12 (bash",
        "12 )(",
        "12 (bash)",
        "12 (bash) S",
        "12 (bash) S x 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 9 1\n",
        "12 (bash) S 7 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0\n",
        "12 (bash) S 7 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 -9 1\n",
        "12 (bash) S 7 1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 18446744073709551616 1\n",
        "12 (bash) S 7  1 1 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 9 1\n",
        "99999999999999999999 (bash)" TAIL,
};

START_TEST(stat_is_read_from_the_last_parenthesis)
{
	const struct stat_case *c = &stat_good[_i];
	struct truth_stat s;

	ck_assert_int_eq(truth_parse_stat(c->text, strlen(c->text), &s, NULL), 0);
	ck_assert_str_eq(s.comm, c->comm);
	ck_assert_uint_eq(s.comm_len, strlen(c->comm));
	ck_assert_uint_eq(s.pid, c->pid);
	ck_assert_uint_eq(s.ppid, c->ppid);
	ck_assert_uint_eq(s.start_ticks, c->start);
	ck_assert_uint_eq(s.pgid, 5);
	ck_assert_uint_eq(s.sid, 6);
	truth_stat_free(&s);
}
END_TEST

START_TEST(bad_stat_is_refused)
{
	struct error err = {0};
	struct truth_stat s;

	ck_assert_int_eq(truth_parse_stat(stat_bad[_i], strlen(stat_bad[_i]), &s, &err), -EBADMSG);
	ck_assert_ptr_nonnull(err.text);
	error_clear(&err);
	truth_stat_free(&s);
}
END_TEST

#define IDS "Tgid:\t30\nNgid:\t0\nPid:\t31\nPPid:\t2\nTracerPid:\t5\n"
#define IDENTITY "Uid:\t1\t2\t3\t4\nGid:\t6\t7\t8\t9\n"
#define USERS IDENTITY "CapInh:\t0000000000000000\nCapEff:\t000001fffffffeff\n"

static const struct status_case {
	const char *text;
	const char *comm; /* NULL: refused */
} statuses[] = {
        {"Name:\tbash\nUmask:\t0022\n" IDS USERS, "bash"},
        {"Name:\ta\\nb\\\\c\n" IDS USERS, "a\nb\\c"},
        {"Name:\tPid:\t7\n" IDS USERS, "Pid:\t7"},
        {"Name:\ttail\\\n" IDS USERS, "tail\\"},
        {"Name:\t\n" IDS USERS, ""},
        {IDS USERS, NULL},
        {"Name:\tbash\n" USERS, NULL},
        {"Name:\tbash\n" IDS "Uid:\t1\nGid:\t6\t7\t8\t9\n", NULL},
        {"Name:\tbash\n" IDS "Uid:\tx\t2\nGid:\t6\t7\t8\t9\n", NULL},
        {"Name:\tbash\n" IDS IDENTITY, NULL},
        {"Name:\tbash\n" IDS IDENTITY "CapEff:\tx\n", NULL},
        {"Name:\tbash\n" IDS IDENTITY "CapEff:\t\n", NULL},
        {"Name:\tbash\n" IDS IDENTITY "CapEff:\t12 \n", NULL},
        {"", NULL},
};

START_TEST(status_is_read_and_its_name_unescaped)
{
	const struct status_case *c = &statuses[_i];
	struct error err = {0};
	struct truth_status s;
	int rc = truth_parse_status(c->text, strlen(c->text), &s, &err);

	ck_assert_int_eq(rc, c->comm ? 0 : -EBADMSG);
	ck_assert_int_eq(err.text != NULL, !c->comm);
	if (c->comm) {
		ck_assert_str_eq(s.comm, c->comm);
		ck_assert_uint_eq(s.tgid, 30);
		ck_assert_uint_eq(s.pid, 31);
		ck_assert_uint_eq(s.ppid, 2);
		ck_assert_uint_eq(s.tracer, 5);
		ck_assert_uint_eq(s.uid, 1);
		ck_assert_uint_eq(s.euid, 2);
		ck_assert_uint_eq(s.gid, 6);
		ck_assert_uint_eq(s.egid, 7);
		ck_assert_uint_eq(s.cap_effective, 0x1fffffffeff);
	}
	error_clear(&err);
	truth_status_free(&s);
}
END_TEST

/* stat says what status says, of process 30 and its thread 31; one of them is changed. */
static const struct {
	uint64_t status_tgid, status_pid, status_ppid, stat_pid, stat_ppid;
	const char *status_comm, *stat_comm, *why;
} contradictions[] = {
        {30, 31, 2, 31, 2, "bash", "bash", NULL},
        {30, 31, 2, 31, 1, "bash", "bash", "its parent changed"},
        {32, 31, 2, 31, 2, "bash", "bash", "its ids are not the ones asked for"},
        {30, 30, 2, 31, 2, "bash", "bash", "its ids are not the ones asked for"},
        {30, 31, 2, 30, 2, "bash", "bash", "its ids are not the ones asked for"},
        {30, 31, 2, 31, 2, "bash", "dash", "its name changed"},
        {30, 31, 2, 31, 2, "bash", "bas", "its name changed"},
};

START_TEST(files_that_contradict_each_other_are_noticed)
{
	cleanup_free char *name = xstrdup(contradictions[_i].status_comm),
	                  *other = xstrdup(contradictions[_i].stat_comm);
	const struct truth_status status = {.comm = name,
	                                    .comm_len = strlen(name),
	                                    .tgid = contradictions[_i].status_tgid,
	                                    .pid = contradictions[_i].status_pid,
	                                    .ppid = contradictions[_i].status_ppid};
	const struct truth_stat stat = {.comm = other,
	                                .comm_len = strlen(other),
	                                .pid = contradictions[_i].stat_pid,
	                                .ppid = contradictions[_i].stat_ppid};

	ck_assert_pstr_eq(truth_contradiction(&status, &stat, 30, 31), contradictions[_i].why);
}
END_TEST

static const char *const own_names[] = {"plain", "a b", "x) R 1 (y", "new\nline",      "back\\slash",
                                        "\\n",   "(",   "\x01\xff",  "fifteen-bytes-x"};

static const char *const namespaces[TRUTH_KEY_COUNT] = {
        [TRUTH_MNT_NS] = "mnt", [TRUTH_PID_NS] = "pid",   [TRUTH_NET_NS] = "net",       [TRUTH_UTS_NS] = "uts",
        [TRUTH_IPC_NS] = "ipc", [TRUTH_USER_NS] = "user", [TRUTH_CGROUP_NS] = "cgroup",
};

START_TEST(this_process_is_read_under_any_name)
{
	struct error err = {0};
	struct truth t;

	ck_assert_int_eq(prctl(PR_SET_NAME, own_names[_i]), 0);
	ck_assert_msg(truth_read(getpid(), getpid(), 77, UINT32_MAX, &t, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(t.comm_len, strlen(own_names[_i]));
	ck_assert_mem_eq(t.comm, own_names[_i], t.comm_len);
	ck_assert_uint_eq(t.numbers[TRUTH_TGID], (uint64_t)getpid());
	ck_assert_uint_eq(t.numbers[TRUTH_TID], (uint64_t)getpid());
	ck_assert_uint_eq(t.numbers[TRUTH_PPID], (uint64_t)getppid());
	ck_assert_uint_eq(t.numbers[TRUTH_PARENT_TID], 77);
	ck_assert_uint_eq(t.numbers[TRUTH_UID], getuid());
	ck_assert_uint_eq(t.numbers[TRUTH_GID], getgid());
	ck_assert_uint_gt(t.numbers[TRUTH_START], 0);
	ck_assert_uint_eq(t.numbers[TRUTH_PGID], (uint64_t)getpgid(0));
	ck_assert_uint_eq(t.numbers[TRUTH_SID], (uint64_t)getsid(0));
	for (int key = TRUTH_MNT_NS; key < TRUTH_KEY_COUNT; key++) {
		cleanup_free char *path = xasprintf("/proc/self/ns/%s", namespaces[key] ? namespaces[key] : "?");
		struct stat st;

		if (stat(path, &st) == 0)
			ck_assert_uint_eq(t.numbers[key], st.st_ino);
		ck_assert_int_eq(t.unknown >> key & 1, access(path, F_OK) != 0);
	}
}
END_TEST

START_TEST(what_is_not_wanted_is_unknown)
{
	struct truth t;

	ck_assert_int_eq(truth_read(getpid(), getpid(), 0, 1u << TRUTH_NET_NS, &t, NULL), 0);
	ck_assert_uint_eq(t.unknown >> TRUTH_MNT_NS & 1, 1);
	ck_assert_uint_eq(t.unknown >> TRUTH_CGROUP & 1, 1);
	ck_assert_uint_eq(t.unknown >> TRUTH_NET_NS & 1, access("/proc/self/ns/net", F_OK) != 0);
	ck_assert_uint_eq(t.unknown >> TRUTH_TGID & 1, 0);
}
END_TEST

START_TEST(a_thread_that_is_not_there_is_an_error)
{
	struct error err = {0};
	struct truth t;

	ck_assert_int_lt(truth_read(getpid(), 0, 0, UINT32_MAX, &t, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "/proc/"));
	error_clear(&err);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(stat_is_read_from_the_last_parenthesis, stat_good),
	        EACH(bad_stat_is_refused, stat_bad),
	        EACH(status_is_read_and_its_name_unescaped, statuses),
	        EACH(files_that_contradict_each_other_are_noticed, contradictions),
	        EACH(this_process_is_read_under_any_name, own_names),
	        TEST(what_is_not_wanted_is_unknown),
	        TEST(a_thread_that_is_not_there_is_an_error),
	};

	return suite_run("truth", tests, COUNT(tests));
}
