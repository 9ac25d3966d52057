/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/ini_section.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/object/expect_text.h"
#include "host/object/ini_object.h"
#include "host/object/object_setting.h"
#include "wire/c_members.h"

static void take_rule(struct ini_parser *p, const char *name, const char *value)
{
	cleanup_strings struct strings mistakes = {0};
	struct object_ini *ini = p->ini;
	struct expect_rule rule;
	bool good = expect_rule_parse(name, value, &rule, &mistakes);

	for (size_t i = 0; i < mistakes.count; i++)
		ini_mistake(p, p->line, "%s", mistakes.at[i]);
	if (!good)
		return;
	rule.line = p->line;
	ini->rules = xrealloc(ini->rules, ini->rule_count + 1, sizeof(*ini->rules));
	ini->rules[ini->rule_count++] = rule;
}

static void take_budget(struct ini_parser *p, const char *name, const char *value)
{
	cleanup_buf struct buf why = {0};
	struct object_ini *ini = p->ini;
	struct budget_rule rule;

	if (!budget_rule_parse(name, value, &rule, &why)) {
		ini_mistake(p, p->line, "%s", buf_str(&why));
		return;
	}
	ini->budgets = xrealloc(ini->budgets, ini->budget_count + 1, sizeof(*ini->budgets));
	ini->budgets[ini->budget_count++] = rule;
}

static void take_allowance(struct ini_parser *p, const char *name, const char *value)
{
	cleanup_buf struct buf why = {0};
	struct object_ini *ini = p->ini;
	struct said_rule rule;

	if (strcmp(name, "allow") != 0 && strcmp(name, "expect") != 0) {
		ini_mistake(p, p->line, "unknown key \"%s\" in [kernel_said]; give allow or expect", name);
		return;
	}
	if (!said_rule_parse(value, &rule, &why)) {
		ini_mistake(p, p->line, "%s", buf_str(&why));
		return;
	}
	rule.expected = strcmp(name, "expect") == 0;
	ini->allowed = xrealloc(ini->allowed, ini->allowed_count + 1, sizeof(*ini->allowed));
	ini->allowed[ini->allowed_count++] = rule;
}

static void take_setting(struct ini_parser *p, const char *section, const char *name, const char *value)
{
	cleanup_buf struct buf why = {0};
	struct job_setting setting;

	if (!object_setting_parse(section, name, value, &setting, &why)) {
		ini_mistake(p, p->line, "%s", buf_str(&why));
		return;
	}
	for (size_t i = 0; i < p->ini->setting_count; i++)
		if (p->ini->settings[i].key == setting.key && setting.key != SETTING_EFFECT &&
		    !strcmp(p->ini->settings[i].name, setting.name))
			ini_mistake(p, p->line, "\"%s\" is given twice, first on line %u; keep one", name,
			            p->setting_lines[i]);
	ini_add_setting(p, setting);
}

static void take_printed(struct ini_parser *p, const char *value)
{
	const char *open = strchr(value, '{');

	if (!open || !strchr(open, '}'))
		ini_mistake(p, p->line,
		            "line is \"%s\"; give a printed line with names in braces for its values: {comm} ({pid})",
		            value);
	else
		ini_add_plain(p, SETTING_EVENT_LINE, value);
}

static void take_output(struct ini_parser *p, const char *name, const char *value)
{
	cleanup_buf struct buf why = {0};

	p->output_line = p->line;
	if (output_rules_add(&p->output, name, value, &why))
		ini_add_setting(
		        p, (struct job_setting){.key = SETTING_OUTPUT, .name = xstrdup(name), .value = xstrdup(value)});
	else
		ini_mistake(p, p->line, "%s", buf_str(&why));
}

static void take_types(struct ini_parser *p, const char *value)
{
	if (p->ini->types)
		ini_mistake(p, p->line, "\"types\" is given twice; keep one");
	ini_set_text(p, &p->ini->types, value);
}

static bool is_section(const char *name)
{
	static const char *const own[] = {"object", "expect", "event", "budget", "kernel_said", "output"};

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (!strcmp(name, own[i]))
			return true;
	return object_setting_is_section(name);
}

/* What an event is is said once. */
static bool is_section_of_variant(const char *name)
{
	return is_section(name) && strcmp(name, "event") != 0 && strcmp(name, "output") != 0;
}

void ini_take_layout(struct ini_parser *p, const char *value)
{
	struct c_members members;
	cleanup_buf struct buf why = {0};

	if (!c_members_parse(value, &members, &why))
		ini_mistake(p, p->line,
		            "layout is not a list of members in C, such as { __u64 ts; char comm[16]; }: %s",
		            buf_str(&why));
	else
		ini_add_plain(p, SETTING_EVENT_LAYOUT, value);
	c_members_free(&members);
}

static void take_variant_line(struct ini_parser *p, const char *section, const char *name, const char *value)
{
	cleanup_buf struct buf why = {0};

	/* of a variant, its own lines come when the others have been read */
	if (!p->variant &&
	    !variant_sections_add(&p->variants, section, name, value, p->line, is_section_of_variant, &why))
		ini_mistake(p, p->line, "%s", buf_str(&why));
}

void ini_take_line(struct ini_parser *p, const char *section, const char *name, const char *value)
{
	if (strcmp(section, "object") == 0)
		ini_take_object_key(p, name, value);
	else if (strcmp(section, "expect") == 0)
		take_rule(p, name, value);
	else if (strcmp(section, "budget") == 0)
		take_budget(p, name, value);
	else if (strcmp(section, "kernel_said") == 0)
		take_allowance(p, name, value);
	else if (strcmp(section, "output") == 0)
		take_output(p, name, value);
	else if (object_setting_is_section(section))
		take_setting(p, section, name, value);
	else if (strcmp(section, "event") == 0 && strcmp(name, "types") == 0)
		take_types(p, value);
	else if (strcmp(section, "event") == 0 && strcmp(name, "line") == 0)
		take_printed(p, value);
	else if (strcmp(section, "event") == 0)
		ini_mistake(p, p->line, "unknown key \"%s\" in [event]; give layout, types or line", name);
	else if (!*section)
		ini_mistake(p, p->line, "\"%s\" comes before any section; start with [object]", name);
	/* an unknown section was reported at its header */
}

int ini_take_pair(void *ctx, const char *section, const char *name, const char *value)
{
	struct ini_parser *p = ctx;

	if (variant_section_is(section))
		take_variant_line(p, section, name, value);
	else if (!p->variant || !variant_section_replaces(p->variant, section, name))
		ini_take_line(p, section, name, value);
	return 1;
}

void ini_take_header(struct ini_parser *p, const char *name)
{
	cleanup_buf struct buf why = {0};

	p->ini->expects |= strcmp(name, "expect") == 0;
	p->in_event = strcmp(name, "event") == 0;
	if (variant_section_is(name)) {
		if (!p->variant && !variant_sections_begin(&p->variants, name, p->line, &why))
			ini_mistake(p, p->line, "%s", buf_str(&why));
	} else if (!is_section(name)) {
		ini_mistake(
		        p, p->line,
		        "unknown section [%s]; write [object], [expect], [rodata], [maps], [programs], [sysctl], [effect], [budget], [kernel_said], [event], [output] or [variant NAME]",
		        name);
	}
}
