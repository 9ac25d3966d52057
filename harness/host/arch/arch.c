/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/arch/arch.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

extern const struct arch arch_x86, arch_arm64, arch_riscv64;

static const struct arch *const known[] = {&arch_x86, &arch_arm64, &arch_riscv64, NULL};
_Static_assert(sizeof(known) / sizeof(known[0]) - 1 <= ARCH_MAX, "tables have an entry for each");

const struct arch *arch_at(size_t index)
{
	return known[index];
}

size_t arch_index(const struct arch *arch)
{
	size_t i = 0;

	while (known[i] != arch)
		i++;
	return i;
}

const struct arch *arch_find(const char *name)
{
	for (size_t i = 0; known[i]; i++)
		if (!strcmp(known[i]->name, name) || !strcmp(known[i]->deb, name))
			return known[i];
	return NULL;
}

const struct arch *arch_default(void)
{
	return known[0];
}

const struct arch *arch_native(void)
{
	struct utsname name;

	uname(&name);
	return arch_find(name.machine);
}

enum accel arch_accel(const struct arch *arch, enum accel accel)
{
	return arch == arch_native() ? accel : ACCEL_TCG;
}

bool arch_fits_elf(const struct arch *arch, const Elf64_Ehdr *header)
{
	return header->e_ident[EI_CLASS] == arch->elf_class && header->e_ident[EI_DATA] == arch->elf_data &&
	       header->e_machine == arch->elf_machine;
}

const struct arch *arch_of_elf(const Elf64_Ehdr *header)
{
	for (size_t i = 0; known[i]; i++)
		if (arch_fits_elf(known[i], header))
			return known[i];
	return NULL;
}

char *arch_names(void)
{
	struct buf text = {0};

	for (size_t i = 0; known[i]; i++)
		buf_printf(&text, "%s%s", i ? ", " : "", known[i]->name);
	return buf_steal(&text);
}

char *arch_deb_names(void)
{
	struct buf text = {0};

	for (size_t i = 0; known[i]; i++)
		buf_printf(&text, "%s%s", i ? ", " : "", known[i]->deb);
	return buf_steal(&text);
}

void arch_machine_arguments(const struct arch_machine *machine, enum accel accel, struct strings *argv)
{
	strings_add(argv, "-M");
	strings_add(argv, machine->machine);
	strings_add(argv, "-accel");
	strings_add(argv, accel_name(accel));
	strings_add(argv, "-cpu");
	strings_add(argv, accel == ACCEL_KVM ? "host" : machine->processor);
}

char *arch_machine_append(const struct arch_machine *machine, enum accel accel)
{
	cleanup_free char *measured = machine->append_measured ? machine->append_measured(accel) : xstrdup("");

	return xasprintf("%s%s%s", machine->append, *measured ? " " : "", measured);
}

char *arch_host_processor(void)
{
	const struct arch *arch = arch_native();
	cleanup_buf struct buf text = {0};
	const char *line;

	if (!arch || io_read_file("/proc/cpuinfo", 16 << 20, &text, NULL))
		return xstrdup("");
	line = strstr(buf_str(&text), arch->cpuinfo_model);
	return line ? xstrndup(line, strcspn(line, "\n")) : xstrdup("");
}

const char *accel_name(enum accel accel)
{
	return accel == ACCEL_KVM ? "kvm" : "tcg";
}
