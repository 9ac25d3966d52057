// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iter_link: every link of BPF, and one function of the kernel's with its address.
 *
 * Shows: iterators over links (5.19 and later) and over symbols (6.0 and later). The address is held against the one
 * that another program is told, which is attached to that function.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

__u64 function_address;

SEC("fentry/security_bprm_check")
int BPF_PROG(on_exec, struct linux_binprm *bprm)
{
	function_address = bpf_get_func_ip(ctx);
	return 0;
}

SEC("iter/bpf_link")
int on_link(struct bpf_iter__bpf_link *ctx)
{
	struct bpf_link *link = ctx->link;

	if (link)
		BPF_SEQ_PRINTF(ctx->meta->seq, "link_id=%d prog_id=%d\n", link->id, BPF_CORE_READ(link, prog, aux, id));
	return 0;
}

SEC("iter/ksym")
int on_symbol(struct bpf_iter__ksym *ctx)
{
	static const char wanted[] = "security_bprm_check";
	struct kallsym_iter *symbol = ctx->ksym;

	if (!symbol)
		return 0;
	for (int i = 0; i < (int)sizeof(wanted); i++)
		if (symbol->name[i] != wanted[i])
			return 0;
	BPF_SEQ_PRINTF(ctx->meta->seq, "address=%lu address_expected=%lu\n", symbol->value, function_address);
	return 0;
}
