/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/object_modules.h"

#include <string.h>

#include "base/elf_file.h"
#include "wire/drive.h"
#include "wire/hook.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* By what a section's name is up to its end or a slash, as libbpf's section_defs has it. */
static const struct {
	const char *section;
	const char *modules[3];
} needs[] = {
        {"tc", {"sch_ingress", "cls_bpf"}},
        {"classifier", {"sch_ingress", "cls_bpf"}},
        {"action", {"sch_ingress", "cls_matchall", "act_bpf"}},
};

/* What the deeds that make its hook run stand on; of none is there anything in a guest by itself. */
static void add_drive(const char *section, struct strings *modules)
{
	const struct hook h = hook_read(section, NULL);
	const struct drive *drive = drive_find(&h);

	for (size_t i = 0; drive && i < DRIVE_MODULES_MAX && drive->modules[i]; i++)
		strings_add_once(modules, drive->modules[i]);
}

static void add_needs(const char *section, struct strings *modules)
{
	size_t len;

	section += *section == '?';
	len = strcspn(section, "/");
	add_drive(section, modules);
	for (size_t i = 0; i < COUNT(needs); i++) {
		if (strlen(needs[i].section) != len || strncmp(section, needs[i].section, len) != 0)
			continue;
		for (size_t k = 0; k < COUNT(needs[i].modules) && needs[i].modules[k]; k++)
			strings_add_once(modules, needs[i].modules[k]);
	}
}

void object_modules_find(const void *bytes, size_t len, struct strings *modules)
{
	Elf64_Shdr names, section;
	struct elf_file f;

	if (!elf_file_open(&f, bytes, len) || !elf_file_is_64le(&f) || !elf_file_section(&f, f.names, &names))
		return;
	for (uint64_t i = 0; i < f.section_count && elf_file_section(&f, i, &section); i++) {
		const char *name =
		        section.sh_type == SHT_PROGBITS ? elf_file_string(&f, &names, section.sh_name) : NULL;

		if (name)
			add_needs(name, modules);
	}
}
