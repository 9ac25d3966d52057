/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/store_modules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "host/lib/pack_files.h"
#include "host/source/catalogue.h"
#include "host/source/kernel_tree.h"
#include "host/store/module_take.h"
#include "host/store/store_dir.h"

/* The largest seen with debug information: 130 MB. */
static const size_t module_file_max = (size_t)512 << 20;

struct preparation {
	const struct store_options *o;
	const struct strings *names;
	struct catalogue_set sources;
};

/* The files that hold the modules of a kernel; NULL when the source has none (0), or a negative errno. */
static int find_packages(struct catalogue *c, const struct store_kernel *k, const struct package_ref **refs,
                         struct error *err)
{
	const struct catalogue_question question = {.release = k->release, .version = k->version};
	int rc = catalogue_settle(c, &question, 1, err);
	const struct kernel_package *found = rc ? NULL : kernel_index_exact(&c->index, k->release, k->version);

	*refs = found && found->modules[0].name ? found->modules : NULL;
	return rc;
}

static char *entry_of(const struct store_kernel *k)
{
	return xstrndup(k->image, (size_t)(io_basename(k->image) - k->image - 1));
}

/* Whether all that is asked for is there, or built in. */
static bool is_complete(const struct preparation *p, const char *entry)
{
	cleanup_module_set struct module_set set = {0};

	module_store_read(entry, &set);
	for (size_t i = 0; i < set.count; i++)
		if (set.at[i].state == MODULE_ABSENT)
			return false;
	return module_set_has(&set, p->names);
}

/* One package after the other, until all is found: the later ones are large, and hold what few ask for. */
static int take_in_turn(const struct preparation *p, struct catalogue *c, const struct package_ref *refs,
                        const char *entry, const char *scratch, uint64_t *bytes, struct error *err)
{
	const char *paths[MODULE_PACKAGES_MAX + 1] = {NULL};
	cleanup_strings struct strings names = {0};
	int rc = 0;

	for (size_t i = 0; !rc && i < MODULE_PACKAGES_MAX && refs[i].name; i++) {
		if (i && is_complete(p, entry))
			break;
		strings_addf(&names, "%s/package-%zu", scratch, i);
		paths[i] = names.at[i];
		rc = source_fetch(c->source, &refs[i], paths[i], err);
		rc = rc ? rc : module_take(entry, paths, p->names, err);
		*bytes += refs[i].size;
	}
	return rc;
}

/* Fetch the packages that *refs becomes, and take the modules out of them. -ENOENT when the source lacks one. */
static int fetch_and_take(const struct preparation *p, struct catalogue *c, const struct store_kernel *k,
                          const char *entry, const struct package_ref **refs, uint64_t *bytes, struct error *err)
{
	cleanup_free char *scratch = xasprintf("%s/.tmp-%d-modules", p->o->dir, (int)getpid());
	int rc = find_packages(c, k, refs, err);

	if (rc)
		return rc;
	if (!*refs)
		return error_set(err, ENOENT, "the mirror no longer has the package with this kernel's modules");
	rc = io_make_dirs(scratch, err);
	rc = rc ? rc : take_in_turn(p, c, *refs, entry, scratch, bytes, err);
	io_remove_tree(scratch, NULL);
	return rc;
}

static int take_from_source(const struct preparation *p, struct catalogue *c, const struct store_kernel *k,
                            const char *entry, struct error *err)
{
	cleanup_error struct error why = {0};
	const struct package_ref *refs = NULL;
	int64_t start = clock_ms();
	uint64_t bytes = 0;
	int rc = fetch_and_take(p, c, k, entry, &refs, &bytes, &why);

	/* An old index may list what is elsewhere by now. */
	if (rc == -ENOENT && refs && !c->asked) {
		rc = catalogue_renew(c, err);
		if (rc)
			return rc;
		error_clear(&why);
		rc = fetch_and_take(p, c, k, entry, &refs, &bytes, &why);
	}
	if (rc == -ENOENT)
		return module_store_note_absent(entry, p->names, why.text, err);
	if (rc)
		return error_set(err, why.code, "%s", why.text);
	if (!p->o->quiet)
		log_info("%s: modules from %s %s, %.1f MB fetched and unpacked in %.1f s", k->id, refs->name,
		         k->version, (double)bytes / 1e6, (double)(clock_ms() - start) / 1e3);
	return 0;
}

static int take_from_file(const struct preparation *p, const char *path, const char *entry, struct error *err)
{
	cleanup_error struct error why = {0};
	int rc = module_take(entry, (const char *const[]){path, NULL}, p->names, &why);

	if (rc == -ENOEXEC)
		return module_store_note_absent(entry, p->names, why.text, err);
	if (rc && err) {
		*err = why;
		why = (struct error){0};
	}
	return rc;
}

/* ---- from a directory ---- */

