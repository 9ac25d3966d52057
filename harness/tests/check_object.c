/* SPDX-License-Identifier: BSD-2-Clause */
/* object: what is taken as an object and what is refused, with the reason; names; the ini beside it; the job's form. */
#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/object/object.h"
#include "tests/scratch.h"
#include "tests/suite.h"

/* An ELF header as clang -target bpf writes it; the rest of an object is the guest's business. */
static Elf64_Ehdr make_header(void)
{
	Elf64_Ehdr h = {.e_type = ET_REL, .e_machine = EM_BPF, .e_version = EV_CURRENT, .e_ehsize = sizeof(h)};

	memcpy(h.e_ident, ELFMAG, SELFMAG);
	h.e_ident[EI_CLASS] = ELFCLASS64;
	h.e_ident[EI_DATA] = ELFDATA2LSB;
	h.e_ident[EI_VERSION] = EV_CURRENT;
	return h;
}

static char *object_file(const char *name)
{
	Elf64_Ehdr h = make_header();

	return scratch_file(name, &h, sizeof(h));
}

static int read_paths(char *const *paths, size_t count, struct object_list *list, struct error *err)
{
	int rc = object_list_read(paths, count, list, err);

	if (rc) {
		ck_assert_int_eq(err->status, EXIT_USAGE);
		ck_assert(err->text != NULL);
	}
	return rc;
}

START_TEST(object_is_read)
{
	cleanup_object_list struct object_list list;
	cleanup_free char *path = object_file("a.bpf.o"), *ini = scratch_path("a.ini");
	cleanup_error struct error err = {0};
	Elf64_Ehdr h = make_header();

	ck_assert_msg(!read_paths(&path, 1, &list, &err), "%s", err.text);
	ck_assert(!err.text);
	ck_assert_uint_eq(list.count, 1);
	ck_assert_str_eq(list.at[0].name, "a");
	ck_assert_str_eq(list.at[0].path, path);
	ck_assert_str_eq(list.at[0].ini_path, ini);
	ck_assert_uint_eq(list.at[0].bytes.len, sizeof(h));
	ck_assert_mem_eq(list.at[0].bytes.data, &h, sizeof(h));
	ck_assert_uint_eq(strlen(list.at[0].sha256), 64);
	ck_assert_int_eq(list.at[0].ini.source, SOURCE_AUTO);
	ck_assert_str_eq(list.at[0].ini.event, "");
}
END_TEST

START_TEST(equal_bytes_have_equal_hashes)
{
	cleanup_object_list struct object_list list;
	Elf64_Ehdr other = make_header();
	char *paths[3] = {object_file("h1.bpf.o"), object_file("h2.bpf.o"), NULL};
	cleanup_error struct error err = {0};

	other.e_flags = 1;
	paths[2] = scratch_file("h3.bpf.o", &other, sizeof(other));
	ck_assert_int_eq(read_paths(paths, 3, &list, &err), 0);
	ck_assert_str_eq(list.at[0].sha256, list.at[1].sha256);
	ck_assert_str_ne(list.at[0].sha256, list.at[2].sha256);
	for (unsigned i = 0; i < 3; i++)
		free(paths[i]);
}
END_TEST

static const struct {
	const char *file, *name;
} names[] = {
        {"exec.bpf.o", "exec"}, {"exec.o", "exec"},           {"exec", "exec"},   {"exec.elf", "exec.elf"},
        {"a.b.bpf.o", "a.b"},   {"a b's,c.bpf.o", "a b's,c"}, {".bpf.o", ".bpf"}, {"bpf.o", "bpf"},
};

START_TEST(name_is_the_file_without_its_ending)
{
	cleanup_object_list struct object_list list;
	cleanup_free char *path = object_file(names[_i].file);
	cleanup_error struct error err = {0};

	ck_assert_msg(!read_paths(&path, 1, &list, &err), "%s", err.text);
	ck_assert_str_eq(list.at[0].name, names[_i].name);
}
END_TEST

