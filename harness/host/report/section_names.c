/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/section_names.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/buf.h"
#include "base/cleanup.h"

#define LIST "supported section(type) names are:"

/* libbpf's print callback has no context. */
static struct strings *reading;

/* Of a section that it does not know it says which it does. */
static int on_line(enum libbpf_print_level level, const char *format, va_list arguments)
{
	cleanup_free char *line = NULL;
	const char *list;

	(void)level;
	if (vasprintf(&line, format, arguments) < 0 || !(list = strstr(line, LIST)))
		return 0;
	list += strlen(LIST);
	while (*(list += strspn(list, " \n"))) {
		size_t len = strcspn(list, " \n");
		cleanup_free char *name = xstrndup(list, len - (list[len - 1] == '+'));

		strings_add(reading, name);
		list += len;
	}
	return 0;
}

void section_names_read(struct strings *out)
{
	libbpf_print_fn_t before = libbpf_set_print(on_line);
	enum bpf_attach_type attach_type;
	enum bpf_prog_type type;

	reading = out;
	libbpf_prog_type_by_name("none/such", &type, &attach_type);
	reading = NULL;
	libbpf_set_print(before);
}

size_t section_name_find(const struct strings *names, const char *section)
{
	size_t best = names->count, best_len = 0;

	section += *section == '?';
	for (size_t i = 0; i < names->count; i++) {
		size_t len = strlen(names->at[i]);

		if (strncmp(section, names->at[i], len) || (section[len] && section[len] != '/') || len <= best_len)
			continue;
		best = i;
		best_len = len;
	}
	return best;
}
