/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/user_target.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* libbpf's section_defs, up to the slash. */
static const struct {
	const char *prefix;
	bool usdt;
} sections[] = {
        {"uprobe", false},
        {"uprobe.s", false},
        {"uretprobe", false},
        {"uretprobe.s", false},
        {"uprobe.multi", false},
        {"uprobe.multi.s", false},
        {"uretprobe.multi", false},
        {"uretprobe.multi.s", false},
        {"uprobe.session", false},
        {"uprobe.session.s", false},
        {"usdt", true},
        {"usdt.s", true},
};

/* A function whose name tells where it is, when the section leaves that to the loader. */
static const struct {
	const char *function, *binary;
} homes[] = {
        {"readline", SHELL_NAME},     {"malloc", LIBC_NAME},         {"calloc", LIBC_NAME},
        {"realloc", LIBC_NAME},       {"free", LIBC_NAME},           {"getaddrinfo", LIBC_NAME},
        {"gethostbyname", LIBC_NAME}, {"gethostbyname2", LIBC_NAME}, {"pthread_create", LIBC_NAME},
        {"setjmp", LIBC_NAME},        {"getenv", LIBC_NAME},         {"fopen", LIBC_NAME},
};

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static enum user_home home_of(const char *binary)
{
	const char *base = base_of(binary);

	if (!*binary || !strcmp(binary, SELF_PATH))
		return HOME_SELF;
	if (!strcmp(base, LIBC_NAME) || !strncmp(base, "ld-linux", 8) || !strncmp(base, "libpthread.so", 13))
		return HOME_LIBC;
	return strcmp(base, SHELL_NAME) ? HOME_OTHER : HOME_SHELL;
}

static const char *binary_of(const char *function)
{
	for (size_t i = 0; i < COUNT(homes); i++)
		if (!strcmp(homes[i].function, function))
			return homes[i].binary;
	return "";
}

static bool section_find(const char *section, bool *usdt, const char **rest)
{
	size_t len;

	section += *section == '?';
	len = strcspn(section, "/");
	for (size_t i = 0; i < COUNT(sections); i++) {
		if (strlen(sections[i].prefix) != len || strncmp(sections[i].prefix, section, len) != 0)
			continue;
		*usdt = sections[i].usdt;
		*rest = section[len] ? section + len + 1 : "";
		return true;
	}
	return false;
}

/* BINARY:FUNCTION, as libbpf cuts it; without a colon a function alone. */
static void read_function(const char *text, struct user_target *out)
{
	const char *colon = strchr(text, ':');

	out->named = colon != NULL;
	out->function = xstrdup(colon ? colon + 1 : text);
	out->binary = colon ? xstrndup(text, (size_t)(colon - text)) : xstrdup(binary_of(text));
}

/* BINARY:PROVIDER:NAME; the ini may leave the binary out. */
static void read_usdt(const char *text, struct user_target *out)
{
	const char *name = strrchr(text, ':'), *provider = NULL;

	for (const char *at = text; name && at < name; at++)
		provider = *at == ':' ? at : provider;
	out->function = xstrdup("");
	out->named = provider != NULL;
	out->binary = provider ? xstrndup(text, (size_t)(provider - text)) : xstrdup("");
	provider = provider ? provider + 1 : text;
	out->provider = name ? xstrndup(provider, (size_t)(name - provider)) : xstrdup("");
	out->name = xstrdup(name ? name + 1 : "");
}

bool user_target_read(const char *section, const char *to, struct user_target *out)
{
	const char *rest;

	*out = (struct user_target){0};
	if (!section_find(section, &out->usdt, &rest))
		return false;
	if (out->usdt) {
		read_usdt(to ? to : rest, out);
	} else {
		read_function(to ? to : rest, out);
		out->provider = xstrdup("");
		out->name = xstrdup("");
	}
	out->home = home_of(out->binary);
	return true;
}

void user_target_free(struct user_target *t)
{
	free(t->binary);
	free(t->function);
	free(t->provider);
	free(t->name);
	*t = (struct user_target){0};
}
