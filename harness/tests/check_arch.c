/* SPDX-License-Identifier: BSD-2-Clause */
/* arch: that each architecture says all that is asked of one, and that names and ELF files find theirs. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/arch/arch.h"
#include "host/arch/image.h"
#include "tests/suite.h"

static size_t arch_count(void)
{
	size_t count = 0;

	while (arch_at(count))
		count++;
	return count;
}

START_TEST(every_architecture_is_complete)
{
	const struct arch *arch;

	ck_assert_uint_gt(arch_count(), 0);
	for (size_t i = 0; (arch = arch_at(i)); i++) {
		const char *const texts[] = {arch->name,
		                             arch->deb,
		                             arch->syscall_prefix,
		                             arch->qemu,
		                             arch->qemu_package,
		                             arch->cpuinfo_model,
		                             arch->image->what,
		                             arch->image->kernel_name,
		                             arch->image->packed_name,
		                             arch->image->unbootable};
		const struct arch_machine *const machines[] = {&arch->ours, &arch->ordinary};

		for (size_t t = 0; t < COUNT(texts); t++)
			ck_assert_msg(texts[t] && *texts[t], "%s: text %zu", arch->name, t);
		for (size_t m = 0; m < COUNT(machines); m++)
			ck_assert(machines[m]->machine && machines[m]->processor && machines[m]->append);
		ck_assert(arch->linker_directories && arch->linker_directories[0] && arch->page_sizes &&
		          arch->built_images && arch->built_images[0]);
		ck_assert_uint_eq(arch_index(arch), i);
		ck_assert_int_eq(arch_accel(arch, ACCEL_KVM), arch == arch_native() ? ACCEL_KVM : ACCEL_TCG);
		ck_assert(arch->elf_class && arch->elf_data && arch->elf_machine && arch->trampoline_arguments &&
		          arch->probe_arguments);
		ck_assert(arch->console && arch->console_endings && arch->channel && arch->job && arch->exit_status);
		ck_assert(arch->image->is_packed && arch->image->unpack && arch->image->elf_boots);
	}
}
END_TEST

static size_t devices(const struct strings *argv)
{
	size_t count = 0;

	for (size_t i = 0; i < argv->count; i++)
		count += !strcmp(argv->at[i], "-device");
	return count;
}

/* A guest that is saved has no job, and one that is resumed has to have the same devices. */
START_TEST(a_job_is_handed_over_and_adds_no_device)
{
	const struct arch *arch;

	for (size_t i = 0; (arch = arch_at(i)); i++) {
		cleanup_strings struct strings with = {0}, without = {0};
		cleanup_free char *line = NULL;

		arch->job(&with, "d/job,,1");
		arch->job(&without, "");
		line = strings_shell(&with);
		ck_assert_msg(strstr(line, "=d/job,,1") != NULL, "%s: %s", arch->name, line);
		ck_assert_uint_eq(devices(&with), devices(&without));
	}
}
END_TEST

START_TEST(each_is_found_by_either_name_and_no_other_is)
{
	const struct arch *arch;

	for (size_t i = 0; (arch = arch_at(i)); i++) {
		ck_assert_ptr_eq(arch_find(arch->name), arch);
		ck_assert_ptr_eq(arch_find(arch->deb), arch);
	}
	ck_assert_ptr_eq(arch_default(), arch_at(0));
	ck_assert_ptr_null(arch_find("vax"));
	ck_assert_ptr_null(arch_find(""));
}
END_TEST

/* No two statuses that the agent may choose are one, nor what QEMU ends with by itself. */
START_TEST(exit_statuses_tell_codes_apart)
{
	const struct arch *arch;

	for (size_t i = 0; (arch = arch_at(i)); i++)
		for (int code = 0; code < 3; code++) {
			ck_assert_int_ne(arch->exit_status(code), 0);
			for (int other = 0; other < code; other++)
				ck_assert_int_ne(arch->exit_status(code), arch->exit_status(other));
		}
}
END_TEST

START_TEST(lists_read_as_people_write_them)
{
	cleanup_free char *names = arch_names();

	ck_assert_int_eq(strncmp(names, arch_default()->name, strlen(arch_default()->name)), 0);
}
END_TEST

static const struct {
	unsigned char class, data;
	uint16_t machine;
	const char *name; /* NULL: nobody's */
} headers[] = {
        {ELFCLASS64, ELFDATA2LSB, EM_X86_64, "x86_64"}, {ELFCLASS32, ELFDATA2LSB, EM_X86_64, NULL},
        {ELFCLASS64, ELFDATA2MSB, EM_X86_64, NULL},     {ELFCLASS32, ELFDATA2LSB, EM_386, NULL},
        {ELFCLASS64, ELFDATA2LSB, EM_VAX, NULL},        {ELFCLASS64, ELFDATA2LSB, EM_AARCH64, "aarch64"},
        {ELFCLASS64, ELFDATA2MSB, EM_AARCH64, NULL},    {ELFCLASS64, ELFDATA2LSB, EM_RISCV, "riscv64"},
        {ELFCLASS32, ELFDATA2LSB, EM_RISCV, NULL},
};

START_TEST(an_elf_header_says_whose_it_is)
{
	const Elf64_Ehdr h = {.e_ident = {[EI_CLASS] = headers[_i].class, [EI_DATA] = headers[_i].data},
	                      .e_machine = headers[_i].machine};
	const struct arch *arch = arch_of_elf(&h);

	ck_assert_pstr_eq(arch ? arch->name : NULL, headers[_i].name);
	if (arch)
		ck_assert(arch_fits_elf(arch, &h));
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(a_job_is_handed_over_and_adds_no_device),
	        TEST(every_architecture_is_complete),
	        TEST(each_is_found_by_either_name_and_no_other_is),
	        TEST(lists_read_as_people_write_them),
	        TEST(exit_statuses_tell_codes_apart),
	        EACH(an_elf_header_says_whose_it_is, headers),
	};

	return suite_run("arch", tests, COUNT(tests));
}
