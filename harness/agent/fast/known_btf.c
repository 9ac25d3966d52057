/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's BTF, given to libbpf as it is parsed already: to read and parse it again for every object and every name
 * costs more under emulation than the rest of a cell. The linker's --wrap routes libbpf's calls of
 * btf__load_vmlinux_btf, btf__parse, btf__free and btf__find_by_name_kind through here, and its bpf_core_add_cands is
 * replaced (the Makefile's FAST_LDFLAGS); what libbpf sees is the same.
 */
#include <errno.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "agent/fast/fast.h"
#include "agent/fast/kernel_names.h"
#include "agent/fast/shared_pages.h"

static struct btf *own, *external;
static const char *external_path;

struct btf *__wrap_btf__load_vmlinux_btf(void);
struct btf *__wrap_btf__parse(const char *path, struct btf_ext **ext);
struct btf *__real_btf__parse(const char *path, struct btf_ext **ext);
void __wrap_btf__free(struct btf *btf);
void __real_btf__free(struct btf *btf);
__s32 __wrap_btf__find_by_name_kind(const struct btf *btf, const char *name, __u32 kind);
__s32 __real_btf__find_by_name_kind(const struct btf *btf, const char *name, __u32 kind);

/* What each cell would do again. */
static void prepare(struct btf *btf)
{
	const void *bytes;
	__u32 size;

	kernel_names_index(btf);
	btf__pointer_size(btf); /* looked for in all types, and kept */
	bytes = btf__raw_data(btf, &size);
	if (bytes)
		shared_pages_settle(bytes, size);
}

void fast_kernel_btf(struct btf *btf)
{
	prepare(btf);
	own = btf;
}

bool fast_external_btf(const char *path, struct btf *btf)
{
	prepare(btf);
	external = btf;
	external_path = path;
	return true;
}

struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	if (own && !external)
		return own;
	errno = ESRCH;
	return NULL;
}

struct btf *__wrap_btf__parse(const char *path, struct btf_ext **ext)
{
	return external && !strcmp(path, external_path) ? external : __real_btf__parse(path, ext);
}

void __wrap_btf__free(struct btf *btf)
{
	if (btf != own && btf != external)
		__real_btf__free(btf);
}

__s32 __wrap_btf__find_by_name_kind(const struct btf *btf, const char *name, __u32 kind)
{
	int id;

	if (!kernel_names_known(btf) || kind == BTF_KIND_UNKN)
		return __real_btf__find_by_name_kind(btf, name, kind);
	id = kernel_names_find(btf, name, kind);
	if (id < 0)
		errno = -id;
	return id;
}

/* libbpf.a's own is made weak for the agent (Makefile). */
int bpf_core_add_cands(struct bpf_core_cand *local_cand, size_t local_essent_len, const struct btf *targ_btf,
                       const char *targ_btf_name, int targ_start_id, struct bpf_core_cand_list *cands)
{
	(void)targ_btf_name;
	return kernel_names_candidates(local_cand, local_essent_len, targ_btf, targ_start_id, cands);
}