/* What is asked for, and what that was found to need. */
static void wanted_of(const char *entry, const struct strings *names, struct strings *wanted)
{
	cleanup_module_set struct module_set set = {0};

	module_store_read(entry, &set);
	for (size_t i = 0; i < names->count; i++)
		strings_add_once(wanted, names->at[i]);
	for (size_t i = 0; i < set.count; i++)
		strings_add_once(wanted, set.at[i].name);
}

/* Whether the store has them as they are. When one was built anew, all are taken again. */
static bool is_known(const char *entry, const struct strings *names, time_t newest)
{
	cleanup_free char *record = module_store_record(entry);
	cleanup_module_set struct module_set set = {0};
	struct stat st;

	if (!stat(record, &st) && st.st_mtime <= newest)
		unlink(record);
	module_store_read(entry, &set);
	return module_set_has(&set, names);
}

/* A module says itself what it needs, to a worker that opens no files: what it needs comes the next time. */
static int take_from_tree(const struct preparation *p, const char *path, const char *release, const char *entry,
                          struct error *err)
{
	cleanup_free char *packed = xasprintf("%s/.tmp-%d-modules", p->o->dir, (int)getpid());
	size_t before = 0;
	int rc = 0;

	for (;;) {
		cleanup_strings struct strings wanted = {0}, files = {0};
		time_t newest;

		wanted_of(entry, p->names, &wanted);
		kernel_tree_modules(path, release, &wanted, &files, &newest);
		if (!before && is_known(entry, p->names, newest))
			return 0;
		if (files.count == before)
			break;
		before = files.count;
		rc = pack_files(&files, "lib/modules/x", module_file_max, packed, err);
		rc = rc ? rc : module_take(entry, (const char *const[]){packed, NULL}, &wanted, err);
		unlink(packed);
		if (rc)
			return rc;
	}
	return before ? 0 : module_store_note_absent(entry, p->names, "its directory has none", err);
}

static int prepare_one(struct preparation *p, const struct kernel_row *row, const struct store_kernel *k,
                       struct module_set *set, struct error *err)
{
	cleanup_free char *entry = entry_of(k);
	int rc;

	const bool is_tree = !*k->package && kernel_tree_is(row->spec);

	module_store_read(entry, set);
	if (module_set_has(set, p->names) && !is_tree)
		return 0;
	if (is_tree)
		rc = take_from_tree(p, row->spec, k->release, entry, err);
	else if (*k->package)
		rc = take_from_source(p, catalogue_of(&p->sources, row->source, row->arch), k, entry, err);
	else
		rc = take_from_file(p, row->spec, entry, err);
	if (rc)
		return error_prefix(err, "modules of %s: ", k->id);
	module_set_free(set);
	module_store_read(entry, set);
	return 0;
}

/* What an optional row lacks makes it one that is skipped. */
static int prepare_or_skip(struct preparation *p, const struct kernel_list *list, const struct kernel_row *row,
                           struct store_kernel *k, struct module_set *set, struct error *err)
{
	cleanup_error struct error why = {0};
	int rc = prepare_one(p, row, k, set, row->optional ? &why : err);

	if (!rc || !row->optional)
		return rc;
	log_warn("%s:%u: optional kernel %s is skipped: %s", list->path, row->line, row->id, why.text);
	store_kernel_skip(k, why.text);
	module_set_free(set);
	return 0;
}

int store_modules_prepare(const struct store_options *o, const struct kernel_list *list, struct store_kernel *kernels,
                          size_t count, const struct strings *names, struct module_set **sets, struct error *err)
{
	struct preparation p = {.o = o, .names = names, .sources = {.dir = o->dir, .quiet = o->quiet}};
	cleanup_close int lock = -1;
	int rc = 0;

	*sets = xcalloc(count, sizeof(**sets));
	if (!names->count)
		return 0;
	rc = store_dir_lock(o->dir, &lock, err);
	for (size_t i = 0; i < count && !rc; i++)
		if (!kernels[i].skipped)
			rc = prepare_or_skip(&p, list, &list->rows[i], &kernels[i], &(*sets)[i], err);
	catalogue_set_free(&p.sources);
	return rc;
}

struct module_set *store_modules_known(const struct store_kernel *kernels, size_t count)
{
	struct module_set *sets = xcalloc(count, sizeof(*sets));

	for (size_t i = 0; i < count; i++) {
		cleanup_free char *entry = kernels[i].skipped ? NULL : entry_of(&kernels[i]);

		if (entry)
			module_store_read(entry, &sets[i]);
	}
	return sets;
}

void store_modules_keep(struct module_set *sets, size_t count, const bool *keep)
{
	size_t kept = 0;

	for (size_t i = 0; sets && i < count; i++)
		if (keep[i])
			sets[kept++] = sets[i];
		else
			module_set_free(&sets[i]);
}

void store_modules_free(struct module_set *sets, size_t count)
{
	for (size_t i = 0; sets && i < count; i++)
		module_set_free(&sets[i]);
	free(sets);
}
