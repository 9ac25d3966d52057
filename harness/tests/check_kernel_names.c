/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel_names: the answers that libbpf would have found by scanning, of which the genuine one is linked here. */
#include <errno.h>
#include <stdlib.h>

#include "agent/fast/kernel_names.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"

/* libbpf's own, with what it says of each candidate. */
size_t bpf_core_essential_name_len(const char *name);

static struct btf *kernel;

/* Names that share a plain part, or nearly; each is there as every kind. */
static const char *const names[] = {
        "task_struct",
        "task_struct___old",
        "task_struct___old2",
        "task",
        "a",
        "a___b",
        "a___b___c",
        "a____b",
        "___a",
        "a___",
        "_____",
        "__a",
        "x__y",
        "x___y_z",
        "task_struc",
        "task_struct_",
};

#define NAMES (sizeof(names) / sizeof(names[0]))

static int add_type(struct btf *btf, unsigned kind, const char *name, int proto)
{
	switch (kind) {
	case BTF_KIND_STRUCT:
		return btf__add_struct(btf, name, 4);
	case BTF_KIND_UNION:
		return btf__add_union(btf, name, 4);
	case BTF_KIND_ENUM:
		return btf__add_enum(btf, name, 4);
	case BTF_KIND_ENUM64:
		return btf__add_enum64(btf, name, 8, false);
	case BTF_KIND_TYPEDEF:
		return btf__add_typedef(btf, name, proto);
	case BTF_KIND_INT:
		return btf__add_int(btf, name, 4, 0);
	case BTF_KIND_FLOAT:
		return btf__add_float(btf, name, 4);
	case BTF_KIND_FWD:
		return btf__add_fwd(btf, name, BTF_FWD_STRUCT);
	case BTF_KIND_FUNC:
		return btf__add_func(btf, name, BTF_FUNC_GLOBAL, proto);
	default:
		return 0;
	}
}

/*
 * Once for all tests, for what is indexed stays. Twice, so that a name and kind have two candidates, among types that
 * have no name.
 */
static void setup(void)
{
	int proto;

	kernel = btf__new_empty();
	proto = btf__add_func_proto(kernel, 0);
	for (unsigned round = 0; round < 2; round++)
		for (unsigned kind = 1; kind < NR_BTF_KINDS; kind++)
			for (size_t i = 0; i < NAMES; i++) {
				ck_assert_int_ge(add_type(kernel, kind, names[i], proto), 0);
				ck_assert_int_gt(btf__add_ptr(kernel, proto), 0);
			}
	kernel_names_index(kernel);
}

static void teardown(void)
{
	btf__free(kernel);
}

/* Every type of `local` asked for in `target`, from id `first` on, of both. */
static unsigned compare_candidates(const struct btf *local, const struct btf *target, int first)
{
	unsigned found = 0;

	for (__u32 id = 1; id < btf__type_cnt(local); id++) {
		const char *name = btf__name_by_offset(local, btf__type_by_id(local, id)->name_off);
		struct bpf_core_cand cand = {local, id};
		struct bpf_core_cand_list ours = {0}, theirs = {0};
		size_t len = bpf_core_essential_name_len(name);

		if (!*name)
			continue;
		ck_assert_int_eq(bpf_core_add_cands(&cand, len, target, "vmlinux", first, &theirs), 0);
		ck_assert_int_eq(kernel_names_candidates(&cand, len, target, first, &ours), 0);
		ck_assert_msg(ours.len == theirs.len, "%s: %d candidates instead of %d", name, ours.len, theirs.len);
		for (int i = 0; i < ours.len; i++) {
			ck_assert_ptr_eq(ours.cands[i].btf, theirs.cands[i].btf);
			ck_assert_uint_eq(ours.cands[i].id, theirs.cands[i].id);
		}
		found += (unsigned)ours.len;
		free(ours.cands);
		free(theirs.cands);
	}
	return found;
}

START_TEST(candidates_are_libbpfs)
{
	ck_assert_uint_gt(compare_candidates(kernel, kernel, 1), 1000);
}
END_TEST

START_TEST(modules_are_asked_without_an_index)
{
	struct btf *module = btf__new_empty_split(kernel);

	ck_assert_int_gt(btf__add_struct(module, "task_struct___module", 4), 0);
	ck_assert_int_gt(btf__add_struct(module, "own", 4), 0);
	ck_assert_uint_gt(compare_candidates(module, module, (int)btf__type_cnt(kernel)), 0);
	ck_assert(!kernel_names_known(module));
	btf__free(module);
}
END_TEST

START_TEST(functions_and_types_are_found_as_by_libbpf)
{
	static const char *const absent[] = {"", "nothing", "task_struct___none", "void"};

	ck_assert(kernel_names_known(kernel));
	for (unsigned kind = 1; kind < NR_BTF_KINDS; kind++) {
		for (size_t i = 0; i < NAMES; i++)
			ck_assert_int_eq(kernel_names_find(kernel, names[i], kind),
			                 btf__find_by_name_kind(kernel, names[i], kind));
		for (size_t i = 1; i < sizeof(absent) / sizeof(absent[0]) - 1; i++)
			ck_assert_int_eq(kernel_names_find(kernel, absent[i], kind), -ENOENT);
	}
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("kernel_names", .open = setup, .close = teardown),
	        TEST(candidates_are_libbpfs),
	        TEST(modules_are_asked_without_an_index),
	        TEST(functions_and_types_are_found_as_by_libbpf),
	};

	return suite_run("kernel_names", tests, COUNT(tests));
}
