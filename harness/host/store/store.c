/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "host/source/catalogue.h"
#include "host/store/entry_build.h"
#include "host/store/kernel_config.h"
#include "host/store/store_build.h"
#include "host/store/store_dir.h"
#include "host/store/store_entry.h"
#include "host/store/store_pin.h"
#include "host/store/store_plan.h"
#include "host/store/symbols.h"

static int resolve(struct store_plan *plan, struct catalogue_set *sources, bool renew, struct error *err)
{
	const struct kernel_row *row;
	int rc = 0;

	while (!rc && (row = store_plan_open_row(plan)))
		rc = store_plan_online(plan, catalogue_of(sources, row->source, row->arch), renew, err);
	return rc;
}

/* Say what is taken instead of a kernel that the mirror lists and does not have. */
static void say_gone(const struct store_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->rows[i].state == PLAN_UNRESOLVED)
			log_warn("%s; looking for another", plan->rows[i].gone);
}

/* Settle rows whose package turned out not to be there. */
static int resolve_gone(struct store_plan *plan, struct catalogue_set *sources, struct error *err)
{
	const struct kernel_row *row;
	int rc = 0;

	say_gone(plan);
	while (!rc && (row = store_plan_open_row(plan))) {
		struct catalogue *c = catalogue_of(sources, row->source, row->arch);
		bool renew = !c->asked;

		if (!renew)
			store_plan_strike(plan, c);
		rc = store_plan_online(plan, c, renew, err);
	}
	return rc;
}

static char *file_path(const struct store_options *o, const struct plan_row *r, enum entry_file f)
{
	if (!r->record.files[f].present)
		return xstrdup("");
	return xasprintf("%s/%s/%s", o->dir, r->name, entry_file_name(&r->record, f));
}

/* What its row names goes before what came with it. */
static char *config_path(const struct store_options *o, const struct plan_row *r)
{
	if (r->state == PLAN_SKIPPED)
		return xstrdup("");
	if (*r->row->config)
		return xstrdup(r->row->config);
	if (r->row->kind == ROW_FILE && !r->record.files[ENTRY_CONFIG].present)
		return kernel_config_beside(r->file);
	return file_path(o, r, ENTRY_CONFIG);
}

/* CONFIG_LSM="lockdown,yama", without the quotes. */
static char *lsm_of(const struct store_options *o, const struct plan_row *r)
{
	cleanup_free char *path = config_path(o, r);
	cleanup_buf struct buf text = {0};
	const char *value = NULL;
	size_t len;

	if (*path && !kernel_config_read_path(path, &text, NULL))
		value = kernel_config_value(buf_str(&text), "CONFIG_LSM", &len);
	return value && len > 2 ? xstrndup(value + 1, len - 2) : xstrdup("");
}

static int check_configs(const struct kernel_list *list, struct error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct kernel_row *row = &list->rows[i];
		cleanup_buf struct buf text = {0};

		if (*row->config && kernel_config_read_path(row->config, &text, err))
			return error_prefix(err, "%s:%u: config=", list->path, row->line);
	}
	return 0;
}

static const char *text_of(const char *s)
{
	return s ? s : "";
}

static struct store_kernel kernel_of(const struct store_options *o, const struct plan_row *r)
{
	const struct entry_record *record = &r->record;

	return (struct store_kernel){
	        .id = xstrdup(r->row->id),
	        .line = r->row->line,
	        .skipped = r->state == PLAN_SKIPPED,
	        .reason = xstrdup(text_of(r->reason)),
	        .release = xstrdup(text_of(record->release)),
	        .arch = record->arch,
	        .package = xstrdup(text_of(record->package)),
	        .version = xstrdup(text_of(record->version)),
	        .package_sha256 = xstrdup(text_of(record->package_sha256)),
	        .image_sha256 = xstrdup(text_of(record->files[ENTRY_KERNEL].sha256)),
	        .btf_sha256 = xstrdup(text_of(record->files[ENTRY_BTF].sha256)),
	        .image = file_path(o, r, record->kernel_boots ? ENTRY_KERNEL : ENTRY_PACKED),
	        .btf = file_path(o, r, ENTRY_BTF),
	        .config = config_path(o, r),
	        .lsm = lsm_of(o, r),
	        .symbols = r->name ? xasprintf("%s/%s/" SYMBOLS_NAME, o->dir, r->name) : xstrdup(""),
	        .packed = file_path(o, r, ENTRY_PACKED),
	};
}

struct store_kernel store_kernel_awaited(const struct kernel_row *row)
{
	return (struct store_kernel){
	        .id = xstrdup(row->id),
	        .line = row->line,
	        .reason = xstrdup(""),
	        .release = xstrdup(""),
	        .package = xstrdup(""),
	        .version = xstrdup(""),
	        .package_sha256 = xstrdup(""),
	        .image_sha256 = xstrdup(""),
	        .btf_sha256 = xstrdup(""),
	        .image = xstrdup(""),
	        .btf = xstrdup(""),
	        .config = xstrdup(""),
	        .lsm = xstrdup(""),
	        .symbols = xstrdup(""),
	        .packed = xstrdup(""),
	};
}

static void say_size(const struct store_options *o, bool changed)
{
	uint64_t bytes;

	if (changed && !o->quiet && !store_dir_size(o->dir, &bytes, NULL))
		log_info("%s: %.1f MB", o->dir, (double)bytes / 1e6);
}

/* What each row means, and what is missing, by lock file, store and index. */
static int plan_rows(const struct store_options *o, const struct kernel_list *list, struct store_plan *plan,
                     struct kernel_lock *lock, struct catalogue_set *sources, struct error *err)
{
	cleanup_close int lock_fd = -1;
	int rc = store_dir_lock(o->dir, &lock_fd, err);

