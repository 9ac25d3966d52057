/* SPDX-License-Identifier: BSD-2-Clause */
/* object_arch: which file of an object the kernels of an architecture are given, and which files are no objects. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "host/object/object.h"
#include "host/object/object_variants.h"
#include "tests/scratch.h"
#include "tests/suite.h"

/* An object by its header, with bytes after it that tell one from another. */
static char *object_file(const char *name, unsigned char order, uint16_t machine, const char *more)
{
	struct {
		Elf64_Ehdr h;
		char more[8];
	} file = {.h = {.e_type = ET_REL, .e_machine = machine, .e_version = EV_CURRENT, .e_ehsize = sizeof(file.h)}};

	memcpy(file.h.e_ident, ELFMAG, SELFMAG);
	file.h.e_ident[EI_CLASS] = ELFCLASS64;
	file.h.e_ident[EI_DATA] = order;
	file.h.e_ident[EI_VERSION] = EV_CURRENT;
	snprintf(file.more, sizeof(file.more), "%s", more);
	return scratch_file(name, &file, sizeof(file));
}

static char *usual(const char *name)
{
	return object_file(name, ELFDATA2LSB, EM_BPF, "usual");
}

static char *own(const char *name)
{
	return object_file(name, ELFDATA2LSB, EM_BPF, "own");
}

static const char *last_bytes(const struct buf *bytes)
{
	return bytes->data + sizeof(Elf64_Ehdr);
}

START_TEST(kernels_are_given_the_file_of_their_architecture)
{
	cleanup_free char *path = usual("a.bpf.o"), *other = own("a.arm64.bpf.o");
	cleanup_object_list struct object_list list;
	cleanup_error struct error err = {0};
	struct object_given given;
	struct job_object job;

	ck_assert_msg(!object_list_read(&path, 1, &list, &err), "%s", err.text);
	ck_assert_uint_eq(list.count, 1);
	given = object_given(&list.at[0], arch_find("arm64"));
	ck_assert(given.own);
	ck_assert_str_eq(given.path, other);
	ck_assert_str_eq(last_bytes(given.bytes), "own");
	ck_assert_str_ne(given.sha256, list.at[0].sha256);
	ck_assert_uint_eq(strlen(given.sha256), 64);
	job = object_to_job(&list.at[0], arch_find("arm64"));
	ck_assert_str_eq(job.name, "a");
	ck_assert_mem_eq(job.bytes, given.bytes->data, given.bytes->len);
	job_object_free(&job);
}
END_TEST

static const char *const others[] = {"amd64", NULL};

START_TEST(all_others_are_given_the_same_bytes)
{
	cleanup_free char *path = usual("a.bpf.o"), *other = own("a.arm64.bpf.o");
	const struct arch *arch = others[_i] ? arch_find(others[_i]) : NULL;
	cleanup_object_list struct object_list list;
	cleanup_error struct error err = {0};
	struct object_given given;
	struct job_object job;

	ck_assert_msg(!object_list_read(&path, 1, &list, &err), "%s", err.text);
	given = object_given(&list.at[0], arch);
	ck_assert(!given.own);
	ck_assert_str_eq(given.path, path);
	ck_assert_str_eq(last_bytes(given.bytes), "usual");
	job = object_to_job(&list.at[0], arch);
	ck_assert_str_eq((const char *)job.bytes + sizeof(Elf64_Ehdr), "usual");
	job_object_free(&job);
}
END_TEST

/* Names of files of a directory, and the objects that it then stands for. */
static const struct {
	const char *files[3], *objects[3];
} directories[] = {
        {{"a.bpf.o", "a.arm64.bpf.o"}, {"a"}},
        {{"a.o", "a.arm64.o"}, {"a"}},
        /* an object of its own, when there is no other that it could be for */
        {{"a.arm64.bpf.o"}, {"a.arm64"}},
        {{"a.bpf.o", "a.arm64.o"}, {"a.arm64", "a"}},
        {{"a.bpf.o", "a.vax.bpf.o"}, {"a", "a.vax"}},
        {{"a.bpf.o", "b.arm64.bpf.o"}, {"a", "b.arm64"}},
};

