/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/witness/extern_log.h"

#include <stdbool.h>
#include <string.h>

#define PREFIX "libbpf: "

/* libbpf knows a variable in .kconfig by these names alone. */
static bool is_option(const char *name)
{
	return !strncmp(name, "CONFIG_", 7) || !strncmp(name, "LINUX_", 6);
}

void extern_log_line(const char *text, struct buf *names)
{
	static const char lead[] = "extern '", close[] = "' (weak): not resolved";
	const char *name, *end;

	if (!strncmp(text, PREFIX, strlen(PREFIX)))
		text += strlen(PREFIX);
	if (strncmp(text, lead, strlen(lead)))
		return;
	name = text + strlen(lead);
	end = strchr(name, '\'');
	if (!end || end == name || strncmp(end, close, strlen(close)) || is_option(name))
		return;
	if (names->len)
		buf_putc(names, ' ');
	buf_add(names, name, (size_t)(end - name));
}
