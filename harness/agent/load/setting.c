/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/setting.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "agent/attach/attach.h"
#include "agent/load/variable.h"
#include "base/buf.h"
#include "base/cleanup.h"

/* How many names a mistake lists of what the object has. */
#define NAMES_LISTED 40

/* One setting at work. */
struct change {
	struct bpf_object *obj;
	const char *name, *value;
	struct buf *mistakes;
};

__attribute__((format(printf, 2, 3))) static void mistake(struct change *c, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	buf_printf(c->mistakes, "%s%s", c->mistakes->len ? "; " : "", text ? text : "out of memory");
}

static void name_add(struct buf *out, const char *name, unsigned *count)
{
	if ((*count)++ < NAMES_LISTED)
		buf_printf(out, "%s%s", out->len ? ", " : "", name);
	else if (*count == NAMES_LISTED + 1)
		buf_puts(out, ", …");
}

static struct bpf_map *map_find(struct change *c, const char *name)
{
	cleanup_buf struct buf names = {0};
	unsigned count = 0;
	struct bpf_map *map;

	bpf_object__for_each_map(map, c->obj)
	{
		if (!strcmp(bpf_map__name(map), name))
			return map;
		name_add(&names, bpf_map__name(map), &count);
	}
	mistake(c, "the ini names a map \"%s\"; the object has %s", name, count ? buf_str(&names) : "none");
	return NULL;
}

static struct bpf_program *program_find(struct change *c)
{
	cleanup_buf struct buf names = {0};
	unsigned count = 0;
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, c->obj)
	{
		if (!strcmp(bpf_program__name(prog), c->name))
			return prog;
		name_add(&names, bpf_program__name(prog), &count);
	}
	mistake(c, "the ini names a program \"%s\"; the object has %s", c->name, count ? buf_str(&names) : "none");
	return NULL;
}

static void check(struct change *c, const char *what, int rc)
{
	if (rc < 0)
		mistake(c, "%s of \"%s\" cannot be \"%s\": %s", what, c->name, c->value, strerror(-rc));
}

/* The form was checked where the ini was read; a value that does not fit 32 bits is refused here. */
static bool number(struct change *c, const char *what, __u32 *out)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(c->value, &end, 0);
	if (errno || end == c->value || *end || *c->value == '-' || v > UINT32_MAX) {
		mistake(c, "%s of \"%s\" cannot be \"%s\": give a number up to %u", what, c->name, c->value,
		        UINT32_MAX);
		return false;
	}
	*out = (__u32)v;
	return true;
}

static bool is_yes(const struct change *c)
{
	return !strcmp(c->value, "yes");
}

static void set_variable(struct change *c)
{
	cleanup_error struct error err = {0};

	if (variable_set(c->obj, c->name, c->value, &err))
		mistake(c, "%s", err.text);
}

static void set_max_entries(struct change *c)
{
	struct bpf_map *map = map_find(c, c->name);
	__u32 v;

	if (map && number(c, "max_entries", &v))
		check(c, "max_entries", bpf_map__set_max_entries(map, v));
}

static void set_key_size(struct change *c)
{
	struct bpf_map *map = map_find(c, c->name);
	__u32 v;

	if (map && number(c, "key_size", &v))
		check(c, "key_size", bpf_map__set_key_size(map, v));
}

static void set_value_size(struct change *c)
{
	struct bpf_map *map = map_find(c, c->name);
	__u32 v;

	if (map && number(c, "value_size", &v))
		check(c, "value_size", bpf_map__set_value_size(map, v));
}

static void set_map_type(struct change *c)
{
	struct bpf_map *map = map_find(c, c->name);
	const char *name;

	for (unsigned t = 0; map && (name = libbpf_bpf_map_type_str((enum bpf_map_type)t)); t++) {
		if (strcmp(name, c->value))
			continue;
		check(c, "type", bpf_map__set_type(map, (enum bpf_map_type)t));
		return;
	}
	if (map)
		mistake(c,
		        "type of map \"%s\" is \"%s\", which libbpf does not know; give one as `bpftool map` does: hash, lru_hash, percpu_array",
		        c->name, c->value);
}

/* libbpf wants an inner map that exists: one of the prototype's shape is made, and kept until the process ends. */
static void set_inner(struct change *c)
{
	struct bpf_map *map = map_find(c, c->name), *inner = map ? map_find(c, c->value) : NULL;
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	int fd, rc;

	if (!inner)
		return;
	opts.map_flags = bpf_map__map_flags(inner);
	fd = bpf_map_create(bpf_map__type(inner), "cm_inner", bpf_map__key_size(inner), bpf_map__value_size(inner),
	                    bpf_map__max_entries(inner), &opts);
	if (fd < 0) {
		mistake(c, "a map of the shape of \"%s\" cannot be made: %s", c->value, strerror(-fd));
		return;
	}
	rc = bpf_map__set_inner_map_fd(map, fd);
	if (rc < 0)
		mistake(c, "\"%s\" cannot have inner maps: %s; its type has to be array_of_maps or hash_of_maps",
		        c->name, strerror(-rc));
}

static void set_pin(struct change *c)
{
	struct bpf_map *map = map_find(c, c->name);

	if (map && !is_yes(c))
		check(c, "pin", bpf_map__set_pin_path(map, NULL));
}

static void set_autocreate(struct change *c)
{
	struct bpf_map *map = map_find(c, c->name);

	if (map)
		check(c, "autocreate", bpf_map__set_autocreate(map, is_yes(c)));
}