START_TEST(names_are_unique)
{
	static const char *const files[] = {"x/n.bpf.o", "y/n.bpf.o", "y/n-2.bpf.o", "x/n.bpf.o"};
	static const char *const expected[] = {"n", "n-2", "n-2-2", "n-3"};
	cleanup_free char *x = scratch_path("x"), *y = scratch_path("y");
	cleanup_object_list struct object_list list;
	cleanup_error struct error err = {0};
	char *paths[COUNT(files)];

	ck_assert(!io_make_dirs(x, NULL) && !io_make_dirs(y, NULL));
	for (size_t i = 0; i < COUNT(files); i++)
		paths[i] = object_file(files[i]);
	ck_assert_msg(!read_paths(paths, COUNT(files), &list, &err), "%s", err.text);
	for (size_t i = 0; i < COUNT(files); i++) {
		ck_assert_str_eq(list.at[i].name, expected[i]);
		free(paths[i]);
	}
}
END_TEST

/* ---- refusals ---- */

/* One change to a good header each. */
static const struct {
	const char *what;
	size_t at;  /* the byte of the header that is replaced */
	size_t len; /* of the file */
	uint8_t with;
	const char *text;
} refusals[] = {
        {"an empty file", 0, 0, 0, "is not an ELF file"},
        {"a text", EI_MAG0, sizeof(Elf64_Ehdr), '#', "is not an ELF file"},
        {"a header cut short", EI_MAG0, sizeof(Elf64_Ehdr) - 1, ELFMAG0, "is not an ELF file"},
        {"a 32-bit object", EI_CLASS, sizeof(Elf64_Ehdr), ELFCLASS32, "for machine 247 that carries no BPF object"},
        {"a file for another machine", offsetof(Elf64_Ehdr, e_machine), sizeof(Elf64_Ehdr), EM_X86_64,
         "for machine 62 that carries no BPF object"},
        {"a linked file", offsetof(Elf64_Ehdr, e_type), sizeof(Elf64_Ehdr), ET_EXEC,
         "is not a relocatable object (ELF type 2)"},
        {"a shared library", offsetof(Elf64_Ehdr, e_type), sizeof(Elf64_Ehdr), ET_DYN,
         "is not a relocatable object (ELF type 3)"},
};

START_TEST(what_is_no_object_is_refused)
{
	cleanup_object_list struct object_list list;
	cleanup_error struct error err = {0};
	cleanup_free char *path = NULL;
	Elf64_Ehdr h = make_header();

	((uint8_t *)&h)[refusals[_i].at] = refusals[_i].with;
	path = scratch_file("bad.bpf.o", &h, refusals[_i].len);
	ck_assert_int_eq(read_paths(&path, 1, &list, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, path) && strstr(err.text, refusals[_i].text), "%s: %s", refusals[_i].what,
	              err.text);
}
END_TEST

/* As clang -target bpfeb writes it: every number of the header is the other way round, the machine's too. */
/* A hole of 4 GiB behind a good header takes no room on the disk and must take none in memory. */
START_TEST(a_sparse_giant_is_refused)
{
	struct object_list list;
	struct error err = {0};
	char *path = object_file("giant.bpf.o");

	ck_assert_int_eq(truncate(path, (off_t)4 << 30), 0);
	ck_assert_int_lt(read_paths((char *[]){path}, 1, &list, &err), 0);
	ck_assert_msg(strstr(err.text, "giant.bpf.o") != NULL, "%s", err.text);
	error_clear(&err);
	object_list_free(&list);
	free(path);
}
END_TEST

START_TEST(big_endian_object_is_told_so)
{
	cleanup_object_list struct object_list list;
	cleanup_error struct error err = {0};
	cleanup_free char *path = NULL;
	Elf64_Ehdr h = make_header();

	h.e_ident[EI_DATA] = ELFDATA2MSB;
	h.e_machine = (Elf64_Half)(EM_BPF << 8);
	h.e_type = ET_REL << 8;
	path = scratch_file("big.bpf.o", &h, sizeof(h));
	ck_assert_int_eq(read_paths(&path, 1, &list, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, "is big-endian") && strstr(err.text, "-target bpfel"), "%s", err.text);
}
END_TEST

START_TEST(missing_object_is_a_mistake_of_the_users)
{
	cleanup_object_list struct object_list list;
	cleanup_free char *path = scratch_path("nowhere.bpf.o");
	cleanup_error struct error err = {0};

	ck_assert_int_eq(read_paths(&path, 1, &list, &err), -ENOENT);
	ck_assert_msg(strstr(err.text, path) != NULL, "%s", err.text);
}
END_TEST

