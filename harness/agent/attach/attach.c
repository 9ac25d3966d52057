/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/attach/attach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/attach/attach_iterator.h"
#include "agent/attach/attachment.h"
#include "agent/deeds/trigger.h"
#include "base/buf.h"
#include "base/cleanup.h"

/* Attach types by their numbers in the kernel's ABI (enum bpf_attach_type): a libbpf may be too old for the name. */
enum {
	TYPE_GETPEERNAME4 = 29,
	TYPE_GETPEERNAME6 = 30,
	TYPE_GETSOCKNAME4 = 31,
	TYPE_GETSOCKNAME6 = 32,
	TYPE_SELECT_OR_MIGRATE = 40,
	TYPE_LSM_CGROUP = 43,
	TYPE_NETFILTER = 45,
	TYPE_TCX_INGRESS = 46,
	TYPE_TCX_EGRESS = 47,
	TYPE_UPROBE_MULTI = 48,
	TYPE_UPROBE_SESSION = 57,
	TYPE_UNIX_CONNECT = 49,
	TYPE_UNIX_SENDMSG = 50,
	TYPE_UNIX_RECVMSG = 51,
	TYPE_UNIX_GETPEERNAME = 52,
	TYPE_UNIX_GETSOCKNAME = 53,
	TYPE_NETKIT_PRIMARY = 54,
	TYPE_NETKIT_PEER = 55,
	PROG_SYSCALL = 31, /* enum bpf_prog_type */
	PROG_NETFILTER = 32,
	ANY = -1,
};

#define V4 (TRIGGER_TCP4 | TRIGGER_UDP4)
#define V6 (TRIGGER_TCP6 | TRIGGER_UDP6)
#define TCP (TRIGGER_TCP4 | TRIGGER_TCP6)
#define PACKETS (V4 | V6)

