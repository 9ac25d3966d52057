/* SPDX-License-Identifier: BSD-2-Clause */
/* embedded: objects are found in any bytes, and only whole ones. object and object_paths: what arguments stand for. */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/object/embedded.h"
#include "host/object/object.h"
#include "host/object/object_paths.h"
#include "tests/scratch.h"
#include "tests/suite.h"

/* A small whole object: null section, names, symbols, BTF-like data; its file symbol is `source`. */
struct image {
	Elf64_Ehdr header;
	Elf64_Sym symbols[2];
	char names[64];
	char data[24];
	Elf64_Shdr sections[4];
};

enum { SECTION_NULL, SECTION_NAMES, SECTION_SYMBOLS, SECTION_DATA };

static struct image make_image(const char *source)
{
	struct image i = {
	        .header = {.e_type = ET_REL,
	                   .e_machine = EM_BPF,
	                   .e_version = EV_CURRENT,
	                   .e_shoff = offsetof(struct image, sections),
	                   .e_ehsize = sizeof(Elf64_Ehdr),
	                   .e_shentsize = sizeof(Elf64_Shdr),
	                   .e_shnum = 4,
	                   .e_shstrndx = SECTION_NAMES},
	        .symbols = {{0}, {.st_name = 1, .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FILE)}},
	        .sections = {[SECTION_NAMES] = {.sh_type = SHT_STRTAB,
	                                        .sh_offset = offsetof(struct image, names),
	                                        .sh_size = sizeof(i.names)},
	                     [SECTION_SYMBOLS] = {.sh_type = SHT_SYMTAB,
	                                          .sh_offset = offsetof(struct image, symbols),
	                                          .sh_size = sizeof(i.symbols),
	                                          .sh_entsize = sizeof(Elf64_Sym),
	                                          .sh_link = SECTION_NAMES},
	                     [SECTION_DATA] = {.sh_type = SHT_PROGBITS,
	                                       .sh_offset = offsetof(struct image, data),
	                                       .sh_size = sizeof(i.data)}},
	};

	memcpy(i.header.e_ident, ELFMAG, SELFMAG);
	i.header.e_ident[EI_CLASS] = ELFCLASS64;
	i.header.e_ident[EI_DATA] = ELFDATA2LSB;
	i.header.e_ident[EI_VERSION] = EV_CURRENT;
	strcpy(i.names + 1, source);
	return i;
}

static size_t count_found(const void *bytes, size_t len)
{
	cleanup_embedded_list struct embedded_list list = {0};

	ck_assert_int_eq(embedded_find(bytes, len, "tool", &list, NULL), 0);
	return list.count;
}

START_TEST(finds_images_wherever_they_start)
{
	cleanup_buf struct buf tool = {0};
	cleanup_embedded_list struct embedded_list list = {0};
	struct image a = make_image("/src/biosnoop.bpf.c"), b = make_image("probe.c"), c = make_image("");

	buf_puts(&tool, ELFMAG "junk");
	buf_add(&tool, &a, sizeof(a));
	buf_puts(&tool, "odd" ELFMAG);
	buf_add(&tool, &b, sizeof(b));
	buf_add(&tool, &c, sizeof(c));
	ck_assert_int_eq(embedded_find(tool.data, tool.len, "tool", &list, NULL), 0);
	ck_assert_uint_eq(list.count, 3);
	ck_assert_uint_eq(list.at[0].offset, 8);
	ck_assert_uint_eq(list.at[0].size, sizeof(a));
	ck_assert_str_eq(list.at[0].source, "biosnoop");
	ck_assert_uint_eq(list.at[1].offset, 8 + sizeof(a) + 7);
	ck_assert_str_eq(list.at[1].source, "probe");
	ck_assert_str_eq(list.at[2].source, "");
}
END_TEST

/* What makes an image a fake; each alone must be enough. */
enum fault {
	FAULT_MACHINE,
	FAULT_TYPE,
	FAULT_CLASS,
	FAULT_BIG_ENDIAN,
	FAULT_NO_SECTIONS,
	FAULT_TABLE_OUTSIDE,
	FAULT_TABLE_WRAPS,
	FAULT_SECTION_OUTSIDE,
	FAULT_SECTION_WRAPS,
	FAULT_LINK,
	FAULT_NAMES_INDEX,
	FAULT_NAMES_OPEN,
	FAULT_NAMES_TYPE,
	FAULT_NO_SYMBOLS,
	FAULT_FIRST_SECTION,
	FAULT_COUNT,
};

