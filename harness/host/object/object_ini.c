/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/object_ini.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/text.h"
#include "host/object/expect_text.h"
#include "host/object/object_setting.h"
#include "host/object/variant_section.h"
#include "wire/c_members.h"

/* An ini is a few lines; more is another file under the wrong name. */
#define OBJECT_INI_MAX ((size_t)1 << 20)

struct parser {
	const char *rest; /* text not read yet */
	const char *path;
	unsigned line; /* of the line inih is working on: its handler is not told */
	bool in_event; /* within [event], whose layout may go over several lines */
	struct object_ini *ini;
	unsigned seen[10];       /* line of each key of [object], 0 when not given; order of object_keys */
	unsigned *setting_lines; /* line of each setting of `ini` */
	/* What is read: the plain ini, with the sections of its variants put aside; or one of these in its place. */
	struct variant_sections variants;
	const struct variant_section *variant;
	struct buf mistakes;
};

__attribute__((format(printf, 3, 4))) static void mistake(struct parser *p, unsigned line, const char *fmt, ...)
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

static void set_text(struct parser *p, char **slot, const char *value)
{
	if (!*value)
		mistake(p, p->line, "a value is missing after \"=\"");
	free(*slot);
	*slot = xstrdup(value);
}

static void set_description(struct parser *p, const char *value)
{
	set_text(p, &p->ini->description, value);
}

static void set_mechanism(struct parser *p, const char *value)
{
	set_text(p, &p->ini->mechanism, value);
}

static void set_event(struct parser *p, const char *value)
{
	if (strpbrk(value, " \t"))
		mistake(p, p->line, "event is \"%s\"; give the name of one struct, without the word struct", value);
	else
		set_text(p, &p->ini->event, value);
}

static void set_source(struct parser *p, const char *value)
{
	int source = event_source_parse(value);

	if (source < 0)
		mistake(p, p->line, "source \"%s\" is unknown; give auto, ringbuf, perfbuf, printk, iter, map or none",
		        value);
	else
		p->ini->source = (enum event_source)source;
}

static void mistake_workload(struct parser *p, const char *word)
{
	cleanup_buf struct buf known = {0};

	for (unsigned g = 0; g < WORKLOAD_GROUP_COUNT; g++)
		buf_printf(&known, "%s%s", g ? ", " : "", workload_group_name((enum workload_group)g));
	mistake(p, p->line, "workload \"%s\" is unknown; give one of %s, or several separated by commas", word,
	        buf_str(&known));
}

static void set_workloads(struct parser *p, const char *value)
{
	cleanup_free char *list = xstrdup(value);
	char *next = list, *word;

	while ((word = strsep(&next, ","))) {
		size_t lead = strspn(word, " \t"), len = strcspn(word + lead, " \t");
		int group;

		word += lead;
		if (!word[len + strspn(word + len, " \t")])
			word[len] = '\0';
		group = workload_group_parse(word);
		if (group < 0)
			mistake_workload(p, word);
		else
			p->ini->workloads |= WORKLOAD_BIT(group);
	}
}

static void set_control(struct parser *p, const char *value)
{
	if (strcmp(value, "yes") == 0)
		p->ini->control = true;
	else if (strcmp(value, "no") == 0)
		p->ini->control = false;
	else
		mistake(p, p->line, "control is \"%s\"; give yes or no", value);
}

static void add_setting(struct parser *p, struct job_setting setting)
{
	struct object_ini *ini = p->ini;

	ini->settings = xrealloc(ini->settings, ini->setting_count + 1, sizeof(*ini->settings));
	p->setting_lines = xrealloc(p->setting_lines, ini->setting_count + 1, sizeof(*p->setting_lines));
	p->setting_lines[ini->setting_count] = p->line;
	ini->settings[ini->setting_count++] = setting;
}

