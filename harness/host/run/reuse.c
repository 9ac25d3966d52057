/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/reuse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/arch/arch.h"
#include "host/lib/sha256.h"
#include "host/lib/side_by_side.h"
#include "host/lib/strings.h"
#include "host/lib/text.h"
#include "host/object/shipped.h"
#include "host/run/linked_libbpf.h"
#include "host/vm/host_speed.h"
#include "wire/job.h"

#define LOG_MAX ((size_t)32 << 20)
#define DAY_S (24 * 60 * 60)

/* ---- what decides a cell ---- */

/* Hashes of files, each computed once. */
struct hashes {
	struct strings paths, hashes;
};

static int add_file(struct hashes *known, const char *what, const char *path, struct buf *text, struct error *err)
{
	cleanup_free char *hash = NULL;
	size_t i = 0;
	int rc;

	while (i < known->paths.count && strcmp(known->paths.at[i], path))
		i++;
	if (i == known->paths.count) {
		rc = *path ? sha256_file(path, &hash, NULL, err) : 0;
		if (rc)
			return rc;
		strings_add(&known->paths, path);
		strings_add(&known->hashes, hash ? hash : "none");
	}
	buf_printf(text, "%s %s\n", what, known->hashes.at[i]);
	return 0;
}

static void add_bytes(const char *what, const struct buf *bytes, struct buf *text)
{
	cleanup_free char *hash = bytes && bytes->len ? sha256_bytes(bytes->data, bytes->len) : xstrdup("none");

	buf_printf(text, "%s %s\n", what, hash);
}

/* Of the run as a whole. */
static int describe_run(const struct schedule *s, struct hashes *known, struct buf *text, struct error *err)
{
	const enum accel accel = s->means->accel;
	cleanup_free char *processor = accel == ACCEL_TCG ? xstrdup("any") : arch_host_processor();
	cleanup_free char *qemu = guest_means_qemu(s->means);

	buf_printf(text, "libbpf %s %s\nqemu %s\naccel %s\nprocessor %s\n", linked_libbpf(), s->libbpf ? s->libbpf : "",
	           qemu, accel_name(accel), processor);
	buf_printf(text, "repeat %u\ncold %d\ntop lines %d\nrequire %d\n", s->repeat, s->cold, s->top_lines,
	           (int)s->require);
	return add_file(known, "program", "/proc/self/exe", text, err);
}

static int describe_kernel(const struct schedule *s, size_t kernel, struct hashes *known, struct buf *text,
                           struct error *err)
{
	const struct store_kernel *k = &s->kernels[kernel];
	const struct kernel_row *row = &s->list->rows[kernel];
	cleanup_free char *env = circumstances_text(&row->env);

	buf_printf(text, "kernel %s\nrelease %s\nimage %s\ntypes %s\n", k->id, k->release, k->image_sha256,
	           k->btf_sha256);
	buf_printf(text, "memory %u\nprocessors %u\nappend %s\nenv %s\nexpect %s\nallow %s because %s\n",
	           row->memory_mb, row->processors, row->append, env, row->expect,
	           row->allow.pattern ? row->allow.pattern : "", row->allow.reason ? row->allow.reason : "");
	add_bytes("external types", &s->external[kernel].raw, text);
	return add_file(known, "configuration", k->config, text, err);
}

/* All that the guest is told of it, and what the host reads in its ini. */
static int describe_object(const struct schedule *s, size_t object, const struct arch *arch, struct hashes *known,
                           struct buf *text, struct error *err)
{
	const struct object *o = &s->objects->at[object];
	cleanup_buf struct buf bytes = {0};
	struct job job = {.object_count = 1, .objects = xcalloc(1, sizeof(*job.objects))};

	job.objects[0] = object_to_job(o, arch);
	job_encode(&job, &bytes);
	job_free(&job);
	buf_printf(text, "object %s\nsha256 %s\n", o->name, object_given(o, arch).sha256);
	add_bytes("job", &bytes, text);
	add_bytes("files", shipped_is_for(o) && shipped_fits(arch) ? s->files : NULL, text);
	return add_file(known, "ini", access(o->ini_path, F_OK) ? "" : o->ini_path, text, err);
}

