/* SPDX-License-Identifier: BSD-2-Clause */
/* external_btf and min_btf: which file is meant is found by row and by release; what is no BTF is told with its line.
 */
#include "host/store/external_btf.h"

#include <bpf/btf.h>
#include <string.h>

#include "host/predict/min_btf.h"
#include "tests/scratch.h"
#include "tests/suite.h"

#define OBJECT "build/tests/relo/local.o"
#define OTHER "build/tests/relo/harmless.o"
#define KERNEL "build/tests/relo/target.o"

static struct store_kernel kernels[] = {{.release = (char *)"6.1.0-a"}, {.release = (char *)"6.12-b"}};

/* A list of two files, the second of which has `option`. */
static struct kernel_list make_list(const char *option)
{
	char *text = xasprintf("# c\n./a\n./b %s\n", option);
	struct kernel_list list;
	struct error err = {0};

	ck_assert_msg(!kernel_list_parse(text, strlen(text), "k.txt", &list, &err), "%s", err.text);
	free(text);
	return list;
}

static char *write_btf(const char *name)
{
	struct btf *btf = btf__new_empty();
	uint32_t size;
	const void *raw;
	char *path;

	ck_assert_int_gt(btf__add_int(btf, "int", 4, BTF_INT_SIGNED), 0);
	raw = btf__raw_data(btf, &size);
	path = scratch_file(name, raw, size);
	btf__free(btf);
	return path;
}

START_TEST(row_and_release_decide)
{
	char *own = write_btf("own.btf"), *released = write_btf("6.1.0-a.btf");
	char *option = xasprintf("\"btf=%s\"", own), *directory = scratch_path("");
	struct kernel_list list = make_list(option), plain = make_list("");
	struct external_btf *e;
	struct error err = {0};

	ck_assert_msg(!external_btf_read(&list, kernels, NULL, &e, &err), "%s", err.text);
	ck_assert_str_eq(e[0].path, "");
	ck_assert_uint_eq(e[0].raw.len, 0);
	ck_assert_str_eq(e[1].path, own);
	ck_assert_uint_gt(e[1].raw.len, 0);
	external_btf_free(e, 2);

	ck_assert_msg(!external_btf_read(&list, kernels, directory, &e, &err), "%s", err.text);
	ck_assert_ptr_nonnull(strstr(e[0].path, "/6.1.0-a.btf"));
	ck_assert_str_eq(e[1].path, own);
	external_btf_free(e, 2);

	ck_assert_msg(!external_btf_read(&plain, kernels, directory, &e, &err), "%s", err.text);
	ck_assert_uint_gt(e[0].raw.len, 0);
	ck_assert_str_eq(e[1].path, "");
	external_btf_free(e, 2);
	kernel_list_free(&list);
	kernel_list_free(&plain);
	free(own);
	free(released);
	free(option);
	free(directory);
}
END_TEST

static const struct {
	const char *bytes;
	size_t len;
	const char *says;
} garbage[] = {
        {"", 0, "shorter than 4 bytes"},
        {"this is no BTF", 14, "neither BTF"},
        {"\x9f\xeb\x01\0\x18\0\0\0\0\0\0\0\xff\0\0\0", 16, "damaged BTF"},
};

START_TEST(garbage_is_told_with_its_line)
{
	char *path = scratch_file("garbage", garbage[_i].bytes, garbage[_i].len);
	char *option = xasprintf("\"btf=%s\"", path);
	struct kernel_list list = make_list(option);
	struct external_btf *e;
	struct error err = {0};

	ck_assert_int_lt(external_btf_read(&list, kernels, NULL, &e, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, "k.txt:3: btf=") == err.text, "%s", err.text);
	ck_assert_msg(strstr(err.text, garbage[_i].says) != NULL, "%s", err.text);
	ck_assert_ptr_null(strchr(err.text, '\n'));
	error_clear(&err);
	external_btf_free(e, 2);
	kernel_list_free(&list);
	free(option);
	free(path);
}
END_TEST

START_TEST(a_missing_file_is_told_with_its_line)
{
	struct kernel_list list = make_list("btf=/no/such.btf");
	struct external_btf *e;
	struct error err = {0};

	ck_assert_int_lt(external_btf_read(&list, kernels, NULL, &e, &err), 0);
	ck_assert_str_eq(err.text, "k.txt:3: btf=/no/such.btf: No such file or directory");
	error_clear(&err);
	external_btf_free(e, 2);
	kernel_list_free(&list);
}
END_TEST

