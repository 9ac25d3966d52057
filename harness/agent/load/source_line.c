/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/source_line.h"

#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

struct source_lines {
	struct btf *btf;
	const char *records; /* struct bpf_line_info, by instruction */
	uint32_t count, record_size;
};

static struct btf *btf_of(int fd)
{
	struct bpf_btf_info info = {0};
	uint32_t size = sizeof(info);
	struct btf *btf;

	if (fd <= 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
		return NULL;
	btf = btf__load_from_kernel_by_id(info.id);
	return libbpf_get_error(btf) ? NULL : btf;
}

struct source_lines *source_lines_open(const union bpf_attr *attr)
{
	struct source_lines *s;
	struct btf *btf;

	if (!attr->line_info_cnt || attr->line_info_rec_size < sizeof(struct bpf_line_info))
		return NULL;
	btf = btf_of((int)attr->prog_btf_fd);
	if (!btf)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	*s = (struct source_lines){
	        .btf = btf,
	        .records = (const char *)(uintptr_t)attr->line_info,
	        .count = attr->line_info_cnt,
	        .record_size = attr->line_info_rec_size,
	};
	return s;
}

void source_lines_free(struct source_lines *s)
{
	if (s)
		btf__free(s->btf);
	free(s);
}

static const struct bpf_line_info *record_of(const struct source_lines *s, uint32_t insn)
{
	const struct bpf_line_info *found = NULL;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct bpf_line_info *at = (const void *)(s->records + (size_t)i * s->record_size);

		if (at->insn_off > insn)
			break;
		found = at;
	}
	return found;
}

bool source_line_of(const struct source_lines *s, uint32_t insn, struct source_line *line)
{
	const struct bpf_line_info *info = s ? record_of(s, insn) : NULL;
	const char *file = info ? btf__str_by_offset(s->btf, info->file_name_off) : NULL;
	const char *text = info ? btf__str_by_offset(s->btf, info->line_off) : NULL;

	if (!file)
		return false;
	text = text ? text + strspn(text, " \t") : "";
	*line = (struct source_line){.file = io_basename(file), .text = text, .line = info->line_col >> 10};
	return true;
}

/* "12: (85) call …": the kernel's dump of an instruction. Its number, or -1. */
static int64_t insn_of(const char *line)
{
	char *end;
	unsigned long number = strtoul(line, &end, 10);

	if (end == line || strncmp(end, ": (", 3) || number > INT32_MAX)
		return -1;
	return (int64_t)number;
}

int64_t source_line_last_insn(const char *log)
{
	int64_t last = -1;

	for (const char *at = log; at && *at; at = strchr(at, '\n'), at += at ? 1 : 0) {
		int64_t insn = *at >= '0' && *at <= '9' ? insn_of(at) : -1;

		last = insn < 0 ? last : insn;
	}
	return last;
}

char *source_line_words(const struct source_lines *s, uint32_t insn)
{
	struct source_line line;

	if (!source_line_of(s, insn, &line))
		return xasprintf("instruction %u", insn);
	return xasprintf("instruction %u, %s:%u%s%s", insn, line.file, line.line, *line.text ? ": " : "", line.text);
}