/* Modules that the object names or needs, as this kernel has them. */
static int describe_modules(const struct schedule *s, size_t kernel, size_t object, struct hashes *known,
                            struct buf *text, struct error *err)
{
	const struct object_list one = {.at = &s->objects->at[object], .count = 1};
	const struct module_set *set = &s->modules[kernel];
	cleanup_strings struct strings names = {0}, order = {0};
	int rc = 0;

	object_list_modules(&one, &names);
	for (size_t i = 0; i < names.count; i++) {
		cleanup_free char *name = module_name(names.at[i]);

		module_set_order(set, name, &order);
		strings_add(&order, name);
	}
	for (size_t i = 0; i < order.count && !rc; i++) {
		const struct stored_module *m = module_set_find(set, order.at[i]);

		buf_printf(text, "module %s %d\n", order.at[i], m ? (int)m->state : -1);
		if (m && m->state == MODULE_FILE)
			rc = add_file(known, "file", m->path, text, err);
	}
	return rc;
}

/* For kernels of one architecture. */
static char **describe_objects(const struct schedule *s, const struct arch *arch, struct hashes *known,
                               struct error *err)
{
	char **texts = xcalloc(s->objects->count, sizeof(*texts));

	for (size_t i = 0; i < s->objects->count; i++) {
		struct buf text = {0};

		if (describe_object(s, i, arch, known, &text, err)) {
			buf_free(&text);
			break;
		}
		texts[i] = buf_steal(&text);
	}
	return texts;
}

static int key_of(const struct schedule *s, size_t kernel, size_t object, const struct buf *before,
                  const char *described, struct hashes *known, char **key, struct error *err)
{
	cleanup_buf struct buf text = {0};
	int rc;

	buf_add(&text, before->data, before->len);
	buf_puts(&text, described);
	rc = describe_modules(s, kernel, object, known, &text, err);
	if (!rc)
		*key = sha256_bytes(text.data, text.len);
	return rc;
}

static int make_kernel_keys(struct reuse *u, const struct schedule *s, size_t kernel, const struct buf *run,
                            char *const *objects, struct hashes *known, struct error *err)
{
	cleanup_buf struct buf text = {0};
	int rc;

	buf_add(&text, run->data, run->len);
	rc = describe_kernel(s, kernel, known, &text, err);
	for (size_t o = 0; o < u->objects && !rc; o++)
		rc = objects[o] ? key_of(s, kernel, o, &text, objects[o], known, &u->keys[kernel * u->objects + o], err)
		                : -err->code;
	return rc;
}

static int make_keys(struct reuse *u, const struct schedule *s, struct error *err)
{
	cleanup_buf struct buf run = {0};
	struct hashes known = {0};
	char **objects[ARCH_MAX] = {NULL};
	int rc = describe_run(s, &known, &run, err);

	for (size_t k = 0; k < u->kernels && !rc; k++) {
		const struct arch *arch = s->kernels[k].arch;
		char ***of_arch = &objects[arch_index(arch)];

		*of_arch = *of_arch ? *of_arch : describe_objects(s, arch, &known, err);
		rc = make_kernel_keys(u, s, k, &run, *of_arch, &known, err);
	}
	for (size_t a = 0; a < ARCH_MAX; a++) {
		for (size_t o = 0; objects[a] && o < u->objects; o++)
			free(objects[a][o]);
		free(objects[a]);
	}
	strings_free(&known.paths);
	strings_free(&known.hashes);
	return rc;
}

static void make_groups(struct reuse *u)
{
	for (size_t o = 0; o < u->objects; o++) {
		cleanup_buf struct buf text = {0};

		for (size_t k = 0; k < u->kernels; k++)
			buf_printf(&text, "%s\n", u->keys[k * u->objects + o]);
		u->groups[o] = sha256_bytes(text.data, text.len);
	}
}

/* ---- what is kept ---- */

