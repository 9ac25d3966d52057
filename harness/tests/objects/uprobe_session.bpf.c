// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* uprobe_session: a section of libbpf 1.6 and later; without a target, it is put where subjects pass. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("uprobe.session")
int on_call(void *ctx)
{
	return 0;
}
