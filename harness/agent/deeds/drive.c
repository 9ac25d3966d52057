/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/drive.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "agent/deeds/trigger.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define TRACEPOINT (1u << HOOK_TRACEPOINT)
#define RAW (1u << HOOK_RAW_TRACEPOINT | 1u << HOOK_BTF_TRACEPOINT)
#define FUNCTION (1u << HOOK_KPROBE | 1u << HOOK_KPROBE_MULTI | 1u << HOOK_FUNCTION)
#define SYSCALL (1u << HOOK_SYSCALL)

static const struct {
	uint32_t kinds;     /* bits 1 << enum hook_kind */
	const char *prefix; /* of the hook's name */
	uint64_t triggers;
} drives[] = {
        {TRACEPOINT, "block/", TRIGGER_DISK},   {RAW, "block_", TRIGGER_DISK},
        {FUNCTION, "blk_", TRIGGER_DISK},       {FUNCTION, "__blk_", TRIGGER_DISK},
        {FUNCTION, "bio_", TRIGGER_DISK},       {FUNCTION, "submit_bio", TRIGGER_DISK},

        {TRACEPOINT, "oom/", TRIGGER_OOM},      {TRACEPOINT, "vmscan/", TRIGGER_OOM},
        {RAW, "mark_victim", TRIGGER_OOM},      {RAW, "mm_vmscan_", TRIGGER_OOM},
        {FUNCTION, "oom_", TRIGGER_OOM},        {FUNCTION, "out_of_memory", TRIGGER_OOM},
        {FUNCTION, "mem_cgroup_", TRIGGER_OOM}, {FUNCTION, "try_to_free_", TRIGGER_OOM},
        {FUNCTION, "shrink_", TRIGGER_OOM},

        {SYSCALL, "futex", TRIGGER_FUTEX},      {FUNCTION, "futex_", TRIGGER_FUTEX},
        {FUNCTION, "do_futex", TRIGGER_FUTEX},

        {SYSCALL, "sync", TRIGGER_SYNC},        {SYSCALL, "fsync", TRIGGER_SYNC},
        {SYSCALL, "fdatasync", TRIGGER_SYNC},   {SYSCALL, "msync", TRIGGER_SYNC},
        {FUNCTION, "vfs_fsync", TRIGGER_SYNC},  {FUNCTION, "ksys_sync", TRIGGER_SYNC},
};

uint64_t drive_find(const struct hook *hook)
{
	for (size_t i = 0; i < COUNT(drives); i++)
		if (drives[i].kinds >> hook->kind & 1 &&
		    !strncmp(hook->name, drives[i].prefix, strlen(drives[i].prefix)))
			return drives[i].triggers;
	return 0;
}