static bool is_young(const char *measured, unsigned max_age_days)
{
	struct tm tm = {0};

	if (!max_age_days)
		return true;
	return strptime(measured, "%Y-%m-%dT%H:%M:%SZ", &tm) &&
	       difftime(time(NULL), timegm(&tm)) <= (double)max_age_days * DAY_S;
}

/* What its line says may be right, and yet it is not what its key stands for. */
static bool is_of(const struct kept_cell *kept, const struct schedule *s, size_t kernel, size_t object)
{
	const struct result *r = kept->r;

	return !strcmp(r->cells[0].kernel, s->kernels[kernel].id) &&
	       !strcmp(r->cells[0].object, s->objects->at[object].name) &&
	       !strcmp(r->kernels[0].image_sha256, s->kernels[kernel].image_sha256) &&
	       !strcmp(r->objects[0].sha256, s->objects->at[object].sha256) && r->cells[0].verdict != VERDICT_INFRA &&
	       !r->cells[0].differing;
}

/* Of each cell of the schedule: what reading its entry came to. */
struct reading {
	struct reuse *u;
	const struct schedule *s;
	struct error *errors;
	int *codes;
};

static void read_entry(void *ctx, size_t i)
{
	const struct reading *reading = ctx;
	struct reuse *u = reading->u;
	struct kept_cell *kept = &u->found[i];
	struct error *err = &reading->errors[i];
	int rc = kept_cell_read(u->directory, u->keys[i], kept, err);

	if (!rc && !is_of(kept, reading->s, i / u->objects, i % u->objects))
		rc = error_set(err, EINVAL, "%s/%.2s/%s: is not the cell that its key is of", u->directory, u->keys[i],
		               u->keys[i]);
	reading->codes[i] = rc;
}

/* Thousands of entries, most of whose time is JSON's. */
static void look(struct reuse *u, const struct schedule *s, unsigned max_age_days)
{
	size_t count = u->kernels * u->objects;
	struct reading reading = {u, s, xcalloc(count, sizeof(*reading.errors)),
	                          xcalloc(count, sizeof(*reading.codes))};

	side_by_side(count, host_speed_processors(), read_entry, &reading);
	for (size_t i = 0; i < count; i++) {
		const struct kept_cell *kept = &u->found[i];

		if (reading.codes[i] && reading.codes[i] != -ENOENT)
			watch_say(s->watch, WATCH_WARNING, "%s; the cell is measured again", reading.errors[i].text);
		u->taken[i] = !reading.codes[i] && is_young(kept->r->cells[0].measured, max_age_days) &&
		              (!*kept->group || !strcmp(kept->group, u->groups[i % u->objects]));
		error_clear(&reading.errors[i]);
	}
	free(reading.errors);
	free(reading.codes);
}

/* Those of one object that were judged together, unless each of them is there. */
static void leave_torn_group(struct reuse *u, size_t object)
{
	bool grouped = false, whole = true;

	for (size_t k = 0; k < u->kernels; k++) {
		size_t i = k * u->objects + object;

		grouped |= u->taken[i] && *u->found[i].group;
		whole &= u->taken[i];
	}
	for (size_t k = 0; k < u->kernels && grouped && !whole; k++)
		u->taken[k * u->objects + object] = false;
}

int reuse_find(const struct schedule *s, const char *directory, unsigned max_age_days, struct reuse *u,
               struct error *err)
{
	size_t kernels = s->list->count, objects = s->objects->count;
	int rc;

	*u = (struct reuse){.directory = xstrdup(directory), .kernels = kernels, .objects = objects};
	u->keys = xcalloc(kernels * objects, sizeof(*u->keys));
	u->found = xcalloc(kernels * objects, sizeof(*u->found));
	u->taken = xcalloc(kernels * objects, sizeof(*u->taken));
	u->groups = xcalloc(objects, sizeof(*u->groups));
	rc = make_keys(u, s, err);
	if (rc)
		return rc;
	make_groups(u);
	look(u, s, max_age_days);
	for (size_t o = 0; o < objects; o++)
		leave_torn_group(u, o);
	for (size_t i = 0; i < kernels * objects; i++)
		u->count += u->taken[i];
	if (!reuse_is_all(u))
		kept_cell_sweep(directory);
	return 0;
}

