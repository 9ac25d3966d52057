/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/store_modules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "host/arch/image.h"
#include "host/lib/child.h"
#include "host/lib/unpack.h"
#include "host/source/catalogue.h"
#include "host/store/store_dir.h"

static const size_t user_file_max = 1u << 30;
static const rlim_t worker_seconds = 900;

/* Modules of one kernel that are to be taken, for the worker. */
struct errand {
	const char *entry, *scratch;
	const char *package; /* a file of the user's, NULL: `ref` is fetched from `source` */
	const struct kernel_source *source;
	const struct package_ref *ref;
	const struct strings *names;
};

struct preparation {
	const struct store_options *o;
	const struct strings *names;
	struct catalogue_set sources;
};

static bool is_package(const char *path)
{
	cleanup_buf struct buf bytes = {0};

	return !io_read_file(path, user_file_max, &bytes, NULL) && !image_is_kernel(buf_str(&bytes), bytes.len) &&
	       unpack_is_package(buf_str(&bytes), bytes.len);
}

static int work(void *ctx, struct error *err)
{
	const struct errand *e = ctx;
	const struct rlimit seconds = {worker_seconds, worker_seconds};
	cleanup_free char *fetched = xasprintf("%s/package.deb", e->scratch);
	int rc;

	setrlimit(RLIMIT_CPU, &seconds);
	if (e->package && !is_package(e->package))
		return module_store_note_absent(e->entry, e->names, "a kernel image alone brings no modules", err);
	rc = e->package ? 0 : source_fetch(e->source, e->ref, fetched, err);
	return rc ? rc : module_store_take(e->entry, e->package ? e->package : fetched, e->names, err);
}

static int run_errand(const struct errand *e, struct error *err)
{
	struct child_worker worker;
	int rc = io_make_dirs(e->scratch, err);

	rc = rc ? rc : child_worker_start(&worker, work, (void *)(uintptr_t)e, err);
	rc = rc ? rc : child_worker_wait(&worker, err);
	io_remove_tree(e->scratch, NULL);
	return rc;
}

/* The file that holds the modules of a kernel; NULL when the source has none (0), or a negative errno. */
static int find_package(struct catalogue *c, const struct store_kernel *k, const struct package_ref **ref,
                        struct error *err)
{
	const struct catalogue_question question = {.release = k->release, .version = k->version};
	int rc = catalogue_settle(c, &question, 1, err);
	const struct kernel_package *found = rc ? NULL : kernel_index_exact(&c->index, k->release, k->version);

	*ref = found && found->modules.name ? &found->modules : NULL;
	return rc;
}

static char *entry_of(const struct store_kernel *k)
{
	return xstrndup(k->image, (size_t)(io_basename(k->image) - k->image - 1));
}

static int fetch_and_take(struct catalogue *c, const struct store_kernel *k, struct errand *e, struct error *err)
{
	int rc = find_package(c, k, &e->ref, err);

	if (rc)
		return rc;
	if (!e->ref)
		return error_set(err, ENOENT, "the mirror no longer has the package with this kernel's modules");
	return run_errand(e, err);
}

static int take_from_source(const struct preparation *p, struct catalogue *c, const struct store_kernel *k,
                            struct errand *e, struct error *err)
{
	cleanup_error struct error why = {0};
	int64_t start = clock_ms();
	int rc = fetch_and_take(c, k, e, &why);

	/* An old index may list what is elsewhere by now. */
	if (rc == -ENOENT && e->ref && !c->asked) {
		rc = catalogue_renew(c, err);
		if (rc)
			return rc;
		rc = fetch_and_take(c, k, e, &why);
	}
	if (rc == -ENOENT)
		return module_store_note_absent(e->entry, e->names, why.text, err);
	if (rc)
		return error_set(err, why.code, "%s", why.text);
	if (!p->o->quiet)
		log_info("%s: modules from %s %s, %.1f MB fetched and unpacked in %.1f s", k->id, e->ref->name,
		         k->version, (double)e->ref->size / 1e6, (double)(clock_ms() - start) / 1e3);
	return 0;
}

static int prepare_one(struct preparation *p, const struct kernel_row *row, const struct store_kernel *k,
                       struct module_set *set, struct error *err)
{
	cleanup_free char *entry = entry_of(k);
	cleanup_free char *scratch = xasprintf("%s/.tmp-%d-modules", p->o->dir, (int)getpid());
	struct errand e = {.entry = entry, .scratch = scratch, .names = p->names};
	int rc;

	module_store_read(entry, set);
	if (module_set_has(set, p->names))
		return 0;
	if (*k->package) {
		e.source = row->source;
		rc = take_from_source(p, catalogue_of(&p->sources, row->source), k, &e, err);
	} else {
		e.package = row->spec;
		rc = run_errand(&e, err);
	}
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
