/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/ini_parser.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"

void ini_mistake(struct ini_parser *p, unsigned line, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	/* the plain lines had theirs told when they were read without a variant */
	if (p->variant && !variant_section_has_line(p->variant, line))
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	buf_printf(&p->mistakes, "%s%s:%u: ", p->mistakes.len ? "\n" : "", p->path, line);
	text_add_line(&p->mistakes, text ? text : "out of memory");
}

void ini_set_text(struct ini_parser *p, char **slot, const char *value)
{
	if (!*value)
		ini_mistake(p, p->line, "a value is missing after \"=\"");
	free(*slot);
	*slot = xstrdup(value);
}

void ini_add_setting(struct ini_parser *p, struct job_setting setting)
{
	struct object_ini *ini = p->ini;

	ini->settings = xrealloc(ini->settings, ini->setting_count + 1, sizeof(*ini->settings));
	p->setting_lines = xrealloc(p->setting_lines, ini->setting_count + 1, sizeof(*p->setting_lines));
	p->setting_lines[ini->setting_count] = p->line;
	ini->settings[ini->setting_count++] = setting;
}

void ini_add_plain(struct ini_parser *p, enum setting_key key, const char *value)
{
	ini_add_setting(p, (struct job_setting){.key = (uint8_t)key, .name = xstrdup(""), .value = xstrdup(value)});
}