static void set_moment(struct parser *p, const char *value)
{
	if (strcmp(value, "before") == 0 || strcmp(value, "after") == 0)
		add_setting(p,
		            (struct job_setting){.key = SETTING_MOMENT, .name = xstrdup(""), .value = xstrdup(value)});
	else
		mistake(p, p->line, "moment is \"%s\"; give before or after: which side of an exec events speak of",
		        value);
}

static void set_require(struct parser *p, const char *value)
{
	int level = evidence_parse(value);

	if (level <= EVIDENCE_NONE)
		mistake(p, p->line, "require is \"%s\"; give loaded, attached, ran, events or truth", value);
	else
		p->ini->require = (enum evidence)level;
}

static void set_perfbuf_fallback(struct parser *p, const char *value)
{
	if (!*value || strpbrk(value, " \t"))
		mistake(p, p->line, "perfbuf_fallback is \"%s\"; give the name of one ring buffer map", value);
	else
		add_setting(p, (struct job_setting){
		                       .key = SETTING_PERFBUF_FALLBACK, .name = xstrdup(""), .value = xstrdup(value)});
}

/* Names of modules: letters, digits, - and _; the last two are the same to the kernel. */
static bool is_module(const char *word)
{
	for (; isalnum((unsigned char)*word) || *word == '-' || *word == '_'; word++)
		;
	return !*word;
}

static void set_modules(struct parser *p, const char *value)
{
	cleanup_free char *list = xstrdup(value);
	char *next = list, *word;

	while ((word = strsep(&next, ","))) {
		size_t lead = strspn(word, " \t"), len;

		word += lead;
		len = strcspn(word, " \t");
		if (!word[len + strspn(word + len, " \t")])
			word[len] = '\0';
		if (!*word || !is_module(word)) {
			mistake(p, p->line,
			        "module \"%s\" is not the name of a kernel module; give one, or several separated by commas",
			        word);
			continue;
		}
		for (char *c = word; *c; c++)
			*c = *c == '-' ? '_' : *c;
		add_setting(p,
		            (struct job_setting){.key = SETTING_MODULE, .name = xstrdup(""), .value = xstrdup(word)});
	}
}

static const struct {
	const char *name;
	void (*set)(struct parser *p, const char *value);
} object_keys[] = {
        {"description", set_description}, {"event", set_event},     {"source", set_source},
        {"workload", set_workloads},      {"control", set_control}, {"perfbuf_fallback", set_perfbuf_fallback},
        {"mechanism", set_mechanism},     {"moment", set_moment},   {"module", set_modules},
        {"require", set_require},
};

static void take_object_key(struct parser *p, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(object_keys) / sizeof(*object_keys); i++) {
		if (strcmp(object_keys[i].name, name) != 0)
			continue;
		if (p->seen[i])
			mistake(p, p->line, "\"%s\" is given twice, first on line %u; keep one", name, p->seen[i]);
		p->seen[i] = p->line;
		object_keys[i].set(p, value);
		return;
	}
	mistake(p, p->line,
	        "unknown key \"%s\" in [object]; give description, mechanism, event, source, workload, control, perfbuf_fallback, moment, module or require",
	        name);
}

static void take_rule(struct parser *p, const char *name, const char *value)
{
	cleanup_strings struct strings mistakes = {0};
	struct object_ini *ini = p->ini;
	struct expect_rule rule;
	bool good = expect_rule_parse(name, value, &rule, &mistakes);

	for (size_t i = 0; i < mistakes.count; i++)
		mistake(p, p->line, "%s", mistakes.at[i]);
	if (!good)
		return;
	rule.line = p->line;
	ini->rules = xrealloc(ini->rules, ini->rule_count + 1, sizeof(*ini->rules));
	ini->rules[ini->rule_count++] = rule;
}

static void take_budget(struct parser *p, const char *name, const char *value)
{
	cleanup_buf struct buf why = {0};
	struct object_ini *ini = p->ini;
	struct budget_rule rule;

	if (!budget_rule_parse(name, value, &rule, &why)) {
		mistake(p, p->line, "%s", buf_str(&why));
		return;
	}
	ini->budgets = xrealloc(ini->budgets, ini->budget_count + 1, sizeof(*ini->budgets));
	ini->budgets[ini->budget_count++] = rule;
}

