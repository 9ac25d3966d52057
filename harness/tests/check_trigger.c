/* SPDX-License-Identifier: BSD-2-Clause */
/* trigger: which workloads an attach point promises to notice, and of which moment its events speak. */
#include <stdlib.h>
#include <string.h>

#include "agent/deeds/trigger.h"
#include "tests/suite.h"

static const struct {
	const char *section, *target;
	uint64_t triggers;
	enum trigger_moment moment;
} cases[] = {
        {"tp/sched/sched_process_exec", NULL, TRIGGER_EXEC, MOMENT_AFTER},
        {"tracepoint/sched/sched_process_exec", NULL, TRIGGER_EXEC, MOMENT_AFTER},
        {"tp_btf/sched_process_exec", NULL, TRIGGER_EXEC, MOMENT_AFTER},
        {"raw_tp.w/sched_process_exec", NULL, TRIGGER_EXEC, MOMENT_AFTER},
        {"tp/syscalls/sys_enter_execve", NULL, TRIGGER_EXEC, MOMENT_BEFORE},
        {"tp/syscalls/sys_exit_execve", NULL, TRIGGER_EXEC, MOMENT_AFTER},
        {"ksyscall/execve", NULL, TRIGGER_EXEC, MOMENT_BEFORE},
        {"kretsyscall/execve", NULL, TRIGGER_EXEC, MOMENT_AFTER},
        {"kprobe/__x64_sys_execve", NULL, TRIGGER_EXEC, MOMENT_BEFORE},
        {"fexit/__x64_sys_execve", NULL, TRIGGER_EXEC, MOMENT_AFTER},
        {"lsm/bprm_check_security", NULL, TRIGGER_EXEC, MOMENT_BEFORE},
        {"tp/syscalls/sys_enter_openat", NULL, TRIGGER_FILE, MOMENT_UNKNOWN},
        {"kprobe/vfs_unlink", NULL, TRIGGER_FILE, MOMENT_UNKNOWN},
        {"kprobe/tcp_v4_connect", NULL, TRIGGER_TCP4, MOMENT_UNKNOWN},
        {"kretprobe/tcp_v6_connect", NULL, TRIGGER_TCP6, MOMENT_UNKNOWN},
        {"tp/sock/inet_sock_set_state", NULL, TRIGGER_TCP4 | TRIGGER_TCP6, MOMENT_UNKNOWN},
        {"tp/sched/sched_process_exit", NULL, TRIGGER_EXEC | TRIGGER_EXIT, MOMENT_UNKNOWN},
        {"raw_tp/sched_process_fork", NULL, TRIGGER_FORK, MOMENT_UNKNOWN},
        {"lsm/task_alloc", NULL, TRIGGER_FORK, MOMENT_UNKNOWN},
        {"lsm_cgroup/socket_bind", NULL, TRIGGER_TCP4 | TRIGGER_TCP6, MOMENT_UNKNOWN},
        {"fentry/udp_sendmsg", NULL, TRIGGER_UDP4, MOMENT_UNKNOWN},
        {"kretprobe/udpv6_recvmsg", NULL, TRIGGER_UDP6, MOMENT_UNKNOWN},
        {"kprobe/__x64_sys_sendto", NULL, TRIGGER_UDP4 | TRIGGER_UDP6, MOMENT_UNKNOWN},
        {"tp_btf/signal_deliver", NULL, TRIGGER_SIGNAL, MOMENT_UNKNOWN},
        {"ksyscall/mmap", NULL, TRIGGER_MMAP, MOMENT_UNKNOWN},
        {"kprobe/do_mmap", NULL, TRIGGER_MMAP, MOMENT_UNKNOWN},
        {"lsm/sb_mount", NULL, TRIGGER_MOUNT, MOMENT_UNKNOWN},
        {"kprobe/commit_creds", NULL, TRIGGER_SETUID, MOMENT_UNKNOWN},
        {"kprobe/cap_capable", NULL, TRIGGER_SETUID, MOMENT_UNKNOWN},
        {"tp/timer/hrtimer_start", NULL, TRIGGER_TIMER, MOMENT_UNKNOWN},
        {"kprobe/submit_bio", NULL, TRIGGER_DISK, MOMENT_UNKNOWN},
        {"tp_btf/block_bio_queue", NULL, TRIGGER_DISK, MOMENT_UNKNOWN},
        {"tp/syscalls/sys_enter_clock_nanosleep", NULL, TRIGGER_TIMER, MOMENT_UNKNOWN},
        {"tp/cgroup/cgroup_attach_task", NULL, TRIGGER_CGROUP, MOMENT_UNKNOWN},
        /* the ini's target counts, not the section's */
        {"kprobe/dummy", "security_bprm_check", TRIGGER_EXEC, MOMENT_BEFORE},
        {"kprobe", "vfs_open", TRIGGER_FILE, MOMENT_UNKNOWN},
        {"tp/x/y", "sched/sched_process_exec", TRIGGER_EXEC, MOMENT_AFTER},
        {"kprobe/vfs_open", "something_else", 0, MOMENT_UNKNOWN},
        {"tp/x/y", "syscalls/sys_enter_execve", TRIGGER_EXEC, MOMENT_BEFORE},
        {"tp/syscalls/sys_exit_execve", "sched/sched_process_fork", TRIGGER_FORK, MOMENT_UNKNOWN},
        {"fmod_ret/security_file_open", NULL, TRIGGER_FILE, MOMENT_UNKNOWN},
        {"kprobe.multi/vfs_open", NULL, TRIGGER_FILE, MOMENT_UNKNOWN},
        /* what nobody can promise */
        {"kprobe/vfs_open+0x10", NULL, 0, MOMENT_UNKNOWN},
        {"kprobe.multi/vfs_*", NULL, 0, MOMENT_UNKNOWN},
        {"iter/task", NULL, 0, MOMENT_UNKNOWN},
        {"tp/syscalls/sys_enter_execveat", NULL, 0, MOMENT_UNKNOWN},
        {"tp/sched/sched_switch", NULL, 0, MOMENT_UNKNOWN},
        {"kprobe/vfs_open_not", NULL, 0, MOMENT_UNKNOWN},
        {"raw_tp/sys_enter", NULL, 0, MOMENT_UNKNOWN},
        {"xdp", NULL, 0, MOMENT_UNKNOWN},
        {"kprobe", NULL, 0, MOMENT_UNKNOWN},
        {"kprobe/", NULL, 0, MOMENT_UNKNOWN},
        {"", NULL, 0, MOMENT_UNKNOWN},
        {"uprobe/openat", NULL, 0, MOMENT_UNKNOWN},
};

