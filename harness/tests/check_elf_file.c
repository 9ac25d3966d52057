/* SPDX-License-Identifier: BSD-2-Clause */
/* elf_file: what lies inside a file is found, in memory and open alike; what does not, never is. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/elf_file.h"
#include "tests/scratch.h"
#include "tests/suite.h"

/* A file of three sections, one of them named ".data", and one segment. */
struct sample {
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	char names[16];
	char data[8];
	Elf64_Shdr sections[3];
};

static struct sample sample(void)
{
	struct sample s = {
	        .header =
	                {
	                        .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB},
	                        .e_phoff = offsetof(struct sample, segment),
	                        .e_phentsize = sizeof(Elf64_Phdr),
	                        .e_phnum = 1,
	                        .e_shoff = offsetof(struct sample, sections),
	                        .e_shentsize = sizeof(Elf64_Shdr),
	                        .e_shnum = 3,
	                        .e_shstrndx = 1,
	                },
	        .segment = {.p_type = PT_LOAD, .p_filesz = 8, .p_offset = offsetof(struct sample, data)},
	        .names = "\0.names\0.data",
	        .data = "content",
	        .sections =
	                {
	                        [1] = {.sh_name = 1, .sh_offset = offsetof(struct sample, names), .sh_size = 16},
	                        [2] = {.sh_name = 8, .sh_offset = offsetof(struct sample, data), .sh_size = 8},
	                },
	};

	return s;
}

/* Open it both ways: `copy` becomes a copy that ends where the file does, `fd` an open file. */
static bool open_both(const void *bytes, size_t len, void **copy, int *fd, struct elf_file *memory,
                      struct elf_file *file)
{
	cleanup_free char *path = scratch_file("sample", bytes, len);
	bool opened;

	*copy = xcalloc(1, len ? len : 1);
	memcpy(*copy, bytes, len);
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(*fd, 0);
	opened = elf_file_open(memory, *copy, len);
	ck_assert_int_eq(elf_file_open_fd(file, *fd), opened);
	return opened;
}

START_TEST(what_lies_inside_is_found)
{
	const struct sample s = sample();
	cleanup_free void *copy = NULL;
	cleanup_close int fd = -1;
	struct elf_file both[2];

	ck_assert(open_both(&s, sizeof(s), &copy, &fd, &both[0], &both[1]));
	for (size_t i = 0; i < 2; i++) {
		const struct elf_file *f = &both[i];
		char data[8];
		Elf64_Shdr section;
		Elf64_Phdr segment;

		ck_assert(elf_file_is_64le(f));
		ck_assert_uint_eq(f->section_count, 3);
		ck_assert(elf_file_section(f, 2, &section) && section.sh_name == 8);
		ck_assert(!elf_file_section(f, 3, &section));
		ck_assert(elf_file_segment(f, 0, &segment) && segment.p_filesz == 8);
		ck_assert(!elf_file_segment(f, 1, &segment));
		ck_assert(elf_file_find(f, ".data", &section));
		ck_assert(elf_file_read(f, section.sh_offset, data, sizeof(data)));
		ck_assert_str_eq(data, "content");
		ck_assert(!elf_file_find(f, ".dat", &section));
		ck_assert(!elf_file_find(f, ".data2", &section));
		ck_assert(!elf_file_read(f, sizeof(s) - 7, data, sizeof(data)));
		ck_assert(!elf_file_read(f, UINT64_MAX - 3, data, sizeof(data)));
	}
	ck_assert_str_eq(elf_file_string(&both[0], &s.sections[1], 8), ".data");
	ck_assert_ptr_null(elf_file_string(&both[0], &s.sections[1], 16));
	ck_assert_ptr_null(elf_file_text(&both[0], offsetof(struct sample, data), offsetof(struct sample, data) + 7));
	ck_assert_ptr_null(elf_file_text(&both[0], sizeof(s), sizeof(s)));
	ck_assert_ptr_null(elf_file_at(&both[0], 1, sizeof(s)));
}
END_TEST

