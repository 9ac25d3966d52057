/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* session: which side of a call a program is at that runs at both, and the eight bytes that the first leaves the
 * second. */
#ifndef SESSION_H
#define SESSION_H

#include <bpf/bpf_helpers.h>

/* Since 7.0 they take the context; a kernel has one form of each, and what it lacks is 0. */
bool bpf_session_is_return(void) __weak __ksym;
bool bpf_session_is_return___since_7(void *ctx) __weak __ksym;
__u64 *bpf_session_cookie(void) __weak __ksym;
__u64 *bpf_session_cookie___since_7(void *ctx) __weak __ksym;

static __always_inline bool is_return(void *ctx)
{
	return bpf_session_is_return___since_7 ? bpf_session_is_return___since_7(ctx) : bpf_session_is_return();
}

static __always_inline __u64 *cookie_of(void *ctx)
{
	return bpf_session_cookie___since_7 ? bpf_session_cookie___since_7(ctx) : bpf_session_cookie();
}

#endif