bool reuse_is_all(const struct reuse *u)
{
	return u->keys && u->count == u->kernels * u->objects;
}

bool reuse_has(const struct reuse *u, size_t kernel, size_t object)
{
	return u && u->taken[kernel * u->objects + object];
}

bool reuse_has_kernel(const struct reuse *u, size_t kernel)
{
	for (size_t o = 0; u && o < u->objects; o++)
		if (!reuse_has(u, kernel, o))
			return false;
	return u != NULL;
}

/* A log goes where this run would have put it, whatever the entry says. */
static int put_log(const struct schedule *s, const struct result_cell *cell, const char *ending,
                   const struct buf *bytes, char **slot, struct error *err)
{
	cleanup_free char *relative = xasprintf("%s/object-%s%s", cell->kernel, cell->object, ending);
	cleanup_free char *path = xasprintf("%s/%s", s->directory, relative);
	cleanup_free char *directory = xasprintf("%s/%s", s->directory, cell->kernel);
	int rc;

	text_set(slot, bytes->len ? relative : "");
	if (!bytes->len)
		return 0;
	rc = io_make_dirs(directory, err);
	return rc ? rc : io_replace_file(path, bytes->data, bytes->len, err);
}

int reuse_take(struct reuse *u, const struct schedule *s, size_t kernel, size_t object, struct result_cell *cell,
               struct error *err)
{
	struct kept_cell *kept = &u->found[kernel * u->objects + object];
	int rc;

	RESULT_SWAP(cell, &kept->r->cells[0]);
	rc = put_log(s, cell, ".log", &kept->log, &cell->log, err);
	return rc ? rc : put_log(s, cell, ".kernel.log", &kept->kernel_log, &cell->kernel_log, err);
}

/* ---- keeping ---- */

static int read_log(const struct schedule *s, const char *relative, struct buf *bytes, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/%s", s->directory, relative);

	return *relative ? io_read_file(path, LOG_MAX, bytes, err) : 0;
}

void reuse_keep(const struct reuse *u, const struct schedule *s, const struct result *r, size_t kernel, size_t object,
                bool grouped)
{
	struct result_cell *cell =
	        result_find_cell((struct result *)r, s->kernels[kernel].id, s->objects->at[object].name);
	struct kept_cell kept = {0};
	struct result one = *r; /* borrows all that it holds */
	cleanup_error struct error err = {0};
	char none[] = "";
	int rc;

	if (!u || !cell || cell->verdict == VERDICT_INFRA || cell->differing || *cell->measured ||
	    cell->runs < s->repeat)
		return;
	one.kernels = &r->kernels[kernel];
	one.objects = &r->objects[object];
	one.cells = cell;
	one.kernel_count = one.object_count = one.cell_count = 1;
	one.skipped_count = one.forecast_count = 0;
	one.command = one.unused_allowances = (struct strings){0};
	one.part = (struct result_part){.list_sha256 = none};
	kept = (struct kept_cell){
	        .key = u->keys[kernel * u->objects + object],
	        .group = grouped ? u->groups[object] : none,
	        .r = &one,
	};
	text_set(&cell->measured, r->started);
	rc = read_log(s, cell->log, &kept.log, &err);
	rc = rc ? rc : read_log(s, cell->kernel_log, &kept.kernel_log, &err);
	rc = rc ? rc : kept_cell_write(u->directory, &kept, &err);
	text_set(&cell->measured, "");
	if (rc)
		watch_say(s->watch, WATCH_WARNING, "%s; the cell is not kept", err.text);
	buf_free(&kept.log);
	buf_free(&kept.kernel_log);
}

void reuse_free(struct reuse *u)
{
	for (size_t i = 0; u->keys && i < u->kernels * u->objects; i++) {
		free(u->keys[i]);
		kept_cell_free(&u->found[i]);
	}
	for (size_t o = 0; u->groups && o < u->objects; o++)
		free(u->groups[o]);
	free(u->directory);
	free(u->keys);
	free(u->found);
	free(u->taken);
	free(u->groups);
	*u = (struct reuse){0};
}