/* What one number of the file is changed to, and what is still found then. */
static const struct {
	size_t at, size;
	uint64_t value;
	bool opens, sections, data, segment;
} damages[] = {
        {offsetof(struct sample, header.e_ident), 1, 0, false, false, false, false},
        {offsetof(struct sample, header.e_shoff), 8, 0, true, false, false, true},
        {offsetof(struct sample, header.e_shoff), 8, UINT64_MAX, true, false, false, true},
        {offsetof(struct sample, header.e_shoff), 8, sizeof(struct sample) - 1, true, false, false, true},
        {offsetof(struct sample, header.e_shentsize), 2, 63, true, false, false, true},
        /* the first sections are inside */
        {offsetof(struct sample, header.e_shnum), 2, 4, true, true, true, true},
        {offsetof(struct sample, header.e_shnum), 2, 1, true, true, false, true},
        /* more sections than the header can count, which there are not */
        {offsetof(struct sample, header.e_shnum), 2, 0, true, false, false, true},
        {offsetof(struct sample, header.e_shstrndx), 2, 3, true, true, false, true},
        {offsetof(struct sample, header.e_shstrndx), 2, SHN_XINDEX, true, true, false, true},
        {offsetof(struct sample, sections[1].sh_offset), 8, UINT64_MAX - 4, true, true, false, true},
        {offsetof(struct sample, sections[1].sh_size), 8, UINT64_MAX, true, true, false, true},
        {offsetof(struct sample, sections[1].sh_size), 8, 13, true, true, false, true},
        {offsetof(struct sample, sections[1].sh_size), 8, 14, true, true, true, true},
        {offsetof(struct sample, sections[2].sh_name), 4, UINT32_MAX, true, true, false, true},
        {offsetof(struct sample, header.e_phoff), 8, UINT64_MAX - 8, true, true, true, false},
        {offsetof(struct sample, header.e_phentsize), 2, 0, true, true, true, false},
        {offsetof(struct sample, header.e_phnum), 2, 0, true, true, true, false},
};

START_TEST(damage_is_never_followed)
{
	struct sample s = sample();
	cleanup_free void *copy = NULL;
	cleanup_close int fd = -1;
	struct elf_file both[2];

	memcpy((char *)&s + damages[_i].at, &damages[_i].value, damages[_i].size);
	ck_assert_int_eq(open_both(&s, sizeof(s), &copy, &fd, &both[0], &both[1]), damages[_i].opens);
	for (size_t i = 0; damages[_i].opens && i < 2; i++) {
		Elf64_Shdr section;
		Elf64_Phdr segment;

		ck_assert_int_eq(elf_file_section(&both[i], 0, &section), damages[_i].sections);
		ck_assert_int_eq(elf_file_find(&both[i], ".data", &section), damages[_i].data);
		ck_assert_int_eq(elf_file_segment(&both[i], 0, &segment), damages[_i].segment);
	}
}
END_TEST

START_TEST(numbers_that_do_not_fit_are_in_the_null_section)
{
	struct sample s = sample();
	struct elf_file f;
	Elf64_Shdr section;

	s.header.e_shnum = 0;
	s.header.e_shstrndx = SHN_XINDEX;
	s.sections[0].sh_size = 3;
	s.sections[0].sh_link = 1;
	ck_assert(elf_file_open(&f, &s, sizeof(s)));
	ck_assert_uint_eq(f.section_count, 3);
	ck_assert(elf_file_find(&f, ".data", &section));
	s.sections[0].sh_size = UINT64_MAX;
	ck_assert(elf_file_open(&f, &s, sizeof(s)));
	ck_assert(!elf_file_section(&f, UINT64_MAX - 1, &section) && !elf_file_section(&f, 3, &section));
}
END_TEST

START_TEST(every_cut_is_an_answer)
{
	const struct sample s = sample();

	for (size_t len = 0; len <= sizeof(s); len++) {
		cleanup_free void *copy = NULL;
		cleanup_close int fd = -1;
		struct elf_file both[2];
		Elf64_Shdr section;

		if (!open_both(&s, len, &copy, &fd, &both[0], &both[1])) {
			ck_assert_uint_lt(len, sizeof(s.header));
			continue;
		}
		ck_assert_int_eq(elf_file_find(&both[0], ".data", &section), len == sizeof(s));
		ck_assert_int_eq(elf_file_find(&both[1], ".data", &section), len == sizeof(s));
	}
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("elf_file", .open = scratch_setup, .close = scratch_teardown),
	        TEST(what_lies_inside_is_found),
	        EACH(damage_is_never_followed, damages),
	        TEST(numbers_that_do_not_fit_are_in_the_null_section),
	        TEST(every_cut_is_an_answer),
	};

	return suite_run("elf_file", tests, COUNT(tests));
}
