/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/advice/advice_subject.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "relo/core_spec.h"

/* What stands before the name in a line that proves a rejection, and what the name is the name of. */
static const struct {
	enum reject_class class;
	const char *before;
	enum btf_topic topic;
} clues[] = {
        {CLASS_HELPER, "#", BTF_TOPIC_ENUM_VALUE},
        {CLASS_MAP_TYPE, "inner map: ", BTF_TOPIC_MAP},
        {CLASS_MAP_TYPE, "map '", BTF_TOPIC_MAP},
        {CLASS_ATTACH_TARGET, "BTF type ID of '", BTF_TOPIC_FUNCTION},
        {CLASS_ATTACH_TARGET, "tracepoint '", BTF_TOPIC_TRACEPOINT},
        {CLASS_ATTACH_TARGET, "probe '", BTF_TOPIC_FUNCTION},
        {CLASS_ATTACH_TARGET, "address of function ", BTF_TOPIC_FUNCTION},
        {CLASS_KFUNC, "(func ksym) '", BTF_TOPIC_FUNCTION},
        {CLASS_KFUNC, "kfunc '", BTF_TOPIC_FUNCTION},
        {CLASS_KFUNC, "calling kernel function ", BTF_TOPIC_FUNCTION},
        {CLASS_EXTERN, "(var ksym) '", BTF_TOPIC_VARIABLE},
};

static bool is_user_probe(const struct result_program *p)
{
	return p && (!strncmp(p->section, "uprobe", 6) || !strncmp(p->section, "uretprobe", 9));
}

/* "program X: …" and "program 'X': …" are how judge and agent start; "prog 'X': …" is libbpf. */
static const struct result_program *find_program(const struct result_cell *c)
{
	static const char *const starts[] = {"program '", "program ", "prog '"};
	const char *name = NULL;
	size_t len;

	for (size_t i = 0; !name && i < sizeof(starts) / sizeof(*starts); i++)
		if (!strncmp(c->reason, starts[i], strlen(starts[i])))
			name = c->reason + strlen(starts[i]);
	if (!name)
		return NULL;
	len = strcspn(name, "':");
	for (size_t i = 0; i < c->program_count; i++)
		if (strlen(c->programs[i].name) == len && !memcmp(c->programs[i].name, name, len))
			return &c->programs[i];
	return NULL;
}

/* "struct task_struct___old.state" -> "task_struct.state": the kernel knows no flavours. */
static bool from_spec(const char *spec, struct advice_subject *s)
{
	const char *name = strchr(spec, ' ');
	size_t len, plain;

	if (!name || !strncmp(spec, "enum ", 5))
		return false;
	name++;
	len = strcspn(name, ".");
	{
		cleanup_free char *type = xstrndup(name, len);

		plain = core_spec_plain_len(type);
	}
	s->keyword = strncmp(spec, "union ", 6) ? "struct" : "union";
	s->topic = name[len] ? BTF_TOPIC_FIELD : BTF_TOPIC_TYPE;
	s->name = xasprintf("%.*s%s", (int)plain, name, name + len);
	return true;
}

static bool from_relocations(const struct result_cell *c, struct advice_subject *s)
{
	for (size_t i = 0; i < c->relocation_count; i++)
		if (c->relocations[i].outcome == RELO_FATAL)
			return from_spec(c->relocations[i].spec, s);
	return false;
}

/* The name ends at its quote, or where it stands alone at the end of a word; "+0x0" is an offset into a function. */
static char *take_name(const char *at, enum btf_topic topic)
{
	cleanup_free char *name = xstrndup(at, strcspn(at, "'+ "));
	const char *slash = topic == BTF_TOPIC_TRACEPOINT ? strrchr(name, '/') : NULL;

	return xstrdup(slash ? slash + 1 : name);
}

static bool from_reason(const struct result_cell *c, struct advice_subject *s)
{
	for (size_t i = 0; i < sizeof(clues) / sizeof(*clues); i++) {
		const char *at = clues[i].class == c->class ? strstr(c->reason, clues[i].before) : NULL;

		if (!at)
			continue;
		at += strlen(clues[i].before);
		s->topic = clues[i].topic;
		if (s->topic == BTF_TOPIC_ENUM_VALUE) {
			s->value = strtoull(at, NULL, 10);
			s->name = xstrdup("bpf_func_id");
		} else {
			s->name = take_name(at, s->topic);
		}
		if (s->topic == BTF_TOPIC_FUNCTION && s->program && !strncmp(s->program->section, "tp_btf", 6))
			s->topic = BTF_TOPIC_TRACEPOINT;
		return true;
	}
	return false;
}

bool advice_subject_find(const struct result_cell *c, struct advice_subject *s)
{
	bool found;

	*s = (struct advice_subject){.program = find_program(c)};
	/* a map that there is too little memory for is not one that the kernel does not know */
	if (c->class == CLASS_MAP_TYPE && (strstr(c->reason, "(-12)") || strstr(c->reason, "-ENOMEM")))
		return false;
	/* it is there, but has fewer fields than are read; the kernel's types know no tracepoints of system calls */
	if (strstr(c->reason, "failed to attach to tracepoint '"))
		return false;
	/* what a uprobe attaches to is not the kernel's */
	if (c->class == CLASS_ATTACH_TARGET && is_user_probe(s->program))
		return false;
	/* "calling kernel function is not supported" names none */
	if (c->class == CLASS_KFUNC && strstr(c->reason, "kernel function is not"))
		return false;
	found = c->class == CLASS_RELOCATION ? from_relocations(c, s) : from_reason(c, s);
	if (found && !*s->name) {
		free(s->name);
		return false;
	}
	return found;
}
