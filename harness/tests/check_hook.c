/* SPDX-License-Identifier: BSD-2-Clause */
/* hook: what the name of a section, or an ini's target in its place, says that a program hooks. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"
#include "wire/hook.h"

static const struct {
	const char *section, *target;
	enum hook_kind kind;
	bool at_return;
	const char *name;
} cases[] = {
        {"tp/sched/sched_switch", NULL, HOOK_TRACEPOINT, false, "sched/sched_switch"},
        {"tracepoint/sched/sched_switch", NULL, HOOK_TRACEPOINT, false, "sched/sched_switch"},
        {"?tp/sched/sched_switch", NULL, HOOK_TRACEPOINT, false, "sched/sched_switch"},
        {"raw_tp/sched_switch", NULL, HOOK_RAW_TRACEPOINT, false, "sched_switch"},
        {"raw_tracepoint/sched_switch", NULL, HOOK_RAW_TRACEPOINT, false, "sched_switch"},
        {"raw_tp.w/sched_switch", NULL, HOOK_RAW_TRACEPOINT, false, "sched_switch"},
        {"raw_tracepoint.w/sched_switch", NULL, HOOK_RAW_TRACEPOINT, false, "sched_switch"},
        {"tp_btf/sched_switch", NULL, HOOK_BTF_TRACEPOINT, false, "sched_switch"},
        {"tp/syscalls/sys_enter_execve", NULL, HOOK_SYSCALL, false, "execve"},
        {"tracepoint/syscalls/sys_exit_execve", NULL, HOOK_SYSCALL, true, "execve"},
        {"ksyscall/execve", NULL, HOOK_SYSCALL, false, "execve"},
        {"kretsyscall/execve", NULL, HOOK_SYSCALL, true, "execve"},
        {"raw_tp/sys_enter", NULL, HOOK_RAW_TRACEPOINT, false, "sys_enter"},
        {"kprobe/vfs_open", NULL, HOOK_KPROBE, false, "vfs_open"},
        {"kprobe/vfs_open+0x4", NULL, HOOK_KPROBE, false, "vfs_open"},
        {"kretprobe/vfs_open", NULL, HOOK_KPROBE, true, "vfs_open"},
        {"kprobe.multi/vfs_*", NULL, HOOK_KPROBE_MULTI, false, "vfs_*"},
        {"kretprobe.multi/vfs_open", NULL, HOOK_KPROBE_MULTI, true, "vfs_open"},
        {"fentry/vfs_open", NULL, HOOK_FUNCTION, false, "vfs_open"},
        {"fentry.s/vfs_open", NULL, HOOK_FUNCTION, false, "vfs_open"},
        {"fexit/vfs_open", NULL, HOOK_FUNCTION, true, "vfs_open"},
        {"fexit.s/vfs_open", NULL, HOOK_FUNCTION, true, "vfs_open"},
        {"fmod_ret/security_file_open", NULL, HOOK_FUNCTION, false, "security_file_open"},
        {"fmod_ret.s/security_file_open", NULL, HOOK_FUNCTION, false, "security_file_open"},
        {"lsm/file_open", NULL, HOOK_LSM, false, "file_open"},
        {"lsm.s/file_open", NULL, HOOK_LSM, false, "file_open"},
        {"lsm_cgroup/socket_bind", NULL, HOOK_LSM_CGROUP, false, "socket_bind"},
        {"iter/task", NULL, HOOK_ITERATOR, false, "task"},
        {"iter.s/task", NULL, HOOK_ITERATOR, false, "task"},
        /* the target counts, in the way of the section */
        {"kprobe", "vfs_open", HOOK_KPROBE, false, "vfs_open"},
        {"kprobe/dummy", "vfs_open+8", HOOK_KPROBE, false, "vfs_open"},
        {"tp/x/y", "sched/sched_switch", HOOK_TRACEPOINT, false, "sched/sched_switch"},
        {"tp/x/y", "syscalls/sys_enter_execve", HOOK_SYSCALL, false, "execve"},
        {"tp/syscalls/sys_enter_execve", "sched/sched_switch", HOOK_TRACEPOINT, false, "sched/sched_switch"},
        /* no name, or nothing that is hooked by one */
        {"kprobe", NULL, HOOK_KPROBE, false, ""},
        {"kprobe/", NULL, HOOK_KPROBE, false, ""},
        {"kprob/vfs_open", NULL, HOOK_NONE, false, NULL},
        {"kprobes/vfs_open", NULL, HOOK_NONE, false, NULL},
        {"xdp", NULL, HOOK_NONE, false, NULL},
        {"uprobe/libc:open", NULL, HOOK_NONE, false, NULL},
        {"struct_ops/x", NULL, HOOK_NONE, false, NULL},
        {"?", NULL, HOOK_NONE, false, NULL},
        {"", NULL, HOOK_NONE, false, NULL},
};

START_TEST(a_section_says_what_is_hooked)
{
	const struct hook h = hook_read(cases[_i].section, cases[_i].target);
	cleanup_free char *name = h.name ? xstrndup(h.name, h.len) : NULL;

	ck_assert_int_eq(h.kind, cases[_i].kind);
	if (!cases[_i].name)
		return;
	ck_assert_str_eq(name, cases[_i].name);
	ck_assert_int_eq(h.at_return, cases[_i].at_return);
	ck_assert_int_eq(hook_has_offset(&h),
	                 strchr(cases[_i].target ? cases[_i].target : cases[_i].section, '+') != NULL);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {EACH(a_section_says_what_is_hooked, cases)};

	return suite_run("hook", tests, COUNT(tests));
}
