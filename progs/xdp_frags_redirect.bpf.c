// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * xdp_frags_redirect: datagrams larger than a page that are sent back to where they came from.
 *
 * Shows: what xdp_redirect does, with packets that lie in several pieces (5.18 and later).
 */
#define ON_INTERFACE SEC("xdp.frags")
#define ON_DEVMAP SEC("xdp.frags/devmap")
#include "xdp_redirect.bpf.c"
