/* SPDX-License-Identifier: BSD-2-Clause */
/* The store's upkeep: what `kernels list`, `verify` and `prune` do. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "host/lib/sha256.h"
#include "host/source/kernel_tree.h"
#include "host/store/store.h"
#include "host/store/store_dir.h"
#include "host/store/store_entry.h"
#include "host/store/store_plan.h"

/* Name of the entry that a row refers to, as far as lock file and user's file tell; NULL when they do not. */
static char *entry_name(const struct kernel_row *row, const struct kernel_lock *lock, char **sha256)
{
	const struct lock_line *line = store_plan_lock_line(lock, row);
	cleanup_free char *file = NULL;

	*sha256 = NULL;
	if (row->kind != ROW_FILE)
		return line ? store_plan_entry_name(row, line->release) : NULL;
	if (kernel_tree_image(row->spec, &file, NULL) || sha256_file(file, sha256, NULL, NULL))
		return NULL;
	return store_plan_file_name(*sha256);
}

/* Whether an entry is what lock line (packages) or file hash (user's files) ask for. */
static bool is_wanted(const struct entry_record *record, const struct lock_line *line, const char *sha256)
{
	if (sha256)
		return !strcmp(record->package_sha256, sha256);
	return line && !strcmp(record->package_sha256, line->package_sha256) &&
	       !strcmp(record->files[ENTRY_KERNEL].sha256, line->image_sha256);
}

static struct store_row row_look_up(const struct store_options *o, const struct kernel_row *row,
                                    const struct kernel_lock *lock)
{
	const struct lock_line *line = store_plan_lock_line(lock, row);
	cleanup_entry_record struct entry_record record = {0};
	cleanup_free char *sha256 = NULL, *name = entry_name(row, lock, &sha256);
	struct store_row found = {.release = xstrdup(line ? line->release : ""),
	                          .package = xstrdup(line ? line->package : ""),
	                          .version = xstrdup(line ? line->version : "")};

	found.present = name && !entry_read(o->dir, name, &record, NULL) && is_wanted(&record, line, sha256);
	return found;
}

int store_list(const struct store_options *o, const struct kernel_list *list, struct store_row **rows, size_t *count,
               struct error *err)
{
	cleanup_kernel_lock struct kernel_lock lock = {0};
	int rc = store_dir_read_lock_file(o->dir, &lock, err);

	*rows = NULL;
	*count = 0;
	if (rc)
		return rc;
	*rows = xcalloc(list->count, sizeof(**rows));
	for (; *count < list->count; (*count)++)
		(*rows)[*count] = row_look_up(o, &list->rows[*count], &lock);
	return 0;
}

void store_rows_free(struct store_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(rows[i].release);
		free(rows[i].package);
		free(rows[i].version);
	}
	free(rows);
}

/* An entry whose bytes changed while their number did not would be taken for whole: it has to go. */
static bool row_verify(const struct store_options *o, const struct kernel_row *row, const struct kernel_lock *lock)
{
	const struct lock_line *line = store_plan_lock_line(lock, row);
	cleanup_entry_record struct entry_record record = {0};
	cleanup_free char *sha256 = NULL, *name = entry_name(row, lock, &sha256), *place = NULL;
	cleanup_error struct error why = {0};

	if (!name) {
		log_warn("%s: not fetched yet", row->id);
		return false;
	}
	if (entry_read(o->dir, name, &record, &why)) {
		log_warn("%s: %s", row->id, why.text);
		return false;
	}
	if (!is_wanted(&record, line, sha256)) {
		log_warn("%s: %s/%s is not the kernel that kernels.lock names", row->id, o->dir, name);
		return false;
	}
	if (!entry_verify(o->dir, name, &record, &why))
		return true;
	place = xasprintf("%s/%s", o->dir, name);
	log_warn("%s: %s; the kernel is removed, `kernels fetch` fetches it again", row->id, why.text);
	if (io_remove_tree(place, &why))
		log_warn("%s", why.text);
	return false;
}

