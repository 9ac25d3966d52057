/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/parsed_object.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/judge/classify.h"
#include "host/predict/record_source.h"
#include "relo/btf_check.h"
#include "relo/object_code.h"

#define LOG_MAX (256u << 10)

/* libbpf's print callback has no context argument. */
static struct buf *log_now;

static int take_log(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char *text;

	if (level == LIBBPF_DEBUG || log_now->len > LOG_MAX || vasprintf(&text, fmt, ap) < 0)
		return 0;
	buf_puts(log_now, text);
	free(text);
	return 0;
}

static void reject(struct parsed_object *p, enum reject_class class, const char *reason)
{
	p->about.class = (uint8_t) class;
	free(p->about.reason);
	p->about.reason = xstrdup(reason);
}

/* Opening an object asks nobody's permission: whoever refused is the worker's own filter of system calls (jail.h). */
static void fail_open(struct parsed_object *p)
{
	p->about.failed = true;
	free(p->about.reason);
	p->about.reason = xasprintf(
	        "libbpf %s makes a system call that the harness does not allow its worker: a fault of the harness, not of the object",
	        libbpf_version_string());
}

static void refuse_open(struct parsed_object *p, int code, const char *log)
{
	cleanup_rejection struct rejection why = {0};

	if (code == EPERM) {
		fail_open(p);
		return;
	}
	classify_rejection(PHASE_OPEN, code, NULL, log, libbpf_version_string(), &why);
	reject(p, why.class, why.line);
}

static bool program_is_loaded(const struct parsed_object *p, const struct core_relo_func *f)
{
	const struct bpf_program *prog = f->main ? bpf_object__find_program_by_name(p->obj, f->name) : NULL;

	return !prog || bpf_program__autoload(prog);
}

static void describe(struct parsed_object *p)
{
	const struct bpf_program *prog;

	p->loaded = xcalloc(p->list.func_count, sizeof(*p->loaded));
	for (size_t f = 0; f < p->list.func_count; f++)
		p->loaded[f] = program_is_loaded(p, &p->list.funcs[f]);
	for (prog = bpf_object__next_program(p->obj, NULL); prog;
	     prog = bpf_object__next_program(p->obj, (struct bpf_program *)prog))
		p->about.programs++;
	p->about.record_count = (uint32_t)p->list.count;
	p->about.records = xcalloc(p->list.count, sizeof(*p->about.records));
	for (size_t i = 0; i < p->list.count; i++) {
		const struct relo_fact *f = &p->list.facts[i];
		int32_t func = p->list.records[i].func;

		p->about.records[i] = (struct predict_record){
		        .program = f->program,
		        .section = f->section,
		        .type = f->type,
		        .access = f->access,
		        .spec = f->spec,
		        .number = f->number,
		        .insn = f->insn,
		        .kind = f->kind,
		        .local = f->local,
		        .skipped = func < 0 || !p->loaded[func],
		        .source = record_source(&p->view, p->list.btf, f->section, p->list.records[i].section_insn),
		};
	}
	p->about.needs = p->needs.at;
	p->about.need_count = p->needs.count;
}

/* What the object's ini changes before a load, as far as it bears on what is relocated and needed. */
static void apply_settings(struct bpf_object *obj, const struct object_ini *ini)
{
	for (size_t i = 0; i < ini->setting_count; i++) {
		const struct job_setting *s = &ini->settings[i];
		struct bpf_program *prog = bpf_object__find_program_by_name(obj, s->name);
		struct bpf_map *map = bpf_object__find_map_by_name(obj, s->name);
		struct bpf_map *ring = bpf_object__find_map_by_name(obj, s->value);

		if (s->key == SETTING_PROGRAM_AUTOLOAD && prog)
			bpf_program__set_autoload(prog, !strcmp(s->value, "yes"));
		else if (s->key == SETTING_MAP_AUTOCREATE && map)
			bpf_map__set_autocreate(map, !strcmp(s->value, "yes"));
		else if (s->key == SETTING_PERFBUF_FALLBACK && ring)
			bpf_map__set_type(ring, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	}
}

/* As the object has them: libbpf makes variables of the kernel's functions in its own copy. NULL without. */
static struct btf *own_types(const struct elf_view *view)
{
	const struct elf_view_section *s = elf_view_find(view, ".BTF");
	struct btf *btf = s ? btf__new(s->data, (__u32)s->size) : NULL;

	return libbpf_get_error(btf) ? NULL : btf;
}

void parsed_object_read(const struct object *o, const struct arch *arch, struct parsed_object *p)
{
	const struct buf *bytes = object_given(o, arch).bytes;
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = o->name);
	cleanup_error struct error why = {0};
	cleanup_buf struct buf log = {0};
	libbpf_print_fn_t print;

	if (elf_view_open(bytes->data, bytes->len, &p->view, &why) ||
	    core_relo_list_read(bytes->data, bytes->len, &p->list, &why) ||
	    /* without records the list has no functions either, but calls of helpers count all the same */
	    (!p->list.func_count && object_code_read(&p->view, &p->list, &why))) {
		reject(p, CLASS_OPEN, why.text);
		return;
	}
	log_now = &log;
	print = libbpf_set_print(take_log);
	p->obj = bpf_object__open_mem(bytes->data, bytes->len, &opts);
	libbpf_set_print(print);
	log_now = NULL;
	if (libbpf_get_error(p->obj)) {
		refuse_open(p, -(int)libbpf_get_error(p->obj), buf_str(&log));
		p->obj = NULL;
		return;
	}
	p->btf = p->list.btf ? p->list.btf : own_types(&p->view);
	if (p->btf && btf_check(p->btf, 1, &why)) {
		reject(p, CLASS_OPEN, why.text);
		return;
	}
	apply_settings(p->obj, &o->ini);
	p->code = code_reach_new(&p->list, &p->view);
	need_list_collect(p->obj, &o->ini, p->btf, &p->view, &p->list, p->code, arch, &p->needs);
	p->member_count = struct_ops_members(&p->view, &p->list, p->btf, &p->members);
	describe(p);
	p->usable = true;
}
