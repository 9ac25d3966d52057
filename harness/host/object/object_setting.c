/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/object_setting.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/cleanup.h"
#include "wire/c_members.h"
#include "wire/effect_rule.h"

/* Says what is wrong with a value, or returns true. */
typedef bool check_fn(const char *value, struct buf *why);

static bool check_number(const char *value, struct buf *why)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(value, &end, 0);
	if (isdigit((unsigned char)*value) && !errno && !*end && v && v <= UINT32_MAX)
		return true;
	buf_printf(why, "\"%s\" is not a number from 1 to %u", value, UINT32_MAX);
	return false;
}

/* Netfilter's may be negative: those come first. */
static bool check_priority(const char *value, struct buf *why)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(value, &end, 0);
	if (*value && !*end && !errno && number >= INT32_MIN && number <= UINT32_MAX)
		return true;
	buf_printf(why, "\"%s\" is not a number from %d to %u", value, INT32_MIN, UINT32_MAX);
	return false;
}

static bool check_yes_no(const char *value, struct buf *why)
{
	if (!strcmp(value, "yes") || !strcmp(value, "no"))
		return true;
	buf_printf(why, "\"%s\" is neither yes nor no", value);
	return false;
}

static bool check_word(const char *value, struct buf *why)
{
	if (*value && !strpbrk(value, " \t"))
		return true;
	buf_printf(why, "\"%s\" is not one word", value);
	return false;
}

static bool check_field(const char *value, struct buf *why)
{
	struct c_members members;
	bool good;

	if (*value != '{')
		return check_word(value, why);
	good = c_members_parse(value, &members, why);
	c_members_free(&members);
	return good;
}

static bool check_map_type(const char *value, struct buf *why)
{
	const char *name;

	for (unsigned t = 0; (name = libbpf_bpf_map_type_str((enum bpf_map_type)t)); t++)
		if (!strcmp(name, value))
			return true;
	buf_printf(why, "\"%s\" is not a map type; give one as bpftool does: hash, lru_hash, percpu_array, …", value);
	return false;
}

static bool check_program_type(const char *value, struct buf *why)
{
	const char *name;

	for (unsigned t = 0; (name = libbpf_bpf_prog_type_str((enum bpf_prog_type)t)); t++)
		if (!strcmp(name, value))
			return true;
	buf_printf(why, "\"%s\" is not a program type; give one as bpftool does: kprobe, tracepoint, xdp, …", value);
	return false;
}

static bool check_attach_type(const char *value, struct buf *why)
{
	const char *name;

	for (unsigned t = 0; (name = libbpf_bpf_attach_type_str((enum bpf_attach_type)t)); t++)
		if (!strcmp(name, value))
			return true;
	buf_printf(why, "\"%s\" is not an attach type; give one as libbpf does: tcx_egress, cgroup_inet_ingress, …",
	           value);
	return false;
}

static const struct attribute {
	const char *section, *name;
	enum setting_key key;
	check_fn *check;
} attributes[] = {
        {"maps", "max_entries", SETTING_MAP_MAX_ENTRIES, check_number},
        {"maps", "key_size", SETTING_MAP_KEY_SIZE, check_number},
        {"maps", "value_size", SETTING_MAP_VALUE_SIZE, check_number},
        {"maps", "type", SETTING_MAP_TYPE, check_map_type},
        {"maps", "inner", SETTING_MAP_INNER, check_word},
        {"maps", "pin", SETTING_MAP_PIN, check_yes_no},
        {"maps", "autocreate", SETTING_MAP_AUTOCREATE, check_yes_no},
        {"maps", "key", SETTING_MAP_KEY_NAME, check_field},
        {"maps", "value", SETTING_MAP_VALUE_NAME, check_field},
        {"programs", "autoload", SETTING_PROGRAM_AUTOLOAD, check_yes_no},
        {"programs", "attach_to", SETTING_PROGRAM_ATTACH_TO, check_word},
        {"programs", "type", SETTING_PROGRAM_TYPE, check_program_type},
        {"programs", "attach_type", SETTING_PROGRAM_ATTACH_TYPE, check_attach_type},
        {"programs", "hook", SETTING_PROGRAM_HOOK, check_word},
        {"programs", "priority", SETTING_PROGRAM_PRIORITY, check_priority},
        {"programs", "frequency", SETTING_PROGRAM_FREQUENCY, check_number},
};

