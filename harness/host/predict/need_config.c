/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/need_config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/store/kernel_config.h"

/* As libbpf tells the types of externs apart (find_kcfg_type). */
enum value_type { VALUE_OTHER, VALUE_CHAR, VALUE_BOOL, VALUE_INT, VALUE_TRISTATE, VALUE_TEXT };

struct wanted {
	enum value_type type;
	uint32_t size;
	bool is_signed;
};

static const struct btf_type *plain_type(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = btf__type_by_id(btf, t->type);
	return t;
}

static struct wanted wanted_int(const struct btf_type *t)
{
	struct wanted w = {.type = VALUE_INT, .size = t->size, .is_signed = btf_int_encoding(t) & BTF_INT_SIGNED};

	if (btf_int_encoding(t) & BTF_INT_BOOL)
		w.type = t->size == 1 ? VALUE_BOOL : VALUE_OTHER;
	else if (t->size == 1)
		w.type = VALUE_CHAR;
	else if (t->size > 8 || (t->size & (t->size - 1)))
		w.type = VALUE_OTHER;
	return w;
}

static struct wanted wanted_type(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = plain_type(btf, id);

	if (!t)
		return (struct wanted){0};
	if (btf_is_int(t))
		return wanted_int(t);
	if (btf_is_any_enum(t))
		return (struct wanted){.type = VALUE_TRISTATE, .size = t->size};
	if (btf_is_array(t) && wanted_type(btf, btf_array(t)->type).type == VALUE_CHAR)
		return (struct wanted){.type = VALUE_TEXT, .size = btf_array(t)->nelems};
	return (struct wanted){0};
}

static struct wanted wanted_of(const struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_VAR);

	return id > 0 ? wanted_type(btf, btf__type_by_id(btf, (uint32_t)id)->type) : (struct wanted){0};
}

static bool fits(const struct wanted *w, uint64_t value)
{
	unsigned bits = w->size * 8;

	if (bits >= 64)
		return true;
	if (w->is_signed)
		return value + (1ull << (bits - 1)) < 1ull << bits;
	return value >> bits == 0;
}

/* ---- options of the configuration ---- */

static bool is_number(const char *text)
{
	char *end;

	errno = 0;
	strtoull(text, &end, 0);
	return !errno && *text && !*end;
}

static bool takes(const struct wanted *w, const char *value)
{
	switch (*value) {
	case 'y':
	case 'n':
	case 'm':
		return w->type == VALUE_TRISTATE || w->type == VALUE_CHAR || (w->type == VALUE_BOOL && *value != 'm');
	case '"':
		return w->type == VALUE_TEXT;
	default:
		return is_number(value) && (w->type == VALUE_INT || w->type == VALUE_CHAR) &&
		       fits(w, strtoull(value, NULL, 0));
	}
}

static enum need_state check_option(const struct need *n, const struct wanted *w, const struct config_kernel *kernel,
                                    char **note)
{
	cleanup_free char *value = NULL;
	const char *found;
	size_t len;

	if (!kernel->text) {
		if (!kernel->booted)
			return NEED_UNKNOWN;
		*note = xstrdup("the kernel's configuration is not known");
		return NEED_DOUBTED;
	}
	found = kernel_config_value(kernel->text, n->name, &len);
	if (!found) {
		*note = xstrdup("not set in the kernel's configuration");
		return n->optional ? NEED_UNUSED : NEED_MISSING;
	}
	value = xstrndup(found, len);
	if (takes(w, value)) {
		*note = steal_ptr(value);
		return NEED_HOLDS;
	}
	/* however weak it is */
	*note = xasprintf("the value %s does not fit the type that the object declares", value);
	return NEED_MISSING;
}

/* ---- what libbpf makes up ---- */

static enum need_state check_version(const struct wanted *w, const struct config_kernel *kernel, char **note)
{
	unsigned major, minor, patch;

	if (!kernel->release)
		return NEED_UNKNOWN;
	if (sscanf(kernel->release, "%u.%u.%u", &major, &minor, &patch) != 3) {
		/* unless a distribution says it at another place, which libbpf knows of two of them */
		*note = xasprintf("libbpf reads no version in %s, which has no third number", kernel->release);
		return NEED_DOUBTED;
	}
	if (w->type == VALUE_INT && fits(w, (uint64_t)major << 16))
		return NEED_HOLDS;
	*note = xstrdup("a version does not fit the type that the object declares");
	return NEED_MISSING;
}

enum need_state need_config_check(const struct need *n, const struct btf *object, const struct config_kernel *kernel,
                                  char **note)
{
	const struct wanted w = wanted_of(object, n->name);

	if (!strncmp(n->name, "CONFIG_", 7))
		return check_option(n, &w, kernel, note);
	if (!strcmp(n->name, "LINUX_KERNEL_VERSION"))
		return check_version(&w, kernel, note);
	if (!strcmp(n->name, "LINUX_HAS_SYSCALL_WRAPPER") || !strcmp(n->name, "LINUX_HAS_BPF_COOKIE")) {
		if (w.type == VALUE_INT || w.type == VALUE_CHAR || w.type == VALUE_BOOL)
			return NEED_HOLDS;
		*note = xstrdup("a truth value does not fit the type that the object declares");
		return NEED_MISSING;
	}
	*note = xstrdup("libbpf knows nothing of that name");
	return n->optional && !strncmp(n->name, "LINUX_", 6) ? NEED_UNUSED : NEED_MISSING;
}