static void set_autoload(struct change *c)
{
	struct bpf_program *prog = program_find(c);

	if (prog)
		check(c, "autoload", bpf_program__set_autoload(prog, is_yes(c)));
}

/* Whether programs of this type are attached to a target that is given while they are attached, not before. */
static bool binds_late(const struct bpf_program *prog)
{
	enum bpf_prog_type type = bpf_program__type(prog);

	return type == BPF_PROG_TYPE_KPROBE || type == BPF_PROG_TYPE_TRACEPOINT || type == BPF_PROG_TYPE_RAW_TRACEPOINT;
}

static void set_attach_to(struct change *c)
{
	struct bpf_program *prog = program_find(c);
	enum bpf_prog_type type = prog ? bpf_program__type(prog) : BPF_PROG_TYPE_UNSPEC;

	/* of a section that this libbpf does not know, loading it tells */
	if (type == BPF_PROG_TYPE_UNSPEC || binds_late(prog) || type == BPF_PROG_TYPE_EXT ||
	    attach_knows(prog, &(struct attach_place){.to = c->value}))
		return;
	if (type == BPF_PROG_TYPE_TRACING || type == BPF_PROG_TYPE_LSM)
		check(c, "attach_to", bpf_program__set_attach_target(prog, 0, c->value));
	else
		mistake(c, "program \"%s\" is of type %s, which has no attach target that an ini can give", c->name,
		        libbpf_bpf_prog_type_str(type) ?: "unknown");
}

static void set_program_type(struct change *c)
{
	struct bpf_program *prog = program_find(c);
	const char *name;

	for (unsigned t = 0; prog && (name = libbpf_bpf_prog_type_str((enum bpf_prog_type)t)); t++) {
		if (strcmp(name, c->value))
			continue;
		check(c, "type", bpf_program__set_type(prog, (enum bpf_prog_type)t));
		return;
	}
	if (prog)
		mistake(c,
		        "type of program \"%s\" is \"%s\", which libbpf does not know; give one as `bpftool prog` does: kprobe, tracepoint, xdp",
		        c->name, c->value);
}

/* Before what depends on it: where such a program is attached. */
static void set_attach_type(struct change *c)
{
	struct bpf_program *prog = program_find(c);
	const char *name;

	for (unsigned t = 0; prog && (name = libbpf_bpf_attach_type_str((enum bpf_attach_type)t)); t++) {
		if (strcmp(name, c->value))
			continue;
		check(c, "attach_type", bpf_program__set_expected_attach_type(prog, (enum bpf_attach_type)t));
		return;
	}
	if (prog)
		mistake(c,
		        "attach_type of program \"%s\" is \"%s\", which libbpf does not know; give one as libbpf does: tcx_egress, cgroup_inet_ingress",
		        c->name, c->value);
}

/* A perf buffer's keys and values are CPU numbers and file descriptors; 0 entries means one per CPU. */
static void set_perfbuf_fallback(struct change *c)
{
	struct bpf_map *map = map_find(c, c->value);

	if (!map || libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) == 1)
		return;
	if (bpf_map__set_type(map, BPF_MAP_TYPE_PERF_EVENT_ARRAY) || bpf_map__set_key_size(map, sizeof(int)) ||
	    bpf_map__set_value_size(map, sizeof(int)) || bpf_map__set_max_entries(map, 0))
		mistake(c, "\"%s\" cannot become a perf buffer", c->value);
}

/* In the order in which they have to be done: a type before what depends on it. */
static const struct action {
	enum setting_key key;
	void (*apply)(struct change *c);
} actions[] = {
        {SETTING_PERFBUF_FALLBACK, set_perfbuf_fallback},
        {SETTING_RODATA, set_variable},
        {SETTING_MAP_TYPE, set_map_type},
        {SETTING_MAP_KEY_SIZE, set_key_size},
        {SETTING_MAP_VALUE_SIZE, set_value_size},
        {SETTING_MAP_MAX_ENTRIES, set_max_entries},
        {SETTING_MAP_INNER, set_inner},
        {SETTING_MAP_PIN, set_pin},
        {SETTING_MAP_AUTOCREATE, set_autocreate},
        {SETTING_PROGRAM_TYPE, set_program_type},
        {SETTING_PROGRAM_ATTACH_TYPE, set_attach_type},
        {SETTING_PROGRAM_AUTOLOAD, set_autoload},
        {SETTING_PROGRAM_ATTACH_TO, set_attach_to},
};

int setting_apply(struct bpf_object *obj, const struct job_object *job, struct error *err)
{
	cleanup_buf struct buf mistakes = {0};

	for (size_t a = 0; a < sizeof(actions) / sizeof(actions[0]); a++) {
		for (uint32_t i = 0; i < job->setting_count; i++) {
			const struct job_setting *s = &job->settings[i];
			struct change c = {.obj = obj, .name = s->name, .value = s->value, .mistakes = &mistakes};

			if (s->key == actions[a].key)
				actions[a].apply(&c);
		}
	}
	for (uint32_t i = 0; i < job->setting_count; i++)
		if (job->settings[i].key >= SETTING_KEY_COUNT)
			buf_printf(&mistakes, "%ssetting %u is newer than this agent", mistakes.len ? "; " : "",
			           job->settings[i].key);
	return mistakes.len ? error_usage(err, "%s", buf_str(&mistakes)) : 0;
}
