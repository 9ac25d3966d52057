/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/drive.h"

#include <string.h>

#include "wire/terms.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define TRACEPOINT (1u << HOOK_TRACEPOINT)
#define RAW (1u << HOOK_RAW_TRACEPOINT | 1u << HOOK_BTF_TRACEPOINT)
#define FUNCTION (1u << HOOK_KPROBE | 1u << HOOK_KPROBE_MULTI | 1u << HOOK_FUNCTION)
#define SYSCALL (1u << HOOK_SYSCALL)
#define LSM (1u << HOOK_LSM | 1u << HOOK_LSM_CGROUP)
#define DO(name) WORKLOAD_BIT(WORKLOAD_##name)

/* Two kinds of hooks have the same names in other words: "block/block_rq_issue", "block_rq_issue". */
#define EVENTS(system, name, ...) \
	{TRACEPOINT, system, __VA_ARGS__}, \
	{ \
		RAW, name, __VA_ARGS__ \
	}
#define DISK \
	DO(DISK) | DO(BLOCK), true, \
	{ \
		"null_blk", "mq_deadline" \
	}
#define CACHE \
	DO(DISK) | DO(BLOCK) | DO(SYNC), false, \
	{ \
		"null_blk", "mq_deadline" \
	}
#define EXT4 \
	DO(FILESYSTEM), true, \
	{ \
		"crc32c_generic", "ext4", "brd" \
	}
#define MEMORY \
	DO(OOM) | DO(RECLAIM), true, \
	{ \
		0 \
	}
#define WAIT \
	DO(SCHED) | DO(FUTEX), false, \
	{ \
		0 \
	}
#define NET \
	DO(LOSS), false, \
	{ \
		0 \
	}
#define TERMINAL \
	DO(TERMINAL), false, \
	{ \
		0 \
	}
#define CALLS \
	DO(SYSCALL), false, \
	{ \
		0 \
	}

