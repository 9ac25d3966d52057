/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/ini_object.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/strings.h"

static void set_description(struct ini_parser *p, const char *value)
{
	ini_set_text(p, &p->ini->description, value);
}

static void set_mechanism(struct ini_parser *p, const char *value)
{
	ini_set_text(p, &p->ini->mechanism, value);
}

static void set_event(struct ini_parser *p, const char *value)
{
	if (strpbrk(value, " \t"))
		ini_mistake(p, p->line, "event is \"%s\"; give the name of one struct, without the word struct", value);
	else
		ini_set_text(p, &p->ini->event, value);
}

static void set_source(struct ini_parser *p, const char *value)
{
	int source = event_source_parse(value);

	if (source < 0)
		ini_mistake(p, p->line,
		            "source \"%s\" is unknown; give auto, ringbuf, perfbuf, printk, iter, map or none", value);
	else
		p->ini->source = (enum event_source)source;
}

static void mistake_workload(struct ini_parser *p, const char *word)
{
	cleanup_buf struct buf known = {0};

	for (unsigned g = 0; g < WORKLOAD_GROUP_COUNT; g++)
		buf_printf(&known, "%s%s", g ? ", " : "", workload_group_name((enum workload_group)g));
	ini_mistake(p, p->line, "workload \"%s\" is unknown; give one of %s, or several separated by commas", word,
	            buf_str(&known));
}

static void set_workloads(struct ini_parser *p, const char *value)
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

static void set_control(struct ini_parser *p, const char *value)
{
	if (strcmp(value, "yes") == 0)
		p->ini->control = true;
	else if (strcmp(value, "no") == 0)
		p->ini->control = false;
	else
		ini_mistake(p, p->line, "control is \"%s\"; give yes or no", value);
}

static void set_moment(struct ini_parser *p, const char *value)
{
	if (strcmp(value, "before") == 0 || strcmp(value, "after") == 0)
		ini_add_plain(p, SETTING_MOMENT, value);
	else
		ini_mistake(p, p->line, "moment is \"%s\"; give before or after: which side of an exec events speak of",
		            value);
}

static void set_require(struct ini_parser *p, const char *value)
{
	int level = evidence_parse(value);

	if (level <= EVIDENCE_NONE)
		ini_mistake(p, p->line, "require is \"%s\"; give loaded, attached, ran, events or truth", value);
	else
		p->ini->require = (enum evidence)level;
}

static void set_perfbuf_fallback(struct ini_parser *p, const char *value)
{
	if (!*value || strpbrk(value, " \t"))
		ini_mistake(p, p->line, "perfbuf_fallback is \"%s\"; give the name of one ring buffer map", value);
	else
		ini_add_plain(p, SETTING_PERFBUF_FALLBACK, value);
}

/* Words of a command, as a shell has them: blanks between, quotes around those with blanks in them. */
static void set_run(struct ini_parser *p, const char *value)
{
	cleanup_strings struct strings words = {0};

	if (!strings_split(value, &words) || !words.count || *words.at[0] != '/') {
		ini_mistake(
		        p, p->line,
		        "run is \"%s\"; give the path that a program has in the guest, and its arguments: /usr/bin/tool --flag",
		        value);
		return;
	}
	for (size_t i = 0; i < words.count; i++)
		ini_add_plain(p, SETTING_COMMAND, words.at[i]);
}

/* One line, in which \n ends a line. */
static void set_input(struct ini_parser *p, const char *value)
{
	cleanup_buf struct buf text = {0};

	for (const char *at = value; *at; at++) {
		if (at[0] == '\\' && at[1] == 'n') {
			buf_putc(&text, '\n');
			at++;
		} else {
			buf_putc(&text, *at);
		}
	}
	if (!text.len || buf_str(&text)[text.len - 1] != '\n')
		buf_putc(&text, '\n');
	ini_add_plain(p, SETTING_COMMAND_INPUT, buf_str(&text));
}

/* Names of modules: letters, digits, - and _; the last two are the same to the kernel. */
static bool is_module(const char *word)
{
	for (; isalnum((unsigned char)*word) || *word == '-' || *word == '_'; word++)
		;
	return !*word;
}

static void set_modules(struct ini_parser *p, const char *value)
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
			ini_mistake(
			        p, p->line,
			        "module \"%s\" is not the name of a kernel module; give one, or several separated by commas",
			        word);
			continue;
		}
		for (char *c = word; *c; c++)
			*c = *c == '-' ? '_' : *c;
		ini_add_plain(p, SETTING_MODULE, word);
	}
}

static const struct {
	const char *name;
	void (*set)(struct ini_parser *p, const char *value);
} object_keys[] = {
        {"description", set_description}, {"event", set_event},     {"source", set_source},
        {"workload", set_workloads},      {"control", set_control}, {"perfbuf_fallback", set_perfbuf_fallback},
        {"mechanism", set_mechanism},     {"moment", set_moment},   {"module", set_modules},
        {"require", set_require},         {"run", set_run},         {"input", set_input},
};

_Static_assert(sizeof(object_keys) / sizeof(*object_keys) == INI_OBJECT_KEYS, "one line number per key");

unsigned ini_object_key_line(const struct ini_parser *p, const char *name)
{
	for (size_t i = 0; i < sizeof(object_keys) / sizeof(*object_keys); i++)
		if (strcmp(object_keys[i].name, name) == 0)
			return p->seen[i];
	return 0;
}

void ini_take_object_key(struct ini_parser *p, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(object_keys) / sizeof(*object_keys); i++) {
		if (strcmp(object_keys[i].name, name) != 0)
			continue;
		if (p->seen[i])
			ini_mistake(p, p->line, "\"%s\" is given twice, first on line %u; keep one", name, p->seen[i]);
		p->seen[i] = p->line;
		object_keys[i].set(p, value);
		return;
	}
	ini_mistake(
	        p, p->line,
	        "unknown key \"%s\" in [object]; give description, mechanism, event, source, workload, control, perfbuf_fallback, moment, module, require, run or input",
	        name);
}
