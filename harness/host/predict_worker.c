/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict_worker.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/btf_source.h"
#include "host/classify.h"
#include "host/code_reach.h"
#include "host/jail.h"
#include "host/object_need.h"
#include "host/predict_forecast.h"
#include "host/symbols.h"
#include "relo/btf_check.h"
#include "relo/btf_join.h"
#include "relo/btf_field.h"
#include "relo/core_relo.h"
#include "relo/object_code.h"
#include "relo/relo_self_test.h"
#include "relo/relo_target.h"

static const struct jail_limits base_limits = {.cpu_seconds = 20, .memory = 1u << 30, .file = 1u << 30};
/* A cell takes about a millisecond; this many per second of the limit leave room for a slow machine. */
#define CELLS_PER_SECOND 20
#define LOG_MAX (256u << 10)

/* An object, parsed once for all kernels. */
struct parsed {
	bool usable;
	struct bpf_object *obj;
	struct btf *btf; /* borrowed from `obj` or `list`; NULL without */
	struct core_relo_list list;
	struct elf_view view;
	struct code_reach *code;
	struct need_list needs;
	bool *loaded; /* one per function */
	struct predict_object about;
};

/* A module's types, split from those of the kernel at work. */
struct module_types {
	const char *name;
	struct btf *btf;
};

struct worker {
	const struct predict_work *work;
	struct module_types *modules; /* of the kernel at work */
	size_t module_count;
	struct parsed *objects;
};

/* ---- notes ---- */

void predict_note_pack(struct pack *pack, struct predict_note_head *head)
{
	pack_u8(pack, &head->kind);
	pack_u32(pack, &head->kernel);
	pack_u32(pack, &head->object);
}

static int send(const struct worker *w, struct buf *note, struct error *err)
{
	uint32_t len = (uint32_t)note->len;
	cleanup_buf struct buf whole = {0};
	struct pack pack = pack_writer(&whole);
	int rc;

	pack_u32(&pack, &len);
	buf_add(&whole, note->data, note->len);
	rc = io_write_all(w->work->notes, whole.data, whole.len);
	return rc ? error_set(err, -rc, "predictions take more room than a worker may use: %s", strerror(-rc)) : 0;
}

static struct pack note_start(struct buf *note, enum predict_note kind, size_t kernel, size_t object)
{
	struct predict_note_head head = {(uint8_t)kind, (uint32_t)kernel, (uint32_t)object};
	struct pack pack = pack_writer(note);

	predict_note_pack(&pack, &head);
	return pack;
}

static int send_begin(const struct worker *w, size_t kernel, size_t object, struct error *err)
{
	cleanup_buf struct buf note = {0};

	note_start(&note, NOTE_BEGIN, kernel, object);
	return send(w, &note, err);
}

/* ---- objects ---- */

/* libbpf's print callback has no context argument. */
static struct buf *log_now;

static int take_log(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char *text;

	if (level == LIBBPF_DEBUG || !log_now || log_now->len > LOG_MAX || vasprintf(&text, fmt, ap) < 0)
		return 0;
	buf_puts(log_now, text);
	free(text);
	return 0;
}

static void reject(struct parsed *p, enum reject_class class, const char *reason)
{
	p->about.class = (uint8_t) class;
	free(p->about.reason);
	p->about.reason = xstrdup(reason);
}

static void refuse_open(struct parsed *p, int code, const char *log)
{
	cleanup_rejection struct rejection why = {0};

	classify_rejection(PHASE_OPEN, code, NULL, log, &why);
	reject(p, why.class, why.line);
}

static bool program_is_loaded(const struct parsed *p, const struct core_relo_func *f)
{
	const struct bpf_program *prog = f->main ? bpf_object__find_program_by_name(p->obj, f->name) : NULL;

	return !prog || bpf_program__autoload(prog);
}

static void describe(struct parsed *p)
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

