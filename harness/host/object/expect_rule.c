/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/expect_rule.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/version.h"
#include "host/object/expect_text.h"

static const char *const condition_names[EXPECT_CONDITION_COUNT] = {
        [EXPECT_DEFAULT] = "default", [EXPECT_MOVED] = "moved",   [EXPECT_MISSING] = "missing",
        [EXPECT_EXISTS] = "exists",   [EXPECT_KERNEL] = "kernel", [EXPECT_SINCE] = "since",
        [EXPECT_BEFORE] = "before",   [EXPECT_LIBBPF] = "libbpf", [EXPECT_ARCH] = "arch",
};

const char *expect_condition_name(enum expect_condition c)
{
	return (unsigned)c < EXPECT_CONDITION_COUNT ? condition_names[c] : "?";
}

static bool is_type_path(const char *s)
{
	return *s && !strchr(s, ' ') && s[0] != '.' && s[strlen(s) - 1] != '.';
}

/* Only major.minor is compared: "6.1.5" would promise more. */
static bool is_major_minor(const char *text)
{
	unsigned major, minor;

	return !version_parse(text, &major, &minor) && strspn(text, "0123456789.") == strlen(text) &&
	       strchr(text, '.') == strrchr(text, '.');
}

/* "since 1.5", "before 1.5" */
static bool is_libbpf(const char *argument)
{
	size_t word = strcspn(argument, " ");

	return argument[word] && is_major_minor(argument + word + 1) &&
	       ((word == 5 && !strncmp(argument, "since", word)) || (word == 6 && !strncmp(argument, "before", word)));
}

/* The argument has to have the form its condition needs. Returns false after recording the mistake. */
static bool check_argument(enum expect_condition kind, const char *argument, struct strings *mistakes)
{
	const char *name = expect_condition_name(kind);

	switch (kind) {
	case EXPECT_ARCH:
		return true; /* what follows it is a condition of its own */
	case EXPECT_DEFAULT:
		if (*argument)
			strings_addf(mistakes, "\"default\" takes no argument, but \"%s\" follows", argument);
		return !*argument;
	case EXPECT_SINCE:
	case EXPECT_BEFORE:
		if (is_major_minor(argument))
			return true;
		strings_addf(mistakes, "\"%s\" needs a kernel version as major.minor, as in \"%s 6.2\"", name, name);
		return false;
	case EXPECT_LIBBPF:
		if (is_libbpf(argument))
			return true;
		strings_addf(mistakes,
		             "\"libbpf\" needs \"since\" or \"before\" and major.minor, as in \"libbpf before 1.5\"");
		return false;
	case EXPECT_KERNEL:
		if (*argument)
			return true;
		strings_addf(mistakes, "\"kernel\" needs a glob on a kernel's id or release, as in \"kernel 5.10-*\"");
		return false;
	case EXPECT_MOVED:
		/* only a field has an offset */
		if (strchr(argument, '.') && is_type_path(argument))
			return true;
		strings_addf(mistakes, "\"moved\" needs one type.field, as in \"moved task_struct.comm\"");
		return false;
	default:
		if (is_type_path(argument))
			return true;
		strings_addf(mistakes,
		             "\"%s\" needs one type, type.field or CONFIG_OPTION, as in \"%s task_struct.comm\"", name,
		             name);
		return false;
	}
}

/* Runs of blanks become one space, none beside `|`, so that what is shown is what is compared. */
static char *squeeze(const char *text)
{
	struct buf out = {0};

	for (const char *s = text; *s; s++) {
		bool after_bar = out.len && out.data[out.len - 1] == '|';

		if (!isblank((unsigned char)*s))
			buf_putc(&out, *s);
		else if (s[1] && !isblank((unsigned char)s[1]) && s[1] != '|' && !after_bar)
			buf_putc(&out, ' ');
	}
	return buf_steal(&out);
}

static int find_condition(const char *name, size_t len)
{
	for (int kind = 0; kind < EXPECT_CONDITION_COUNT; kind++) {
		if (strlen(condition_names[kind]) == len && strncmp(condition_names[kind], name, len) == 0)
			return kind;
	}
	return -1;
}

/*
 * Take "arch NAME" off the front of `*condition`, which stays when nothing follows it. Returns false after recording
 * the mistake.
 */
static bool take_arch(const char **condition, const struct arch **arch, struct strings *mistakes)
{
	const char *name = *condition + strlen(condition_names[EXPECT_ARCH]) + 1;
	size_t len = strcspn(name, " ");
	cleanup_free char *word = xstrndup(name, len), *known = arch_deb_names();

	*arch = arch_find(word);
	if (!*arch || strcmp((*arch)->deb, word)) {
		strings_addf(mistakes, "\"arch\" needs an architecture as rows of the list say it: %s", known);
		return false;
	}
	if (name[len])
		*condition = name + len + 1;
	return true;
}

bool expect_rule_parse(const char *name, const char *value, struct expect_rule *rule, struct strings *mistakes)
{
	cleanup_free char *condition = squeeze(name);
	cleanup_free char *verdict = squeeze(value);
	cleanup_error struct error why = {0};
	const struct arch *arch = NULL;
	const char *plain = condition, *argument;
	size_t word;
	int kind;

	if (!strncmp(plain, "arch ", 5) && !take_arch(&plain, &arch, mistakes))
		return false;
	word = strcspn(plain, " ");
	kind = find_condition(plain, word);
	argument = plain + word + (plain[word] == ' ');
	if (kind < 0 || (kind == EXPECT_ARCH && (!arch || plain != condition)) || (kind == EXPECT_DEFAULT && arch)) {
		strings_addf(
		        mistakes,
		        "unknown condition \"%s\" in [expect]; give default, moved, missing, exists, kernel, since, before, libbpf or arch",
		        condition);
		return false;
	}
	argument = kind == EXPECT_ARCH ? "" : argument;
	if (expect_check(verdict, &why))
		strings_add(mistakes, why.text);
	if (!check_argument((enum expect_condition)kind, argument, mistakes) || why.text)
		return false;
	*rule = (struct expect_rule){
	        .kind = (enum expect_condition)kind,
	        .argument = xstrdup(argument),
	        .arch = arch,
	        .condition = steal_ptr(condition),
	        .verdict = steal_ptr(verdict),
	};
	return true;
}

void expect_rule_free(struct expect_rule *rule)
{
	free(rule->condition);
	free(rule->argument);
	free(rule->verdict);
}