START_TEST(directory_stands_for_the_objects_in_it)
{
	cleanup_object_list struct object_list list;
	cleanup_free char *dir = scratch_path("dir"), *deep = scratch_path("dir/deep");
	cleanup_error struct error err = {0};

	ck_assert_int_eq(io_make_dirs(deep, NULL), 0);
	free(object_file("dir/b.bpf.o"));
	free(object_file("dir/deep/a.o"));
	free(scratch_file("dir/notes.txt", "no object", 9));
	ck_assert_msg(!read_paths(&dir, 1, &list, &err), "%s", err.text);
	ck_assert_uint_eq(list.count, 2);
	ck_assert_str_eq(list.at[0].name, "b");
	ck_assert_str_eq(list.at[1].name, "a");
}
END_TEST

static const struct section_case {
	const char *name, *modules;
} section_cases[] = {
        {"tc", "sch_ingress cls_bpf "},
        {"tc/ingress", "sch_ingress cls_bpf "},
        {"?tc", "sch_ingress cls_bpf "},
        {"classifier/to_container", "sch_ingress cls_bpf "},
        {"tcx/ingress", ""},
        {"tcp", ""},
        {"action", "sch_ingress cls_matchall act_bpf "},
        {"xdp", ""},
        {"tp_btf/block_rq_issue", "null_blk mq_deadline "},
        {"tracepoint/block/block_rq_complete", "null_blk mq_deadline "},
        {"fentry/blk_account_io_start", "null_blk mq_deadline "},
        {"tp/ext4/ext4_sync_file_enter", "crc32c_generic ext4 brd "},
        {"kprobe/ovl_open", "overlay "},
        {"kprobe/blockade", ""},
};

/* An object with one section of code, of that name. */
START_TEST(kinds_and_hooks_need_modules)
{
	const struct section_case *c = &section_cases[_i];
	struct {
		Elf64_Ehdr header;
		Elf64_Shdr sections[3];
		char names[32];
	} file = {.header = make_header()};
	cleanup_object_list struct object_list list;
	cleanup_strings struct strings named = {0};
	cleanup_buf struct buf got = {0}, carried = {0};
	cleanup_error struct error err = {0};
	cleanup_free char *path = NULL;
	struct job_object job;

	snprintf(file.names + 1, sizeof(file.names) - 1, "%s", c->name);
	file.header.e_shoff = offsetof(__typeof__(file), sections);
	file.header.e_shentsize = sizeof(Elf64_Shdr);
	file.header.e_shnum = 3;
	file.header.e_shstrndx = 2;
	file.sections[1] = (Elf64_Shdr){.sh_name = 1, .sh_type = SHT_PROGBITS};
	file.sections[2] = (Elf64_Shdr){
	        .sh_type = SHT_STRTAB, .sh_offset = offsetof(__typeof__(file), names), .sh_size = sizeof(file.names)};
	path = scratch_file("kinds.bpf.o", &file, sizeof(file));
	ck_assert_msg(!read_paths(&path, 1, &list, &err), "%s", err.text);
	object_list_modules(&list, &named);
	for (size_t i = 0; i < named.count; i++)
		buf_printf(&got, "%s ", named.at[i]);
	ck_assert_str_eq(buf_str(&got), c->modules);
	job = object_to_job(&list.at[0], NULL);
	for (uint32_t i = 0; i < job.setting_count; i++)
		if (job.settings[i].key == SETTING_MODULE)
			buf_printf(&carried, "%s ", job.settings[i].value);
	ck_assert_str_eq(buf_str(&carried), c->modules);
	job_object_free(&job);
}
END_TEST

START_TEST(directory_without_objects_is_refused)
{
	cleanup_object_list struct object_list list;
	cleanup_free char *dir = scratch_path("without objects");
	cleanup_error struct error err = {0};

	ck_assert_int_eq(io_make_dirs(dir, NULL), 0);
	ck_assert_int_eq(read_paths(&dir, 1, &list, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, dir) != NULL, "%s", err.text);
}
END_TEST