/* The first row that fits. */
static const struct kind {
	int type;            /* enum bpf_prog_type */
	int attach_type;     /* that its section says, enum bpf_attach_type */
	const char *section; /* its name up to the first slash; NULL: any */
	uint64_t drives;
	attach_fn *attach; /* NULL: such programs are not attached by themselves */
} kinds[] = {
        {BPF_PROG_TYPE_XDP, BPF_XDP_CPUMAP, NULL, PACKETS | TRIGGER_WIRE, attach_xdp_in_map},
        {BPF_PROG_TYPE_XDP, BPF_XDP_DEVMAP, NULL, PACKETS | TRIGGER_WIRE, attach_xdp_in_map},
        {BPF_PROG_TYPE_XDP, ANY, NULL, PACKETS, attach_xdp},

        {BPF_PROG_TYPE_SCHED_CLS, TYPE_TCX_INGRESS, "tcx", PACKETS, attach_tcx},
        {BPF_PROG_TYPE_SCHED_CLS, TYPE_TCX_EGRESS, "tcx", PACKETS, attach_tcx},
        {BPF_PROG_TYPE_SCHED_CLS, TYPE_TCX_INGRESS, NULL, PACKETS, attach_tc_or_tcx},
        {BPF_PROG_TYPE_SCHED_CLS, TYPE_TCX_EGRESS, NULL, PACKETS, attach_tc_or_tcx},
        {BPF_PROG_TYPE_SCHED_CLS, TYPE_NETKIT_PRIMARY, NULL, TRIGGER_WIRE, attach_netkit},
        {BPF_PROG_TYPE_SCHED_CLS, TYPE_NETKIT_PEER, NULL, TRIGGER_WIRE, attach_netkit},
        {BPF_PROG_TYPE_SCHED_CLS, 0, NULL, PACKETS, attach_tc_or_tcx},

        {BPF_PROG_TYPE_SCHED_ACT, ANY, NULL, PACKETS, attach_action},
        {BPF_PROG_TYPE_LWT_IN, ANY, NULL, TRIGGER_ROUTE, attach_route},
        {BPF_PROG_TYPE_LWT_OUT, ANY, NULL, TRIGGER_ROUTE, attach_route},
        {BPF_PROG_TYPE_LWT_XMIT, ANY, NULL, TRIGGER_ROUTE, attach_route},

        {BPF_PROG_TYPE_LWT_SEG6LOCAL, ANY, NULL, TRIGGER_SEGMENT, attach_segment},

        {BPF_PROG_TYPE_CGROUP_SKB, ANY, NULL, PACKETS, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND, NULL, V4, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET6_POST_BIND, NULL, V6, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK, ANY, NULL, PACKETS, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND, NULL, V4, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT, NULL, V4, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_BIND, NULL, V6, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_CONNECT, NULL, V6, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, TYPE_GETSOCKNAME4, NULL, V4, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, TYPE_GETSOCKNAME6, NULL, V6, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_SENDMSG, NULL, TRIGGER_MESSAGE4, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP6_SENDMSG, NULL, TRIGGER_MESSAGE6, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_RECVMSG, NULL, TRIGGER_MESSAGE4, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP6_RECVMSG, NULL, TRIGGER_MESSAGE6, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, TYPE_GETPEERNAME4, NULL, TRIGGER_MESSAGE4, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, TYPE_GETPEERNAME6, NULL, TRIGGER_MESSAGE6, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, TYPE_UNIX_CONNECT, NULL, TRIGGER_UNIX, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, TYPE_UNIX_SENDMSG, NULL, TRIGGER_UNIX, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, TYPE_UNIX_RECVMSG, NULL, TRIGGER_UNIX, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, TYPE_UNIX_GETPEERNAME, NULL, TRIGGER_UNIX, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, TYPE_UNIX_GETSOCKNAME, NULL, TRIGGER_UNIX, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, ANY, NULL, 0, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SOCKOPT, ANY, NULL, TRIGGER_SOCKOPT, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_SYSCTL, ANY, NULL, TRIGGER_SYSCTL, attach_cgroup},
        {BPF_PROG_TYPE_CGROUP_DEVICE, ANY, NULL, TRIGGER_DEVICE, attach_cgroup},
        {BPF_PROG_TYPE_SOCK_OPS, ANY, NULL, TCP, attach_cgroup},
        {BPF_PROG_TYPE_LSM, TYPE_LSM_CGROUP, NULL, 0, attach_cgroup},

        {BPF_PROG_TYPE_SK_LOOKUP, ANY, NULL, PACKETS, attach_netns},
        {BPF_PROG_TYPE_FLOW_DISSECTOR, ANY, NULL, TRIGGER_MESSAGE4 | TRIGGER_MESSAGE6, attach_flow_dissector},
        {BPF_PROG_TYPE_SOCKET_FILTER, ANY, NULL, PACKETS, attach_packet_socket},
        {PROG_NETFILTER, ANY, NULL, V4, attach_netfilter},

        {BPF_PROG_TYPE_SK_MSG, ANY, NULL, TRIGGER_SOCKMAP, attach_sockmap},
        {BPF_PROG_TYPE_SK_SKB, ANY, NULL, TRIGGER_SOCKMAP, attach_sockmap},
        {BPF_PROG_TYPE_SK_REUSEPORT, TYPE_SELECT_OR_MIGRATE, NULL, TRIGGER_MIGRATE, attach_by_subject},
        {BPF_PROG_TYPE_SK_REUSEPORT, ANY, NULL, TRIGGER_REUSEPORT, attach_by_subject},
        {PROG_SYSCALL, ANY, NULL, TRIGGER_PROGRAM, attach_by_subject},

        /* libbpf attaches these, to what attach_target has brought */
        {BPF_PROG_TYPE_EXT, ANY, NULL, PACKETS, NULL},

        {BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, "iter", 0, attach_iterator},
        {BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, "iter.s", 0, attach_iterator},

        {BPF_PROG_TYPE_PERF_EVENT, ANY, NULL, TRIGGER_LOOP, attach_perf_event},
        {BPF_PROG_TYPE_KPROBE, 0, "uprobe", TRIGGER_CALL, attach_uprobe},
        {BPF_PROG_TYPE_KPROBE, 0, "uprobe.s", TRIGGER_CALL, attach_uprobe},
        {BPF_PROG_TYPE_KPROBE, 0, "uretprobe", TRIGGER_CALL, attach_uretprobe},
        {BPF_PROG_TYPE_KPROBE, 0, "uretprobe.s", TRIGGER_CALL, attach_uretprobe},
        {BPF_PROG_TYPE_KPROBE, ANY, "usdt", TRIGGER_CALL, attach_usdt},
        {BPF_PROG_TYPE_KPROBE, ANY, "usdt.s", TRIGGER_CALL, attach_usdt},
        {BPF_PROG_TYPE_KPROBE, TYPE_UPROBE_MULTI, "uprobe.multi", TRIGGER_CALL, attach_uprobe_multi},
        {BPF_PROG_TYPE_KPROBE, TYPE_UPROBE_MULTI, "uprobe.multi.s", TRIGGER_CALL, attach_uprobe_multi},
        {BPF_PROG_TYPE_KPROBE, TYPE_UPROBE_SESSION, "uprobe.session", TRIGGER_CALL, attach_uprobe_multi},
        {BPF_PROG_TYPE_KPROBE, TYPE_UPROBE_SESSION, "uprobe.session.s", TRIGGER_CALL, attach_uprobe_multi},
        {BPF_PROG_TYPE_KPROBE, TYPE_UPROBE_MULTI, "uretprobe.multi", TRIGGER_CALL, attach_uretprobe_multi},
        {BPF_PROG_TYPE_KPROBE, TYPE_UPROBE_MULTI, "uretprobe.multi.s", TRIGGER_CALL, attach_uretprobe_multi},
};