	if (!rc && lock_fd >= 0)
		entry_remove_stale(o->dir);
	if (!rc && !o->unpinned)
		rc = store_dir_read_lock_file(o->dir, lock, err);
	rc = rc ? rc : store_plan_offline(plan, list, err);
	return rc ? rc : resolve(plan, sources, o->update, err);
}

static int plan_rows_gone(const struct store_options *o, struct store_plan *plan, struct catalogue_set *sources,
                          struct error *err)
{
	cleanup_close int lock_fd = -1;
	int rc = store_dir_lock(o->dir, &lock_fd, err);

	return rc ? rc : resolve_gone(plan, sources, err);
}

/*
 * Build until nothing is left to do. A package may be missing because the index is old: it is read anew, once; or
 * because the mirror is incomplete: the next older version is taken. Each turn strikes a package, so it ends.
 */
static int build(const struct store_options *o, struct store_plan *plan, struct catalogue_set *sources,
                 struct error *err)
{
	int rc = store_plan_build(plan, o->quiet, err);

	while (!rc && store_plan_count(plan, PLAN_UNRESOLVED)) {
		rc = plan_rows_gone(o, plan, sources, err);
		rc = rc ? rc : store_plan_build(plan, o->quiet, err);
	}
	return rc;
}

int store_use(const struct store_options *o, int *fd, struct error *err)
{
	return store_dir_use(o->dir, false, fd, err);
}

int store_prepare(const struct store_options *o, const struct kernel_list *list, struct store_kernel **kernels,
                  size_t *count, struct error *err)
{
	cleanup_catalogue_set struct catalogue_set sources = {.dir = o->dir, .quiet = o->quiet};
	cleanup_kernel_lock struct kernel_lock lock = {0};
	cleanup_store_plan struct store_plan plan = {.dir = o->dir,
	                                             .list_path = list->path,
	                                             .lock = &lock,
	                                             .frozen = o->frozen,
	                                             .update = o->update,
	                                             .unpinned = o->unpinned,
	                                             .compressed = o->compressed,
	                                             .modules = o->modules};
	cleanup_close int use = -1;
	bool changed;
	int rc, pinned;

	*kernels = NULL;
	*count = 0;
	if (o->frozen && o->update)
		return error_usage(err, "--frozen and --update contradict each other: one forbids what the other does");
	rc = check_configs(list, err);
	rc = rc ? rc : store_use(o, &use, err);
	rc = rc ? rc : plan_rows(o, list, &plan, &lock, &sources, err);
	if (rc)
		return rc;
	changed = store_plan_count(&plan, PLAN_PRESENT) + store_plan_count(&plan, PLAN_SKIPPED) != plan.count;
	rc = build(o, &plan, &sources, err);
	/* What was fetched stays pinned after a failure: the next run goes on from there. */
	pinned = o->unpinned ? 0 : store_pin(&plan, rc ? NULL : err);
	if (rc || pinned)
		return rc ? rc : pinned;
	*kernels = xcalloc(plan.count, sizeof(**kernels));
	for (; *count < plan.count; (*count)++)
		(*kernels)[*count] = kernel_of(o, &plan.rows[*count]);
	say_size(o, changed);
	return 0;
}

enum { KERNEL_TEXTS = 13 };

/* All of its strings, the id last. */
static void kernel_texts(struct store_kernel *k, char **slots[KERNEL_TEXTS + 1])
{
	char **const all[KERNEL_TEXTS + 1] = {
	        &k->reason, &k->release, &k->package, &k->version, &k->package_sha256, &k->image_sha256, &k->btf_sha256,
	        &k->image,  &k->btf,     &k->config,  &k->symbols, &k->packed,         &k->lsm,          &k->id,
	};

	memcpy(slots, all, sizeof(all));
}

void store_kernel_free(struct store_kernel *k)
{
	char **slots[KERNEL_TEXTS + 1];

	kernel_texts(k, slots);
	for (size_t i = 0; i <= KERNEL_TEXTS; i++)
		free(*slots[i]);
}

void store_kernels_free(struct store_kernel *kernels, size_t count)
{
	for (size_t i = 0; i < count; i++)
		store_kernel_free(&kernels[i]);
	free(kernels);
}

void store_kernel_skip(struct store_kernel *kernel, const char *reason)
{
	char **slots[KERNEL_TEXTS + 1];

	kernel_texts(kernel, slots);
	for (size_t i = 0; i < KERNEL_TEXTS; i++) {
		free(*slots[i]);
		*slots[i] = xstrdup(i ? "" : reason);
	}
	kernel->arch = NULL;
	kernel->skipped = true;
}

size_t store_kernels_keep(struct store_kernel *kernels, size_t count, const bool *keep)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (keep[i])
			kernels[kept++] = kernels[i];
		else
			store_kernel_free(&kernels[i]);
	return kept;
}

int store_resolve(const struct store_options *o, const struct kernel_list *list, struct error *err)
{
	cleanup_catalogue_set struct catalogue_set sources = {.dir = o->dir, .quiet = o->quiet};
	cleanup_kernel_lock struct kernel_lock lock = {0};
	cleanup_store_plan struct store_plan plan = {
	        .dir = o->dir, .list_path = list->path, .lock = &lock, .update = o->update};
	cleanup_close int lock_fd = -1;
	int rc = check_configs(list, err);

	rc = rc ? rc : store_dir_lock(o->dir, &lock_fd, err);
	rc = rc ? rc : store_dir_read_lock_file(o->dir, &lock, err);
	rc = rc ? rc : store_plan_offline(&plan, list, err);
	return rc ? rc : resolve(&plan, &sources, o->update, err);
}
