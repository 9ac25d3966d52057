/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/circumstance.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define VALUES_MAX 6

/* The first `asked` values can be asked for; the others are found only. */
static const struct word {
	const char *key;
	unsigned asked;
	const char *values[VALUES_MAX];
} words[CIRCUMSTANCE_COUNT] = {
        [CIRCUMSTANCE_LOCKDOWN] = {"lockdown", 2, {"integrity", "confidentiality", "none"}},
        [CIRCUMSTANCE_LSM] = {"lsm", 2, {"bpf", "none"}},
        [CIRCUMSTANCE_CGROUP] = {"cgroup", 2, {"v1", "hybrid", "v2"}},
        [CIRCUMSTANCE_JIT] = {"jit", 3, {"off", "on", "hardened"}},
        [CIRCUMSTANCE_UNPRIVILEGED] = {"unprivileged-bpf", 2, {"allowed", "denied"}},
        [CIRCUMSTANCE_CAPS] = {"caps", 2, {"bpf", "none"}},
        [CIRCUMSTANCE_NAMESPACE] = {"namespace", 4, {"user", "pid", "mount", "container"}},
        [CIRCUMSTANCE_TRACEFS] = {"tracefs", 1, {"none", "mounted"}},
        [CIRCUMSTANCE_SYS] = {"sys", 1, {"read-only", "writable"}},
        [CIRCUMSTANCE_MEMLOCK] = {"memlock", 2, {"64k", "8M"}},
};

const char *circumstance_key_name(enum circumstance_key key)
{
	return words[key].key;
}

const char *circumstance_value_name(enum circumstance_key key, unsigned value)
{
	return value && value <= VALUES_MAX && words[key].values[value - 1] ? words[key].values[value - 1] : "";
}

unsigned circumstance_value_parse(enum circumstance_key key, const char *name)
{
	for (unsigned i = 0; i < VALUES_MAX && words[key].values[i]; i++)
		if (!strcmp(words[key].values[i], name))
			return i + 1;
	return 0;
}

char *circumstance_text(enum circumstance_key key, unsigned value)
{
	return xasprintf("%s:%s", words[key].key, value ? circumstance_value_name(key, value) : "?");
}

/* What may be asked for, of one key or of all: "lockdown:integrity, lockdown:confidentiality or …". */
static void add_choices(int key, struct buf *out)
{
	cleanup_free char *last = NULL;
	size_t start = out->len;

	for (int k = 0; k < CIRCUMSTANCE_COUNT; k++) {
		for (unsigned i = 0; (key < 0 || k == key) && i < words[k].asked; i++) {
			if (last)
				buf_printf(out, "%s%s", out->len > start ? ", " : "", last);
			free(last);
			last = circumstance_text((enum circumstance_key)k, i + 1);
		}
	}
	buf_printf(out, "%s%s", out->len > start ? " or " : "", last ? last : "");
}

static int key_of(const char *word, size_t len)
{
	for (int k = 0; k < CIRCUMSTANCE_COUNT; k++)
		if (strlen(words[k].key) == len && !strncmp(words[k].key, word, len))
			return k;
	return -1;
}

static bool read_word(const char *word, struct circumstances *c, struct buf *why)
{
	size_t len = strcspn(word, ":");
	int key = key_of(word, len);
	unsigned value =
	        key < 0 || !word[len] ? 0 : circumstance_value_parse((enum circumstance_key)key, word + len + 1);

	if (key < 0 || !value || value > words[key].asked) {
		buf_printf(why, "'%.80s' is not a circumstance; expected ", word);
		add_choices(key, why);
		return false;
	}
	if (c->value[key] && c->value[key] != value) {
		cleanup_free char *first = circumstance_text((enum circumstance_key)key, c->value[key]);

		buf_printf(why, "%s and %s contradict each other; give one of them", first, word);
		return false;
	}
	if (c->value[key]) {
		buf_printf(why, "%s is given twice", word);
		return false;
	}
	c->value[key] = (uint8_t)value;
	return true;
}

/* Each by itself is one. */
static bool are_possible(const struct circumstances *c, struct buf *why)
{
	const unsigned namespace = c->value[CIRCUMSTANCE_NAMESPACE], caps = c->value[CIRCUMSTANCE_CAPS];
	const bool user = namespace == NAMESPACE_USER || namespace == NAMESPACE_CONTAINER;

	if (!user || !caps)
		return true;
	buf_printf(
	        why,
	        "caps:%s and namespace:%s contradict each other: root of a user namespace has all capabilities, and none that counts outside of it; give one of them",
	        circumstance_value_name(CIRCUMSTANCE_CAPS, caps),
	        circumstance_value_name(CIRCUMSTANCE_NAMESPACE, namespace));
	return false;
}

bool circumstances_parse(const char *text, struct circumstances *c, struct buf *why)
{
	*c = (struct circumstances){0};
	for (;;) {
		size_t len = strcspn(text, ",");
		cleanup_free char *word = xstrndup(text, len);

		if (!read_word(word, c, why))
			return false;
		if (!text[len])
			return are_possible(c, why);
		text += len + 1;
	}
}

char *circumstances_text(const struct circumstances *c)
{
	struct buf out = {0};

	for (int k = 0; k < CIRCUMSTANCE_COUNT; k++) {
		cleanup_free char *word = NULL;

		if (!c->value[k])
			continue;
		word = circumstance_text((enum circumstance_key)k, c->value[k]);
		buf_printf(&out, "%s%s", out.len ? "," : "", word);
	}
	return buf_steal(&out);
}

bool circumstances_any(const struct circumstances *c)
{
	for (int k = 0; k < CIRCUMSTANCE_COUNT; k++)
		if (c->value[k])
			return true;
	return false;
}
