/* SPDX-License-Identifier: BSD-2-Clause */
/* drive: hooks of a part of the kernel, and the deeds that make them run. */
#include <stddef.h>

#include "agent/deeds/drive.h"
#include "agent/deeds/trigger.h"
#include "tests/suite.h"

static const struct {
	const char *section;
	uint64_t triggers;
} cases[] = {
        {"tp/block/block_rq_issue", TRIGGER_DISK},
        {"tp_btf/block_rq_insert", TRIGGER_DISK},
        {"raw_tp/block_io_done", TRIGGER_DISK},
        {"kprobe/blk_mq_start_request", TRIGGER_DISK},
        {"fentry/blk_account_io_start", TRIGGER_DISK},
        {"kprobe/oom_kill_process", TRIGGER_OOM},
        {"tp/oom/mark_victim", TRIGGER_OOM},
        {"tp_btf/mm_vmscan_memcg_reclaim_begin", TRIGGER_OOM},
        {"tp/syscalls/sys_enter_futex", TRIGGER_FUTEX},
        {"ksyscall/fsync", TRIGGER_SYNC},
        {"tp/syscalls/sys_enter_sync_file_range", TRIGGER_SYNC},
        /* another part of the kernel, another kind of hook, none */
        {"kprobe/block_rq_issue", 0},
        {"tp/sched/sched_switch", 0},
        {"lsm/file_open", 0},
        {"uprobe", 0},
        {"", 0},
};

START_TEST(a_hook_is_driven_by_its_part_of_the_kernel)
{
	const struct hook h = hook_read(cases[_i].section, NULL);
	struct trigger_summary s = {0};

	ck_assert_uint_eq(drive_find(&h), cases[_i].triggers);
	trigger_summary_add(&s, cases[_i].section, NULL);
	ck_assert_uint_eq(s.triggers ? 0 : s.drives, s.triggers ? 0 : cases[_i].triggers);
	ck_assert(!cases[_i].triggers || !s.unknown);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_hook_is_driven_by_its_part_of_the_kernel, cases),
	};

	return suite_run("drive", tests, COUNT(tests));
}