static void parse_object(const struct object *o, struct parsed *p)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = o->name);
	cleanup_error struct error why = {0};
	cleanup_buf struct buf log = {0};

	if (elf_view_open(o->bytes.data, o->bytes.len, &p->view, &why) ||
	    core_relo_list_read(o->bytes.data, o->bytes.len, &p->list, &why) ||
	    /* without records the list has no functions either, but calls of helpers count all the same */
	    (!p->list.func_count && object_code_read(&p->view, &p->list, &why))) {
		reject(p, CLASS_OPEN, why.text);
		return;
	}
	log_now = &log;
	p->obj = bpf_object__open_mem(o->bytes.data, o->bytes.len, &opts);
	log_now = NULL;
	if (libbpf_get_error(p->obj)) {
		refuse_open(p, -(int)libbpf_get_error(p->obj), buf_str(&log));
		p->obj = NULL;
		return;
	}
	p->btf = p->list.btf ? p->list.btf : bpf_object__btf(p->obj);
	if (p->btf && btf_check(p->btf, 1, &why)) {
		reject(p, CLASS_OPEN, why.text);
		return;
	}
	apply_settings(p->obj, &o->ini);
	p->code = code_reach_new(&p->list, &p->view);
	need_list_collect(p->obj, &o->ini, p->btf, &p->view, &p->list, p->code, &p->needs);
	describe(p);
	p->usable = true;
}

static int parse_objects(struct worker *w, struct error *err)
{
	const struct object_list *list = w->work->objects;
	int rc = 0;

	for (size_t i = 0; i < list->count && !rc; i++) {
		cleanup_buf struct buf note = {0};
		struct pack pack;

		if (w->work->so_far->objects[i].failed)
			continue;
		rc = send_begin(w, NOTE_NO_INDEX, i, err);
		parse_object(&list->at[i], &w->objects[i]);
		pack = note_start(&note, NOTE_OBJECT, NOTE_NO_INDEX, i);
		prediction_pack_object(&pack, &w->objects[i].about);
		rc = rc ? rc : send(w, &note, err);
	}
	return rc;
}

/* ---- cells ---- */

static void calculate(struct parsed *p, const struct relo_target *target, struct predict_cell *c)
{
	struct relo_calc *calc = relo_calc_new(&p->list, target);
	bool poisoned = false;

	c->outcome_count = (uint32_t)p->list.count;
	c->outcomes = xcalloc(p->list.count, sizeof(*c->outcomes));
	for (size_t i = 0; i < p->list.count; i++) {
		struct relo_prediction *out = &c->outcomes[i].p;

		*out = (struct relo_prediction){.outcome = RELO_NOT_ATTEMPTED};
		if (!p->about.records[i].skipped)
			relo_calc_record(calc, i, out);
		poisoned |= out->says.seen == RELO_SEEN_POISON;
	}
	relo_calc_free(calc);
	if (!poisoned)
		return;
	code_reach_run(p->code, c->outcomes, p->loaded);
	for (size_t i = 0; i < p->list.count; i++)
		if (c->outcomes[i].p.says.seen == RELO_SEEN_POISON)
			c->outcomes[i].reach =
			        (uint8_t)code_reach_at(p->code, (size_t)p->list.records[i].func, p->list.facts[i].insn);
}

/* The likeliest place at which a function that has the name of `user` calls the helper. */
static enum reach helper_reach(const struct parsed *p, const struct need *n)
{
	enum reach most = REACH_NEVER;

	for (size_t f = 0; f < p->list.func_count; f++) {
		const struct bpf_insn *insn = code_reach_code(p->code, f);

		if (strcmp(p->list.funcs[f].name, n->user))
			continue;
		for (uint32_t i = 0; i < p->list.funcs[f].count; i++) {
			enum reach here;

			if (insn[i].code != (BPF_JMP | BPF_CALL) || insn[i].src_reg ||
			    insn[i].imm != (int32_t)n->number)
				continue;
			here = code_reach_at(p->code, f, i);
			most = here > most ? here : most;
		}
	}
	return most;
}