static const struct drive rows[] = {
        EVENTS("block/", "block_", DISK),
        {FUNCTION, "blk_", DISK},
        {FUNCTION, "__blk_", DISK},
        {FUNCTION, "bio_", DISK},
        {FUNCTION, "submit_bio", DISK},
        {FUNCTION, "dd_", DISK},
        {FUNCTION, "elv_", DISK},

        EVENTS("filemap/", "mm_filemap_", CACHE),
        EVENTS("readahead/", "page_cache_", CACHE),
        EVENTS("writeback/", "writeback_", CACHE),
        {FUNCTION, "mark_buffer_dirty", CACHE},
        {FUNCTION, "mark_page_accessed", CACHE},
        {FUNCTION, "account_page_dirtied", CACHE},
        {FUNCTION, "add_to_page_cache", CACHE},
        {FUNCTION, "filemap_", CACHE},
        {FUNCTION, "folio_", CACHE},
        {FUNCTION, "__folio_", CACHE},
        {FUNCTION, "page_cache_", CACHE},
        {FUNCTION, "__page_cache_", CACHE},
        {FUNCTION, "do_page_cache_", CACHE},
        {FUNCTION, "__do_page_cache_", CACHE},
        {FUNCTION, "ondemand_readahead", CACHE},

        EVENTS("oom/", "mark_victim", DO(OOM), true, {0}),
        {FUNCTION, "oom_", DO(OOM), true, {0}},
        {FUNCTION, "out_of_memory", DO(OOM), true, {0}},
        EVENTS("vmscan/", "mm_vmscan_", MEMORY),
        EVENTS("compaction/", "mm_compaction_", MEMORY),
        {FUNCTION, "mem_cgroup_", MEMORY},
        {FUNCTION, "try_to_free_", MEMORY},
        {FUNCTION, "shrink_", MEMORY},
        {FUNCTION, "do_shrink_", MEMORY},
        {FUNCTION, "compact_", MEMORY},
        {FUNCTION, "try_to_compact_", MEMORY},

        {SYSCALL, "futex", DO(FUTEX), true, {0}},
        {FUNCTION, "futex_", DO(FUTEX), true, {0}},
        {FUNCTION, "do_futex", DO(FUTEX), true, {0}},

        EVENTS("sched/", "sched_", DO(SCHED), false, {0}),
        EVENTS("lock/", "contention_", WAIT),
        {FUNCTION, "mutex_", WAIT},
        {FUNCTION, "__mutex_", WAIT},
        {FUNCTION, "rt_mutex_", WAIT},
        {FUNCTION, "down_", WAIT},
        {FUNCTION, "up_", WAIT},
        {FUNCTION, "rwsem_", WAIT},
        {FUNCTION, "set_user_nice", WAIT},
        {FUNCTION, "migrate_", WAIT},

        {SYSCALL, "sync", DO(SYNC), true, {0}},
        {SYSCALL, "fsync", DO(SYNC), true, {0}},
        {SYSCALL, "fdatasync", DO(SYNC), true, {0}},
        {SYSCALL, "msync", DO(SYNC), true, {0}},
        {FUNCTION, "vfs_fsync", DO(SYNC) | DO(FILESYSTEM), true, {"brd"}},
        {FUNCTION, "ksys_sync", DO(SYNC), true, {0}},

        EVENTS("ext4/", "ext4_", EXT4),
        EVENTS("jbd2/", "jbd2_", EXT4),
        {FUNCTION, "ext4_", EXT4},
        {FUNCTION, "jbd2_", EXT4},
        {FUNCTION, "ovl_", DO(FILESYSTEM), true, {"overlay"}},

        EVENTS("tcp/", "tcp_", NET),
        EVENTS("skb/", "kfree_skb", NET),
        EVENTS("net/", "net_", NET),
        EVENTS("udp/", "udp_", NET),
        EVENTS("icmp/", "icmp_", NET),
        EVENTS("sock/", "sock_", NET),
        EVENTS("neigh/", "neigh_", NET),
        EVENTS("napi/", "napi_", NET),
        {RAW, "netif_", NET},
        {RAW, "consume_skb", NET},
        {FUNCTION, "ip_", NET},
        {FUNCTION, "__ip_", NET},
        {FUNCTION, "ip6_", NET},
        {FUNCTION, "ipv6_", NET},
        {FUNCTION, "inet_frag", NET},
        {FUNCTION, "neigh_", NET},
        {FUNCTION, "__neigh_", NET},
        {FUNCTION, "setup_net", NET},
        {FUNCTION, "sock_", NET},
        {FUNCTION, "sk_", NET},
        {FUNCTION, "skb_", NET},
        {FUNCTION, "consume_skb", NET},
        {FUNCTION, "dev_", NET},
        {FUNCTION, "__dev_", NET},
        {FUNCTION, "netif_", NET},
        {FUNCTION, "tcp_", NET},
        {FUNCTION, "__tcp_", NET},
        {FUNCTION, "udp_", NET},
        {FUNCTION, "icmp_", NET},
        {FUNCTION, "kfree_skb", NET},
        {FUNCTION, "__kfree_skb", NET},
        {FUNCTION, "unix_", NET},

        EVENTS("irq/", "irq_", TERMINAL),
        EVENTS("workqueue/", "workqueue_", TERMINAL),
        {FUNCTION, "tty_", TERMINAL},
        {FUNCTION, "pty_", TERMINAL},
        {FUNCTION, "uart_", TERMINAL},
        {FUNCTION, "serial8250_", TERMINAL},
        {FUNCTION, "__queue_work", TERMINAL},
        {FUNCTION, "queue_work", TERMINAL},
        {FUNCTION, "handle_irq", TERMINAL},
        {FUNCTION, "__handle_irq", TERMINAL},

        {SYSCALL, "", CALLS},
        {LSM, "", CALLS},
        {FUNCTION, "vfs_", CALLS},
        {FUNCTION, "security_", CALLS},
};

const struct drive *drive_rows(size_t *count)
{
	*count = COUNT(rows);
	return rows;
}

const struct drive *drive_find(const struct hook *hook)
{
	const struct drive *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len = strlen(rows[i].prefix);

		if (!(rows[i].kinds >> hook->kind & 1) || strncmp(hook->name, rows[i].prefix, len) != 0)
			continue;
		if (!best || len > most) {
			best = &rows[i];
			most = len;
		}
	}
	return best;
}
