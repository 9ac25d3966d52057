/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/resolve/btf_pick.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/io.h"
#include "host/resolve/relo_calc.h"
#include "host/resolve/relo_target.h"
#include "relo/btf_check.h"
#include "relo/core_relo.h"
#include "tests/suite.h"

#define FIXTURES "build/tests/relo/"
static struct core_relo_list read_object(const char *name)
{
	char *path = xasprintf(FIXTURES "%s.o", name);
	struct core_relo_list list;
	struct error err = {0};
	struct buf bytes = {0};

	ck_assert_msg(!io_read_file(path, 1 << 24, &bytes, &err), "%s", err.text);
	ck_assert_msg(!core_relo_list_read(bytes.data, bytes.len, &list, &err), "%s", err.text);
	buf_free(&bytes);
	free(path);
	return list;
}

static struct btf *read_kernel(const char *name)
{
	char *path = xasprintf(FIXTURES "%s.o", name);
	struct btf *btf = btf__parse_elf(path, NULL);

	ck_assert_ptr_nonnull(btf);
	free(path);
	return btf;
}

static void take_match(void *ctx, const struct relo_match *m)
{
	btf_pick_match(ctx, m);
}

/* What the object needs of `kernel`, as bytes. */
static struct buf pick_all(const struct core_relo_list *list, const struct btf *kernel)
{
	struct relo_target *target = relo_target_new(kernel, NULL);
	struct relo_calc *calc = relo_calc_new(list, target);
	struct btf_pick *pick = btf_pick_new(kernel);
	struct buf raw = {0};

	for (size_t i = 0; i < list->count; i++)
		relo_calc_matches(calc, i, take_match, pick);
	ck_assert_int_eq(btf_pick_write(pick, &raw, NULL), 0);
	btf_pick_free(pick);
	relo_calc_free(calc);
	relo_target_free(target);
	return raw;
}

static struct relo_prediction *predict(const struct core_relo_list *list, const struct btf *kernel)
{
	struct relo_target *target = relo_target_new(kernel, NULL);
	struct relo_calc *calc = relo_calc_new(list, target);
	struct relo_prediction *p = xcalloc(list->count, sizeof(*p));

	for (size_t i = 0; i < list->count; i++)
		relo_calc_record(calc, i, &p[i]);
	relo_calc_free(calc);
	relo_target_free(target);
	return p;
}

static void free_predictions(struct relo_prediction *p, size_t count)
{
	for (size_t i = 0; i < count; i++)
		relo_prediction_free(&p[i]);
	free(p);
}

static const char *const object_kernel[][2] = {
        {"local", "target"}, {"local", "target_ambiguous"}, {"local", "local"}, {"broken", "target"}};

START_TEST(every_record_comes_out_the_same)
{
	struct core_relo_list list = read_object(object_kernel[_i][0]);
	struct btf *kernel = read_kernel(object_kernel[_i][1]), *small;
	struct buf raw = pick_all(&list, kernel);
	struct relo_prediction *of_kernel = predict(&list, kernel), *of_small;

	small = btf__new(raw.data, (uint32_t)raw.len);
	ck_assert_int_eq(libbpf_get_error(small), 0);
	ck_assert_int_eq(btf_check(small, 1, NULL), 0);
	of_small = predict(&list, small);
	for (size_t i = 0; i < list.count; i++) {
		const struct relo_fact *f = &list.facts[i];
		const struct relo_prediction *a = &of_kernel[i], *b = &of_small[i];

		ck_assert_int_eq(a->says.seen, b->says.seen);
		ck_assert_uint_eq(a->says.width, b->says.width);
		ck_assert_uint_eq(a->candidates, b->candidates);
		ck_assert_uint_eq(a->target_size, b->target_size);
		/* the number of a type is not a fact about the type */
		if (f->kind == BPF_CORE_TYPE_ID_TARGET)
			continue;
		ck_assert_msg(a->outcome == b->outcome, "%s #%u %s: %s, then %s", f->program, f->number, f->spec,
		              relo_outcome_name(a->outcome), relo_outcome_name(b->outcome));
		ck_assert_uint_eq(a->says.value, b->says.value);
	}
	free_predictions(of_kernel, list.count);
	free_predictions(of_small, list.count);
	btf__free(small);
	btf__free(kernel);
	buf_free(&raw);
	core_relo_list_free(&list);
}
END_TEST

START_TEST(nothing_else_is_in_it)
{
	struct core_relo_list list = read_object("local");
	struct btf *kernel = read_kernel("target"), *small;
	struct buf raw = pick_all(&list, kernel), again;
	const struct btf_type *t;
	int id;

	small = btf__new(raw.data, (uint32_t)raw.len);
	ck_assert_int_eq(libbpf_get_error(small), 0);
	id = btf__find_by_name_kind(small, "probe", BTF_KIND_STRUCT);
	ck_assert_int_gt(id, 0);
	t = btf__type_by_id(small, (uint32_t)id);
	for (uint16_t i = 0; i < btf_vlen(t); i++)
		ck_assert_str_ne(btf__str_by_offset(small, btf_members(t)[i].name_off), "filler");
	ck_assert_int_lt(btf__find_by_name_kind(small, "probe", BTF_KIND_VAR), 0);
	again = pick_all(&list, small);
	ck_assert_uint_eq(again.len, raw.len);
	ck_assert_mem_eq(again.data, raw.data, raw.len);
	btf__free(small);
	btf__free(kernel);
	buf_free(&raw);
	buf_free(&again);
	core_relo_list_free(&list);
}
END_TEST

