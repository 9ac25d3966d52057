/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/tracer/trace_filter.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>

#include "agent/tracer/netlink_attach.h"

#ifndef SO_ATTACH_REUSEPORT_EBPF
#define SO_ATTACH_REUSEPORT_EBPF 52
#endif

/* Of a netlink address, which no other family's has. */
#define NETLINK_ADDRESS ((uint32_t)sizeof(struct sockaddr_nl))

#define ARGUMENT(n) \
	((uint32_t)(offsetof(struct seccomp_data, args) + (n) * sizeof(uint64_t)) + \
	 (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4u : 0u))

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
/* To the next line but `away` when the value loaded last is another one. */
#define UNLESS(value, away) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, (away))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define STOP BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE)
#define STOP_IF(value) UNLESS(value, 1), STOP

/*
 * By number alone: a call by another interface of the processor's that happens to have one of these numbers stops too,
 * and the tracer sees that it is another one. libbpf 1.8 and later set bits of a command's upper half.
 *
 * Whether a socket is one of netlink no argument tells. So what is sent stops where it could be a message that hangs a
 * program: without flags, short, to nobody or to an address as long as one of netlink. What most libraries send over
 * networks has flags (MSG_NOSIGNAL), or goes by write(2).
 */
static struct sock_filter filter[] = {
        LOAD(offsetof(struct seccomp_data, nr)),
        /* clang-format off */
        UNLESS(SYS_bpf, 17),
                LOAD(ARGUMENT(0)),
                BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xffff),
                STOP_IF(BPF_MAP_CREATE),
                STOP_IF(BPF_PROG_LOAD),
                STOP_IF(BPF_PROG_ATTACH),
                STOP_IF(BPF_RAW_TRACEPOINT_OPEN),
                STOP_IF(BPF_BTF_LOAD),
                STOP_IF(BPF_LINK_CREATE),
                STOP_IF(BPF_LINK_UPDATE),
                ALLOW,
        STOP_IF(SYS_perf_event_open),
        UNLESS(SYS_ptrace, 4),
                LOAD(ARGUMENT(0)),
                STOP_IF(PTRACE_TRACEME),
                ALLOW,
        UNLESS(SYS_ioctl, 4),
                LOAD(ARGUMENT(1)),
                STOP_IF(PERF_EVENT_IOC_SET_BPF),
                ALLOW,
        UNLESS(SYS_setsockopt, 6),
                LOAD(ARGUMENT(2)),
                STOP_IF(SO_ATTACH_BPF),
                STOP_IF(SO_ATTACH_REUSEPORT_EBPF),
                ALLOW,
        UNLESS(SYS_sendto, 10),
                LOAD(ARGUMENT(3)),
                UNLESS(0, 7),
                LOAD(ARGUMENT(2)),
                BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, NETLINK_ATTACH_MAX, 5, 0),
                LOAD(ARGUMENT(5)),
                STOP_IF(0),
                STOP_IF(NETLINK_ADDRESS),
                ALLOW,
        UNLESS(SYS_sendmsg, 3),
                LOAD(ARGUMENT(2)),
                STOP_IF(0),
        ALLOW,
        /* clang-format on */
};

int trace_filter_install(void)
{
	const struct sock_fprog program = {.len = sizeof(filter) / sizeof(*filter), .filter = filter};

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) ? -errno : 0;
}
