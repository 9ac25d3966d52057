/* SPDX-License-Identifier: BSD-2-Clause */
/* wire_make: makes the two interfaces of deeds/wire.h, of a kind that the kernel has, with addresses, and unmakes them.
 */
#ifndef COREMATRIX_AGENT_ATTACH_WIRE_MAKE_H
#define COREMATRIX_AGENT_ATTACH_WIRE_MAKE_H

#include "base/error.h"

/*
 * `kind` is as rtnetlink names it: "veth", "netkit". One that is there already stays. Returns the near end's index, or
 * a negative errno (-EOPNOTSUPP: the kernel does not know the kind).
 */
int wire_make(const char *kind, struct error *err);

/*
 * Into the namespace of the far end, for what is to be done to that. Returns a descriptor of the namespace that was
 * left, for wire_leave_far, or a negative errno.
 */
int wire_enter_far(void);
void wire_leave_far(const int *own);
#define cleanup_far __attribute__((cleanup(wire_leave_far)))

/* Called in the near end's namespace: let packets be of WIRE_WIDE, both ways; returns 0 or a negative errno. */
int wire_widen(void);

/* Both interfaces and the namespace; what is not there is nothing. */
void wire_unmake(void);

#endif