START_TEST(a_directory_has_them_once)
{
	cleanup_object_list struct object_list list = {0};
	cleanup_error struct error err = {0};
	cleanup_free char *name = xasprintf("d%d", _i), *root = scratch_path(name);

	ck_assert_int_eq(io_make_dirs(root, NULL), 0);
	for (size_t i = 0; i < 3 && directories[_i].files[i]; i++) {
		cleanup_free char *file = xasprintf("%s/%s", name, directories[_i].files[i]);

		free(own(file));
	}
	ck_assert_msg(!object_list_read(&root, 1, &list, &err), "%s", err.text);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(i < list.count, directories[_i].objects[i] != NULL);
		if (i < list.count)
			ck_assert_str_eq(list.at[i].name, directories[_i].objects[i]);
	}
}
END_TEST

START_TEST(so_has_a_pattern)
{
	cleanup_free char *path = usual("p.bpf.o"), *other = own("p.arm64.bpf.o"), *pattern = scratch_path("p*.o");
	cleanup_object_list struct object_list list;
	cleanup_error struct error err = {0};

	ck_assert_msg(!object_list_read(&pattern, 1, &list, &err), "%s", err.text);
	ck_assert_uint_eq(list.count, 1);
	ck_assert_str_eq(list.at[0].path, path);
	ck_assert(object_given(&list.at[0], arch_find("arm64")).own);
}
END_TEST

START_TEST(named_beside_its_object_it_is_none)
{
	cleanup_free char *path = usual("a.bpf.o"), *other = own("a.arm64.bpf.o");
	cleanup_object_list struct object_list list;
	cleanup_error struct error err = {0};
	char *const named[] = {other, path};

	ck_assert_msg(!object_list_read(named, 2, &list, &err), "%s", err.text);
	ck_assert_uint_eq(list.count, 1);
	ck_assert_str_eq(list.at[0].path, path);
}
END_TEST

START_TEST(one_that_is_named_alone_is_an_object)
{
	cleanup_free char *path = usual("a.bpf.o"), *other = own("a.arm64.bpf.o");
	cleanup_object_list struct object_list list;
	cleanup_error struct error err = {0};

	ck_assert_msg(!object_list_read(&other, 1, &list, &err), "%s", err.text);
	ck_assert_str_eq(list.at[0].name, "a.arm64");
}
END_TEST

static const struct {
	unsigned char order;
	uint16_t machine;
	const char *says;
} refusals[] = {
        {ELFDATA2MSB, EM_BPF, "byte order that kernels of arm64 do not have; compile it with clang -target bpfel"},
        {ELFDATA2LSB, EM_AARCH64, "is no BPF object"},
};

START_TEST(what_no_such_kernel_loads_is_refused)
{
	cleanup_free char *path = usual("r.bpf.o");
	cleanup_free char *other = object_file("r.arm64.bpf.o", refusals[_i].order, refusals[_i].machine, "");
	cleanup_object_list struct object_list list;
	cleanup_error struct error err = {0};

	ck_assert_int_lt(object_list_read(&path, 1, &list, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, other) && strstr(err.text, refusals[_i].says), "%s", err.text);
}
END_TEST

START_TEST(variants_have_them_too)
{
	static const char text[] = "[object]\nworkload = exec\n[variant quiet]\nobject.workload = fork\n";
	cleanup_free char *path = usual("v.bpf.o"), *other = own("v.arm64.bpf.o");
	cleanup_free char *ini = scratch_file("v.ini", text, strlen(text));
	cleanup_object_list struct object_list list;
	cleanup_error struct error err = {0};

	ck_assert_msg(!object_list_read(&path, 1, &list, &err), "%s", err.text);
	ck_assert_msg(!object_list_vary(&list, NULL, &err), "%s", err.text);
	ck_assert_uint_eq(list.count, 2);
	ck_assert_str_eq(last_bytes(object_given(&list.at[1], arch_find("arm64")).bytes), "own");
	ck_assert_str_eq(last_bytes(object_given(&list.at[1], NULL).bytes), "usual");
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("object_arch", .open = scratch_setup, .close = scratch_teardown),
	        TEST(kernels_are_given_the_file_of_their_architecture),
	        EACH(all_others_are_given_the_same_bytes, others),
	        EACH(a_directory_has_them_once, directories),
	        TEST(so_has_a_pattern),
	        TEST(named_beside_its_object_it_is_none),
	        TEST(one_that_is_named_alone_is_an_object),
	        EACH(what_no_such_kernel_loads_is_refused, refusals),
	        TEST(variants_have_them_too),
	};

	return suite_run("object_arch", tests, COUNT(tests));
}
