/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/object_ini.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/object/expect_text.h"
#include "host/object/ini_line.h"
#include "host/object/ini_object.h"
#include "host/object/ini_parser.h"
#include "host/object/ini_section.h"

/* An ini is a few lines; more is another file under the wrong name. */
#define OBJECT_INI_MAX ((size_t)1 << 20)

static void check_event(struct ini_parser *p)
{
	for (size_t i = 0; p->ini->types && i < p->ini->setting_count; i++)
		if (p->ini->settings[i].key == SETTING_EVENT_LAYOUT)
			ini_mistake(p, p->setting_lines[i], "layout and types both say what an event is; keep one");
}

static void check_output(struct ini_parser *p)
{
	cleanup_buf struct buf why = {0};

	if (p->output_line && !p->mistakes.len && !output_rules_check(&p->output, &why))
		ini_mistake(p, p->output_line, "%s", buf_str(&why));
	output_rules_free(&p->output);
}

/* A control that may pass on every kernel proves nothing. */
static void check_control(struct ini_parser *p)
{
	unsigned line = p->variant ? p->variant->line : ini_object_key_line(p, "control");

	if (!p->ini->control)
		return;
	for (size_t i = 0; i < p->ini->rule_count; i++) {
		if (!expect_accepts_pass(p->ini->rules[i].verdict))
			return;
	}
	ini_mistake(p, line,
	            "a control has to fail somewhere, but every line of [expect] lets it pass; say where it fails");
}

static void set_defaults(struct object_ini *ini)
{
	*ini = (struct object_ini){.event = xstrdup(""), .description = xstrdup(""), .mechanism = xstrdup("")};
}

static void take_variant(struct ini_parser *p)
{
	for (size_t i = 0; p->variant && i < p->variant->line_count; i++) {
		const struct variant_line *l = &p->variant->lines[i];

		p->line = l->line;
		p->ini->expects |= strcmp(l->section, "expect") == 0;
		ini_take_line(p, l->section, l->key, l->value);
	}
}

static void parse(struct ini_parser *p)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	int rc;

	set_defaults(p->ini);
	if (strncmp(p->rest, byte_order_mark, 3) == 0)
		p->rest += 3;
	rc = ini_parse_stream(ini_next_line, p, ini_take_pair, p);
	if (rc && !p->mistakes.len)
		ini_mistake(p, rc > 0 ? (unsigned)rc : p->line, "the line cannot be parsed");
	take_variant(p);
	check_control(p);
	check_event(p);
	check_output(p);
	free(p->setting_lines);
}

/* Read the text once more, with the lines of `variant` in the place of others. */
static void parse_variant(struct ini_parser *plain, const char *text, const struct variant_section *variant)
{
	struct object_ini *ini = plain->ini;
	struct ini_parser p = {.rest = text, .path = plain->path, .variant = variant, .mistakes = plain->mistakes};

	ini->variants = xrealloc(ini->variants, ini->variant_count + 1, sizeof(*ini->variants));
	p.ini = &ini->variants[ini->variant_count++];
	if (!variant->line_count)
		ini_mistake(&p, variant->line, "[variant %s] changes nothing; give SECTION.KEY = VALUE", variant->name);
	parse(&p);
	p.ini->variant = xstrdup(variant->name);
	plain->mistakes = p.mistakes;
}

int object_ini_parse(const char *text, const char *path, struct object_ini *ini, struct error *err)
{
	struct ini_parser p = {.rest = text, .path = path, .ini = ini};
	int rc;

	parse(&p);
	for (size_t i = 0; i < p.variants.count; i++)
		parse_variant(&p, text, &p.variants.at[i]);
	rc = p.mistakes.len ? error_usage(err, "%s", buf_str(&p.mistakes)) : 0;
	if (rc)
		object_ini_free(ini);
	variant_sections_free(&p.variants);
	buf_free(&p.mistakes);
	return rc;
}

int object_ini_read(const char *path, struct object_ini *ini, struct error *err)
{
	cleanup_buf struct buf text = {0};
	int rc = io_read_file(path, OBJECT_INI_MAX, &text, err);

	*ini = (struct object_ini){0};
	if (rc == -ENOENT)
		set_defaults(ini);
	if (rc)
		return rc;
	if (strlen(buf_str(&text)) != text.len)
		return error_usage(err, "%s: holds a NUL byte, so it is not text; write an ini file", path);
	return object_ini_parse(buf_str(&text), path, ini, err);
}

void object_ini_free(struct object_ini *ini)
{
	for (size_t i = 0; i < ini->rule_count; i++)
		expect_rule_free(&ini->rules[i]);
	free(ini->rules);
	for (size_t i = 0; i < ini->budget_count; i++)
		budget_rule_free(&ini->budgets[i]);
	free(ini->budgets);
	for (size_t i = 0; i < ini->allowed_count; i++)
		said_rule_free(&ini->allowed[i]);
	free(ini->allowed);
	for (size_t i = 0; i < ini->setting_count; i++) {
		free(ini->settings[i].name);
		free(ini->settings[i].value);
	}
	free(ini->settings);
	free(ini->types);
	free(ini->event);
	free(ini->description);
	free(ini->mechanism);
	for (size_t i = 0; i < ini->variant_count; i++)
		object_ini_free(&ini->variants[i]);
	free(ini->variants);
	free(ini->variant);
	*ini = (struct object_ini){0};
}