START_TEST(a_directory_has_to_fit)
{
	char *directory = scratch_path("other"), *file = scratch_path("other/4.18.btf");
	struct kernel_list list = make_list("");
	struct external_btf *e;
	struct error err = {0};

	ck_assert_int_lt(external_btf_read(&list, kernels, "/no/such", &e, &err), 0);
	ck_assert_msg(strstr(err.text, "--btf /no/such: ") == err.text, "%s", err.text);
	external_btf_free(e, 2);
	ck_assert_int_eq(io_make_dirs(directory, NULL), 0);
	ck_assert_int_eq(io_replace_file(file, "x", 1, NULL), 0);
	ck_assert_int_lt(external_btf_read(&list, kernels, directory, &e, &err), 0);
	ck_assert_msg(strstr(err.text, "no RELEASE.btf for any of 6.1.0-a, 6.12-b") != NULL, "%s", err.text);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	error_clear(&err);
	external_btf_free(e, 2);
	kernel_list_free(&list);
	io_remove_tree(directory, NULL);
	free(directory);
	free(file);
}
END_TEST

static struct object read_object(const char *path)
{
	struct object o = {.name = (char *)"local", .path = (char *)(uintptr_t)path};

	ck_assert_int_eq(io_read_file(path, 1 << 24, &o.bytes, NULL), 0);
	return o;
}

START_TEST(a_minimal_btf_is_small_and_whole)
{
	struct object object = read_object(OBJECT);
	struct object_list list = {&object, 1};
	struct error err = {0};
	struct min_btf m;
	struct btf *btf;

	ck_assert_msg(!min_btf_make(&list, NULL, KERNEL, &m, &err), "%s", err.text);
	ck_assert_uint_gt(m.types, 0);
	ck_assert_uint_lt(m.types, m.of_types);
	ck_assert(m.has_ids);
	btf = btf__new(m.raw.data, (uint32_t)m.raw.len);
	ck_assert_ptr_nonnull(btf);
	ck_assert_uint_eq(btf__type_cnt(btf), m.types + 1);
	btf__free(btf);
	min_btf_free(&m);
	buf_free(&object.bytes);
}
END_TEST

START_TEST(a_minimal_btf_is_of_what_the_architecture_is_given)
{
	struct object object = read_object(OBJECT), other = read_object(OTHER);
	struct object_file file = {.path = other.path, .bytes = other.bytes};
	struct object_list list = {&object, 1};
	struct min_btf usual, own;

	object.files[arch_index(arch_find("arm64"))] = &file;
	ck_assert_int_eq(min_btf_make(&list, NULL, KERNEL, &usual, NULL), 0);
	ck_assert_int_eq(min_btf_make(&list, arch_find("arm64"), KERNEL, &own, NULL), 0);
	ck_assert_uint_gt(usual.types, own.types);
	min_btf_free(&usual);
	min_btf_free(&own);
	buf_free(&object.bytes);
	buf_free(&other.bytes);
}
END_TEST

START_TEST(a_minimal_btf_of_garbage_names_it)
{
	struct object object = {.name = (char *)"x", .path = (char *)"x.bpf.o"};
	struct object_list list = {&object, 1};
	struct error err = {0};
	struct min_btf m;

	ck_assert_int_lt(min_btf_make(&list, NULL, "/no/such", &m, &err), 0);
	ck_assert_str_eq(err.text, "/no/such: No such file or directory");
	buf_puts(&object.bytes, "no ELF");
	ck_assert_int_lt(min_btf_make(&list, NULL, KERNEL, &m, &err), 0);
	ck_assert_msg(strstr(err.text, "x.bpf.o: ") == err.text, "%s", err.text);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	error_clear(&err);
	min_btf_free(&m);
	buf_free(&object.bytes);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("external", .open = scratch_setup, .close = scratch_teardown),
	        TEST(row_and_release_decide),
	        EACH(garbage_is_told_with_its_line, garbage),
	        TEST(a_missing_file_is_told_with_its_line),
	        TEST(a_directory_has_to_fit),
	        GROUP("min"),
	        TEST(a_minimal_btf_is_small_and_whole),
	        TEST(a_minimal_btf_is_of_what_the_architecture_is_given),
	        TEST(a_minimal_btf_of_garbage_names_it),
	};

	return suite_run("external_btf", tests, COUNT(tests));
}