int store_verify(const struct store_options *o, const struct kernel_list *list, size_t *good, size_t *bad,
                 struct error *err)
{
	cleanup_kernel_lock struct kernel_lock lock = {0};
	cleanup_close int use = -1, fd = -1;
	int rc = store_dir_use(o->dir, true, &use, err);

	*good = *bad = 0;
	if (!rc)
		rc = store_dir_lock(o->dir, &fd, err);
	if (!rc)
		rc = store_dir_read_lock_file(o->dir, &lock, err);
	for (size_t i = 0; !rc && i < list->count; i++) {
		bool ok = row_verify(o, &list->rows[i], &lock);

		*good += ok;
		*bad += !ok;
	}
	return rc;
}

/* Whether the line is of this row, or of the one that it stands in place of. */
static bool is_line_of(const struct kernel_lock *lock, const struct lock_line *line, const struct kernel_row *row)
{
	return store_plan_lock_line(lock, row) == line || (row->group && !strcmp(row->group, line->id));
}

/* Keep only the lock lines that rows of the list have; what is left names the entries to keep. */
static void lock_prune(const struct kernel_list *list, struct kernel_lock *lock)
{
	for (size_t i = lock->count; i-- > 0;) {
		bool used = false;

		for (size_t r = 0; r < list->count && !used; r++)
			used = is_line_of(lock, &lock->lines[i], &list->rows[r]);
		if (!used)
			kernel_lock_remove(lock, lock->lines[i].id);
	}
}

static bool is_kept(const char *name, char *const *kept, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (kept[i] && !strcmp(kept[i], name))
			return true;
	return false;
}

/* Only directories with a record are the store's to remove. */
static int entry_prune(const char *dir, const char *name, size_t *removed, uint64_t *bytes, struct error *err)
{
	cleanup_free char *place = xasprintf("%s/%s", dir, name), *record = xasprintf("%s/record.json", place);
	uint64_t size = 0;
	int rc;

	if (access(record, F_OK))
		return 0;
	rc = store_dir_size(place, &size, err);
	if (!rc)
		rc = io_remove_tree(place, err);
	if (rc)
		return rc;
	(*removed)++;
	*bytes += size;
	return 0;
}

static int entries_prune(const char *dir, char *const *kept, size_t count, size_t *removed, uint64_t *bytes,
                         struct error *err)
{
	cleanup_closedir DIR *d = opendir(dir);
	const struct dirent *e;
	int rc = 0;

	if (!d)
		return error_set(err, errno, "%s: %s", dir, strerror(errno));
	while (!rc && (e = readdir(d)))
		if (*e->d_name != '.' && !is_kept(e->d_name, kept, count))
			rc = entry_prune(dir, e->d_name, removed, bytes, err);
	return rc;
}

int store_prune(const struct store_options *o, const struct kernel_list *list, size_t *removed, uint64_t *bytes,
                struct error *err)
{
	cleanup_kernel_lock struct kernel_lock lock = {0};
	cleanup_close int use = -1, fd = -1;
	char **kept = xcalloc(list->count, sizeof(*kept));
	int rc = store_dir_use(o->dir, true, &use, err);

	*removed = 0;
	*bytes = 0;
	if (!rc)
		rc = store_dir_lock(o->dir, &fd, err);
	if (!rc)
		rc = store_dir_read_lock_file(o->dir, &lock, err);
	if (!rc) {
		lock_prune(list, &lock);
		for (size_t i = 0; i < list->count; i++) {
			cleanup_free char *sha256 = NULL;

			kept[i] = entry_name(&list->rows[i], &lock, &sha256);
		}
		rc = entries_prune(o->dir, kept, list->count, removed, bytes, err);
	}
	if (!rc)
		rc = store_dir_write_lock_file(o->dir, &lock, err);
	for (size_t i = 0; i < list->count; i++)
		free(kept[i]);
	free(kept);
	return rc;
}
