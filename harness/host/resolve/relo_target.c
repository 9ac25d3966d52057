/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/resolve/relo_target.h"

#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "relo/btf_check.h"
#include "relo/core_spec.h"
#include "relo/name_index.h"

struct relo_target {
	struct name_index kernel;
	struct name_index *modules;
	size_t module_count;
};

struct relo_target *relo_target_new(const struct btf *btf, struct error *err)
{
	struct relo_target *target;

	if (btf_check(btf, 1, err))
		return NULL;
	target = xcalloc(1, sizeof(*target));
	name_index_build(&target->kernel, btf, 1);
	return target;
}

int relo_target_add_module(struct relo_target *target, const struct btf *module, struct error *err)
{
	uint32_t first = target->kernel.count;

	if (btf__base_btf(module) ? btf__base_btf(module) != target->kernel.btf : btf__type_cnt(module) < first)
		return error_usage(err, "the module's BTF does not continue this kernel's BTF");
	if (btf_check(module, first, err))
		return -EINVAL;
	target->modules = xrealloc(target->modules, target->module_count + 1, sizeof(*target->modules));
	name_index_build(&target->modules[target->module_count++], module, first);
	return 0;
}

void relo_target_free(struct relo_target *target)
{
	if (!target)
		return;
	name_index_free(&target->kernel);
	for (size_t i = 0; i < target->module_count; i++)
		name_index_free(&target->modules[i]);
	free(target->modules);
	free(target);
}

const struct btf *relo_target_btf(const struct relo_target *target)
{
	return target->kernel.btf;
}

static size_t collect(const struct name_index *index, const struct btf_type *wanted, const char *name, size_t count,
                      struct relo_target_cand **cands)
{
	const size_t len = core_spec_plain_len(name);

	for (uint32_t id = 0; (id = name_index_candidate(index, wanted, name, len, id));) {
		*cands = xrealloc(*cands, count + 1, sizeof(**cands));
		(*cands)[count++] = (struct relo_target_cand){index->btf, id};
	}
	return count;
}

size_t relo_target_candidates(const struct relo_target *target, const struct btf *local, uint32_t local_id,
                              struct relo_target_cand **cands)
{
	const struct btf_type *wanted = btf__type_by_id(local, local_id);
	const char *name = btf__str_by_offset(local, wanted->name_off);
	size_t count, found = 0;

	*cands = NULL;
	if (!*name)
		return 0;
	count = collect(&target->kernel, wanted, name, 0, cands);
	if (count)
		return count;
	for (size_t i = 0; i < target->module_count; i++)
		found = collect(&target->modules[i], wanted, name, found, cands);
	return found;
}