/* Beside a BTF from outside the kernel's own is hidden: what refers to its types by number cannot be had. */
static void doubt_needs(const struct parsed *p, struct predict_cell *c)
{
	c->need_count = p->needs.count;
	c->needs = xcalloc(c->need_count, sizeof(*c->needs));
	c->need_notes = xcalloc(c->need_count, sizeof(*c->need_notes));
	for (uint32_t i = 0; i < c->need_count; i++)
		c->needs[i] = need_is_typed((enum need_kind)p->needs.at[i].kind) && !p->needs.at[i].optional
		                      ? NEED_DOUBTED
		                      : NEED_UNKNOWN;
}

static void check_needs(struct parsed *p, const struct relo_target *target, const struct buf *symbols,
                        bool with_modules, struct predict_cell *c)
{
	bool walked = false;

	c->need_count = p->needs.count;
	c->needs = xcalloc(c->need_count, sizeof(*c->needs));
	c->need_notes = xcalloc(c->need_count, sizeof(*c->need_notes));
	for (uint32_t i = 0; i < c->need_count; i++) {
		const struct need *n = &p->needs.at[i];
		enum need_state state = need_check(&p->needs, i, target);
		bool provable = need_is_provable((enum need_kind)n->kind);
		bool in_module = with_modules && n->kind == NEED_KPROBE;

		/* the names are those of the kernel's own functions */
		if (symbols->len && !in_module)
			state = need_check_symbols(n, state, buf_str(symbols), symbols->len, &provable,
			                           &c->need_notes[i]);
		if (state == NEED_MISSING && n->kind == NEED_HELPER) {
			enum reach reach;

			if (!walked)
				code_reach_run(p->code, c->outcomes, p->loaded);
			walked = true;
			reach = helper_reach(p, n);
			state = reach == REACH_NEVER    ? NEED_UNUSED
			        : reach == REACH_ALWAYS ? NEED_MISSING
			                                : NEED_DOUBTED;
		} else if (state == NEED_MISSING && n->optional) {
			state = NEED_UNUSED;
		} else if (state == NEED_MISSING && !provable) {
			state = NEED_DOUBTED;
		}
		c->needs[i] = (uint8_t)state;
	}
}

static int32_t answer(const struct expect_rule *rule, const struct parsed *p, const struct btf *kernel)
{
	struct btf_field there, here;
	int found;

	if (rule->kind != EXPECT_MOVED && rule->kind != EXPECT_MISSING && rule->kind != EXPECT_EXISTS)
		return -ENODATA;
	found = btf_field_find(kernel, rule->argument, &there);
	if (rule->kind == EXPECT_EXISTS)
		return !found;
	if (rule->kind == EXPECT_MISSING || found)
		return found != 0;
	if (!p->btf || btf_field_find(p->btf, rule->argument, &here))
		return -ENOENT;
	return here.offset_bits != there.offset_bits;
}

static void answer_questions(const struct object_ini *ini, const struct parsed *p, const struct btf *kernel,
                             struct predict_cell *c)
{
	c->answer_count = (uint32_t)ini->rule_count;
	c->answers = xcalloc(ini->rule_count, sizeof(*c->answers));
	for (size_t i = 0; i < ini->rule_count; i++)
		c->answers[i] = answer(&ini->rules[i], p, kernel);
}

/* ---- modules ---- */

/* A module without types is one that nothing can be relocated by, as those of 5.10 are. */
static void read_modules(struct worker *w, size_t kernel, const struct btf *base)
{
	w->modules = xcalloc(w->work->file_count, sizeof(*w->modules));
	w->module_count = 0;
	for (size_t i = 0; i < w->work->file_count; i++) {
		const struct predict_module *m = &w->work->files[i];
		cleanup_buf struct buf raw = {0};
		struct btf *btf;

		if (m->kernel != kernel || m->file < 0 || btf_source_read(m->file, &raw, NULL))
			continue;
		btf = btf_join(base, raw.data, raw.len, NULL);
		if (btf)
			w->modules[w->module_count++] = (struct module_types){m->module->name, btf};
	}
}