static bool is_section(const char *section, const char *name)
{
	size_t len = strcspn(section, "/");

	return !name || (strlen(name) == len && !strncmp(section, name, len));
}

static const struct kind *kind_find(const struct bpf_program *prog)
{
	const char *section = bpf_program__section_name(prog);
	int type = (int)bpf_program__type(prog), attach_type = (int)bpf_program__expected_attach_type(prog);

	section += *section == '?';
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *k = &kinds[i];

		if (k->type == type && (k->attach_type == ANY || k->attach_type == attach_type) &&
		    is_section(section, k->section))
			return k;
	}
	return NULL;
}

bool attach_knows(const struct bpf_program *prog, const struct attach_place *place)
{
	const struct kind *k = kind_find(prog);

	if (!k || !k->attach)
		return false;
	/* such a map is its loader's to make where the object has none */
	if (k->attach == attach_xdp_in_map)
		return attach_xdp_has_map(prog, place->object);
	/* with a target, libbpf knows the way, and of iterators those that want more than that are left to their loader
	 */
	if (k->type == BPF_PROG_TYPE_TRACING)
		return attach_iterator_is_left(prog);
	return k->type != BPF_PROG_TYPE_KPROBE || attach_user_is_left(prog, place);
}

uint64_t attach_drives(const struct bpf_program *prog, const struct attach_place *place)
{
	const struct kind *k = kind_find(prog);

	if (!k)
		return 0;
	return k->type == BPF_PROG_TYPE_KPROBE ? attach_user_drives(prog, place) : k->drives;
}

void attachment_hold_link(struct attachment *a, struct bpf_link *link)
{
	a->links = xrealloc(a->links, a->link_count + 1, sizeof(struct bpf_link *));
	a->links[a->link_count++] = link;
}

void attachment_hold_fd(struct attachment *a, int fd)
{
	a->fds = xrealloc(a->fds, a->fd_count + 1, sizeof(*a->fds));
	a->fds[a->fd_count++] = fd;
}

/* The beginning of union bpf_attr for BPF_LINK_CREATE, include/uapi/linux/bpf.h. */
struct link_create {
	uint32_t prog_fd;
	int32_t target;
	uint32_t type, flags;
	uint8_t detail[48];
};
#define COMMAND_LINK_CREATE 28

int attachment_link_create(int prog_fd, int target, unsigned type, unsigned flags, const void *detail, size_t size)
{
	struct link_create attr = {.prog_fd = (uint32_t)prog_fd, .target = target, .type = type, .flags = flags};
	long fd;

	if (size)
		memcpy(attr.detail, detail, size);
	fd = syscall(SYS_bpf, COMMAND_LINK_CREATE, &attr, sizeof(attr));
	return fd < 0 ? -errno : (int)fd;
}

int attach_failed(struct error *err, int code, const char *step)
{
	return error_set(err, code, "failed to attach: %s: %s", step, strerror(code));
}

int attach_program(const struct bpf_program *prog, const struct attach_place *place, struct attachment **out,
                   struct error *err)
{
	struct attachment *a = xcalloc(1, sizeof(*a));
	int rc = kind_find(prog)->attach(prog, place, a, err);

	if (rc < 0) {
		attachment_undo(a);
		return rc;
	}
	*out = a;
	return 0;
}

void attachment_undo(struct attachment *a)
{
	if (!a)
		return;
	if (a->undo)
		a->undo(a);
	for (size_t i = 0; i < a->link_count; i++)
		bpf_link__destroy(a->links[i]);
	for (size_t i = 0; i < a->fd_count; i++)
		close(a->fds[i]);
	free(a->links);
	free(a->fds);
	free(a);
}

void attach_sweep(void)
{
	attach_interface_sweep();
	attach_route_sweep();
	attach_segment_sweep();
	attach_cgroup_sweep();
	attach_struct_ops_sweep();
}
