/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/store_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "host/lib/sha256.h"
#include "host/source/kernel_tree.h"

const struct lock_line *store_plan_lock_line(const struct kernel_lock *lock, const struct kernel_row *row)
{
	const struct lock_line *line = kernel_lock_find(lock, row->id);
	cleanup_free char *spec = kernel_row_spec(row);

	/* another circumstance of a kernel is no reason to look for another kernel */
	for (size_t i = 0; !line && circumstances_any(&row->env) && i < lock->count; i++)
		line = strcmp(lock->lines[i].spec, spec) ? NULL : &lock->lines[i];
	return line && !strcmp(line->spec, spec) ? line : NULL;
}

char *store_plan_file_name(const char *sha256)
{
	return xasprintf("file-%.16s", sha256);
}

char *store_plan_entry_name(const struct kernel_row *row, const char *release)
{
	const bool usual = row->arch == arch_default();

	if (row->source == source_default())
		return xstrdup(release);
	/* Not every release says whose processor's it is. */
	return xasprintf("%s-%s%s%s", row->source->name, release, usual ? "" : "-", usual ? "" : row->arch->deb);
}

int store_plan_failed(const struct store_plan *plan, struct plan_row *row, struct error *err)
{
	if (!row->row->optional)
		return error_prefix(err, "%s:%u: ", plan->list_path, row->row->line);
	row->state = PLAN_SKIPPED;
	free(row->reason);
	row->reason = xstrdup(err && err->text ? err->text : "failed");
	log_warn("%s:%u: optional kernel %s is skipped: %s", plan->list_path, row->row->line, row->row->id,
	         row->reason);
	if (err)
		error_clear(err);
	return 0;
}

/* Whether an entry holds what the lock line pins. */
static bool is_pinned(const struct entry_record *r, const struct lock_line *line)
{
	return !strcmp(r->package_sha256, line->package_sha256) && !strcmp(r->version, line->version) &&
	       !strcmp(r->release, line->release) && !strcmp(r->files[ENTRY_KERNEL].sha256, line->image_sha256);
}

/* Whether an entry of a package has every file that is asked for. */
static bool is_enough(const struct store_plan *plan, const struct entry_record *r)
{
	return !plan->compressed || r->files[ENTRY_PACKED].present;
}

/* Look for the entry; a damaged one counts as missing, and is told of. */
static bool entry_found(const struct store_plan *plan, const char *name, struct entry_record *record)
{
	cleanup_error struct error why = {0};
	int rc = entry_read(plan->dir, name, record, &why);

	if (rc && rc != -ENOENT)
		log_warn("%s/%s is damaged and will be built again: %s", plan->dir, name, why.text);
	return !rc;
}

int store_plan_not_in_lock(const char *dir, const struct kernel_row *row, struct error *err)
{
	return error_usage(
	        err,
	        "kernel %s is not in %s/kernels.lock as it is written here, and --frozen forbids any difference; run `kernels fetch` without it once",
	        row->id, dir);
}

static int file_offline(const struct store_plan *plan, struct plan_row *r, struct error *err)
{
	const struct lock_line *line = store_plan_lock_line(plan->lock, r->row);
	cleanup_error struct error why = {0};

	if (kernel_tree_image(r->row->spec, &r->file, &why) || sha256_file(r->file, &r->file_sha256, NULL, &why))
		return error_usage(err, "%s", why.text);
	r->name = store_plan_file_name(r->file_sha256);
	if (plan->frozen && !line)
		return store_plan_not_in_lock(plan->dir, r->row, err);
	if (plan->frozen && strcmp(line->package_sha256, r->file_sha256))
		return error_usage(err,
		                   "%s: sha256 is %s; %s/kernels.lock says %s, and --frozen forbids any difference",
		                   r->file, r->file_sha256, plan->dir, line->package_sha256);
	if (entry_found(plan, r->name, &r->record) && !strcmp(r->record.package_sha256, r->file_sha256))
		r->state = PLAN_PRESENT;
	else
		r->state = PLAN_BUILD;
	return 0;
}

static int package_offline(const struct store_plan *plan, struct plan_row *r, struct error *err)
{
	const struct lock_line *line = store_plan_lock_line(plan->lock, r->row);
	cleanup_free char *name = line ? store_plan_entry_name(r->row, line->release) : NULL;

	if (plan->frozen && !line)
		return store_plan_not_in_lock(plan->dir, r->row, err);
	if (!line || plan->update || !entry_found(plan, name, &r->record))
		return 0;
	if (!is_enough(plan, &r->record))
		log_info("%s: its compressed image was not kept and is fetched again", r->row->id);
	else if (is_pinned(&r->record, line)) {
		r->name = steal_ptr(name);
		r->state = PLAN_PRESENT;
		return 0;
	}
	entry_record_free(&r->record);
	return 0;
}

