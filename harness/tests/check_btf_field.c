/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "relo/btf_check.h"
#include "relo/btf_field.h"
#include "tests/suite.h"

static struct btf *kernel;

static void set_up(void)
{
	kernel = btf__parse_elf("build/tests/relo/target.o", NULL);
	ck_assert_msg(kernel != NULL, "build/tests/relo/target.o cannot be read: build it first");
}

static void tear_down(void)
{
	btf__free(kernel);
}

static const struct {
	const char *path;
	int ret;
	struct btf_field field; /* type_id is not compared */
} lookups[] = {
        {"probe.same", 0, {0, 32, false, false, 0}},
        {"probe.moved", 0, {128, 32, false, false, 0}},
        {"probe.resized", 0, {192, 64, false, false, 0}},
        {"probe.plain", 0, {256, 7, true, false, 0}},
        {"probe.bits", 0, {263, 6, true, false, 0}},
        {"probe.inner", 0, {320, 96, false, false, 0}},
        {"probe.inner.second", 0, {384, 32, false, false, 0}},
        {"probe.comm", 0, {1184, 128, false, true, 0}},
        {"probe.comm[3]", 0, {1208, 8, false, true, 0}},
        {"probe.many.first", 0, {416, 32, false, false, 0}},
        {"probe.many[2].second", 0, {672, 32, false, false, 0}},
        {"probe.hidden", 0, {1344, 64, false, false, 0}},
        {"probe.pointer", 0, {1344, 64, false, false, 0}},
        {"probe_t.x", 0, {0, 64, false, false, 0}},
        {"nothing.same", -ENOENT, {0}},
        {"color.same", -ENOENT, {0}},
        {"probe.gone", -ENXIO, {0}},
        {"probe.sam", -ENXIO, {0}},
        {"probe.next.same", -ENXIO, {0}},
        {"probe.same.x", -ENXIO, {0}},
        {"probe.same[0]", -ENXIO, {0}},
        {"probe.many[8]", -ENXIO, {0}},
        {"probe", -EINVAL, {0}},
        {"", -EINVAL, {0}},
        {".same", -EINVAL, {0}},
        {"probe.", -EINVAL, {0}},
        {"probe..same", -EINVAL, {0}},
        {"probe.many[", -EINVAL, {0}},
        {"probe.many[-1]", -EINVAL, {0}},
        {"probe.many[99999999999]", -EINVAL, {0}},
        {"probe[1].same", -EINVAL, {0}},
        {"probe same", -EINVAL, {0}},
};

START_TEST(finds_fields)
{
	struct btf_field field;

	ck_assert_int_eq(btf_field_find(kernel, lookups[_i].path, &field), lookups[_i].ret);
	if (lookups[_i].ret)
		return;
	ck_assert_uint_eq(field.offset_bits, lookups[_i].field.offset_bits);
	ck_assert_uint_eq(field.size_bits, lookups[_i].field.size_bits);
	ck_assert_int_eq(field.bitfield, lookups[_i].field.bitfield);
	ck_assert_int_eq(field.is_signed, lookups[_i].field.is_signed);
	ck_assert_ptr_nonnull(btf__type_by_id(kernel, field.type_id));
}
END_TEST

static const struct {
	const char *path, *near;
} suggestions[] = {
        {"probe.sama", "same"},
        {"probe.__moved", "moved"},
        {"probe.sign_bit", "sign"},
        {"probe.hiden", "hidden"},
        {"probe.inner.secnd", "second"},
        {"probe.completely_different", ""},
        {"probe.same", ""},
        {"nothing.same", ""},
        {"probe", ""},
};

START_TEST(suggests_near_names)
{
	char *near = btf_field_near(kernel, suggestions[_i].path);

	ck_assert_str_eq(near, suggestions[_i].near);
	free(near);
}
END_TEST

/* BTF that libbpf parses without complaint and that it must not be let loose on. */
enum broken { LOOP_OF_TYPEDEFS, STRUCT_IN_ITSELF, ARRAY_OF_ITSELF, MISSING_TYPE, BITS_OF_A_STRUCT, LIST_IS_FINE };

static const struct {
	enum broken what;
	const char *words; /* NULL when the BTF is sound */
} broken_cases[] = {
        {LOOP_OF_TYPEDEFS, "contains itself"}, {STRUCT_IN_ITSELF, "contains itself"},
        {ARRAY_OF_ITSELF, "contains itself"},  {MISSING_TYPE, "a type id that does not exist"},
        {BITS_OF_A_STRUCT, "not an integer"},  {LIST_IS_FINE, NULL},
};

static struct btf *build_broken(enum broken what)
{
	struct btf *btf = btf__new_empty();
	int u32 = btf__add_int(btf, "unsigned int", 4, 0);

	switch (what) {
	case LOOP_OF_TYPEDEFS:
		btf__add_typedef(btf, "a", u32 + 2);
		btf__add_typedef(btf, "b", u32 + 1);
		break;
	case STRUCT_IN_ITSELF:
		btf__add_struct(btf, "a", 8);
		btf__add_field(btf, "inside", u32 + 2, 0, 0);
		btf__add_const(btf, u32 + 1);
		break;
	case ARRAY_OF_ITSELF:
		btf__add_array(btf, u32, u32 + 1, 4);
		break;
	case MISSING_TYPE:
		btf__add_ptr(btf, 77);
		break;
	case BITS_OF_A_STRUCT:
		btf__add_struct(btf, "empty", 0);
		btf__add_struct(btf, "a", 8);
		btf__add_field(btf, "bits", u32 + 1, 0, 3);
		break;
	case LIST_IS_FINE:
		btf__add_struct(btf, "list", 8);
		btf__add_field(btf, "next", u32 + 2, 0, 0);
		btf__add_ptr(btf, u32 + 1);
		break;
	}
	return btf;
}

START_TEST(tells_sound_btf_from_broken)
{
	struct btf *btf = build_broken(broken_cases[_i].what);
	struct error err = {0};
	int ret = btf_check(btf, 1, &err);

	if (!broken_cases[_i].words)
		ck_assert_int_eq(ret, 0);
	else
		ck_assert_msg(ret == -EINVAL && strstr(err.text, broken_cases[_i].words), "%d: %s", ret, err.text);
	error_clear(&err);
	btf__free(btf);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("field", .set_up = set_up, .tear_down = tear_down),
	        EACH(finds_fields, lookups),
	        EACH(suggests_near_names, suggestions),
	        GROUP("check"),
	        EACH(tells_sound_btf_from_broken, broken_cases),
	};

	return suite_run("btf_field", tests, COUNT(tests));
}
