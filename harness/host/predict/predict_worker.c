/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/predict_worker.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/jail.h"
#include "host/predict/map_check.h"
#include "host/predict/parsed_object.h"
#include "host/predict/predict_calc.h"
#include "host/predict/predict_forecast.h"
#include "host/resolve/btf_join.h"
#include "host/resolve/relo_self_test.h"
#include "host/resolve/relo_target.h"
#include "host/store/btf_source.h"
#include "host/store/kernel_config.h"
#include "host/store/symbols.h"

static const struct jail_limits base_limits = {.cpu_seconds = 20, .memory = 1u << 30, .file = 1u << 30};
/* A cell takes about a millisecond; this many per second of the limit leave room for a slow machine. */
#define CELLS_PER_SECOND 20

/* A module's types, split from those of the kernel at work. */
struct module_types {
	const char *name;
	struct btf *btf;
};

struct worker {
	const struct predict_work *work;
	struct module_types *modules; /* of the kernel at work, as are the next two */
	size_t module_count;
	struct buf config_text;
	struct config_kernel config;
	struct parsed_object *objects; /* in the order of the prediction's */
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
	return rc ? error_set(err, -rc, "predictions take more memory than a worker may use: %s", strerror(-rc)) : 0;
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

/* A loader is not an object, and nothing can tell what it loads; its ini may ask about types all the same.
 */
static bool is_loader(const struct object *o)
{
	for (size_t i = 0; i < o->ini.setting_count; i++)
		if (o->ini.settings[i].key == SETTING_LOADER)
			return true;
	return false;
}

static void leave_object(struct parsed_object *p, const char *reason)
{
	p->about.failed = true;
	p->about.reason = xstrdup(reason);
}

/* `at` is its place among the prediction's. */
static int parse_object(struct worker *w, const struct object *o, const struct arch *arch, size_t at, struct error *err)
{
	const struct predict_object *so_far = &w->work->so_far->objects[at];
	cleanup_buf struct buf note = {0};
	struct pack pack;
	int rc;

	if (so_far->failed) {
		leave_object(&w->objects[at], so_far->reason);
		return 0;
	}
	rc = send_begin(w, NOTE_NO_INDEX, at, err);
	if (is_loader(o))
		leave_object(&w->objects[at], "a loader loads its own objects");
	else
		parsed_object_read(o, arch, &w->objects[at]);
	pack = note_start(&note, NOTE_OBJECT, NOTE_NO_INDEX, at);
	prediction_pack_object(&pack, &w->objects[at].about);
	return rc ? rc : send(w, &note, err);
}

static bool is_asked(const struct worker *w, size_t arch)
{
	for (size_t i = 0; i < w->work->kernel_count; i++)
		if (w->work->so_far->kernels[w->work->kernels[i]].arch == arch)
			return true;
	return false;
}

/* For each architecture that a kernel at work has: of some objects it has a file of its own, and names differ. */
static int parse_objects(struct worker *w, struct error *err)
{
	const struct object_list *list = w->work->objects;
	const struct arch *arch;
	int rc = 0;

	for (size_t a = 0; (arch = arch_at(a)) && !rc; a++)
		for (size_t i = 0; i < list->count && !rc && is_asked(w, a); i++)
			rc = parse_object(w, &list->at[i], arch, a * list->count + i, err);
	return rc;
}

/* The one that the kernel is given. */
static struct parsed_object *given(const struct worker *w, size_t kernel, size_t object)
{
	return &w->objects[w->work->so_far->kernels[kernel].arch * w->work->objects->count + object];
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

/* The modules that are loaded for the object: those it names or needs, and what they depend on; or that are anyway. */
static void loaded_modules(const struct predict_types *types, const struct object *o, struct strings *order)
{
	const struct strings *needed = object_given(o, types->arch).modules;
	const struct module_set *set = types->modules;

	for (size_t i = 0; set && types->loaded && i < set->count; i++)
		module_set_order(set, set->at[i].name, order);
	for (size_t i = 0; set && i < o->ini.setting_count; i++)
		if (o->ini.settings[i].key == SETTING_MODULE)
			module_set_order(set, o->ini.settings[i].value, order);
	for (size_t i = 0; set && i < needed->count; i++)
		if (module_set_find(set, needed->at[i]))
			module_set_order(set, needed->at[i], order);
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

/* ---- cells ---- */

/* `target` is NULL for a kernel without BTF. */
static int do_cell(struct worker *w, size_t kernel, size_t object, const struct relo_target *target,
                   const struct buf *symbols, struct error *err)
{
	const struct predict_kernel about = {.has_btf = target != NULL};
	const struct predict_types *types = &w->work->types[kernel];
	const struct object_ini *ini = &w->work->objects->at[object].ini;
	bool known = modules_are_known(w->work->modules[kernel], ini);
	struct relo_target *own = NULL; /* with the object's modules */
	cleanup_strings struct strings loaded = {0};
	struct parsed_object *p = given(w, kernel, object);
	struct predict_cell c __attribute__((cleanup(predict_cell_free))) = {0};
	cleanup_buf struct buf note = {0};
	struct pack pack;

	/* libbpf does not ask modules beside a BTF from outside */
	loaded_modules(types, &w->work->objects->at[object], &loaded);
	if (target && loaded.count && !w->work->external[kernel])
		own = target_with_modules(w, &loaded, relo_target_btf(target));
	target = own ? own : target;
	if (p->usable && target && known) {
		predict_calc_outcomes(p, target, !w->work->external[kernel], &c);
		if (w->work->external[kernel]) {
			predict_calc_doubts(p, &w->config, &c);
		} else {
			predict_calc_needs(p, target, symbols, loaded.count && !types->loaded, &w->config, &c);
			predict_calc_programs(p, target, &c);
		}
		map_check(p, ini, &c);
	}
	if (target)
		predict_calc_answers(ini, p, relo_target_btf(target), &w->config, &c);
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
		if (w->work->done[kernel * count + o])
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

static bool asks_config(const struct object_ini *ini)
{
	for (size_t i = 0; i < ini->rule_count; i++)
		if (!strncmp(ini->rules[i].argument, "CONFIG_", 7))
			return true;
	return false;
}

static bool is_config_wanted(const struct worker *w, size_t kernel)
{
	for (size_t o = 0; o < w->work->objects->count; o++) {
		if (asks_config(&w->work->objects->at[o].ini))
			return true;
		for (uint32_t i = 0; i < given(w, kernel, o)->needs.count; i++)
			if (given(w, kernel, o)->needs.at[i].kind == NEED_CONFIG)
				return true;
	}
	return false;
}

/* A configuration that cannot be read is as if it were not known. */
static void read_config(struct worker *w, size_t kernel)
{
	const struct predict_types *types = &w->work->types[kernel];
	int fd = w->work->configs[kernel];

	buf_free(&w->config_text);
	w->config = (struct config_kernel){.release = types->release, .booted = types->config != NULL};
	if (fd >= 0 && is_config_wanted(w, kernel) && !kernel_config_read(fd, &w->config_text, NULL))
		w->config.text = buf_str(&w->config_text);
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
		read_config(w, kernel);
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
	size_t cells = w.work->kernel_count * w.work->objects->count;
	int rc;

	limits.cpu_seconds += (unsigned)(cells / CELLS_PER_SECOND);
	rc = jail_enter(&limits, err);
	rc = rc ? rc : relo_self_test(err);
	if (rc)
		return rc;
	libbpf_set_print(NULL);
	w.objects = xcalloc(ARCH_MAX * w.work->objects->count, sizeof(*w.objects));
	rc = parse_objects(&w, err);
	for (size_t i = 0; i < w.work->kernel_count && !rc; i++)
		rc = do_kernel(&w, w.work->kernels[i], err);
	/* The process ends here; its objects go with it. */
	return rc;
}