static void spoil(struct image *i, enum fault fault)
{
	switch (fault) {
	case FAULT_MACHINE:
		i->header.e_machine = EM_X86_64;
		break;
	case FAULT_TYPE:
		i->header.e_type = ET_EXEC;
		break;
	case FAULT_CLASS:
		i->header.e_ident[EI_CLASS] = ELFCLASS32;
		break;
	case FAULT_BIG_ENDIAN:
		i->header.e_ident[EI_DATA] = ELFDATA2MSB;
		break;
	case FAULT_NO_SECTIONS:
		i->header.e_shnum = 0;
		break;
	case FAULT_TABLE_OUTSIDE:
		i->header.e_shoff++;
		break;
	case FAULT_TABLE_WRAPS:
		i->header.e_shoff = UINT64_MAX - 64;
		break;
	case FAULT_SECTION_OUTSIDE:
		i->sections[SECTION_DATA].sh_size = sizeof(*i);
		break;
	case FAULT_SECTION_WRAPS:
		i->sections[SECTION_DATA].sh_offset = UINT64_MAX;
		break;
	case FAULT_LINK:
		i->sections[SECTION_SYMBOLS].sh_link = 4;
		break;
	case FAULT_NAMES_INDEX:
		i->header.e_shstrndx = 4;
		break;
	case FAULT_NAMES_OPEN:
		i->names[sizeof(i->names) - 1] = 'x';
		break;
	case FAULT_NAMES_TYPE:
		i->sections[SECTION_NAMES].sh_type = SHT_PROGBITS;
		break;
	case FAULT_NO_SYMBOLS:
		i->sections[SECTION_SYMBOLS].sh_type = SHT_PROGBITS;
		break;
	case FAULT_FIRST_SECTION:
		i->sections[SECTION_NULL].sh_type = SHT_PROGBITS;
		break;
	case FAULT_COUNT:
		break;
	}
}

START_TEST(passes_over_what_only_looks_like_an_object)
{
	struct image i = make_image("a.bpf.c");

	ck_assert_uint_eq(count_found(&i, sizeof(i)), 1);
	spoil(&i, (enum fault)_i);
	ck_assert_uint_eq(count_found(&i, sizeof(i)), 0);
}
END_TEST

START_TEST(passes_over_cut_images)
{
	struct image i = make_image("a.bpf.c");

	for (size_t len = 0; len < sizeof(i); len++) {
		/* of its own size, so that a read behind it is seen */
		cleanup_free char *cut = xcalloc(1, len + 1);

		cut = xrealloc(cut, len ? len : 1, 1);
		memcpy(cut, &i, len);
		ck_assert_uint_eq(count_found(cut, len), 0);
	}
}
END_TEST

START_TEST(refuses_what_keeps_it_busy)
{
	const size_t count = 20000;
	cleanup_free uint8_t *bytes = xcalloc(count * 64 + 65535 * sizeof(Elf64_Shdr), 1);
	cleanup_embedded_list struct embedded_list list = {0};
	cleanup_error struct error err = {0};
	struct image i = make_image("a.bpf.c");

	i.header.e_shnum = 65535;
	i.header.e_shoff = sizeof(Elf64_Ehdr);
	for (size_t k = 0; k < count; k++)
		memcpy(bytes + k * 64, &i.header, sizeof(i.header));
	ck_assert_int_eq(embedded_find(bytes, count * 64 + 65535 * sizeof(Elf64_Shdr), "tool", &list, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "tool: "));
}
END_TEST

/* ---- arguments ---- */

static void expect_names(char *const *args, size_t count, const char *expected)
{
	cleanup_object_list struct object_list list = {0};
	cleanup_error struct error err = {0};
	cleanup_buf struct buf names = {0};

	ck_assert_msg(!object_list_read(args, count, &list, &err), "%s", err.text);
	for (size_t i = 0; i < list.count; i++)
		buf_printf(&names, "%s%s", i ? "|" : "", list.at[i].name);
	ck_assert_str_eq(buf_str(&names), expected);
}