static void take_allowance(struct parser *p, const char *name, const char *value)
{
	cleanup_buf struct buf why = {0};
	struct object_ini *ini = p->ini;
	struct said_rule rule;

	if (strcmp(name, "allow") != 0 && strcmp(name, "expect") != 0) {
		mistake(p, p->line, "unknown key \"%s\" in [kernel_said]; give allow or expect", name);
		return;
	}
	if (!said_rule_parse(value, &rule, &why)) {
		mistake(p, p->line, "%s", buf_str(&why));
		return;
	}
	rule.expected = strcmp(name, "expect") == 0;
	ini->allowed = xrealloc(ini->allowed, ini->allowed_count + 1, sizeof(*ini->allowed));
	ini->allowed[ini->allowed_count++] = rule;
}

static void take_setting(struct parser *p, const char *section, const char *name, const char *value)
{
	cleanup_buf struct buf why = {0};
	struct job_setting setting;

	if (!object_setting_parse(section, name, value, &setting, &why)) {
		mistake(p, p->line, "%s", buf_str(&why));
		return;
	}
	for (size_t i = 0; i < p->ini->setting_count; i++)
		if (p->ini->settings[i].key == setting.key && setting.key != SETTING_EFFECT &&
		    !strcmp(p->ini->settings[i].name, setting.name))
			mistake(p, p->line, "\"%s\" is given twice, first on line %u; keep one", name,
			        p->setting_lines[i]);
	add_setting(p, setting);
}

static void take_printed(struct parser *p, const char *value)
{
	const char *open = strchr(value, '{');

	if (!open || !strchr(open, '}'))
		mistake(p, p->line,
		        "line is \"%s\"; give a printed line with names in braces for its values: {comm} ({pid})",
		        value);
	else
		add_setting(p, (struct job_setting){
		                       .key = SETTING_EVENT_LINE, .name = xstrdup(""), .value = xstrdup(value)});
}

static void take_types(struct parser *p, const char *value)
{
	if (p->ini->types)
		mistake(p, p->line, "\"types\" is given twice; keep one");
	set_text(p, &p->ini->types, value);
}

static bool is_section(const char *name)
{
	static const char *const own[] = {"object", "expect", "event", "budget", "kernel_said"};

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (!strcmp(name, own[i]))
			return true;
	return object_setting_is_section(name);
}

/* What an event is is said once. */
static bool is_section_of_variant(const char *name)
{
	return is_section(name) && strcmp(name, "event") != 0;
}

static void take_variant_line(struct parser *p, const char *section, const char *name, const char *value)
{
	cleanup_buf struct buf why = {0};

	/* of a variant, its own lines come when the others have been read */
	if (!p->variant &&
	    !variant_sections_add(&p->variants, section, name, value, p->line, is_section_of_variant, &why))
		mistake(p, p->line, "%s", buf_str(&why));
}

static void take_line(struct parser *p, const char *section, const char *name, const char *value)
{
	if (strcmp(section, "object") == 0)
		take_object_key(p, name, value);
	else if (strcmp(section, "expect") == 0)
		take_rule(p, name, value);
	else if (strcmp(section, "budget") == 0)
		take_budget(p, name, value);
	else if (strcmp(section, "kernel_said") == 0)
		take_allowance(p, name, value);
	else if (object_setting_is_section(section))
		take_setting(p, section, name, value);
	else if (strcmp(section, "event") == 0 && strcmp(name, "types") == 0)
		take_types(p, value);
	else if (strcmp(section, "event") == 0 && strcmp(name, "line") == 0)
		take_printed(p, value);
	else if (strcmp(section, "event") == 0)
		mistake(p, p->line, "unknown key \"%s\" in [event]; give layout, types or line", name);
	else if (!*section)
		mistake(p, p->line, "\"%s\" comes before any section; start with [object]", name);
	/* an unknown section was reported at its header */
}

