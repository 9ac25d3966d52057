/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/tracer/call_read.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <bpf/btf.h>
#include <linux/bpf.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>

#include "agent/tracer/netlink_attach.h"
#include "agent/tracer/remote.h"
#include "base/cleanup.h"

#define LICENSE_MAX 128u
#define TARGET_MAX 256u
/* Pieces that a message is sent in, and what is read of the answer. */
#define PIECES_MAX 16u
#define ANSWER_MAX 64u

#ifndef SO_ATTACH_REUSEPORT_EBPF
#define SO_ATTACH_REUSEPORT_EBPF 52
#endif

static void read_instructions(pid_t tid, const union bpf_attr *attr, struct trace_call *call)
{
	size_t size = (size_t)attr->insn_cnt * sizeof(struct bpf_insn);

	if (attr->insn_cnt > TRACE_MAX_INSNS)
		return;
	call->insns = xcalloc(1, size + 1);
	if (remote_read(tid, attr->insns, call->insns, size) == size)
		call->insns_size = (uint32_t)size;
	else
		free(steal_ptr(call->insns));
}

static void read_load(pid_t tid, const union bpf_attr *attr, bool whole, struct call_read *c)
{
	struct trace_call *call = &c->call;
	struct bpf_func_info first = {0};
	struct bpf_line_info line = {0};

	call->type = attr->prog_type;
	call->attach_type = attr->expected_attach_type;
	call->attach_id = attr->attach_btf_id;
	call->flags = attr->prog_flags;
	call->name = xstrndup(attr->prog_name, strnlen(attr->prog_name, sizeof(attr->prog_name)));
	call->license = remote_text(tid, attr->license, LICENSE_MAX, LICENSE_MAX);
	call->insn_count = attr->insn_cnt;
	c->log = attr->log_buf;
	c->log_size = attr->log_size;
	if (whole)
		read_instructions(tid, attr, call);
	if (attr->func_info_cnt && attr->func_info_rec_size >= sizeof(first) &&
	    remote_read(tid, attr->func_info, &first, sizeof(first)) == sizeof(first))
		c->first_func = first.type_id;
	if (attr->line_info_cnt && attr->line_info_rec_size >= sizeof(line) &&
	    remote_read(tid, attr->line_info, &line, sizeof(line)) == sizeof(line))
		c->first_file = line.file_name_off;
	if (c->first_func || c->first_file)
		c->types_id = remote_fd_number(tid, (int)attr->prog_btf_fd, "btf_id");
}

static void read_attach(pid_t tid, int program_fd, uint32_t attach_type, struct trace_call *call)
{
	call->kind = TRACE_ATTACH;
	call->id = remote_fd_number(tid, program_fd, "prog_id");
	call->attach_type = attach_type;
}

static bool read_bpf(pid_t tid, const uint64_t arguments[6], bool whole, struct call_read *c)
{
	size_t size = (size_t)arguments[2] < sizeof(union bpf_attr) ? (size_t)arguments[2] : sizeof(union bpf_attr);
	struct trace_call *call = &c->call;
	union bpf_attr attr = {0};

	remote_read(tid, arguments[1], &attr, size);
	switch (arguments[0] & 0xffff) {
	case BPF_PROG_LOAD:
		call->kind = TRACE_PROGRAM;
		read_load(tid, &attr, whole, c);
		return true;
	case BPF_MAP_CREATE:
		call->kind = TRACE_MAP;
		call->type = attr.map_type;
		call->name = xstrndup(attr.map_name, strnlen(attr.map_name, sizeof(attr.map_name)));
		return true;
	case BPF_BTF_LOAD:
		call->kind = TRACE_TYPES;
		return true;
	case BPF_LINK_CREATE:
		read_attach(tid, (int)attr.link_create.prog_fd, attr.link_create.attach_type, call);
		return true;
	case BPF_PROG_ATTACH:
		read_attach(tid, (int)attr.attach_bpf_fd, attr.attach_type, call);
		return true;
	case BPF_RAW_TRACEPOINT_OPEN:
		read_attach(tid, (int)attr.raw_tracepoint.prog_fd, 0, call);
		call->text = remote_text(tid, attr.raw_tracepoint.name, TARGET_MAX, TARGET_MAX);
		return true;
	case BPF_LINK_UPDATE:
		read_attach(tid, (int)attr.link_update.new_prog_fd, 0, call);
		return true;
	default:
		return false;
	}
}

static bool read_option(pid_t tid, const uint64_t arguments[6], struct trace_call *call)
{
	int fd = -1;

	if (arguments[1] != SOL_SOCKET || (arguments[2] != SO_ATTACH_BPF && arguments[2] != SO_ATTACH_REUSEPORT_EBPF) ||
	    remote_read(tid, arguments[3], &fd, sizeof(fd)) != sizeof(fd))
		return false;
	read_attach(tid, fd, 0, call);
	return true;
}

static bool is_route_socket(int fd)
{
	int domain = -1, protocol = -1;
	socklen_t size = sizeof(domain);

	return fd >= 0 && !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) && domain == AF_NETLINK &&
	       !getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) && protocol == NETLINK_ROUTE;
}

static bool read_message(pid_t tid, int fd, const void *bytes, size_t size, struct call_read *c)
{
	cleanup_close int socket = -1;

	if (!netlink_attach_read(bytes, size, &c->message))
		return false;
	socket = remote_fd_share(tid, fd);
	if (!is_route_socket(socket))
		return false;
	c->socket = steal_fd(&socket);
	read_attach(tid, c->message.program, 0, &c->call);
	c->call.text = c->message.interface ? xasprintf("interface %d", c->message.interface) : xstrdup("");
	return true;
}