static char *expect_refusal(const char *arg)
{
	cleanup_object_list struct object_list list = {0};
	struct error err = {0};
	char *const args[] = {(char *)arg};

	ck_assert_int_lt(object_list_read(args, 1, &list, &err), 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	return err.text;
}

static void put(const char *dir, const char *name, const void *bytes, size_t len)
{
	cleanup_free char *path = xasprintf("%s/%s", dir, name);

	ck_assert_int_eq(io_replace_file(path, bytes, len, NULL), 0);
}

static char *make_dir(const char *name)
{
	char *dir = scratch_path(name);

	ck_assert_int_eq(io_make_dirs(dir, NULL), 0);
	return dir;
}

START_TEST(directories_and_patterns_stand_for_their_objects)
{
	cleanup_free char *dir = make_dir("tree"), *sub = make_dir("tree/sub");
	cleanup_free char *pattern = xasprintf("%s/*", dir), *link = xasprintf("%s/loop", dir);
	struct image i = make_image("x.bpf.c");
	char *args[] = {dir};

	put(dir, "b.bpf.o", &i, sizeof(i));
	put(dir, "a.o", &i, sizeof(i));
	put(sub, "c.bpf.o", &i, sizeof(i));
	put(dir, "host.o", "no ELF", 6);
	put(dir, "b.ini", "", 0);
	ck_assert_int_eq(symlink(".", link), 0);
	expect_names(args, 1, "a|b|c");
	args[0] = pattern;
	unlink(link);
	expect_names(args, 1, "a|b|c");
}
END_TEST

START_TEST(names_are_unique_lines_of_text)
{
	cleanup_free char *dir = make_dir("odd names");
	struct image i = make_image("x.bpf.c");
	char *args[] = {dir};

	put(dir, "a b,'c\".bpf.o", &i, sizeof(i));
	put(dir, "a b,'c\".o", &i, sizeof(i));
	put(dir, "line\nbreak.bpf.o", &i, sizeof(i));
	put(dir, "\xff.bpf.o", &i, sizeof(i));
	put(dir, "\xc3\xa9.bpf.o", &i, sizeof(i));
	expect_names(args, 1, "a b,'c\"|a b,'c\"-2|line break|\xc3\xa9|\\xff");
}
END_TEST

START_TEST(a_tool_gives_its_objects)
{
	cleanup_free char *one = NULL, *two = NULL, *run = make_dir("run"), *unpacked = NULL;
	cleanup_free char *beside = NULL;
	cleanup_buf struct buf tool = {0}, file = {0};
	cleanup_object_list struct object_list list = {0};
	struct image i = make_image("first.bpf.c"), k = make_image("");
	cleanup_error struct error err = {0};
	Elf64_Ehdr host = {.e_machine = EM_X86_64, .e_type = ET_EXEC};
	char *args[2];

	memcpy(host.e_ident, ELFMAG, SELFMAG);
	host.e_ident[EI_CLASS] = ELFCLASS64;
	host.e_ident[EI_DATA] = ELFDATA2LSB;
	buf_add(&tool, &host, sizeof(host));
	buf_add(&tool, &i, sizeof(i));
	one = scratch_file("tool", tool.data, tool.len);
	buf_add(&tool, &k, sizeof(k));
	two = scratch_file("tool2", tool.data, tool.len);
	args[0] = one;
	args[1] = two;
	expect_names(args, 2, "tool|tool2.first|tool2");
	ck_assert_int_eq(object_list_read(args, 1, &list, &err), 0);
	ck_assert_int_eq(object_list_unpack(&list, run, &err), 0);
	unpacked = xasprintf("%s/objects/tool.bpf.o", run);
	ck_assert_str_eq(list.at[0].path, unpacked);
	ck_assert_int_eq(io_read_file(unpacked, 1 << 20, &file, NULL), 0);
	ck_assert_uint_eq(file.len, sizeof(i));
	ck_assert_mem_eq(file.data, &i, sizeof(i));
	/* what is learnt of it is written beside the tool */
	beside = xasprintf("%s.ini", one);
	ck_assert_str_eq(list.at[0].ini_path, beside);
}
END_TEST

START_TEST(mistakes_are_told)
{
	cleanup_free char *none = scratch_path("no-such*"), *empty = make_dir("empty"),
	                  *missing = scratch_path("gone.bpf.o");
	cleanup_free char *text = scratch_file("text.bpf.o", "hello", 5);
	const char *const args[] = {none, empty, missing, text};
	const char *const parts[] = {"no file matches", "is below this directory", "gone.bpf.o", "not an ELF file"};

	for (size_t i = 0; i < sizeof(args) / sizeof(*args); i++) {
		cleanup_free char *said = expect_refusal(args[i]);

		ck_assert_msg(strstr(said, parts[i]) != NULL, "%s", said);
	}
	{
		cleanup_free char *said = expect_refusal("/proc/self/exe");

		ck_assert_ptr_nonnull(strstr(said, "carries no BPF object"));
	}
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("bytes"),
	        TEST(finds_images_wherever_they_start),
	        RANGE(passes_over_what_only_looks_like_an_object, 0, FAULT_COUNT),
	        TEST(passes_over_cut_images),
	        TEST(refuses_what_keeps_it_busy),
	        GROUP("arguments", .open = scratch_setup, .close = scratch_teardown),
	        TEST(directories_and_patterns_stand_for_their_objects),
	        TEST(names_are_unique_lines_of_text),
	        TEST(a_tool_gives_its_objects),
	        TEST(mistakes_are_told),
	};

	return suite_run("embedded", tests, COUNT(tests));
}