START_TEST(nothing_asked_is_nothing_picked)
{
	struct btf *kernel = read_kernel("target"), *small;
	struct btf_pick *pick = btf_pick_new(kernel);
	struct buf raw = {0};

	/* a type of another BTF */
	btf_pick_match(pick, &(const struct relo_match){BPF_CORE_TYPE_EXISTS, NULL, 1, NULL, 0});
	ck_assert_uint_eq(btf_pick_count(pick), 0);
	ck_assert_int_eq(btf_pick_write(pick, &raw, NULL), 0);
	small = btf__new(raw.data, (uint32_t)raw.len);
	ck_assert_int_eq(libbpf_get_error(small), 0);
	ck_assert_uint_eq(btf__type_cnt(small), 1);
	btf__free(small);
	btf_pick_free(pick);
	btf__free(kernel);
	buf_free(&raw);
}
END_TEST

/* A kernel made by hand: what the fixtures' compiler does not emit. */
static struct btf *make_kernel(void)
{
	struct btf *btf = btf__new_empty();
	int num, level, leaf, node, deep;

	num = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	level = btf__add_enum(btf, "level", 4);
	ck_assert_int_eq(btf__add_enum_value(btf, "LOW", -1), 0);
	ck_assert_int_eq(btf__add_enum_value(btf, "HIGH", 1), 0);
	leaf = btf__add_struct(btf, "leaf", 4);
	ck_assert_int_eq(btf__add_field(btf, "x", num, 0, 0), 0);
	deep = btf__add_ptr(btf, leaf);
	node = btf__add_struct(btf, "node", 16);
	ck_assert_int_eq(btf__add_field(btf, "level", level, 0, 0), 0);
	ck_assert_int_eq(btf__add_field(btf, "bits", num, 32, 3), 0);
	ck_assert_int_eq(btf__add_field(btf, "leaf", deep, 64, 0), 0);
	ck_assert_int_gt(node, 0);
	return btf;
}

static struct btf *pick_one(const struct btf *kernel, struct relo_match m)
{
	struct btf_pick *pick = btf_pick_new(kernel);
	struct buf raw = {0};
	struct btf *small;

	m.btf = kernel;
	btf_pick_match(pick, &m);
	ck_assert_int_eq(btf_pick_write(pick, &raw, NULL), 0);
	small = btf__new(raw.data, (uint32_t)raw.len);
	ck_assert_int_eq(libbpf_get_error(small), 0);
	btf_pick_free(pick);
	buf_free(&raw);
	return small;
}

static const struct btf_type *find(const struct btf *btf, const char *name, unsigned kind)
{
	int id = btf__find_by_name_kind(btf, name, kind);

	return id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
}

START_TEST(sign_and_bit_fields_stay)
{
	struct btf *kernel = make_kernel(), *small;
	uint32_t node = (uint32_t)btf__find_by_name(kernel, "node"),
	         level = (uint32_t)btf__find_by_name(kernel, "level");
	const struct btf_type *t;

	small = pick_one(kernel, (struct relo_match){BPF_CORE_ENUMVAL_VALUE, NULL, level, (const int[]){1}, 1});
	t = find(small, "level", BTF_KIND_ENUM);
	ck_assert_ptr_nonnull(t);
	ck_assert_uint_eq(btf_vlen(t), 1);
	ck_assert(btf_kflag(t));
	btf__free(small);

	small = pick_one(kernel, (struct relo_match){BPF_CORE_FIELD_BYTE_OFFSET, NULL, node, (const int[]){0, 1}, 2});
	t = find(small, "node", BTF_KIND_STRUCT);
	ck_assert_ptr_nonnull(t);
	ck_assert_uint_eq(t->size, 16);
	ck_assert_uint_eq(btf_vlen(t), 1);
	ck_assert_uint_eq(btf_member_bit_offset(t, 0), 32);
	ck_assert_uint_eq(btf_member_bitfield_size(t, 0), 3);
	ck_assert_ptr_null(find(small, "level", BTF_KIND_ENUM));
	btf__free(small);
	btf__free(kernel);
}
END_TEST

START_TEST(a_match_takes_what_is_behind_pointers_by_name)
{
	struct btf *kernel = make_kernel(), *small;
	uint32_t node = (uint32_t)btf__find_by_name(kernel, "node");
	const struct btf_type *t;

	small = pick_one(kernel, (struct relo_match){BPF_CORE_TYPE_MATCHES, NULL, node, NULL, 0});
	ck_assert_uint_eq(btf_vlen(find(small, "node", BTF_KIND_STRUCT)), 3);
	t = find(small, "leaf", BTF_KIND_STRUCT);
	ck_assert_ptr_nonnull(t);
	ck_assert_uint_eq(btf_vlen(t), 0);
	btf__free(small);

	small = pick_one(kernel, (struct relo_match){BPF_CORE_TYPE_EXISTS, NULL, node, NULL, 0});
	ck_assert_uint_eq(btf__type_cnt(small), 2);
	btf__free(small);
	btf__free(kernel);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(every_record_comes_out_the_same, object_kernel),
	        TEST(nothing_else_is_in_it),
	        TEST(nothing_asked_is_nothing_picked),
	        TEST(sign_and_bit_fields_stay),
	        TEST(a_match_takes_what_is_behind_pointers_by_name),
	};

	return suite_run("btf_pick", tests, COUNT(tests));
}
