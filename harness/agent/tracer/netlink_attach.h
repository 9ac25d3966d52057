/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netlink_attach: which program a message to the kernel's network hangs where, as `tc`, `ip` and libraries send it, for
 * want of a link or where none is wanted. Pure: bytes in, a value out.
 *
 * Messages and attributes: include/uapi/linux/{rtnetlink,if_link,pkt_cls,lwtunnel}.h.
 */
#ifndef COREMATRIX_AGENT_TRACER_NETLINK_ATTACH_H
#define COREMATRIX_AGENT_TRACER_NETLINK_ATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is read of one send: messages that hang a program are shorter. */
#define NETLINK_ATTACH_MAX 8192u

struct netlink_attach {
	int program;       /* descriptor of the program, in the process that sends */
	int interface;     /* index, 0: it is not at one */
	uint32_t sequence; /* of the message, which the kernel's answer repeats */
	bool acknowledged; /* an answer comes in any case, not only when it is refused */
};

/*
 * Of the messages of one send, the first that hangs a program: XDP at an interface, a classifier of TC, an action, a
 * route. Returns false when none does; one that takes a program away does not.
 */
bool netlink_attach_read(const void *bytes, size_t size, struct netlink_attach *out);

/* Whether `bytes` begin with the kernel's answer to message `sequence`; `err` is then a positive errno, 0: it was done.
 */
bool netlink_attach_answer(const void *bytes, size_t size, uint32_t sequence, int *err);

#endif