static bool read_send(pid_t tid, const uint64_t arguments[6], struct call_read *c)
{
	char bytes[NETLINK_ATTACH_MAX];
	size_t size = arguments[2] < sizeof(bytes) ? (size_t)arguments[2] : sizeof(bytes);

	size = remote_read(tid, arguments[1], bytes, size);
	return read_message(tid, (int)arguments[0], bytes, size, c);
}

static bool read_pieces(pid_t tid, const uint64_t arguments[6], struct call_read *c)
{
	char bytes[NETLINK_ATTACH_MAX];
	struct iovec pieces[PIECES_MAX];
	struct msghdr head = {0};
	size_t size = 0, count;

	if (remote_read(tid, arguments[1], &head, sizeof(head)) != sizeof(head))
		return false;
	count = head.msg_iovlen < PIECES_MAX ? head.msg_iovlen : PIECES_MAX;
	count = remote_read(tid, (uintptr_t)head.msg_iov, pieces, count * sizeof(*pieces)) / sizeof(*pieces);
	for (size_t i = 0; i < count && size < sizeof(bytes); i++) {
		size_t len = pieces[i].iov_len < sizeof(bytes) - size ? pieces[i].iov_len : sizeof(bytes) - size;

		size += remote_read(tid, (uintptr_t)pieces[i].iov_base, bytes + size, len);
	}
	return read_message(tid, (int)arguments[0], bytes, size, c);
}

bool call_read_enter(pid_t tid, uint64_t number, const uint64_t arguments[6], bool whole, struct call_read *out)
{
	*out = (struct call_read){.call.thread = (uint32_t)tid, .socket = -1};
	switch (number) {
	case SYS_bpf:
		return read_bpf(tid, arguments, whole, out);
	case SYS_perf_event_open:
		out->call.kind = TRACE_EVENT;
		return true;
	case SYS_ioctl:
		if ((uint32_t)arguments[1] != PERF_EVENT_IOC_SET_BPF)
			return false;
		read_attach(tid, (int)arguments[2], 0, &out->call);
		return true;
	case SYS_ptrace:
		out->call.kind = TRACE_TRACE;
		return arguments[0] == PTRACE_TRACEME;
	case SYS_setsockopt:
		return read_option(tid, arguments, &out->call);
	case SYS_sendto:
		return read_send(tid, arguments, out);
	case SYS_sendmsg:
		return read_pieces(tid, arguments, out);
	default:
		return false;
	}
}

/* The last types that were asked for: a loader loads one program after the other with the same. */
static const struct btf *types_get(uint32_t id)
{
	static struct btf *types;
	static uint32_t types_id;

	if (types_id != id) {
		btf__free(types);
		types = btf__load_from_kernel_by_id(id);
		types_id = id;
	}
	return types;
}

static void read_sizes(const struct btf *types, struct trace_call *call)
{
	const struct btf_header *head;
	uint32_t size = 0;

	head = btf__raw_data(types, &size);
	if (!head || size < sizeof(*head))
		return;
	call->types_size = head->type_len;
	call->strings_size = head->str_len;
}

/* What its types tell of a program. */
static void read_types(struct call_read *c)
{
	const struct btf *types = c->types_id ? types_get(c->types_id) : NULL;
	const struct btf_type *t = types ? btf__type_by_id(types, c->first_func) : NULL;
	const char *name = t && btf_is_func(t) ? btf__name_by_offset(types, t->name_off) : NULL;
	const char *file = types && c->first_file ? btf__name_by_offset(types, c->first_file) : NULL;

	c->call.function = xstrdup(name ? name : "");
	c->call.file = xstrdup(file ? file : "");
	if (types)
		read_sizes(types, &c->call);
}

/* The kernel has done by now what the message asks for, and its answer waits where the sender will read it. */
static bool read_answer(struct call_read *c)
{
	char bytes[ANSWER_MAX];
	ssize_t size = recv(c->socket, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);

	if (size > 0)
		return netlink_attach_answer(bytes, (size_t)size, c->message.sequence, &c->call.err);
	/* who asked for an answer has read it already, in another thread: what it was is not known */
	return !c->message.acknowledged;
}

bool call_read_leave(pid_t tid, int64_t result, struct call_read *c)
{
	static const char *const id_keys[TRACE_KIND_COUNT] = {
	        [TRACE_PROGRAM] = "prog_id", [TRACE_MAP] = "map_id", [TRACE_TYPES] = "btf_id"};
	struct trace_call *call = &c->call;

	call->err = result < 0 ? (int32_t)-result : 0;
	if (result >= 0 && id_keys[call->kind])
		call->id = remote_fd_number(tid, (int)result, id_keys[call->kind]);
	if (result >= 0 && c->socket >= 0)
		return read_answer(c);
	if (call->kind != TRACE_PROGRAM)
		return true;
	read_types(c);
	if (c->log && c->log_size)
		call->text = remote_text(tid, c->log, c->log_size, TRACE_MAX_LOG);
	return true;
}

void call_read_free(struct call_read *c)
{
	trace_call_free(&c->call);
	cleanup_close_fd(&c->socket);
	*c = (struct call_read){.socket = -1};
}