int store_plan_offline(struct store_plan *plan, const struct kernel_list *list, struct error *err)
{
	plan->rows = xcalloc(list->count, sizeof(*plan->rows));
	plan->count = list->count;
	for (size_t i = 0; i < plan->count; i++) {
		struct plan_row *r = &plan->rows[i];
		int rc;

		r->row = &list->rows[i];
		rc = r->row->kind == ROW_FILE ? file_offline(plan, r, err) : package_offline(plan, r, err);
		if (rc && (rc = store_plan_failed(plan, r, err)))
			return rc;
	}
	return 0;
}

size_t store_plan_count(const struct store_plan *plan, enum plan_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->count; i++)
		count += plan->rows[i].state == state;
	return count;
}

/* What the row means: what the lock pins while the mirror has it, else the newest that fits. */
static const struct kernel_package *package_wanted(const struct store_plan *plan, const struct kernel_row *row,
                                                   const struct kernel_index *index, struct error *err)
{
	const struct kernel_wish wish = kernel_row_wish(row);
	const struct lock_line *line = store_plan_lock_line(plan->lock, row);
	const struct kernel_package *package;

	if (!line || plan->update)
		return source_find(row->source, index, &wish, err);
	package = kernel_index_exact(index, line->release, line->version);
	if (package && !strcmp(package->image.sha256, line->package_sha256))
		return package;
	if (plan->frozen) {
		error_set(
		        err, ENOENT,
		        "%s %s is no longer on the mirror as %s/kernels.lock has it (sha256 %s), and --frozen allows no other",
		        line->package, line->version, plan->dir, line->package_sha256);
		return NULL;
	}
	package = source_find(row->source, index, &wish, err);
	if (package)
		log_info("%s:%u: %s %s is no longer on the mirror; taking %s %s", plan->list_path, row->line,
		         line->release, line->version, package->release, package->version);
	return package;
}

/* A mistake in the list, unless the mirror is to blame. */
static int not_found(const struct plan_row *r, const struct kernel_index *index, struct error *err)
{
	if (r->gone)
		return error_set(err, ENOENT, "%s; the mirror has no older kernel that fits", r->gone);
	if (index->gap_count && err->status == EXIT_USAGE)
		return error_set(err, EIO, "kernel %s was not found, but the index has a gap: %s", r->row->id,
		                 index->gaps[0]);
	return -err->code;
}

/* With a frozen lock an entry has to be what the lock pins. */
static int frozen_check(const struct store_plan *plan, struct plan_row *r, struct error *err)
{
	const struct lock_line *line = store_plan_lock_line(plan->lock, r->row);

	if (!plan->frozen || !line || is_pinned(&r->record, line))
		return 0;
	error_set(err, EINVAL,
	          "%s/%s has a kernel of sha256 %s; kernels.lock says %s, and --frozen forbids any difference",
	          plan->dir, r->name, r->record.files[ENTRY_KERNEL].sha256, line->image_sha256);
	entry_record_free(&r->record);
	return -EINVAL;
}

/*
 * A kernel that is there and only lacks its compressed image stays as it is once the mirror no longer has it: another
 * one in its place would be a change of the matrix that nobody asked for.
 */
static bool stays_as_it_is(const struct store_plan *plan, struct plan_row *r, const struct kernel_index *index)
{
	const struct lock_line *line = store_plan_lock_line(plan->lock, r->row);
	cleanup_free char *name = line ? store_plan_entry_name(r->row, line->release) : NULL;

	if (!plan->compressed || !line || plan->update || kernel_index_exact(index, line->release, line->version) ||
	    !entry_found(plan, name, &r->record))
		return false;
	if (!is_pinned(&r->record, line)) {
		entry_record_free(&r->record);
		return false;
	}
	log_warn("%s: %s is no longer on the mirror: its compressed image is not available", r->row->id, line->version);
	r->name = steal_ptr(name);
	r->state = PLAN_PRESENT;
	return true;
}

static int row_online(struct store_plan *plan, struct plan_row *r, const struct kernel_index *index, struct error *err)
{
	if (stays_as_it_is(plan, r, index))
		return 0;
	r->package = package_wanted(plan, r->row, index, err);
	if (!r->package)
		return not_found(r, index, err);
	r->name = store_plan_entry_name(r->row, r->package->release);
	r->state = PLAN_BUILD;
	if (!entry_found(plan, r->name, &r->record))
		return 0;
	if (strcmp(r->record.package_sha256, r->package->image.sha256) || !is_enough(plan, &r->record)) {
		entry_record_free(&r->record);
		return 0;
	}
	if (frozen_check(plan, r, err))
		return -EINVAL;
	r->state = PLAN_PRESENT;
	return 0;
}

