/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/external_btf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "host/store/btf_source.h"
#include "host/store/btf_take.h"

/* ---- choosing ---- */

static const char *find_release(const struct btf_source_list *files, const char *release)
{
	for (size_t i = 0; i < files->count; i++)
		if (!strcmp(files->at[i].id, release))
			return files->at[i].path;
	return NULL;
}

static int choose(const struct kernel_list *list, const struct store_kernel *kernels,
                  const struct btf_source_list *files, const char *directory, struct external_btf *out,
                  struct error *err)
{
	cleanup_buf struct buf without = {0};
	size_t found = 0;

	for (size_t i = 0; i < list->count; i++) {
		const char *path = *list->rows[i].btf ? list->rows[i].btf : find_release(files, kernels[i].release);

		out[i].path = xstrdup(path && !kernels[i].skipped ? path : "");
		found += path && !*list->rows[i].btf;
		if (!path && !kernels[i].skipped)
			buf_printf(&without, "%s%s", without.len ? ", " : "", kernels[i].release);
	}
	if (directory && !found && without.len)
		return error_usage(err, "--btf %s: it has no RELEASE.btf for any of %s", directory, buf_str(&without));
	if (directory && without.len)
		log_info("%s has no BTF for %s: the kernel's own is used there", directory, buf_str(&without));
	return 0;
}

int external_btf_read(const struct kernel_list *list, const struct store_kernel *kernels, const char *directory,
                      struct external_btf **out, struct error *err)
{
	cleanup_btf_source_list struct btf_source_list files = {0};
	int rc = directory ? btf_source_add(&files, directory, err) : 0;

	*out = xcalloc(list->count, sizeof(**out));
	if (rc)
		return error_prefix(err, "--btf ");
	rc = choose(list, kernels, &files, directory, *out, err);
	for (size_t i = 0; i < list->count && !rc; i++) {
		struct external_btf *e = &(*out)[i];

		if (!*e->path)
			continue;
		rc = btf_take(e->path, NULL, NULL, &e->raw, err);
		if (rc && *list->rows[i].btf)
			error_prefix(err, "%s:%u: btf=", list->path, list->rows[i].line);
	}
	return rc;
}

void external_btf_free(struct external_btf *e, size_t count)
{
	for (size_t i = 0; e && i < count; i++) {
		free(e[i].path);
		buf_free(&e[i].raw);
	}
	free(e);
}