START_TEST(an_attach_point_promises_what_fires_it)
{
	struct trigger_summary s = {0};

	trigger_summary_add(&s, cases[_i].section, cases[_i].target);
	ck_assert_uint_eq(s.triggers, cases[_i].triggers);
	ck_assert_int_eq(s.moment, cases[_i].moment);
}
END_TEST

START_TEST(a_point_that_nothing_is_known_of_is_remembered)
{
	struct trigger_summary s = {0};

	trigger_summary_add(&s, "tp/sched/sched_process_exec", NULL);
	ck_assert(!s.unknown);
	trigger_summary_add(&s, "tp/sched/sched_switch", NULL);
	ck_assert(s.unknown);
	ck_assert_uint_eq(s.triggers, TRIGGER_EXEC);
}
END_TEST

START_TEST(no_point_is_listed_twice)
{
	size_t count;
	const struct trigger_point *points = trigger_points(&count);

	ck_assert_uint_gt(count, 0);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_msg(points[i].family != points[j].family ||
			                      strcmp(points[i].target, points[j].target),
			              "%s", points[i].target);
}
END_TEST

START_TEST(programs_add_up_and_the_moment_needs_all_of_them)
{
	struct trigger_summary s = {0};

	trigger_summary_add(&s, "tp/sched/sched_process_exec", NULL);
	trigger_summary_add(&s, "tp/syscalls/sys_exit_execve", NULL);
	ck_assert_int_eq(s.moment, MOMENT_AFTER);
	trigger_summary_add(&s, "kprobe/tcp_close", NULL);
	ck_assert_int_eq(s.moment, MOMENT_UNKNOWN);
	ck_assert_uint_eq(s.triggers, TRIGGER_EXEC | TRIGGER_TCP4 | TRIGGER_TCP6);
	trigger_summary_add(&s, "tp/sched/sched_process_exec", NULL);
	ck_assert_int_eq(s.moment, MOMENT_UNKNOWN);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(an_attach_point_promises_what_fires_it, cases),
	        TEST(a_point_that_nothing_is_known_of_is_remembered),
	        TEST(no_point_is_listed_twice),
	        TEST(programs_add_up_and_the_moment_needs_all_of_them),
	};

	return suite_run("trigger", tests, COUNT(tests));
}