static void list_attributes(const char *section, struct buf *out)
{
	const char *comma = "";

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (strcmp(attributes[i].section, section))
			continue;
		buf_printf(out, "%s%s", comma, attributes[i].name);
		comma = ", ";
	}
}

static const struct attribute *find_attribute(const char *section, const char *name)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (!strcmp(attributes[i].section, section) && !strcmp(attributes[i].name, name))
			return &attributes[i];
	return NULL;
}

static bool is_identifier(const char *s)
{
	if (!isalpha((unsigned char)*s) && *s != '_')
		return false;
	while (isalnum((unsigned char)*s) || *s == '_')
		s++;
	return !*s;
}

bool object_setting_is_section(const char *section)
{
	return !strcmp(section, "rodata") || !strcmp(section, "maps") || !strcmp(section, "programs") ||
	       !strcmp(section, "sysctl") || !strcmp(section, "effect");
}

static bool parse_variable(const char *name, const char *value, struct job_setting *out, struct buf *why)
{
	if (!is_identifier(name))
		buf_printf(why, "\"%s\" is not the name of a variable", name);
	else if (!*value)
		buf_puts(why, "a value is missing after \"=\"");
	else
		*out = (struct job_setting){.key = SETTING_RODATA, .name = xstrdup(name), .value = xstrdup(value)};
	return out->name != NULL;
}

/* "net.ipv4.ip_forward": the names of a path below /proc/sys, with dots between. */
static bool parse_sysctl(const char *name, const char *value, struct job_setting *out, struct buf *why)
{
	char *path;

	if (!isalnum((unsigned char)*name) || strstr(name, "..") || name[strlen(name) - 1] == '.' ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")]) {
		buf_printf(why, "\"%s\" is not a sysctl; give one as sysctl does: net.ipv4.tcp_congestion_control",
		           name);
		return false;
	}
	if (!*value) {
		buf_puts(why, "a value is missing after \"=\"");
		return false;
	}
	path = xstrdup(name);
	for (char *c = path; *c; c++)
		*c = *c == '.' ? '/' : *c;
	*out = (struct job_setting){.key = SETTING_SYSCTL, .name = path, .value = xstrdup(value)};
	return true;
}

static bool parse_effect(const char *name, const char *value, struct job_setting *out, struct buf *why)
{
	struct effect_rule rule;

	if (!effect_rule_parse(name, value, &rule, why))
		return false;
	*out = (struct job_setting){.key = SETTING_EFFECT, .name = xstrdup(name), .value = xstrdup(value)};
	return true;
}

bool object_setting_parse(const char *section, const char *name, const char *value, struct job_setting *out,
                          struct buf *why)
{
	/* names of maps may hold dots (".rodata.x"), those of attributes do not */
	const char *dot = strrchr(name, '.');
	const struct attribute *attribute;

	*out = (struct job_setting){0};
	if (!strcmp(section, "rodata"))
		return parse_variable(name, value, out, why);
	if (!strcmp(section, "sysctl"))
		return parse_sysctl(name, value, out, why);
	if (!strcmp(section, "effect"))
		return parse_effect(name, value, out, why);
	attribute = dot ? find_attribute(section, dot + 1) : NULL;
	if (!dot || dot == name) {
		buf_printf(why, "\"%s\" is not NAME.ATTRIBUTE; the attributes in [%s] are ", name, section);
		list_attributes(section, why);
		return false;
	}
	if (!attribute) {
		buf_printf(why, "unknown attribute \"%s\" in [%s]; give ", dot + 1, section);
		list_attributes(section, why);
		return false;
	}
	if (!attribute->check(value, why))
		return false;
	*out = (struct job_setting){
	        .key = (uint8_t)attribute->key, .name = xstrndup(name, (size_t)(dot - name)), .value = xstrdup(value)};
	return true;
}
