/* SPDX-License-Identifier: BSD-2-Clause */
/* netlink_attach: which of the messages that are sent to the kernel hang a program somewhere. */
#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/lwtunnel.h>
#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_bpf.h>

#include "agent/tracer/netlink_attach.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"

#define PROGRAM 7
#define SEQUENCE 42u

/* An attribute: of others, or of a number, or of a text. */
struct attribute {
	uint16_t type, depth; /* those of a greater depth that follow are within */
	const char *text;     /* NULL: a number, unless others are within */
};

static const struct message_case {
	const char *name;
	uint16_t type;
	size_t head;
	struct attribute attributes[8];
	int program;
	int interface;
	bool hangs;
} cases[] = {
        {"xdp",
         RTM_SETLINK,
         sizeof(struct ifinfomsg),
         {{IFLA_XDP | NLA_F_NESTED, 1}, {IFLA_XDP_FD, 2}},
         PROGRAM,
         3,
         true},
        {"xdp, by a new link",
         RTM_NEWLINK,
         sizeof(struct ifinfomsg),
         {{IFLA_IFNAME, 1, "lo"}, {IFLA_XDP, 1}, {IFLA_XDP_FLAGS, 2}, {IFLA_XDP_FD, 2}},
         PROGRAM,
         3,
         true},
        {"xdp is taken away", RTM_SETLINK, sizeof(struct ifinfomsg), {{IFLA_XDP, 1}, {IFLA_XDP_FD, 2}}, -1, 3, false},
        {"a link is asked about",
         RTM_GETLINK,
         sizeof(struct ifinfomsg),
         {{IFLA_XDP, 1}, {IFLA_XDP_FD, 2}},
         PROGRAM,
         3,
         false},
        {"classifier",
         RTM_NEWTFILTER,
         sizeof(struct tcmsg),
         {{TCA_KIND, 1, "bpf"}, {TCA_OPTIONS, 1}, {TCA_BPF_NAME, 2, "a.o"}, {TCA_BPF_FD, 2}},
         PROGRAM,
         3,
         true},
        {"another classifier",
         RTM_NEWTFILTER,
         sizeof(struct tcmsg),
         {{TCA_KIND, 1, "u32"}, {TCA_OPTIONS, 1}, {TCA_BPF_FD, 2}},
         PROGRAM,
         3,
         false},
        {"classifier of no kind",
         RTM_NEWTFILTER,
         sizeof(struct tcmsg),
         {{TCA_OPTIONS, 1}, {TCA_BPF_FD, 2}},
         PROGRAM,
         3,
         false},
        {"action",
         RTM_NEWACTION,
         sizeof(struct tcamsg),
         {{TCA_ACT_TAB, 1}, {1, 2}, {TCA_ACT_KIND, 3, "bpf"}, {TCA_ACT_OPTIONS, 3}, {TCA_ACT_BPF_FD, 4}},
         PROGRAM,
         0,
         true},
        {"route",
         RTM_NEWROUTE,
         sizeof(struct rtmsg),
         {{RTA_ENCAP, 1}, {LWT_BPF_XMIT, 2}, {LWT_BPF_PROG_FD, 3}},
         PROGRAM,
         0,
         true},
        {"route without a program", RTM_NEWROUTE, sizeof(struct rtmsg), {{RTA_OIF, 1}}, PROGRAM, 0, false},
};

static void add_bytes(struct buf *b, const void *bytes, size_t size)
{
	static const char zeros[4];

	buf_add(b, bytes, size);
	buf_add(b, zeros, (4 - size % 4) % 4);
}

/* Appends attribute number `i` and all within it; returns the index after them. */
static size_t add_attribute(struct buf *b, const struct message_case *c, size_t i)
{
	const struct attribute *a = &c->attributes[i];
	struct nlattr head = {.nla_type = a->type};
	size_t at = b->len, next = i + 1;

	buf_add(b, (const char *)&head, sizeof(head));
	if (a->text)
		buf_add(b, a->text, strlen(a->text) + 1);
	else if (next == COUNT(c->attributes) || c->attributes[next].depth <= a->depth)
		buf_add(b, (const char *)&c->program, sizeof(c->program));
	while (next < COUNT(c->attributes) && c->attributes[next].depth > a->depth)
		next = add_attribute(b, c, next);
	head.nla_len = (uint16_t)(b->len - at);
	memcpy(b->data + at, &head, sizeof(head));
	while (b->len % 4)
		buf_putc(b, '\0');
	return next;
}

static void add_message(struct buf *b, const struct message_case *c)
{
	struct nlmsghdr h = {.nlmsg_type = c->type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK, .nlmsg_seq = SEQUENCE};
	struct tcmsg head = {.tcm_ifindex = c->interface};
	size_t at = b->len;

	buf_add(b, (const char *)&h, sizeof(h));
	add_bytes(b, &head, c->head);
	for (size_t i = 0; i < COUNT(c->attributes) && c->attributes[i].depth;)
		i = add_attribute(b, c, i);
	h.nlmsg_len = (uint32_t)(b->len - at);
	memcpy(b->data + at, &h, sizeof(h));
}

START_TEST(what_hangs_a_program_is_known)
{
	const struct message_case *c = &cases[_i];
	cleanup_buf struct buf b = {0};
	struct netlink_attach a;

	add_message(&b, c);
	ck_assert_msg(netlink_attach_read(b.data, b.len, &a) == c->hangs, "%s", c->name);
	if (!c->hangs)
		return;
	ck_assert_int_eq(a.program, PROGRAM);
	ck_assert_int_eq(a.interface, c->interface);
	ck_assert_uint_eq(a.sequence, SEQUENCE);
	ck_assert(a.acknowledged);
}
END_TEST

START_TEST(a_later_message_of_one_send_is_found)
{
	cleanup_buf struct buf b = {0};
	struct netlink_attach a;

	add_message(&b, &cases[3]);
	add_message(&b, &cases[0]);
	ck_assert(netlink_attach_read(b.data, b.len, &a));
	ck_assert_int_eq(a.program, PROGRAM);
}
END_TEST

/* Whatever is sent: each length, of which the bytes end where the memory does. */
START_TEST(what_is_cut_hangs_nothing)
{
	cleanup_buf struct buf b = {0};
	struct netlink_attach a;

	add_message(&b, &cases[_i]);
	for (size_t len = 0; len < b.len; len++) {
		cleanup_free char *cut = xcalloc(1, len ? len : 1);

		memcpy(cut, b.data, len);
		ck_assert(!netlink_attach_read(cut, len, &a));
	}
}
END_TEST

START_TEST(an_answer_is_to_its_own_message)
{
	const struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
	} answer = {{.nlmsg_len = sizeof(answer), .nlmsg_type = NLMSG_ERROR, .nlmsg_seq = SEQUENCE}, {.error = -16}};
	int err = 0;

	ck_assert(netlink_attach_answer(&answer, sizeof(answer), SEQUENCE, &err));
	ck_assert_int_eq(err, 16);
	ck_assert(!netlink_attach_answer(&answer, sizeof(answer), SEQUENCE + 1, &err));
	ck_assert(!netlink_attach_answer(&answer, sizeof(answer.head), SEQUENCE, &err));
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        RANGE(what_hangs_a_program_is_known, 0, COUNT(cases)),
	        TEST(a_later_message_of_one_send_is_found),
	        RANGE(what_is_cut_hangs_nothing, 0, COUNT(cases)),
	        TEST(an_answer_is_to_its_own_message),
	};

	return suite_run("netlink_attach", tests, COUNT(tests));
}
