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
#define WRITEBACK \
	DO(SYNC) | DO(FILESYSTEM), false, \
	{ \
		"crc32c_generic", "ext4", "brd" \
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
#define CGROUP \
	DO(CGROUP) | DO(SCHED), false, \
	{ \
		0 \
	}
#define SWAP \
	DO(RECLAIM), false, \
	{ \
		"brd" \
	}
#define MODULES \
	DO(SYSCALL), true, \
	{ \
		DRIVE_SPARE_MODULE \
	}
#define NET_CALLS \
	DO(SYSCALL) | DO(LOSS), false, \
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
        EVENTS("writeback/", "writeback_", WRITEBACK),
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
        EVENTS("oom/oom_score_adj_", "oom_score_adj_", CALLS),
        {FUNCTION, "oom_", DO(OOM), true, {0}},
        {FUNCTION, "out_of_memory", DO(OOM), true, {0}},
        EVENTS("vmscan/", "mm_vmscan_", MEMORY),
        EVENTS("compaction/", "mm_compaction_", MEMORY),
        {RAW, "mm_shrink_", MEMORY},
        EVENTS("kmem/mm_page_", "mm_page_", MEMORY),
        EVENTS("migrate/", "mm_migrate_", MEMORY),
        {FUNCTION, "mem_cgroup_", MEMORY},
        {FUNCTION, "wakeup_kswapd", MEMORY},
        {FUNCTION, "migrate_pages", MEMORY},
        {FUNCTION, "try_to_free_", MEMORY},
        {FUNCTION, "shrink_", MEMORY},
        {FUNCTION, "do_shrink_", MEMORY},
        {FUNCTION, "compact_", MEMORY},
        {FUNCTION, "try_to_compact_", MEMORY},

        EVENTS("swap/", "swap_", SWAP),
        {FUNCTION, "swap_", SWAP},
        {FUNCTION, "__swap_", SWAP},
        {FUNCTION, "do_swap_page", SWAP},

        EVENTS("cgroup/", "cgroup_", CGROUP),
        {FUNCTION, "cgroup_", CGROUP},
        {FUNCTION, "__cgroup_", CGROUP},
        {FUNCTION, "throttle_", CGROUP},
        {FUNCTION, "unthrottle_", CGROUP},

        {SYSCALL, "futex", DO(FUTEX), true, {0}},
        {FUNCTION, "futex_", DO(FUTEX), true, {0}},
        {FUNCTION, "do_futex", DO(FUTEX), true, {0}},

        EVENTS("sched/", "sched_", DO(SCHED), false, {0}),
        EVENTS("sched/sched_kthread_", "sched_kthread_", EXT4),
        {FUNCTION, "kthread_", EXT4},
        EVENTS("module/module_get", "module_get", EXT4),
        {FUNCTION, "sched_", WAIT},
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
        {FUNCTION, "vfs_fsync", DO(SYNC) | DO(SYSCALL), true, {0}},
        {FUNCTION, "ksys_sync", DO(SYNC), true, {0}},

        EVENTS("ext4/", "ext4_", EXT4),
        EVENTS("jbd2/", "jbd2_", EXT4),
        {FUNCTION, "ext4_", EXT4},
        {FUNCTION, "jbd2_", EXT4},
        EVENTS("xfs/", "xfs_", DO(FILESYSTEM), true, {"crc32c_generic", "loop", "xfs"}),
        {FUNCTION, "xfs_", DO(FILESYSTEM), true, {"crc32c_generic", "loop", "xfs"}},
        EVENTS("btrfs/", "btrfs_", DO(FILESYSTEM), true, {"crc32c_generic", "loop", "btrfs"}),
        {FUNCTION, "btrfs_", DO(FILESYSTEM), true, {"crc32c_generic", "loop", "btrfs"}},
        EVENTS("loop/", "loop_", DO(FILESYSTEM), true, {"crc32c_generic", "loop", "xfs"}),
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
        EVENTS("fib", "fib", NET),
        EVENTS("netlink/", "netlink_", NET),
        EVENTS("qdisc/", "qdisc_", NET),
        {FUNCTION, "inet_", NET},
        {FUNCTION, "inet6_", NET},
        {FUNCTION, "__inet_", NET},
        {FUNCTION, "icmpv6_", NET},
        {FUNCTION, "ping_", NET},
        {FUNCTION, "raw_", NET},
        {FUNCTION, "arp_", NET},
        {FUNCTION, "fib", NET},
        {FUNCTION, "packet_", NET},
        {FUNCTION, "tpacket_", NET},
        {FUNCTION, "netlink_", NET},
        {FUNCTION, "rtnetlink_", NET},
        {FUNCTION, "loopback_", NET},
        {FUNCTION, "net_", NET},
        {FUNCTION, "__netif_", NET},
        {FUNCTION, "napi_", NET},
        {FUNCTION, "process_backlog", NET},
        {FUNCTION, "nf_", NET},
        {FUNCTION, "copy_net_ns", NET},
        {FUNCTION, "cleanup_net", NET},
        {FUNCTION, "__sock_", NET},
        {FUNCTION, "__sk_", NET},
        {FUNCTION, "__skb_", NET},
        {FUNCTION, "do_tcp_", NET},
        {FUNCTION, "reqsk_", NET},

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

        EVENTS("module/", "module_", MODULES),
        {FUNCTION, "do_init_module", MODULES},
        {FUNCTION, "load_module", MODULES},
        {FUNCTION, "free_module", MODULES},
        {FUNCTION, "device_", MODULES},
        {FUNCTION, "register_netdev", MODULES},
        {FUNCTION, "unregister_netdev", MODULES},

        /* of whatever is in no row of its own */
        {LSM, "socket_", NET_CALLS},
        {LSM, "unix_", NET_CALLS},
        {LSM, "inet_", NET_CALLS},
        {LSM, "netlink_", NET_CALLS},
        {LSM, "sk_", NET_CALLS},
        {FUNCTION, "security_socket_", NET_CALLS},
        {FUNCTION, "security_unix_", NET_CALLS},
        {FUNCTION, "security_sk_", NET_CALLS},
        {SYSCALL, "sched_", DO(SYSCALL) | DO(SCHED), false, {0}},
        {LSM, "task_set", DO(SYSCALL) | DO(SCHED), false, {0}},
        {SYSCALL, "", CALLS},
        {LSM, "", CALLS},
        {FUNCTION, "", CALLS},
        EVENTS("", "", CALLS),
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