/* inih's handler: 1 always, as mistakes are collected here and not by stopping. */
static int take_pair(void *ctx, const char *section, const char *name, const char *value)
{
	struct parser *p = ctx;

	if (variant_section_is(section))
		take_variant_line(p, section, name, value);
	else if (!p->variant || !variant_section_replaces(p->variant, section, name))
		take_line(p, section, name, value);
	return 1;
}

static void take_header(struct parser *p, const char *name)
{
	cleanup_buf struct buf why = {0};

	p->ini->expects |= strcmp(name, "expect") == 0;
	p->in_event = strcmp(name, "event") == 0;
	if (variant_section_is(name)) {
		if (!p->variant && !variant_sections_begin(&p->variants, name, p->line, &why))
			mistake(p, p->line, "%s", buf_str(&why));
	} else if (!is_section(name)) {
		mistake(p, p->line,
		        "unknown section [%s]; write [object], [expect], [rodata], [maps], [programs], [sysctl], [effect], [budget], [kernel_said], [event] or [variant NAME]",
		        name);
	}
}

/*
 * inih says only which line was the first bad one, so the form of each line is checked before inih sees it. Returns
 * false after recording a mistake.
 */
static bool check_line(struct parser *p, const char *line, size_t len)
{
	const char *close = memchr(line, ']', len);
	cleanup_free char *name = NULL;

	if (!len || line[0] == ';' || line[0] == '#')
		return true;
	if (line[0] != '[') {
		if (line[0] != '=' && memchr(line, '=', len))
			return true;
		mistake(p, p->line, "\"%.*s\" is neither [section] nor key = value", (int)len, line);
		return false;
	}
	if (!close) {
		mistake(p, p->line, "the section's name is not closed; write [object] or [expect]");
		return false;
	}
	name = xstrndup(line + 1, (size_t)(close - line - 1));
	take_header(p, name);
	return true;
}

static void take_layout(struct parser *p, const char *value)
{
	struct c_members members;
	cleanup_buf struct buf why = {0};

	if (!c_members_parse(value, &members, &why))
		mistake(p, p->line, "layout is not a list of members in C, such as { __u64 ts; char comm[16]; }: %s",
		        buf_str(&why));
	else
		add_setting(p, (struct job_setting){
		                       .key = SETTING_EVENT_LAYOUT, .name = xstrdup(""), .value = xstrdup(value)});
	c_members_free(&members);
}

/*
 * `layout = { … }` of [event], which is longer than inih takes a line to be: read up to the brace that closes it. False
 * when the text at `line` is none.
 */
static bool layout_line(struct parser *p, const char *line)
{
	static const char key[] = "layout";
	const char *at = line + sizeof(key) - 1, *end;
	cleanup_free char *value = NULL;
	int depth = 0;

	if (!p->in_event || strncmp(line, key, sizeof(key) - 1))
		return false;
	at += strspn(at, " \t");
	if (*at++ != '=')
		return false;
	at += strspn(at, " \t");
	for (end = at; *end && (depth || (*end != '\n' && *end != ';')); end++) {
		depth += (*end == '{') - (*end == '}');
		if (*end == '}' && !depth) {
			end++;
			break;
		}
	}
	if (!strncmp(end + strspn(end, " \t"), C_MEMBERS_PACKED, strlen(C_MEMBERS_PACKED)))
		end += strspn(end, " \t") + strlen(C_MEMBERS_PACKED);
	value = xstrndup(at, (size_t)(end - at));
	take_layout(p, value);
	/* what was read here, inih does not see */
	while (p->rest < end) {
		size_t len = strcspn(p->rest, "\n");

		p->rest += len + (p->rest[len] == '\n');
		p->line++;
	}
	return true;
}

