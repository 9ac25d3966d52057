/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/fast/kernel_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/fast/shared_pages.h"
#include "base/buf.h"
#include "relo/core_spec.h"
#include "relo/name_index.h"

/* The kernel's own BTF, and one from outside in its place. */
static struct name_index known[2];
static size_t known_count;

void kernel_names_index(const struct btf *btf)
{
	struct name_index *index = &known[known_count];

	if (known_count == sizeof(known) / sizeof(known[0]))
		return;
	name_index_build(index, btf, 1);
	shared_pages_settle(index->heads, (index->mask + (size_t)1) * sizeof(*index->heads));
	shared_pages_settle(index->next, (index->count - index->first) * sizeof(*index->next));
	shared_pages_settle(index->hashes, (index->count - index->first) * sizeof(*index->hashes));
	known_count++;
}

static const struct name_index *find_index(const struct btf *btf)
{
	for (size_t i = 0; i < known_count; i++)
		if (known[i].btf == btf)
			return &known[i];
	return NULL;
}

bool kernel_names_known(const struct btf *btf)
{
	return find_index(btf) != NULL;
}

static void collect(const struct name_index *index, const struct btf_type *wanted, const char *name, size_t len,
                    struct bpf_core_cand_list *cands)
{
	for (uint32_t id = 0; (id = name_index_candidate(index, wanted, name, len, id));) {
		cands->cands = xrealloc(cands->cands, (size_t)cands->len + 1, sizeof(*cands->cands));
		cands->cands[cands->len++] = (struct bpf_core_cand){index->btf, id};
	}
}

int kernel_names_candidates(const struct bpf_core_cand *local, size_t len, const struct btf *target, int first,
                            struct bpf_core_cand_list *cands)
{
	const struct btf_type *wanted = btf__type_by_id(local->btf, local->id);
	const char *name = btf__name_by_offset(local->btf, wanted->name_off);
	const struct name_index *index = first == 1 ? find_index(target) : NULL;
	struct name_index passing;

	if (index) {
		collect(index, wanted, name, len, cands);
		return 0;
	}
	name_index_build(&passing, target, (uint32_t)first);
	collect(&passing, wanted, name, len, cands);
	name_index_free(&passing);
	return 0;
}

int kernel_names_find(const struct btf *btf, const char *name, __u32 kind)
{
	const struct name_index *index = find_index(btf);

	for (uint32_t id = 0; (id = name_index_find(index, name, core_spec_plain_len(name), id));) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_kind(t) == kind && !strcmp(btf__name_by_offset(btf, t->name_off), name))
			return (int)id;
	}
	return -ENOENT;
}
