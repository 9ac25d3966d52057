/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/external_btf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "host/lib/jail.h"
#include "host/store/btf_source.h"
#include "relo/btf_check.h"

static const struct jail_limits limits = {.cpu_seconds = 30, .memory = 1u << 30, .file = BTF_SOURCE_MAX};

/* ---- reading one ---- */

struct errand {
	int from, to;
};

/* The process ends with it: nothing is freed here. */
static int work(void *ctx, struct error *err)
{
	const struct errand *e = ctx;
	struct buf raw = {0};
	struct btf *btf;
	int rc = btf_source_read(e->from, &raw, err);
	if (rc)
		return rc;
	libbpf_set_print(NULL);
	btf = btf__new(raw.data, (uint32_t)raw.len);
	if (libbpf_get_error(btf))
		return error_usage(err, "damaged BTF, or of a kind that libbpf %s does not know",
		                   libbpf_version_string());
	rc = btf_check(btf, 1, err);
	if (rc)
		return rc;
	rc = io_write_all(e->to, raw.data, raw.len);
	return rc ? error_set(err, -rc, "no memory for its BTF: %s", strerror(-rc)) : 0;
}

static int read_raw(const char *path, struct buf *raw, struct error *err)
{
	cleanup_close int from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	cleanup_close int to = memfd_create("btf", MFD_CLOEXEC);
	struct errand e = {from, to};
	struct stat st;
	int rc;

	if (from < 0 || fstat(from, &st))
		return error_usage(err, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_usage(err, "%s: not a file; expected a .btf file, a vmlinux or a .btf.tar.xz", path);
	if (to < 0)
		return error_set(err, errno, "no memory for a BTF: %s", strerror(errno));
	rc = jail_run(&limits, work, &e, err);
	if (rc)
		return error_prefix(err, "%s: ", path);
	if (fstat(to, &st) || st.st_size <= 0 || st.st_size > (off_t)BTF_SOURCE_MAX ||
	    pread(to, buf_reserve(raw, (size_t)st.st_size), (size_t)st.st_size, 0) != st.st_size)
		return error_set(err, EIO, "%s: its BTF was lost", path);
	raw->len = (size_t)st.st_size;
	return 0;
}

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
		rc = read_raw(e->path, &e->raw, err);
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
