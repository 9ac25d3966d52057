// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * iter_memory: memory that is shared with devices, and the caches that the kernel has its own structs in.
 *
 * Shows: iterators over buffers (6.16 and later) and over slab caches (6.13 and later). The size of what a cache holds
 * is held against the struct's in the kernel's types.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Of headers that vmlinux.h here may be older than. */
struct kmem_cache___local {
	unsigned int object_size;
	const char *name;
} __attribute__((preserve_access_index));

struct bpf_iter__kmem_cache___local {
	struct bpf_iter_meta *meta;
	struct kmem_cache___local *s;
};

struct bpf_iter__dmabuf___local {
	struct bpf_iter_meta *meta;
	struct dma_buf *dmabuf;
};

SEC("iter/kmem_cache")
int on_cache(struct bpf_iter__kmem_cache___local *ctx)
{
	static const char wanted[] = "dentry";
	struct kmem_cache___local *cache = ctx->s;
	char name[sizeof(wanted)] = {};

	if (!cache)
		return 0;
	bpf_probe_read_kernel_str(name, sizeof(name), cache->name);
	for (int i = 0; i < (int)sizeof(wanted); i++)
		if (name[i] != wanted[i])
			return 0;
	BPF_SEQ_PRINTF(ctx->meta->seq, "object_size=%d object_size_expected=%d\n", cache->object_size,
	               bpf_core_type_size(struct dentry));
	return 0;
}

SEC("iter/dmabuf")
int on_buffer(struct bpf_iter__dmabuf___local *ctx)
{
	struct dma_buf *buffer = ctx->dmabuf;

	if (buffer)
		BPF_SEQ_PRINTF(ctx->meta->seq, "size=%lu ino=%lu\n", buffer->size,
		               BPF_CORE_READ(buffer, file, f_inode, i_ino));
	return 0;
}
