/* SPDX-License-Identifier: BSD-2-Clause */
/* drive: hooks of a part of the kernel, and the deeds that make them run. */
#include <stddef.h>
#include <string.h>

#include "agent/deeds/subject.h"
#include "agent/deeds/trigger.h"
#include "tests/suite.h"
#include "wire/drive.h"
#include "wire/terms.h"

#define DO(name) WORKLOAD_BIT(WORKLOAD_##name)

static const struct {
	const char *section;
	uint64_t groups;
	bool is_all;
	const char *module; /* the first */
} cases[] = {
        {"tp/block/block_rq_issue", DO(DISK) | DO(BLOCK), true, "null_blk"},
        {"tp_btf/block_rq_insert", DO(DISK) | DO(BLOCK), true, "null_blk"},
        {"raw_tp/block_io_done", DO(DISK) | DO(BLOCK), true, "null_blk"},
        {"kprobe/blk_mq_start_request", DO(DISK) | DO(BLOCK), true, "null_blk"},
        {"fentry/blk_account_io_start", DO(DISK) | DO(BLOCK), true, "null_blk"},
        {"fentry/mark_buffer_dirty", DO(DISK) | DO(BLOCK) | DO(SYNC), false, "null_blk"},
        {"kprobe/oom_kill_process", DO(OOM), true, NULL},
        {"tp/oom/mark_victim", DO(OOM), true, NULL},
        {"tp/oom/oom_score_adj_update", DO(SYSCALL), false, NULL},
        {"tp_btf/mm_vmscan_memcg_reclaim_begin", DO(OOM) | DO(RECLAIM), true, NULL},
        {"raw_tp/mm_vmscan_direct_reclaim_begin", DO(OOM) | DO(RECLAIM), true, NULL},
        {"tp/syscalls/sys_enter_futex", DO(FUTEX), true, NULL},
        {"ksyscall/fsync", DO(SYNC), true, NULL},
        {"tp/syscalls/sys_enter_sync_file_range", DO(SYNC), true, NULL},
        {"tp/syscalls/sys_enter_tkill", DO(SYSCALL), false, NULL},
        {"kprobe/ext4_file_write_iter", DO(FILESYSTEM), true, "crc32c_generic"},
        {"tp/jbd2/jbd2_start_commit", DO(FILESYSTEM), true, "crc32c_generic"},
        {"fentry/ovl_open", DO(FILESYSTEM), true, "overlay"},
        {"fentry/xfs_file_read_iter", DO(FILESYSTEM), true, "crc32c_generic"},
        {"kprobe/btrfs_sync_file", DO(FILESYSTEM), true, "crc32c_generic"},
        {"tp_btf/irq_handler_entry", DO(TERMINAL), false, NULL},
        {"tp/sched/sched_switch", DO(SCHED), false, NULL},
        {"fentry/down_read_interruptible", DO(SCHED) | DO(FUTEX), false, NULL},
        {"tp/tcp/tcp_retransmit_skb", DO(LOSS), false, NULL},
        {"fentry/ip_defrag", DO(LOSS), false, NULL},
        {"kprobe/setup_net", DO(LOSS), false, NULL},
        {"kprobe/vfs_create", DO(SYSCALL), false, NULL},
        {"lsm/file_open", DO(SYSCALL), false, NULL},
        /* the longest prefix says it */
        {"kprobe/vfs_fsync", DO(SYNC) | DO(SYSCALL), true, NULL},
        {"tp/cgroup/cgroup_freeze", DO(CGROUP) | DO(SCHED), false, NULL},
        {"kprobe/throttle_cfs_rq", DO(CGROUP) | DO(SCHED), false, NULL},
        {"fentry/do_swap_page", DO(RECLAIM), false, "brd"},
        {"tp_btf/module_free", DO(SYSCALL), true, "dummy"},
        {"kprobe/neigh_remove_one", DO(LOSS), false, NULL},
        {"kprobe/fib6_run_gc", DO(LOSS), false, NULL},
        {"lsm/socket_shutdown", DO(SYSCALL) | DO(LOSS), false, NULL},
        {"tp/syscalls/sys_enter_sched_setaffinity", DO(SYSCALL) | DO(SCHED), false, NULL},
        {"tp/sched/sched_kthread_stop", DO(FILESYSTEM), true, "crc32c_generic"},
        {"tp_btf/writeback_start", DO(SYNC) | DO(FILESYSTEM), false, "crc32c_generic"},
        /* another part of the kernel, and what is in no row */
        {"kprobe/block_rq_issue", DO(SYSCALL), false, NULL},
        {"tp/io_uring/io_uring_create", DO(SYSCALL), false, NULL},
        {"raw_tp/locks_get_lock_context", DO(SYSCALL), false, NULL},
        {"kprobe/ptrace_attach", DO(SYSCALL), false, NULL},
        /* another kind of hook, none */
        {"uprobe", 0, false, NULL},
        {"", 0, false, NULL},
};

START_TEST(a_hook_is_driven_by_its_part_of_the_kernel)
{
	const struct hook h = hook_read(cases[_i].section, NULL);
	const struct drive *d = drive_find(&h);
	struct trigger_summary s = {0};

	ck_assert_int_eq(d != NULL, cases[_i].groups != 0);
	trigger_summary_add(&s, cases[_i].section, NULL);
	if (!d) {
		ck_assert(s.unknown && !s.drives);
		return;
	}
	ck_assert_uint_eq(d->groups, cases[_i].groups);
	ck_assert_int_eq(d->is_all, cases[_i].is_all);
	ck_assert_pstr_eq(d->modules[0], cases[_i].module);
	/* who knows more of the hook does not ask */
	ck_assert_uint_eq(s.drives, s.triggers ? 0 : subject_kinds_triggers(cases[_i].groups));
	ck_assert_int_eq(s.unknown, !s.triggers && !cases[_i].is_all);
}
END_TEST

START_TEST(each_row_is_a_prefix_of_its_own_with_deeds)
{
	size_t count;
	const struct drive *rows = drive_rows(&count);

	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_ne(subject_kinds_triggers(rows[i].groups), 0);
		for (size_t k = 0; k < i; k++)
			ck_assert_msg(!(rows[i].kinds & rows[k].kinds) || strcmp(rows[i].prefix, rows[k].prefix), "%s",
			              rows[i].prefix);
	}
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_hook_is_driven_by_its_part_of_the_kernel, cases),
	        TEST(each_row_is_a_prefix_of_its_own_with_deeds),
	};

	return suite_run("drive", tests, COUNT(tests));
}