static bool is_open(const struct plan_row *r, const struct catalogue *c)
{
	return r->state == PLAN_UNRESOLVED && r->row->source == c->source && r->row->arch == c->arch;
}

const struct kernel_row *store_plan_open_row(const struct store_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->rows[i].state == PLAN_UNRESOLVED)
			return plan->rows[i].row;
	return NULL;
}

/* Without an index nothing of it is available: the optional rows are skipped, any other fails. */
static int no_index(struct store_plan *plan, const struct catalogue *c, const struct error *cause, struct error *err)
{
	int rc = 0;

	for (int optional = 0; optional < 2; optional++) {
		for (size_t i = 0; i < plan->count && !rc; i++) {
			struct plan_row *r = &plan->rows[i];

			if (!is_open(r, c) || r->row->optional != (bool)optional)
				continue;
			error_set(err, cause->code, "%s%s%s", r->gone ? r->gone : "", r->gone ? "; " : "", cause->text);
			if (err)
				err->status = cause->status;
			rc = store_plan_failed(plan, r, err);
		}
	}
	return rc;
}

/* Ask for what each row means: what the lock pins, or the newest that fits. */
static int settle(const struct store_plan *plan, struct catalogue *c, struct error *err)
{
	struct catalogue_question *questions = xcalloc(plan->count, sizeof(*questions));
	struct kernel_wish *wishes = xcalloc(plan->count, sizeof(*wishes));
	size_t count = 0;
	int rc;

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_row *r = &plan->rows[i];
		const struct lock_line *line = plan->update ? NULL : store_plan_lock_line(plan->lock, r->row);

		if (!is_open(r, c))
			continue;
		wishes[count] = kernel_row_wish(r->row);
		questions[count] = (struct catalogue_question){.wish = &wishes[count],
		                                               .release = line ? line->release : NULL,
		                                               .version = line ? line->version : NULL};
		count++;
	}
	rc = catalogue_settle(c, questions, count, err);
	free(questions);
	free(wishes);
	return rc;
}

int store_plan_online(struct store_plan *plan, struct catalogue *c, bool renew, struct error *err)
{
	cleanup_error struct error own = {0}, why = {0};
	int rc = renew ? catalogue_renew(c, &why) : settle(plan, c, &why);

	if (rc)
		rc = no_index(plan, c, &why, &own);
	for (size_t i = 0; i < plan->count && !rc; i++) {
		struct plan_row *r = &plan->rows[i];

		if (!is_open(r, c))
			continue;
		rc = row_online(plan, r, &c->index, &own);
		rc = rc ? store_plan_failed(plan, r, &own) : 0;
	}
	if (rc && err) {
		*err = own;
		own = (struct error){0};
	}
	return rc;
}

bool store_plan_is_there(const struct store_plan *plan, const struct plan_row *row)
{
	const char *sha256 = row->package ? row->package->image.sha256 : row->file_sha256;
	cleanup_entry_record struct entry_record record = {0};

	return !entry_read(plan->dir, row->name, &record, NULL) && !strcmp(record.package_sha256, sha256) &&
	       (!row->package || is_enough(plan, &record));
}

int store_plan_built(struct store_plan *plan, struct plan_row *r, struct error *err)
{
	int rc = entry_read(plan->dir, r->name, &r->record, err);

	if (!rc)
		rc = frozen_check(plan, r, err);
	if (!rc)
		r->state = PLAN_PRESENT;
	return rc;
}

void store_plan_gone(struct plan_row *r, const char *why)
{
	free(r->gone);
	r->gone = xstrdup(why);
	free(steal_ptr(r->name));
	r->state = PLAN_UNRESOLVED;
	r->elsewhere = false;
}

void store_plan_strike(const struct store_plan *plan, struct catalogue *c)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_row *r = &plan->rows[i];

		if (is_open(r, c) && r->gone)
			kernel_index_strike(&c->index, r->package->release, r->package->version);
	}
}

void store_plan_free(struct store_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		free(plan->rows[i].name);
		free(plan->rows[i].file);
		free(plan->rows[i].file_sha256);
		free(plan->rows[i].reason);
		free(plan->rows[i].gone);
		entry_record_free(&plan->rows[i].record);
	}
	free(plan->rows);
	plan->rows = NULL;
	plan->count = 0;
}