START_TEST(empty_list_is_refused)
{
	cleanup_object_list struct object_list list;
	cleanup_error struct error err = {0};

	ck_assert_int_eq(read_paths(NULL, 0, &list, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, "no object was given") != NULL, "%s", err.text);
}
END_TEST

/* The good ones before a bad one are the caller's to free, and nothing of them leaks. */
START_TEST(one_bad_object_refuses_the_list)
{
	cleanup_object_list struct object_list list;
	char *paths[] = {object_file("good.bpf.o"), scratch_file("bad.bpf.o", "#!/bin/sh\n", 10)};
	cleanup_error struct error err = {0};

	ck_assert_int_eq(read_paths(paths, 2, &list, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, paths[1]) != NULL, "%s", err.text);
	free(paths[0]);
	free(paths[1]);
}
END_TEST

/* ---- ini and job ---- */

START_TEST(ini_beside_the_object_counts)
{
	static const char text[] = "[object]\nevent = my_event\nsource = perfbuf\nworkload = exec\n";
	cleanup_free char *path = object_file("with.bpf.o"), *ini = scratch_file("with.ini", text, strlen(text));
	cleanup_object_list struct object_list list;
	cleanup_error struct error err = {0};
	struct job_object job;

	ck_assert_msg(!read_paths(&path, 1, &list, &err), "%s", err.text);
	ck_assert_str_eq(list.at[0].ini.event, "my_event");
	job = object_to_job(&list.at[0], NULL);
	ck_assert_str_eq(job.name, "with");
	ck_assert_uint_eq(job.size, sizeof(Elf64_Ehdr));
	ck_assert_mem_eq(job.bytes, list.at[0].bytes.data, job.size);
	ck_assert_str_eq(job_object_value(&job, SETTING_EVENT), "my_event");
	ck_assert_str_eq(job_object_value(&job, SETTING_SOURCE), "perfbuf");
	ck_assert_str_eq(job_object_value(&job, SETTING_WORKLOAD), "exec");
	job_object_free(&job);
}
END_TEST

START_TEST(object_without_an_ini_asks_for_nothing)
{
	cleanup_object_list struct object_list list;
	cleanup_free char *path = object_file("without.bpf.o");
	cleanup_error struct error err = {0};
	struct job_object job;

	ck_assert_int_eq(read_paths(&path, 1, &list, &err), 0);
	job = object_to_job(&list.at[0], NULL);
	ck_assert(!job_object_value(&job, SETTING_EVENT));
	ck_assert(!job_object_value(&job, SETTING_WORKLOAD));
	ck_assert_str_eq(job_object_value(&job, SETTING_SOURCE), "auto");
	job_object_free(&job);
}
END_TEST

START_TEST(mistake_in_the_ini_names_its_line)
{
	static const char text[] = "[object]\nevnt = my_event\n";
	cleanup_free char *path = object_file("typo.bpf.o"), *ini = scratch_file("typo.ini", text, strlen(text));
	cleanup_object_list struct object_list list;
	cleanup_error struct error err = {0};

	ck_assert_int_lt(read_paths(&path, 1, &list, &err), 0);
	ck_assert_msg(strstr(err.text, "typo.ini:2") != NULL, "%s", err.text);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("object", .open = scratch_setup, .close = scratch_teardown),
	        TEST(object_is_read),
	        TEST(equal_bytes_have_equal_hashes),
	        EACH(name_is_the_file_without_its_ending, names),
	        TEST(names_are_unique),
	        EACH(what_is_no_object_is_refused, refusals),
	        TEST(a_sparse_giant_is_refused),
	        TEST(big_endian_object_is_told_so),
	        TEST(missing_object_is_a_mistake_of_the_users),
	        TEST(directory_stands_for_the_objects_in_it),
	        TEST(directory_without_objects_is_refused),
	        TEST(empty_list_is_refused),
	        TEST(one_bad_object_refuses_the_list),
	        TEST(ini_beside_the_object_counts),
	        TEST(object_without_an_ini_asks_for_nothing),
	        TEST(mistake_in_the_ini_names_its_line),
	        EACH(kinds_and_hooks_need_modules, section_cases),
	};

	return suite_run("object", tests, COUNT(tests));
}
