/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/record_source.h"

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "relo/btf_ext.h"

/* The line info of all sections, behind the size of a record. */
static bool find_area(const struct elf_view *view, struct btf_ext_cursor *area, uint32_t *record_size)
{
	const struct elf_view_section *ext = elf_view_find(view, ".BTF.ext");

	return ext && !btf_ext_open(ext, BTF_EXT_LINES, area, NULL) &&
	       btf_ext_take(area, record_size, sizeof(*record_size)) && *record_size >= sizeof(struct bpf_line_info);
}

/* The records of the section, which are in the order of their instructions. */
static bool find_run(struct btf_ext_cursor *area, const struct btf *btf, const char *section, uint32_t record_size,
                     struct btf_ext_cursor *run)
{
	struct btf_ext_section head;

	while (btf_ext_take(area, &head, sizeof(head))) {
		const char *name = btf__str_by_offset(btf, head.name_off);

		if (head.count > area->left / record_size)
			return false;
		*run = (struct btf_ext_cursor){area->at, (size_t)head.count * record_size};
		if (name && !strcmp(name, section))
			return true;
		btf_ext_skip(area, run->left);
	}
	return false;
}

/* The last record at or before the instruction; in an object, unlike in a load, places are counted in bytes. */
static bool find_line(struct btf_ext_cursor *run, uint32_t insn, uint32_t record_size, struct bpf_line_info *line)
{
	struct bpf_line_info next;
	bool found = false;

	for (; run->left >= record_size; btf_ext_skip(run, record_size)) {
		memcpy(&next, run->at, sizeof(next));
		if (next.insn_off / sizeof(struct bpf_insn) > insn)
			break;
		*line = next;
		found = true;
	}
	return found;
}

const char *record_source_from_here(const char *source)
{
	cleanup_free char *here = getcwd(NULL, 0);
	size_t len = here ? strlen(here) : 0;

	if (!source)
		return "";
	return len > 1 && !strncmp(source, here, len) && source[len] == '/' ? source + len + 1 : source;
}

char *record_source(const struct elf_view *view, const struct btf *btf, const char *section, uint32_t insn)
{
	struct btf_ext_cursor area, run;
	struct bpf_line_info line;
	uint32_t record_size;
	const char *file;

	if (!btf || !find_area(view, &area, &record_size) || !find_run(&area, btf, section, record_size, &run) ||
	    !find_line(&run, insn, record_size, &line) || !(line.line_col >> 10))
		return xstrdup("");
	file = btf__str_by_offset(btf, line.file_name_off);
	return file && *file ? xasprintf("%s:%u", file, line.line_col >> 10) : xstrdup("");
}
