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
#include "host/lib/child.h"
#include "host/lib/sha256.h"
#include "host/lib/unpack.h"
#include "host/source/apt.h"
#include "host/arch/image.h"
#include "host/store/store_dir.h"

static const size_t user_file_max = 1u << 30;
static const rlim_t worker_seconds = 900;

/* Modules of one kernel that are to be taken, for the worker. */
struct errand {
	const char *entry, *scratch;
	const char *package; /* a file of the user's, NULL: `ref` is fetched */
	const struct package_ref *ref;
	const struct strings *names;
};

struct preparation {
	const struct store_options *o;
	const struct strings *names;
	struct package_index index;
	bool indexed, fresh; /* `index` was read; from the mirror, in this run */
};

static int fetch(const struct errand *e, const char *path, struct error *err)
{
	cleanup_free char *hash = NULL;
	int rc = apt_fetch(e->ref, path, err);

	rc = rc ? rc : sha256_file(path, &hash, NULL, err);
	if (!rc && strcmp(hash, e->ref->sha256))
		rc = error_set(err, EIO, "%s: the mirror gave a file of sha256 %s; the signed index says %s",
		               e->ref->name, hash, e->ref->sha256);
	return rc;
}

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
	rc = e->package ? 0 : fetch(e, fetched, err);
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

static int read_index(struct preparation *p, bool refresh, struct error *err)
{
	cleanup_free char *dir = xasprintf("%s/apt", p->o->dir);
	long age;

	if (p->indexed)
		package_index_free(&p->index);
	p->indexed = false;
	if (!refresh && !apt_index_read(dir, p->o->mirror, &p->index, &age, NULL)) {
		p->indexed = true;
		return 0;
	}
	if (!p->o->quiet)
		log_info("reading the index of Debian's kernel packages");
	p->fresh = true;
	p->indexed = !apt_update(dir, p->o->mirror, &p->index, err);
	return p->indexed ? 0 : -err->code;
}

/* The package that holds the modules of a kernel; NULL when the mirror has none (0), or a negative errno. */
static int find_package(struct preparation *p, const struct store_kernel *k, const struct package_ref **ref,
                        struct error *err)
{
	const struct kernel_package *found;
	int rc = p->indexed ? 0 : read_index(p, false, err);

	*ref = NULL;
	if (rc)
		return rc;
	found = package_index_exact(&p->index, k->release, k->version);
	if (!found && !p->fresh) {
		rc = read_index(p, true, err);
		if (rc)
			return rc;
		found = package_index_exact(&p->index, k->release, k->version);
	}
	*ref = found && found->modules.name ? &found->modules : NULL;
	return 0;
}

static char *entry_of(const struct store_kernel *k)
{
	return xstrndup(k->image, (size_t)(io_basename(k->image) - k->image - 1));
}

static int take_from_mirror(struct preparation *p, const struct store_kernel *k, struct errand *e, struct error *err)
{
	cleanup_error struct error why = {0};
	int64_t start = clock_ms();
	int rc = find_package(p, k, &e->ref, err);

	if (rc)
		return rc;
	if (!e->ref)
		return module_store_note_absent(e->entry, e->names,
		                                "the mirror has the package with this kernel's modules no more", err);
	rc = run_errand(e, &why);
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
		rc = take_from_mirror(p, k, &e, err);
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

int store_modules_prepare(const struct store_options *o, const struct kernel_list *list,
                          const struct store_kernel *kernels, size_t count, const struct strings *names,
                          struct module_set **sets, struct error *err)
{
	struct preparation p = {.o = o, .names = names};
	cleanup_close int lock = -1;
	int rc = 0;

	*sets = xcalloc(count, sizeof(**sets));
	if (!names->count)
		return 0;
	rc = store_dir_lock(o->dir, &lock, err);
	for (size_t i = 0; i < count && !rc; i++)
		if (!kernels[i].skipped)
			rc = prepare_one(&p, &list->rows[i], &kernels[i], &(*sets)[i], err);
	if (p.indexed)
		package_index_free(&p.index);
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

void store_modules_free(struct module_set *sets, size_t count)
{
	for (size_t i = 0; sets && i < count; i++)
		module_set_free(&sets[i]);
	free(sets);
}
