// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iter_bpf: every map and every program of BPF that there is, by its id.
 *
 * Shows: iterators over what BPF itself is made of.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("iter/bpf_map")
int on_map(struct bpf_iter__bpf_map *ctx)
{
	struct bpf_map *map = ctx->map;

	if (map)
		BPF_SEQ_PRINTF(ctx->meta->seq, "map_id=%d\n", map->id);
	return 0;
}

SEC("iter/bpf_prog")
int on_program(struct bpf_iter__bpf_prog *ctx)
{
	struct bpf_prog *prog = ctx->prog;

	if (prog)
		BPF_SEQ_PRINTF(ctx->meta->seq, "prog_id=%d\n", prog->aux->id);
	return 0;
}