static void free_modules(struct worker *w)
{
	for (size_t i = 0; i < w->module_count; i++)
		btf__free(w->modules[i].btf);
	free(w->modules);
	w->modules = NULL;
	w->module_count = 0;
}

/* The modules that are loaded for the object: those it names and what they depend on. */
static void loaded_modules(const struct module_set *set, const struct object_ini *ini, struct strings *order)
{
	for (size_t i = 0; set && i < ini->setting_count; i++)
		if (ini->settings[i].key == SETTING_MODULE)
			module_set_order(set, ini->settings[i].value, order);
}

static bool modules_are_known(const struct module_set *set, const struct object_ini *ini)
{
	for (size_t i = 0; i < ini->setting_count; i++)
		if (ini->settings[i].key == SETTING_MODULE && (!set || !module_set_find(set, ini->settings[i].value)))
			return false;
	return true;
}

/* The kernel as it is with the object's modules loaded. */
static struct relo_target *target_with_modules(const struct worker *w, const struct strings *loaded,
                                               const struct btf *base)
{
	struct relo_target *target = relo_target_new(base, NULL);

	for (size_t i = 0; target && i < loaded->count; i++)
		for (size_t m = 0; m < w->module_count; m++)
			if (!strcmp(w->modules[m].name, loaded->at[i]))
				relo_target_add_module(target, w->modules[m].btf, NULL);
	return target;
}

/* What would be said of an object without its modules would not be of the object that is run. */
static void doubt_modules(struct predict_cell *c)
{
	if (c->forecast == FORECAST_NONE || c->class == CLASS_OPEN)
		return;
	c->forecast = FORECAST_UNSURE;
	c->class = CLASS_ATTACH_TARGET;
	c->phase = PHASE_ATTACH;
	free(c->reason);
	c->reason = xstrdup("a kernel module that it names is not in the store yet; a run fetches it");
}

/* `target` is NULL for a kernel without BTF. */
static int do_cell(struct worker *w, size_t kernel, size_t object, const struct relo_target *target,
                   const struct buf *symbols, struct error *err)
{
	const struct predict_kernel about = {.has_btf = target != NULL};
	const struct object_ini *ini = &w->work->objects->at[object].ini;
	bool known = modules_are_known(w->work->modules[kernel], ini);
	struct relo_target *own = NULL; /* with the object's modules */
	cleanup_strings struct strings loaded = {0};
	struct parsed *p = &w->objects[object];
	struct predict_cell c __attribute__((cleanup(predict_cell_free))) = {0};
	cleanup_buf struct buf note = {0};
	struct pack pack;

	/* libbpf does not ask modules beside a BTF from outside */
	loaded_modules(w->work->modules[kernel], ini, &loaded);
	if (target && loaded.count && !w->work->external[kernel])
		own = target_with_modules(w, &loaded, relo_target_btf(target));
	target = own ? own : target;
	if (p->usable && target && known) {
		calculate(p, target, &c);
		if (w->work->external[kernel])
			doubt_needs(p, &c);
		else
			check_needs(p, target, symbols, loaded.count, &c);
	}
	if (target)
		answer_questions(&w->work->objects->at[object].ini, p, relo_target_btf(target), &c);
	predict_forecast(&about, &p->about, &c);
	if (!known)
		doubt_modules(&c);
	relo_target_free(own);
	pack = note_start(&note, NOTE_CELL, kernel, object);
	prediction_pack_cell(&pack, &c);
	return send(w, &note, err);
}