/*
 * inih's reader, fgets over our text. It counts lines and hands out each without leading blanks, because inih takes an
 * indented line for the continuation of the one before. A line that is wrong is replaced by an empty one.
 */
static char *next_line(char *out, int room, void *ctx)
{
	struct parser *p = ctx;
	size_t whole = strcspn(p->rest, "\n");
	const char *line = p->rest;
	size_t lead = strspn(line, " \t\r"), len;

	if (!*p->rest)
		return NULL;
	p->line++;
	p->rest += whole + (p->rest[whole] == '\n');
	lead = lead < whole ? lead : whole;
	line += lead;
	if (layout_line(p, line)) {
		memcpy(out, "\n", 2);
		return out;
	}
	for (len = whole - lead; len && isspace((unsigned char)line[len - 1]);)
		len--;
	if (len + 2 > (size_t)room) {
		mistake(p, p->line, "the line is longer than %d bytes; shorten it", room - 2);
		len = 0;
	}
	if (!check_line(p, line, len))
		len = 0;
	memcpy(out, line, len);
	memcpy(out + len, "\n", 2);
	return out;
}

static void check_event(struct parser *p)
{
	for (size_t i = 0; p->ini->types && i < p->ini->setting_count; i++)
		if (p->ini->settings[i].key == SETTING_EVENT_LAYOUT)
			mistake(p, p->setting_lines[i], "layout and types both say what an event is; keep one");
}

/* A control that may pass on every kernel proves nothing. */
static void check_control(struct parser *p)
{
	unsigned line = p->variant ? p->variant->line : p->seen[4];

	if (!p->ini->control)
		return;
	for (size_t i = 0; i < p->ini->rule_count; i++) {
		if (!expect_accepts_pass(p->ini->rules[i].verdict))
			return;
	}
	mistake(p, line,
	        "a control has to fail somewhere, but every line of [expect] lets it pass; say where it fails");
}

static void set_defaults(struct object_ini *ini)
{
	*ini = (struct object_ini){.event = xstrdup(""), .description = xstrdup(""), .mechanism = xstrdup("")};
}

static void take_variant(struct parser *p)
{
	for (size_t i = 0; p->variant && i < p->variant->line_count; i++) {
		const struct variant_line *l = &p->variant->lines[i];

		p->line = l->line;
		p->ini->expects |= strcmp(l->section, "expect") == 0;
		take_line(p, l->section, l->key, l->value);
	}
}

static void parse(struct parser *p)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	int rc;

	_Static_assert(sizeof(p->seen) / sizeof(*p->seen) == sizeof(object_keys) / sizeof(*object_keys),
	               "one line number per key");
	set_defaults(p->ini);
	if (strncmp(p->rest, byte_order_mark, 3) == 0)
		p->rest += 3;
	rc = ini_parse_stream(next_line, p, take_pair, p);
	if (rc && !p->mistakes.len)
		mistake(p, rc > 0 ? (unsigned)rc : p->line, "the line cannot be parsed");
	take_variant(p);
	check_control(p);
	check_event(p);
	free(p->setting_lines);
}

/* Read the text once more, with the lines of `variant` in the place of others. */
static void parse_variant(struct parser *plain, const char *text, const struct variant_section *variant)
{
	struct object_ini *ini = plain->ini;
	struct parser p = {.rest = text, .path = plain->path, .variant = variant, .mistakes = plain->mistakes};

	ini->variants = xrealloc(ini->variants, ini->variant_count + 1, sizeof(*ini->variants));
	p.ini = &ini->variants[ini->variant_count++];
	if (!variant->line_count)
		mistake(&p, variant->line, "[variant %s] changes nothing; give SECTION.KEY = VALUE", variant->name);
	parse(&p);
	p.ini->variant = xstrdup(variant->name);
	plain->mistakes = p.mistakes;
}

int object_ini_parse(const char *text, const char *path, struct object_ini *ini, struct error *err)
{
	struct parser p = {.rest = text, .path = path, .ini = ini};
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
