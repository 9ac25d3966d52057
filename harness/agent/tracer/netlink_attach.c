/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/tracer/netlink_attach.h"

#include <stddef.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/lwtunnel.h>
#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_bpf.h>

#define PATH_MAX_DEPTH 4

/* Attributes within attributes, the last of which is a program's descriptor. */
static const struct place {
	uint16_t message;
	uint16_t kind; /* attribute beside the first that has to say "bpf", 0: none */
	uint16_t path[PATH_MAX_DEPTH];
} places[] = {
        {RTM_NEWLINK, 0, {IFLA_XDP, IFLA_XDP_FD}},
        {RTM_SETLINK, 0, {IFLA_XDP, IFLA_XDP_FD}},
        {RTM_NEWTFILTER, TCA_KIND, {TCA_OPTIONS, TCA_BPF_FD}},
        {RTM_NEWACTION, 0, {TCA_ACT_TAB, 1, TCA_ACT_OPTIONS, TCA_ACT_BPF_FD}},
        {RTM_NEWROUTE, 0, {RTA_ENCAP, LWT_BPF_IN, LWT_BPF_PROG_FD}},
        {RTM_NEWROUTE, 0, {RTA_ENCAP, LWT_BPF_OUT, LWT_BPF_PROG_FD}},
        {RTM_NEWROUTE, 0, {RTA_ENCAP, LWT_BPF_XMIT, LWT_BPF_PROG_FD}},
};

/* Bytes of a message or of an attribute: the sender's, and aligned as it likes. */
struct piece {
	const uint8_t *bytes;
	size_t size;
};

/* Messages, what they begin with, and attributes: each begins at a multiple of four bytes. */
static size_t aligned(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

/* `in` from `size` bytes on, or nothing. */
static struct piece piece_after(struct piece in, size_t size)
{
	size = size < in.size ? size : in.size;
	return (struct piece){in.bytes + size, in.size - size};
}

static size_t head_size(uint16_t message)
{
	switch (message) {
	case RTM_NEWTFILTER:
		return aligned(sizeof(struct tcmsg));
	case RTM_NEWACTION:
		return aligned(sizeof(struct tcamsg));
	case RTM_NEWROUTE:
		return aligned(sizeof(struct rtmsg));
	default:
		return aligned(sizeof(struct ifinfomsg));
	}
}

static bool attribute_find(struct piece in, uint16_t type, struct piece *out)
{
	struct nlattr a;

	while (in.size >= sizeof(a)) {
		memcpy(&a, in.bytes, sizeof(a));
		if (a.nla_len < sizeof(a) || a.nla_len > in.size)
			return false;
		if ((a.nla_type & NLA_TYPE_MASK) == type) {
			*out = (struct piece){in.bytes + sizeof(a), a.nla_len - sizeof(a)};
			return true;
		}
		in = piece_after(in, aligned(a.nla_len));
	}
	return false;
}

static bool is_bpf(struct piece attributes, uint16_t kind)
{
	struct piece text;

	return !kind || (attribute_find(attributes, kind, &text) && text.size >= 3 && !memcmp(text.bytes, "bpf", 3) &&
	                 (text.size == 3 || !text.bytes[3]));
}

static bool program_find(const struct place *p, struct piece attributes, int *program)
{
	struct piece at = attributes;

	for (size_t i = 0; i < PATH_MAX_DEPTH && p->path[i]; i++)
		if (!attribute_find(at, p->path[i], &at))
			return false;
	if (at.size != sizeof(*program) || !is_bpf(attributes, p->kind))
		return false;
	memcpy(program, at.bytes, sizeof(*program));
	return *program >= 0;
}

/* Both messages that are about an interface have its index at one place. */
_Static_assert(offsetof(struct ifinfomsg, ifi_index) == offsetof(struct tcmsg, tcm_ifindex), "one place");

static bool message_read(const struct nlmsghdr *h, struct piece body, struct netlink_attach *out)
{
	size_t head = head_size(h->nlmsg_type);
	bool at_interface = h->nlmsg_type != RTM_NEWACTION && h->nlmsg_type != RTM_NEWROUTE;

	if (!(h->nlmsg_flags & NLM_F_REQUEST) || body.size < head)
		return false;
	*out = (struct netlink_attach){.sequence = h->nlmsg_seq, .acknowledged = h->nlmsg_flags & NLM_F_ACK};
	if (at_interface)
		memcpy(&out->interface, body.bytes + offsetof(struct ifinfomsg, ifi_index), sizeof(out->interface));
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (places[i].message == h->nlmsg_type &&
		    program_find(&places[i], piece_after(body, head), &out->program))
			return true;
	return false;
}

bool netlink_attach_read(const void *bytes, size_t size, struct netlink_attach *out)
{
	struct piece in = {bytes, size};
	struct nlmsghdr h;

	while (in.size >= sizeof(h)) {
		memcpy(&h, in.bytes, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > in.size)
			return false;
		if (message_read(&h, (struct piece){in.bytes + sizeof(h), h.nlmsg_len - sizeof(h)}, out))
			return true;
		in = piece_after(in, aligned(h.nlmsg_len));
	}
	return false;
}

bool netlink_attach_answer(const void *bytes, size_t size, uint32_t sequence, int *err)
{
	struct {
		struct nlmsghdr head;
		int32_t error;
	} answer;

	if (size < sizeof(answer))
		return false;
	memcpy(&answer, bytes, sizeof(answer));
	if (answer.head.nlmsg_type != NLMSG_ERROR || answer.head.nlmsg_seq != sequence)
		return false;
	*err = -answer.error;
	return true;
}