static int do_cells(struct worker *w, size_t kernel, const struct relo_target *target, const struct buf *symbols,
                    struct error *err)
{
	size_t count = w->work->objects->count;
	int rc = 0;

	for (size_t o = 0; o < count && !rc; o++) {
		if (w->work->done[kernel * count + o] || w->work->so_far->objects[o].failed)
			continue;
		rc = send_begin(w, kernel, o, err);
		rc = rc ? rc : do_cell(w, kernel, o, target, symbols, err);
	}
	return rc;
}

/* ---- kernels ---- */

static int send_kernel(struct worker *w, size_t kernel, const struct error *why, struct error *err)
{
	cleanup_buf struct buf note = {0};
	struct pack pack = note_start(&note, NOTE_KERNEL, kernel, NOTE_NO_INDEX);
	char *reason = why->text ? why->text : (char *)"";
	bool failed = why->text != NULL;

	pack_bool(&pack, &failed);
	pack_str(&pack, &reason);
	return send(w, &note, err);
}

/* Symbols are a help: what cannot be read is as if it had not been recorded. */
static void read_symbols(int fd, struct buf *text)
{
	off_t len = lseek(fd, 0, SEEK_END);

	if (len <= 0 || (size_t)len > SYMBOLS_MAX || pread(fd, buf_reserve(text, (size_t)len), (size_t)len, 0) != len)
		return;
	text->len = (size_t)len;
	text->data[text->len] = '\0';
}

static int do_kernel_types(struct worker *w, size_t kernel, struct error *err)
{
	cleanup_error struct error why = {0};
	cleanup_buf struct buf raw = {0}, symbols = {0};
	struct relo_target *target = NULL;
	struct btf *btf = NULL;
	int rc;

	if (!btf_source_read(w->work->btf[kernel], &raw, &why)) {
		btf = btf__new(raw.data, (__u32)raw.len);
		buf_free(&raw);
		if (libbpf_get_error(btf)) {
			btf = NULL;
			error_usage(&why, "damaged BTF, or of a kind that libbpf %s does not know",
			            libbpf_version_string());
		}
	}
	if (btf)
		target = relo_target_new(btf, &why);
	rc = send_kernel(w, kernel, &why, err);
	if (target && !rc && w->work->symbols[kernel] >= 0)
		read_symbols(w->work->symbols[kernel], &symbols);
	if (target && !rc) {
		read_modules(w, kernel, btf);
		rc = do_cells(w, kernel, target, &symbols, err);
		free_modules(w);
	}
	relo_target_free(target);
	btf__free(btf);
	return rc;
}

static int do_kernel(struct worker *w, size_t kernel, struct error *err)
{
	const struct error fine = {0};
	int rc;

	if (w->work->so_far->kernels[kernel].failed)
		return 0;
	rc = send_begin(w, kernel, NOTE_NO_INDEX, err);
	if (rc)
		return rc;
	if (w->work->btf[kernel] >= 0)
		return do_kernel_types(w, kernel, err);
	rc = send_kernel(w, kernel, &fine, err);
	return rc ? rc : do_cells(w, kernel, NULL, NULL, err);
}

int predict_work(void *ctx, struct error *err)
{
	struct worker w = {.work = ctx};
	struct jail_limits limits = base_limits;
	size_t cells = (w.work->end - w.work->first) * w.work->objects->count;
	int rc;

	limits.cpu_seconds += (unsigned)(cells / CELLS_PER_SECOND);
	rc = jail_enter(&limits, err);
	rc = rc ? rc : relo_self_test(err);
	if (rc)
		return rc;
	libbpf_set_print(take_log);
	w.objects = xcalloc(w.work->objects->count, sizeof(*w.objects));
	rc = parse_objects(&w, err);
	for (size_t k = w.work->first; k < w.work->end && !rc; k++)
		rc = do_kernel(&w, k, err);
	/* The process ends here; its objects go with it. */
	return rc;
}
